"""What was sold: sums, a sale with its lines, a customer's open invoices."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.engine import RowMapping

from shared.access.queries import policy_text
from shared.access.rules import POLICIES, STATIC_CODE_CAP
from shared.accounts.rules import Open
from shared.accounts.tables import invoice_payment, money_document
from shared.core.ids import derived_id
from shared.core.rounding import MICRO
from shared.sales.tables import sale, sale_line, sale_tender


class SalesSum(NamedTuple):
    """Sales added up; ``units_micro`` in millionths, money in minor units."""

    device_id: str
    invoices: int
    lines: int
    units_micro: int
    amount_minor: int


def sums_by_device(connection: Connection) -> list[SalesSum]:
    """One sum per device that sold, by device id."""
    statement = (
        select(
            sale.c.device_id,
            func.count(),
            func.sum(sale.c.lines),
            func.sum(sale.c.units_micro),
            func.sum(sale.c.total_minor),
        )
        .group_by(sale.c.device_id)
        .order_by(sale.c.device_id)
    )
    return [SalesSum(row[0], *(int(n) for n in row[1:])) for row in connection.execute(statement)]


def unrounded_micro(connection: Connection) -> int:
    """Quantity times unit price over all lines, in millionths of the major unit, unrounded.

    The products pass 64 bits, so they are made here and not in the database.
    """
    total = 0
    statement = select(sale_line.c.qty_micro, sale_line.c.unit_price_micro)
    for qty, price in connection.execute(statement.execution_options(yield_per=10_000)):
        total += qty * price
    return total // MICRO


def sale_with_lines(connection: Connection, uid: str) -> tuple[RowMapping, list[RowMapping]] | None:
    """A sale's header row and its lines in order, or None when it is not here."""
    header = connection.execute(select(sale).where(sale.c.id == uid)).mappings().one_or_none()
    if header is None:
        return None
    prefix = f"{uid}:l:"
    lines = connection.execute(
        select(sale_line)
        .where(sale_line.c.id >= prefix, sale_line.c.id < prefix + "\uffff")
        .order_by(sale_line.c.line_no)
    )
    return header, list(lines.mappings())


def open_invoices(connection: Connection, site_id: str, customer_id: str) -> list[Open]:
    """A customer's invoices that are not fully paid, oldest first (收款)."""
    start, owed = _owed()
    statement = (
        start.where(sale.c.site_id == site_id, sale.c.customer_id == customer_id, owed > 0)
        .add_columns(owed)
        .order_by(sale.c.happened_at_us, sale.c.id)
    )
    return [Open(row[0], int(row[3])) for row in connection.execute(statement)]


def owed_since(
    connection: Connection, site_id: str, customer_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Of customers who owe: how many invoices are open, and when the oldest was made."""
    found: dict[str, tuple[int, int]] = {}
    start, owed = _owed()
    for first in range(0, len(customer_ids), 500):
        part = list(customer_ids[first : first + 500])
        inner = start.where(
            sale.c.site_id == site_id, sale.c.customer_id.in_(part), owed > 0
        ).subquery()
        statement = select(
            inner.c.customer_id, func.count(), func.min(inner.c.happened_at_us)
        ).group_by(inner.c.customer_id)
        for customer_id, number, oldest in connection.execute(statement):
            found[customer_id] = (int(number), int(oldest))
    return found


def _owed() -> tuple[Select[Any], ColumnElement[int]]:
    """Sales beside what is still owed for each, of (id, customer_id, happened_at_us)."""
    paid = (
        select(invoice_payment.c.invoice, func.sum(invoice_payment.c.amount_minor).label("paid"))
        .group_by(invoice_payment.c.invoice)
        .subquery()
    )
    # Goods that came back are not owed for; what was refunded for them does not count.
    back = (
        select(sale.c.return_of, func.sum(sale.c.total_minor - sale.c.paid_minor).label("off"))
        .where(sale.c.return_of != "")
        .group_by(sale.c.return_of)
        .subquery()
    )
    owed = (
        sale.c.total_minor
        - sale.c.paid_minor
        - func.coalesce(paid.c.paid, 0)
        + func.coalesce(back.c.off, 0)
    )
    start = (
        select(sale.c.id, sale.c.customer_id, sale.c.happened_at_us)
        .select_from(sale)
        .outerjoin(paid, paid.c.invoice == sale.c.id)
        .outerjoin(back, back.c.return_of == sale.c.id)
    )
    return start, owed


def purchases_of(
    connection: Connection, customer_id: str, *, site_id: str = "", limit: int = 100
) -> list[RowMapping]:
    """The receipts of a customer or member, newest first; of one site, or of all held here."""
    s = sale.c
    statement = select(
        s.id, s.site_id, s.number, s.business_day, s.happened_at_us, s.lines, s.units_micro,
        s.total_minor, s.currency, s.return_of,
    ).where(s.customer_id == customer_id, s.customer_id != "")  # fmt: skip
    if site_id:
        statement = statement.where(s.site_id == site_id)
    ordered = statement.order_by(s.happened_at_us.desc(), s.id.desc()).limit(limit)
    return list(connection.execute(ordered).mappings())


class Bought(NamedTuple):
    """What a member bought here in all; returns are taken off the amount."""

    receipts: int
    amount_minor: int
    last_day: str


def bought_by(connection: Connection, customer_id: str, *, site_id: str = "") -> Bought:
    """How often and for how much, and when last; '' when never."""
    s = sale.c
    statement = select(
        func.count().filter(s.return_of == ""),
        func.coalesce(func.sum(s.total_minor), 0),
        func.coalesce(func.max(s.business_day), ""),
    ).where(s.customer_id == customer_id, s.customer_id != "")
    if site_id:
        statement = statement.where(s.site_id == site_id)
    receipts, minor, day = connection.execute(statement).one()
    return Bought(int(receipts), int(minor), str(day))


_TENDERS_MAX = 20


def paid_by_tender(connection: Connection, sales: Sequence[str]) -> dict[str, dict[str, int]]:
    """What each of these sales was paid with, by uid and tender, in minor units."""
    ids = [derived_id(uid, "t", n) for uid in sales for n in range(1, _TENDERS_MAX)]
    found: dict[str, dict[str, int]] = {}
    c = sale_tender.c
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(c.document, c.tender, c.amount_minor).where(c.id.in_(ids[start : start + 500]))
        )
        for document, tender, minor in rows:
            of = found.setdefault(document, {})
            of[tender] = of.get(tender, 0) + int(minor)
    return found


def paid_ahead(connection: Connection, customers: Collection[str]) -> dict[tuple[str, str], int]:
    """What each of these customers paid ahead at tills, by id and currency, in minor units."""
    c = money_document.c
    rows = connection.execute(
        select(c.customer_id, c.currency, func.sum(c.amount_minor))
        .where(c.kind == "deposit_taken", c.customer_id.in_(sorted(customers)))
        .group_by(c.customer_id, c.currency)
    )
    return {(customer, currency): int(minor) for customer, currency, minor in rows}


def static_code_cap_minor(connection: Connection, site_id: str) -> int:
    """Above which amount of a sale paid by 收款码 somebody looks; 0 = never (I08)."""
    text = policy_text(connection, STATIC_CODE_CAP, site_id) or POLICIES[STATIC_CODE_CAP]
    return int(text) if text.isascii() and text.isdigit() else 0
