"""Documents of money become entries; other areas call ``entries`` for theirs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shared.accounts.documents import AccountAdjusted, AccountPayment, Collection, ExpensePaid
from shared.accounts.rules import (
    BANK,
    HQ_REVENUE,
    customer_receivable,
    deposit,
    expense,
    receivable,
    tender_account,
)
from shared.core.clock import business_day
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write


class Entry(NamedTuple):
    """An amount from the credit account to the debit account; a negative one goes back."""

    debit: str
    credit: str
    amount_minor: int
    memo: str = ""


def entries(
    header: Header, currency: str, wanted: Iterable[Entry], *, account_id: str = ""
) -> Iterator[Write]:
    """The ledger rows of a document's entries, numbered in their order; zero enters nothing."""
    common: dict[str, Value] = {
        "document": uid_text(header.uid),
        "site_id": header.site_id,
        "account_id": account_id,
        "currency": currency,
        "happened_at_us": header.happened_at_us,
        "business_day": header.business_day or business_day(header.happened_at_us, "UTC"),
    }
    for number, entry in enumerate(wanted, start=1):
        if entry.amount_minor:
            yield _row(header, number, entry, common)


def _row(header: Header, number: int, entry: Entry, common: dict[str, Value]) -> Write:
    backwards = entry.amount_minor < 0
    values = common | {
        "debit_account": entry.credit if backwards else entry.debit,
        "credit_account": entry.debit if backwards else entry.credit,
        "amount_minor": abs(entry.amount_minor),
        "memo": entry.memo,
    }
    return Write("account_entry", derived_id(header.uid, "e", number), values)


def post_collection(header: Header, paid: Collection) -> Iterator[Write]:
    """Money into the tender, out of what the customer owes; one payment row per invoice."""
    owed = customer_receivable(header.site_id, paid.customer_id)
    into = tender_account(header.site_id, paid.tender)
    yield from entries(header, paid.currency, [Entry(into, owed, paid.amount_minor, "collection")])
    for number, part in enumerate(paid.allocations, start=1):
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "customer_id": paid.customer_id,
            "invoice": part.invoice,
            "amount_minor": part.amount_minor,
        }
        yield Write("invoice_payment", derived_id(header.uid, "p", number), values)


def post_account_payment(header: Header, paid: AccountPayment) -> Iterator[Write]:
    """Money into the bank, against the receivable or as deposit."""
    ahead = paid.purpose == "deposit"
    against = deposit(paid.account_id) if ahead else receivable(paid.account_id)
    entry = Entry(BANK, against, paid.amount_minor, paid.purpose)
    return entries(header, paid.currency, [entry], account_id=paid.account_id)


def post_adjustment(header: Header, adjusted: AccountAdjusted) -> Iterator[Write]:
    """The account owes more (or less, when negative) against head office's revenue."""
    entry = Entry(receivable(adjusted.account_id), HQ_REVENUE, adjusted.amount_minor, "adjustment")
    return entries(header, adjusted.currency, [entry], account_id=adjusted.account_id)


def post_expense(header: Header, paid: ExpensePaid) -> Iterator[Write]:
    """Money out of the tender, into what the site spent on the category."""
    spent = expense(header.site_id, paid.category)
    entry = Entry(spent, tender_account(header.site_id, paid.tender), paid.amount_minor, paid.payee)
    return entries(header, paid.currency, [entry])
