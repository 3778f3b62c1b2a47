"""A day's sales as a list, and one sale with all that stands on its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from shared.core.ids import derived_id
from shared.sales.queries.sales import sale_with_lines
from shared.sales.tables import sale, sale_tender

_TENDERS_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleEntry:
    """A sale as a list shows it; money in minor units, quantities in millionths."""

    uid: str
    number: str
    mode: str
    happened_at_us: int
    author_id: str
    customer_id: str
    lines: int
    units_micro: int
    total_minor: int
    return_of: str
    shift: str
    tenders: tuple[str, ...] = ()
    """How it was paid, each way once, in the order of the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleStory:
    """A sale whole: its head, its lines in order, its tenders in order."""

    head: RowMapping
    lines: tuple[RowMapping, ...]
    tenders: tuple[tuple[str, int, str], ...]
    """(tender, minor units, reference)."""
    return_number: str
    """Printed number of the sale whose goods came back."""

    @property
    def is_without_receipt(self) -> bool:
        """Whether goods came back that no sale was shown for."""
        return bool(self.head["return_of"] == self.head["id"])


def sales_of(
    connection: Connection,
    site_id: str,
    *,
    day: str = "",
    customer_id: str = "",
    shift: str = "",
    limit: int = 500,
) -> list[SaleEntry]:
    """The sales of a site, newest first: of a business day, a customer, a shift where named."""
    s = sale.c
    statement = select(
        s.id, s.number, s.mode, s.happened_at_us, s.author_id, s.customer_id,
        s.lines, s.units_micro, s.total_minor, s.return_of, s.shift,
    ).where(s.site_id == site_id)  # fmt: skip
    for column, value in ((s.business_day, day), (s.customer_id, customer_id), (s.shift, shift)):
        if value:
            statement = statement.where(column == value)
    ordered = statement.order_by(s.happened_at_us.desc(), s.id.desc()).limit(limit)
    found = connection.execute(ordered).all()
    tenders = _tenders(connection, [row.id for row in found])
    return [
        SaleEntry(
            uid=row.id,
            number=row.number,
            mode=row.mode,
            happened_at_us=row.happened_at_us,
            author_id=row.author_id,
            customer_id=row.customer_id,
            lines=row.lines,
            units_micro=row.units_micro,
            total_minor=row.total_minor,
            return_of=row.return_of,
            shift=row.shift,
            tenders=tuple(tenders.get(row.id, ())),
        )
        for row in found
    ]


def _tenders(connection: Connection, uids: Sequence[str]) -> dict[str, list[str]]:
    """The first ways of paying of each sale, each once; by the ids of their rows, which follow
    from the sale's, so that no list reads all tenders of a shop."""
    t = sale_tender.c
    ids = [derived_id(uid, "t", number) for uid in uids for number in range(1, _TENDERS_SHOWN + 1)]
    rows = connection.execute(
        select(t.document, t.tender).where(t.id.in_(ids)).order_by(t.document, t.id)
    )
    found: dict[str, list[str]] = {}
    for document, tender in rows:
        ways = found.setdefault(document, [])
        if tender not in ways:
            ways.append(tender)
    return found


def sale_story(connection: Connection, uid: str) -> SaleStory | None:
    """A sale with lines and tenders; None when it is not here."""
    found = sale_with_lines(connection, uid)
    if found is None:
        return None
    head, lines = found
    t = sale_tender.c
    tenders = connection.execute(
        select(t.tender, t.amount_minor, t.reference).where(t.document == uid).order_by(t.id)
    )
    before = select(sale.c.number).where(sale.c.id == head["return_of"])
    return SaleStory(
        head=head,
        lines=tuple(lines),
        tenders=tuple((name, int(minor), reference) for name, minor, reference in tenders),
        return_number=connection.execute(before).scalar() or "" if head["return_of"] else "",
    )
