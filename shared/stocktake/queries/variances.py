"""What a supervisor sees: differences, signatures, posted lines and their corrections."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from shared.core.money import line_amount_minor
from shared.stock.queries import is_opened
from shared.stock.rules import location
from shared.stocktake.queries.books import books_at, held_products
from shared.stocktake.queries.counts import CountView, count, products_of
from shared.stocktake.rules import (
    ApproverLevel,
    Counted,
    CountScope,
    Seen,
    approver_needed,
    combine,
    is_out,
)
from shared.stocktake.tables import (
    count_approval,
    count_correction,
    count_line,
    zone_line,
    zone_sheet,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """A product's count beside its book at its own instant."""

    product_id: str
    counted_at_us: int
    book_micro: int
    counted_micro: int
    unit_value_micro: int
    value_minor: int
    is_settled: bool
    """False while people disagree about it (H08)."""
    is_out: bool
    """Beyond the count's tolerance."""
    was_counted: bool
    """False for what the book holds and nobody found (whole-site counts)."""
    counters: tuple[str, ...]
    is_checked: bool
    """Two people or more counted it in each of its zones."""

    @property
    def difference_micro(self) -> int:
        """Counted less book."""
        return self.counted_micro - self.book_micro

    @property
    def needs_recount(self) -> bool:
        """Out of tolerance where one person alone counted, or two people disagree."""
        return not self.is_settled or (self.is_out and not self.is_checked)


_z: Final = zone_line.c
# In the order of Seen: a count has as many lines as the shop has goods.
_SEEN: Final = (
    select(
        _z.sheet_id,
        _z.zone_id,
        _z.counted_by,
        _z.product_id,
        _z.qty_micro,
        _z.counted_at_us,
        _z.serial,
        _z.is_recount,
    )
    .where(_z.count_id == bindparam("count_id"))
    .order_by(_z.counted_at_us, _z.id)
)


def seen(connection: Connection, count_id: str) -> list[Seen]:
    """The lines of all sealed sheets, in the order of their instants."""
    lines = connection.execute(_SEEN, {"count_id": count_id}).all()
    return [Seen(*line[:7], bool(line.is_recount)) for line in lines]


ValuesOf = Callable[[Sequence[str]], Mapping[str, int]]
"""From product ids to what one base unit is worth, in millionths of the major unit."""


def variances(connection: Connection, count_id: str, values_of: ValuesOf) -> list[Variance]:
    """Every counted product beside its book, the largest value first (workflows, step 5).

    A whole-site count also lists what the book holds and nobody found, as counted 0 at the last
    sealed instant. A product without a value counts as 0.
    """
    head = count(connection, count_id)
    if head is None:
        return []
    found = combine(seen(connection, count_id))
    place = location(head.site_id)
    missing = _not_found(connection, head, found)
    instants = {name: one.last_at_us for name, one in found.items()} | missing
    books = books_at(connection, place, instants)
    values = values_of(list(instants))
    lines = [
        _variance(head, name, found.get(name), at_us, books[name], values.get(name, 0))
        for name, at_us in instants.items()
    ]
    # What the book did not hold at that instant either is no line.
    shown = [line for line in lines if line.was_counted or line.book_micro]
    return sorted(shown, key=lambda line: (-abs(line.value_minor), line.product_id))


def _not_found(
    connection: Connection, head: CountView, found: Mapping[str, Counted]
) -> dict[str, int]:
    """Products that should have been met and were not, with the instant they count as 0."""
    sealed = connection.execute(
        select(func.max(zone_sheet.c.sealed_at_us)).where(zone_sheet.c.count_id == head.id)
    ).scalar()
    if sealed is None:
        return {}
    expected = products_of(connection, head.id)
    if head.scope is not CountScope.SPOT:
        expected = held_products(connection, location(head.site_id))
    return {name: int(sealed) for name in expected if name not in found}


def _variance(
    head: CountView,
    product_id: str,
    counted: Counted | None,
    at_us: int,
    book_micro: int,
    unit_value_micro: int,
) -> Variance:
    counted_micro = counted.qty_micro if counted else 0
    value = line_amount_minor(counted_micro - book_micro, unit_value_micro, head.currency)
    return Variance(
        product_id=product_id,
        counted_at_us=at_us,
        book_micro=book_micro,
        counted_micro=counted_micro,
        unit_value_micro=unit_value_micro,
        value_minor=value,
        is_settled=counted.is_settled if counted else True,
        is_out=is_out(
            head.tolerance, book_micro=book_micro, counted_micro=counted_micro, value_minor=value
        ),
        was_counted=counted is not None,
        counters=counted.counters if counted else (),
        is_checked=counted.is_checked if counted else False,
    )


def signed(connection: Connection, count_id: str, value_minor: int) -> ApproverLevel:
    """The highest signature a count has for at least this value (H09)."""
    statement = select(count_approval.c.level).where(
        count_approval.c.count_id == count_id, count_approval.c.value_minor >= value_minor
    )
    levels = {ApproverLevel(level) for level in connection.execute(statement).scalars()}
    for level in (ApproverLevel.HEAD_OFFICE, ApproverLevel.SITE):
        if level in levels:
            return level
    return ApproverLevel.NOBODY


def approval_needed(connection: Connection, head: CountView, value_minor: int) -> ApproverLevel:
    """Who has to sign before this count is posted; an opening is signed by the site at least."""
    needed = approver_needed([value_minor], head.site_limit_minor)
    if head.scope is CountScope.OPENING and not is_opened(connection, head.site_id):
        return ApproverLevel.SITE
    return needed


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedView:
    """A posted line with what late facts changed of it since."""

    product_id: str
    counted_at_us: int
    book_micro: int
    counted_micro: int
    reason: str
    value_minor: int
    corrected_micro: int

    @property
    def variance_micro(self) -> int:
        """The true difference: as posted, less what late facts explained (H07)."""
        return self.counted_micro - self.book_micro + self.corrected_micro


def posted_lines(connection: Connection, count_id: str) -> list[PostedView]:
    """The lines of a posted count with their corrections, by product."""
    c = count_correction.c
    corrected = (
        select(c.product_id, func.sum(c.qty_micro).label("qty"))
        .where(c.count_id == count_id)
        .group_by(c.product_id)
    )
    late = {row.product_id: int(row.qty) for row in connection.execute(corrected)}
    statement = (
        select(count_line)
        .where(count_line.c.count_id == count_id)
        .order_by(count_line.c.product_id, count_line.c.id)
    )
    return [
        PostedView(
            product_id=row.product_id,
            counted_at_us=row.counted_at_us,
            book_micro=row.book_micro,
            counted_micro=row.counted_micro,
            reason=row.reason,
            value_minor=row.value_minor,
            corrected_micro=late.get(row.product_id, 0),
        )
        for row in connection.execute(statement)
    ]
