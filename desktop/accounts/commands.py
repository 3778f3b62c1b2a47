"""The commands of accounts."""

from sqlalchemy import Connection, or_, select

from desktop.accounts import usecases
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.accounts.queries import balances
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


class Adjustment(Params, kw_only=True):
    """An amount with its reason; positive makes the account owe more."""

    account: str
    amount: str
    reason: str


def _adjust(store: Store, asked: Adjustment) -> Written:
    amount_minor = _minor(store, asked.amount, asked.account)
    done = store.write(usecases.adjust_account, asked.account, amount_minor, reason=asked.reason)
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
        prefix = customer_receivable(site_id, asked.customer)
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


COMMANDS = (
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
        name="statement",
        summary="Entries and balance of an account, a customer, or this site.",
        params=Statement,
        run=_statement,
    ),
)
