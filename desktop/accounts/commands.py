"""The commands of accounts."""

from sqlalchemy import Connection, or_, select

from desktop.accounts import usecases
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.accounts.queries import (
    CUSTOMERS_FOUND_MAX,
    CustomerView,
    balances,
    customer_id_meant,
    find_customers,
)
from shared.accounts.rules import customer_receivable, tender_named
from shared.accounts.tables import account_entry
from shared.channel.queries import account, currency_of
from shared.core.money import Money, format_money, parse_money


class Expense(Params, kw_only=True):
    """Petty cash: what for, how much, to whom."""

    category: str
    amount: str
    payee: str = ""
    tender: str = "cash"


def _minor(store: Store, text: str, account_id: str = "") -> int:
    site_id = device(store).site_id

    def read(connection: Connection) -> str:
        found = account(connection, account_id) if account_id else None
        return found.currency if found else currency_of(connection, site_id)

    return parse_money(text, store.read(read)).minor


def _expense(store: Store, asked: Expense) -> Written:
    done = store.write(
        usecases.pay_expense,
        asked.category,
        _minor(store, asked.amount),
        payee=asked.payee,
        tender=tender_named(asked.tender),
    )
    return Written.of(done.value)


class Payment(Params, kw_only=True):
    """A channel account paid: ``receivable`` or ``deposit``."""

    account: str
    amount: str
    purpose: str = "receivable"
    reference: str = ""


def _payment(store: Store, asked: Payment) -> Written:
    done = store.write(
        usecases.record_payment,
        asked.account,
        _minor(store, asked.amount, asked.account),
        purpose=asked.purpose,
        reference=asked.reference,
    )
    return Written.of(done.value)


class GuaranteeRefund(Params, kw_only=True):
    """A guarantee that goes back, with the two others who stand for it."""

    account: str
    amount: str
    reason: str
    approver: str
    second_approver: str
    reference: str = ""


def _guarantee_refund(store: Store, asked: GuaranteeRefund) -> Written:
    done = store.write(
        usecases.refund_guarantee,
        asked.account,
        _minor(store, asked.amount, asked.account),
        reason=asked.reason,
        approver_id=asked.approver,
        second_approver_id=asked.second_approver,
        reference=asked.reference,
    )
    return Written.of(done.value)


class Adjustment(Params, kw_only=True):
    """An amount with its reason; positive makes the account owe more."""

    account: str
    amount: str
    reason: str


def _adjust(store: Store, asked: Adjustment) -> Written:
    amount_minor = _minor(store, asked.amount, asked.account)
    done = store.write(usecases.adjust_account, asked.account, amount_minor, reason=asked.reason)
    return Written.of(done.value)


class Rebate(Params, kw_only=True):
    """A rebate for an account's orders: ``note`` (票折) or ``goods`` (货补)."""

    account: str
    amount: str
    reason: str
    form: str = "note"
    valid_until: str = ""
    """The last day it may be used; '' = no end."""
    approver: str = ""


def _rebate(store: Store, asked: Rebate) -> Written:
    done = store.write(
        usecases.grant_rebate,
        asked.account,
        _minor(store, asked.amount, asked.account),
        reason=asked.reason,
        form=asked.form,
        valid_until=asked.valid_until,
        approver_id=asked.approver,
    )
    return Written.of(done.value)


class Statement(Params):
    """A channel account's entries, or a customer's of this site, or the whole site's."""

    account: str = ""
    customer: str = ""
    limit: int = 500


def _statement(store: Store, asked: Statement) -> dict[str, object]:
    site_id = device(store).site_id
    prefix = f"site/{site_id}/"
    if asked.account:
        prefix = f"partner/{asked.account}/"
    elif asked.customer:
        customer_id = store.read(lambda one: customer_id_meant(one, site_id, asked.customer))
        prefix = customer_receivable(site_id, customer_id)
    # One customer is one account: K7 does not include K70.
    upper = prefix + ("\0" if asked.customer else "\uffff")
    return store.read(lambda connection: _lines(connection, prefix, upper, asked.limit))


def _lines(connection: Connection, prefix: str, upper: str, limit: int) -> dict[str, object]:
    e = account_entry.c
    statement = (
        select(account_entry)
        .where(
            or_(
                (e.debit_account >= prefix) & (e.debit_account < upper),
                (e.credit_account >= prefix) & (e.credit_account < upper),
            )
        )
        .order_by(e.happened_at_us, e.id)
        .limit(limit)
    )
    entries = [
        {
            "document": row.document,
            "debit": row.debit_account,
            "credit": row.credit_account,
            "amount_minor": row.amount_minor,
            "currency": row.currency,
            "memo": row.memo,
            "happened_at_us": row.happened_at_us,
            "business_day": row.business_day,
        }
        for row in connection.execute(statement)
    ]
    held = [
        {
            "account": name,
            "currency": currency,
            "balance_minor": minor,
            "balance": format_money(Money(minor, currency)),
        }
        for name, currency, minor in balances(connection, prefix)
        if name < upper
    ]
    return {"balances": held, "entries": entries}


class CustomerNew(Params, kw_only=True):
    """A customer of the site's own; a code is made when none is said."""

    name: str
    code: str = ""
    phone: str = ""
    level: str = ""
    salesperson: str = ""
    terms_days: int = 0
    note: str = ""


def _customer_new(store: Store, asked: CustomerNew) -> CustomerView:
    return store.write(
        usecases.take_up_customer,
        asked.name,
        code=asked.code,
        phone=asked.phone,
        level_id=asked.level,
        salesperson_id=asked.salesperson,
        terms_days=asked.terms_days,
        note=asked.note,
    ).value


class CustomerChange(Params, kw_only=True):
    """A customer by id, code or name; what is left out stays as it is."""

    customer: str
    name: str | None = None
    code: str | None = None
    phone: str | None = None
    level: str | None = None
    salesperson: str | None = None
    terms_days: int | None = None
    note: str | None = None
    is_active: bool | None = None


def _customer_change(store: Store, asked: CustomerChange) -> CustomerView:
    site_id = device(store).site_id
    return store.write(
        usecases.change_customer,
        store.read(lambda connection: customer_id_meant(connection, site_id, asked.customer)),
        name=asked.name,
        code=asked.code,
        phone=asked.phone,
        level_id=asked.level,
        salesperson_id=asked.salesperson,
        terms_days=asked.terms_days,
        note=asked.note,
        is_active=asked.is_active,
    ).value


class CustomersFind(Params):
    """A code, a part of a name, pinyin initials or the end of a phone; everybody for none."""

    text: str = ""
    limit: int = CUSTOMERS_FOUND_MAX


def _customers(store: Store, asked: CustomersFind) -> list[CustomerView]:
    site_id = device(store).site_id
    return store.read(
        lambda connection: find_customers(connection, site_id, asked.text, limit=asked.limit)
    )


COMMANDS = (
    Command(
        name="customer-new",
        summary="Take up a customer of the site's own.",
        params=CustomerNew,
        run=_customer_new,
    ),
    Command(
        name="customer-change",
        summary="Say anew what is known of a customer.",
        params=CustomerChange,
        run=_customer_change,
    ),
    Command(
        name="own-customers",
        summary="Find the site's own customers by code, name, pinyin or phone.",
        params=CustomersFind,
        run=_customers,
    ),
    Command(
        name="expense",
        summary="Pay something out of the drawer.",
        params=Expense,
        run=_expense,
    ),
    Command(
        name="account-payment",
        summary="A channel account's money arrived (head office).",
        params=Payment,
        run=_payment,
    ),
    Command(
        name="account-adjust",
        summary="Write an amount to a channel account (head office).",
        params=Adjustment,
        run=_adjust,
    ),
    Command(
        name="guarantee-refund",
        summary="Pay a channel account's guarantee back.",
        params=GuaranteeRefund,
        run=_guarantee_refund,
    ),
    Command(
        name="rebate-grant",
        summary="Grant a channel account a rebate for its orders (head office).",
        params=Rebate,
        run=_rebate,
    ),
    Command(
        name="statement",
        summary="Entries and balance of an account, a customer, or this site.",
        params=Statement,
        run=_statement,
    ),
)
