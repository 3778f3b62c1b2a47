"""What a shop bought itself: its slips, their lines, and what goods cost by them (B11)."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from shared.catalog.queries import stated_costs
from shared.channel.queries import zone_of
from shared.core.clock import business_day
from shared.core.ids import derived_id, uid_bytes
from shared.stock.rules import PURCHASE, number_taken_back
from shared.stock.tables import movement, purchase_line

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One receipt of goods bought; money in minor units, quantities in millionths."""

    document: str
    number: str
    business_day: str
    happened_at_us: int
    supplier_id: str
    """'' = nobody named."""
    reference: str
    """The supplier's own slip."""
    note: str
    author_id: str
    currency: str
    lines: int
    units_micro: int
    amount_minor: int
    without_cost: int
    """Lines of which nobody said what they cost: they are not in the amount."""


class Slip(NamedTuple):
    """What a receipt of goods bought says beside its goods; '' = nothing said."""

    supplier_id: str
    reference: str
    currency: str


class PurchasedLine(NamedTuple):
    """Goods of a receipt, less than none where it takes one back; the cost of a base unit at
    10⁻⁶, 0 = nobody said."""

    product_id: str
    lot: str
    qty_micro: int
    unit_cost_micro: int
    amount_minor: int


def purchases(
    connection: Connection, site_id: str, from_day: str, to_day: str, *, supplier_id: str = ""
) -> list[Purchase]:
    """What a site bought on the days from..to inclusive, newest first: of one supplier where one
    is named."""
    p, m = purchase_line.c, movement.c
    of_lines = (
        select(
            p.document,
            func.min(p.supplier_id).label("supplier_id"),
            func.min(p.reference).label("reference"),
            func.min(p.currency).label("currency"),
            func.count().label("lines"),
            func.sum(p.qty_micro).label("units_micro"),
            func.sum(p.amount_minor).label("amount_minor"),
            func.count().filter(p.unit_cost_micro == 0).label("without_cost"),
        )
        .where(p.site_id == site_id, p.business_day >= from_day, p.business_day <= to_day)
        .group_by(p.document)
    )
    if supplier_id:
        of_lines = of_lines.where(p.supplier_id == supplier_id)
    found = of_lines.subquery()
    statement = (
        select(found, m.number, m.business_day, m.happened_at_us, m.note, m.author_id)
        .join(movement, m.id == found.c.document)
        .order_by(m.happened_at_us.desc(), m.id.desc())
    )
    return [
        Purchase(
            document=row.document,
            number=row.number,
            business_day=row.business_day,
            happened_at_us=row.happened_at_us,
            supplier_id=row.supplier_id,
            reference=row.reference,
            note=row.note,
            author_id=row.author_id,
            currency=row.currency,
            lines=int(row.lines),
            units_micro=int(row.units_micro),
            amount_minor=int(row.amount_minor),
            without_cost=int(row.without_cost),
        )
        for row in connection.execute(statement)
    ]


def slip_of(connection: Connection, document: str) -> Slip | None:
    """What a receipt says of whom it came from; None for any other document."""
    p = purchase_line.c
    first = derived_id(uid_bytes(document), "p", 1)
    statement = select(p.supplier_id, p.reference, p.currency).where(p.id == first)
    row = connection.execute(statement).one_or_none()
    return None if row is None else Slip(*row)


def purchased_lines(connection: Connection, document: str) -> list[PurchasedLine]:
    """The lines of a receipt, in their order."""
    p = purchase_line.c
    prefix = f"{document}:p:"
    rows = connection.execute(
        select(p.id, p.product_id, p.lot, p.qty_micro, p.unit_cost_micro, p.amount_minor).where(
            p.id >= prefix, p.id < prefix + "\uffff"
        )
    )
    return [
        PurchasedLine(*row[1:]) for row in sorted(rows, key=lambda one: int(one.id[len(prefix) :]))
    ]


# What goods cost


class _Said(NamedTuple):
    """Somebody said what a base unit costs: by a receipt, or in the list of goods."""

    day: str
    at_us: int
    unit_cost_micro: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What goods cost a site over time, as its receipts and its list of goods say.

    The newest word counts, wherever it was said; a cost taken back counts as none.
    """

    _by_product: Mapping[str, Sequence[_Said]]
    """By product in the order they were said."""

    def last(self, product_id: str) -> int | None:
        """The newest cost of a base unit at 10⁻⁶; None = nobody said, or it was taken back."""
        said = self._by_product.get(product_id, ())
        return said[-1].unit_cost_micro or None if said else None

    def on(self, product_id: str, day: str) -> int | None:
        """What was known at the end of a business day; goods sold before anybody said a cost had
        the first one that was said."""
        said = self._by_product.get(product_id, ())
        at = bisect_right([one.day for one in said], day)
        if at:
            return said[at - 1].unit_cost_micro or None
        return next((one.unit_cost_micro for one in said if one.unit_cost_micro), None)

    def all_last(self) -> dict[str, int]:
        """The newest cost of every product that has one."""
        found = {one: self.last(one) for one in self._by_product}
        return {one: cost for one, cost in found.items() if cost is not None}


def costs_known(
    connection: Connection,
    site_id: str,
    currency: str,
    product_ids: Sequence[str] | None = None,
) -> Costs:
    """What goods cost a site, in its currency; of all products where none are named.

    At head office (site_id '') nothing is bought here: what it stated counts alone.
    """
    said: dict[str, list[_Said]] = {}
    zone = zone_of(connection, site_id)
    for one in stated_costs(connection, site_id, currency, product_ids):
        day = business_day(one.stated_at_us, zone)
        spoken = _Said(day, one.stated_at_us, one.unit_cost_micro)
        said.setdefault(one.product_id, []).append(spoken)
    for product_id, spoken in _bought(connection, site_id, currency, product_ids):
        said.setdefault(product_id, []).append(spoken)
    return Costs({key: sorted(each) for key, each in said.items()})


def _bought(
    connection: Connection, site_id: str, currency: str, product_ids: Sequence[str] | None
) -> Iterator[tuple[str, _Said]]:
    p = purchase_line.c
    statement = (
        select(
            p.document, p.product_id, p.business_day, p.happened_at_us, p.unit_cost_micro,
            p.qty_micro,
        )
        .where(p.site_id == site_id, p.currency == currency, p.unit_cost_micro > 0)
    )  # fmt: skip
    parts: list[Select[Any]] = [statement]
    if product_ids is not None:
        chunks = range(0, len(product_ids), _CHUNK)
        parts = [statement.where(p.product_id.in_(product_ids[at : at + _CHUNK])) for at in chunks]
    for part in parts:
        rows = connection.execute(part).all()
        opposite = {row.document for row in rows if row.qty_micro < 0}
        gone = opposite | _taken_back_by(connection, site_id, opposite)
        for row in rows:
            if row.document in gone:
                continue
            yield row.product_id, _Said(row.business_day, row.happened_at_us, row.unit_cost_micro)


def _taken_back_by(connection: Connection, site_id: str, documents: Collection[str]) -> set[str]:
    """The receipts these documents took back, as their notes name them."""
    if not documents:
        return set()
    m = movement.c
    notes = connection.execute(select(m.note).where(m.id.in_(sorted(documents)))).scalars()
    numbers = sorted({number_taken_back(note) for note in notes})
    found = select(m.id).where(
        m.site_id == site_id, m.movement_type == PURCHASE, m.number.in_(numbers)
    )
    return set(connection.execute(found).scalars())
