"""What accounts hold and which invoices are open."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select

from shared.accounts.rules import FLOAT, Paid, oldest_first, receivable
from shared.accounts.tables import (
    account_balance,
    account_entry,
    customer,
    drawer_move,
    invoice_payment,
    money_document,
    shift,
)
from shared.core.text import normal

CUSTOMERS_FOUND_MAX: Final = 20


def balance_minor(
    connection: Connection, account: str, currency: str, *, lock: bool = False
) -> int:
    """Debits less credits of an account, from the kept balance.

    With ``lock`` nobody else changes it before the transaction ends (deciding credit).
    """
    statement = select(account_balance.c.came_in, account_balance.c.went_out).where(
        account_balance.c.end == account, account_balance.c.currency == currency
    )
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return int(row.came_in - row.went_out) if row else 0


def balances(connection: Connection, prefix: str) -> list[tuple[str, str, int]]:
    """(account, currency, balance in minor units) of all accounts under a prefix, by name."""
    a = account_balance.c
    statement = (
        select(a.end, a.currency, a.came_in - a.went_out)
        .where(a.end >= prefix, a.end < prefix + "\uffff")
        .order_by(a.end, a.currency)
    )
    return [(end, currency, int(minor)) for end, currency, minor in connection.execute(statement)]


def paid_minor(connection: Connection, invoice: str) -> int:
    """What collections have paid of an invoice so far, in minor units."""
    paid = func.coalesce(func.sum(invoice_payment.c.amount_minor), 0)
    return int(
        connection.execute(select(paid).where(invoice_payment.c.invoice == invoice)).scalar_one()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """A shift as the till needs it; nothing here tells what its drawer should hold."""

    shift_id: str
    site_id: str
    device_id: str
    number: str
    currency: str
    opened_by: str
    opened_at_us: int
    business_day: str
    float_minor: int
    declaration: str
    """uid text of the count that holds; '' while none was made."""
    declared_at_us: int
    closed_by: str
    closed_at_us: int


_OPEN: Final = (
    select(shift)
    .where(shift.c.device_id == bindparam("device_id"), shift.c.closed_at_us == 0)
    .order_by(shift.c.opened_at_us.desc(), shift.c.id)
    .limit(1)
)


def open_shift(connection: Connection, device_id: str) -> ShiftView | None:
    """The shift that runs on a device; None outside shifts."""
    row = connection.execute(_OPEN, {"device_id": device_id}).one_or_none()
    return _shift(row) if row else None


def shift_of(connection: Connection, shift_id: str) -> ShiftView | None:
    """A shift by id."""
    row = connection.execute(select(shift).where(shift.c.id == shift_id)).one_or_none()
    return _shift(row) if row else None


def shifts_of(connection: Connection, site_id: str, *, limit: int = 60) -> list[ShiftView]:
    """The shifts of a site, newest first."""
    rows = connection.execute(
        select(shift)
        .where(shift.c.site_id == site_id)
        .order_by(shift.c.opened_at_us.desc(), shift.c.id)
        .limit(limit)
    )
    return [_shift(row) for row in rows]


def left_in_drawer(connection: Connection, device_id: str) -> int:
    """What the last closed shift left in this device's drawer, in minor units."""
    c = shift.c
    found = connection.execute(
        select(c.left_minor)
        .where(c.device_id == device_id, c.closed_at_us > 0)
        .order_by(c.closed_at_us.desc(), c.id)
        .limit(1)
    ).scalar()
    return int(found or 0)


def with_float(connection: Connection, found: ShiftView) -> ShiftView:
    """The shift with its float as it was said last, which may be after its opening."""
    d = drawer_move.c
    said = select(func.coalesce(func.sum(d.amount_minor), 0)).where(
        d.shift == found.shift_id, d.reason == FLOAT
    )
    more_minor = int(connection.execute(said).scalar_one())
    return replace(found, float_minor=found.float_minor + more_minor) if more_minor else found


def drawer_moves(connection: Connection, shift_id: str) -> list[tuple[str, str, int]]:
    """(tender, reason, amount) that a shift took beside its sales and its float, summed, in minor
    units."""
    d = drawer_move.c
    rows = connection.execute(
        select(d.tender, d.reason, func.sum(d.amount_minor))
        .where(d.shift == shift_id, d.reason != FLOAT)
        .group_by(d.tender, d.reason)
        .order_by(d.tender, d.reason)
    )
    return [(tender, reason, int(minor)) for tender, reason, minor in rows]


def _shift(row: Row[Any]) -> ShiftView:
    return ShiftView(
        shift_id=row.id,
        site_id=row.site_id,
        device_id=row.device_id,
        number=row.number,
        currency=row.currency,
        opened_by=row.opened_by,
        opened_at_us=row.opened_at_us,
        business_day=row.business_day,
        float_minor=row.float_minor,
        declaration=row.declaration,
        declared_at_us=row.declared_at_us,
        closed_by=row.closed_by,
        closed_at_us=row.closed_at_us,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as one account sees it; minor units, debits positive."""

    entry_id: str
    document: str
    amount_minor: int
    memo: str
    happened_at_us: int
    business_day: str


def entries_of(
    connection: Connection, name: str, currency: str, *, from_day: str = "", to_day: str = "9"
) -> list[EntryView]:
    """The entries of an account on the days from..to inclusive, oldest first."""
    e = account_entry.c
    statement = (
        select(account_entry)
        .where(
            (e.debit_account == name) | (e.credit_account == name),
            e.currency == currency,
            e.business_day >= from_day,
            e.business_day <= to_day,
        )
        .order_by(e.business_day, e.happened_at_us, e.id)
    )
    return [
        EntryView(
            entry_id=row.id,
            document=row.document,
            amount_minor=row.amount_minor if row.debit_account == name else -row.amount_minor,
            memo=row.memo,
            happened_at_us=row.happened_at_us,
            business_day=row.business_day,
        )
        for row in connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A site's own customer as its devices know them."""

    customer_id: str
    site_id: str
    code: str
    name: str
    initials: str
    phone: str
    level_id: str
    salesperson_id: str
    terms_days: int
    note: str
    is_active: bool


def has_entries(connection: Connection, name: str) -> bool:
    """Whether anything was ever entered on an account."""
    statement = select(account_balance.c.end).where(account_balance.c.end == name).limit(1)
    return connection.execute(statement).first() is not None


def customer_of(connection: Connection, site_id: str, customer_id: str) -> CustomerView | None:
    """A customer of the site by id, active or not."""
    row = connection.execute(
        select(customer).where(customer.c.site_id == site_id, customer.c.customer_id == customer_id)
    ).first()
    return _customer(row) if row else None


def customers_of_site(connection: Connection, site_id: str) -> list[CustomerView]:
    """The site's own customers that are served, by name."""
    rows = connection.execute(
        select(customer)
        .where(customer.c.site_id == site_id, customer.c.is_active == 1)
        .order_by(customer.c.name, customer.c.customer_id)
    )
    return [_customer(row) for row in rows]


def customer_named(connection: Connection, site_id: str, text: str) -> CustomerView | None:
    """The served customer whose id, code or whole name a text is; ids before codes before names."""
    asked = normal(text)
    c = customer.c
    rows = connection.execute(
        select(customer)
        .where(
            c.site_id == site_id,
            c.is_active == 1,
            (c.customer_id == asked) | (c.name == asked) | (func.upper(c.code) == asked.upper()),
        )
        .order_by(c.customer_id)
    ).all()
    best = sorted(rows, key=lambda row: (row.customer_id != asked, row.name == asked))
    return _customer(best[0]) if asked and best else None


def customer_id_meant(connection: Connection, site_id: str, text: str) -> str:
    """The id of the customer an id, code or whole name means; the text itself for others, such
    as a channel account that is supplied."""
    found = customer_named(connection, site_id, text)
    return found.customer_id if found else text


def find_customers(
    connection: Connection, site_id: str, text: str, *, limit: int = CUSTOMERS_FOUND_MAX
) -> list[CustomerView]:
    """Customers of the site ('' = of all this replica holds) whom a text means, by name: the
    beginning of a code or of the pinyin initials, a part of a name, four or more last digits of a
    phone; all for an empty text."""
    asked = normal(text)
    c = customer.c
    statement = select(customer).where(c.is_active == 1)
    if site_id:
        statement = statement.where(c.site_id == site_id)
    if asked:
        meant = c.name.contains(asked, autoescape=True)
        meant |= func.upper(c.code).startswith(asked.upper(), autoescape=True)
        if asked.isascii() and asked.isalpha():
            meant |= c.initials.startswith(asked.lower(), autoescape=True)
        if asked.isdigit() and len(asked) >= 4:
            meant |= c.phone.endswith(asked)
        statement = statement.where(meant)
    rows = connection.execute(statement.order_by(c.name, c.customer_id).limit(limit))
    return [_customer(row) for row in rows]


def _customer(row: Row[Any]) -> CustomerView:
    return CustomerView(
        customer_id=row.customer_id,
        site_id=row.site_id,
        code=row.code,
        name=row.name,
        initials=row.initials,
        phone=row.phone,
        level_id=row.level_id,
        salesperson_id=row.salesperson_id,
        terms_days=row.terms_days,
        note=row.note,
        is_active=bool(row.is_active),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """Money that was paid or written to somebody's debt: who took it down, where and when."""

    id: str
    kind: str
    number: str
    site_id: str
    device_id: str
    author_id: str
    account_id: str
    customer_id: str
    currency: str
    amount_minor: int
    reference: str
    happened_at_us: int


def money_documents(connection: Connection, uids: Collection[str]) -> dict[str, MoneyView]:
    """Those of the documents that are money and are here, by id."""
    found: dict[str, MoneyView] = {}
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):
        rows = connection.execute(
            select(money_document).where(money_document.c.id.in_(wanted[start : start + 500]))
        )
        names = MoneyView.__slots__
        found |= {row.id: MoneyView(**{name: getattr(row, name) for name in names}) for row in rows}
    return found


def payments_of(
    connection: Connection, account_id: str, currency: str
) -> tuple[list[Paid], dict[str, int]]:
    """What an account's payments pay of its charges, the oldest first, and what is open of each."""
    held = entries_of(connection, receivable(account_id), currency)
    ordered = sorted(held, key=lambda one: (one.happened_at_us, one.entry_id))
    return oldest_first((one.document, one.amount_minor) for one in ordered)


def payments_of_invoices(connection: Connection, invoices: Collection[str]) -> list[Paid]:
    """What collections paid of these invoices, in the order they came."""
    p = invoice_payment.c
    rows = connection.execute(
        select(p.invoice, p.document, p.amount_minor)
        .where(p.invoice.in_(sorted(invoices)))
        .order_by(p.id)
    )
    return [Paid(row.invoice, row.document, int(row.amount_minor)) for row in rows]


def invoices_paid_by(connection: Connection, document: str) -> list[str]:
    """The invoices a collection pays, as it names them."""
    p = invoice_payment.c
    rows = connection.execute(select(p.invoice).where(p.document == document).order_by(p.id))
    return list(rows.scalars())
