"""What a shift took: the figures of X and Z, by its documents alone (I11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, case, func, select

from shared.accounts.queries import ShiftView, drawer_moves, shift_of, with_float
from shared.accounts.rules import Tender
from shared.accounts.tables import drawer_move, shift, shift_cash, shift_tender
from shared.sales.tables import sale, sale_line, sale_tender


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderFigures:
    """One tender of a shift, in minor units."""

    tender: str
    sales_minor: int
    """By sales and returns, change taken off."""
    other_minor: int
    """Collections and expenses."""
    expected_minor: int
    """With the float, for cash."""
    declared_minor: int
    is_declared: bool

    @property
    def difference_minor(self) -> int:
        """Declared less expected; 0 where nobody declared."""
        return self.declared_minor - self.expected_minor if self.is_declared else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """All figures of a shift: X while it runs, Z once it is closed; minor units."""

    shift: ShiftView
    closing_number: str
    approver_id: str
    documents: int
    first_number: str
    last_number: str
    sales: int
    sales_minor: int
    returns: int
    returns_minor: int
    """Not above zero."""
    units_micro: int
    discount_minor: int
    rounding_minor: int
    total_minor: int
    tenders: tuple[TenderFigures, ...]
    moves: tuple[tuple[str, str, int], ...]
    """(tender, ``collection`` or ``expense``, amount) beside the sales."""
    cash: tuple[tuple[int, int], ...]
    """(value, count) of the notes and coins of the count that holds, largest first."""
    cash_difference_minor: int
    deposit_minor: int
    deposit_to: str
    left_minor: int
    note: str


def expected_by_tender(connection: Connection, found: ShiftView) -> dict[str, int]:
    """What each tender of a shift should come to now: float, sales, collections, expenses.

    The shift is given with the float said last (``with_float``).
    """
    expected = {Tender.CASH.value: found.float_minor}
    for tender, minor in _sales_by_tender(connection, found.shift_id).items():
        expected[tender] = expected.get(tender, 0) + minor
    for tender, _, minor in drawer_moves(connection, found.shift_id):
        expected[tender] = expected.get(tender, 0) + minor
    return expected


def shift_report(connection: Connection, shift_id: str) -> ShiftReport | None:
    """The figures of a shift; None when it is not here."""
    opened = shift_of(connection, shift_id)
    if opened is None:
        return None
    found = with_float(connection, opened)
    closing = connection.execute(select(shift).where(shift.c.id == shift_id)).one()
    sums = _sums(connection, shift_id)
    return ShiftReport(
        shift=found,
        closing_number=closing.closing_number,
        approver_id=closing.approver_id,
        documents=int(sums.documents),
        first_number=str(sums.first_number),
        last_number=str(sums.last_number),
        sales=int(sums.documents) - int(sums.returns),
        sales_minor=int(sums.total_minor) - int(sums.returns_minor),
        returns=int(sums.returns),
        returns_minor=int(sums.returns_minor),
        units_micro=int(sums.units_micro),
        discount_minor=_discount_minor(connection, shift_id),
        rounding_minor=int(sums.rounding_minor),
        total_minor=int(sums.total_minor),
        tenders=_tenders(connection, found),
        moves=tuple(drawer_moves(connection, shift_id)),
        cash=_cash(connection, found.declaration),
        cash_difference_minor=closing.cash_difference_minor,
        deposit_minor=closing.deposit_minor,
        deposit_to=closing.deposit_to,
        left_minor=closing.left_minor,
        note=closing.note,
    )


def _sums(connection: Connection, shift_id: str) -> Row[Any]:
    s = sale.c
    back = case((s.return_of != "", 1), else_=0)
    statement = select(
        func.count().label("documents"),
        func.coalesce(func.min(s.number), "").label("first_number"),
        func.coalesce(func.max(s.number), "").label("last_number"),
        func.coalesce(func.sum(back), 0).label("returns"),
        func.coalesce(func.sum(back * s.total_minor), 0).label("returns_minor"),
        func.coalesce(func.sum(s.total_minor), 0).label("total_minor"),
        func.coalesce(func.sum(s.rounding_minor), 0).label("rounding_minor"),
        func.coalesce(func.sum(s.units_micro), 0).label("units_micro"),
    ).where(s.shift == shift_id, s.shift != "")
    return connection.execute(statement).one()


def _discount_minor(connection: Connection, shift_id: str) -> int:
    # A line's id begins with its sale's: the key finds the lines without an index more.
    lines = and_(
        sale_line.c.id >= sale.c.id + ":l:",
        sale_line.c.id < sale.c.id + ":l;",
    )
    statement = (
        select(func.coalesce(func.sum(sale_line.c.discount_minor), 0))
        .select_from(sale)
        .join(sale_line, lines)
        .where(sale.c.shift == shift_id, sale.c.shift != "")
    )
    return int(connection.execute(statement).scalar_one())


def _sales_by_tender(connection: Connection, shift_id: str) -> dict[str, int]:
    t = sale_tender.c
    rows = connection.execute(
        select(t.tender, func.sum(t.amount_minor))
        .where(t.shift == shift_id, t.shift != "")
        .group_by(t.tender)
        .order_by(t.tender)
    )
    return {tender: int(minor) for tender, minor in rows}


def _tenders(connection: Connection, found: ShiftView) -> tuple[TenderFigures, ...]:
    sold = _sales_by_tender(connection, found.shift_id)
    other: dict[str, int] = {}
    for tender, _, minor in drawer_moves(connection, found.shift_id):
        other[tender] = other.get(tender, 0) + minor
    now = expected_by_tender(connection, found)
    said = _declared(connection, found.declaration)
    names = sorted({*now, *said})
    return tuple(
        TenderFigures(
            tender=name,
            sales_minor=sold.get(name, 0),
            other_minor=other.get(name, 0),
            expected_minor=said[name].expected_minor if name in said else now.get(name, 0),
            declared_minor=said[name].declared_minor if name in said else 0,
            is_declared=bool(said[name].is_declared) if name in said else False,
        )
        for name in names
    )


def _declared(connection: Connection, declaration: str) -> Mapping[str, Row[Any]]:
    if not declaration:
        return {}
    rows = connection.execute(select(shift_tender).where(shift_tender.c.document == declaration))
    return {row.tender: row for row in rows}


def _cash(connection: Connection, declaration: str) -> tuple[tuple[int, int], ...]:
    if not declaration:
        return ()
    c = shift_cash.c
    rows = connection.execute(
        select(c.value_minor, c["count"])
        .where(c.document == declaration)
        .order_by(c.value_minor.desc())
    )
    return tuple((int(value), int(count)) for value, count in rows)


class ShiftDocument(NamedTuple):
    """A document behind the figures of a shift; minor units."""

    document: str
    """uid text."""
    kind: str
    """``opened``, ``sale``, or why the drawer changed (``expense``, ``collection``…)."""
    tender: str
    amount_minor: int


def shift_documents(connection: Connection, shift_id: str) -> list[ShiftDocument]:
    """Every document behind what the tenders of a shift come to, by tender (T24)."""
    t, d = sale_tender.c, drawer_move.c
    float_minor = select(shift.c.float_minor).where(shift.c.id == shift_id)
    opened = connection.execute(float_minor).scalar() or 0
    found = [ShiftDocument(shift_id, "opened", Tender.CASH.value, opened)]
    sold = select(t.document, t.tender, t.amount_minor).where(t.shift == shift_id, t.shift != "")
    moved = select(d.document, d.reason, d.tender, d.amount_minor).where(d.shift == shift_id)
    found += [
        ShiftDocument(row.document, "sale", row.tender, row.amount_minor)
        for row in connection.execute(sold.order_by(t.document, t.id))
    ]
    found += [ShiftDocument(*row) for row in connection.execute(moved.order_by(d.document, d.id))]
    return found
