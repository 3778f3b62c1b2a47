"""Documents of money become entries; other areas call ``entries`` for theirs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shared.access.queries import permissions_of
from shared.accounts.documents import (
    AccountAdjusted,
    AccountPayment,
    Collection,
    CustomerStated,
    ExpensePaid,
    FloatStated,
    GuaranteeRefunded,
    RebateGranted,
    ShiftClosed,
    ShiftDeclared,
    ShiftOpened,
)
from shared.accounts.queries import balance_minor
from shared.accounts.rules import (
    BANK,
    FLOAT,
    HQ_REBATES,
    HQ_REVENUE,
    PAID_TO,
    SHIFT_DIFFERENCE_MINOR,
    Purpose,
    Tender,
    cash_difference,
    customer_receivable,
    expense,
    guarantee,
    put_by,
    rebate,
    receivable,
    tender_account,
)
from shared.core.clock import business_day
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.tasks.posting import open_task


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
        "business_day": _day(header),
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
    yield money_row(
        header, paid.currency, paid.amount_minor, paid.reference, customer_id=paid.customer_id
    )
    for number, part in enumerate(paid.allocations, start=1):
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "customer_id": paid.customer_id,
            "invoice": part.invoice,
            "amount_minor": part.amount_minor,
        }
        yield Write("invoice_payment", derived_id(header.uid, "p", number), values)
    yield from drawer_row(header, paid.shift, paid.tender, "collection", paid.amount_minor)


def money_row(
    header: Header,
    currency: str,
    amount_minor: int,
    reference: str,
    *,
    account_id: str = "",
    customer_id: str = "",
) -> Write:
    """Who took the money down, where and when, for the document flow (E11)."""
    values: dict[str, Value] = {
        "kind": header.kind,
        "number": header.number,
        "site_id": header.site_id,
        "device_id": header.device_id,
        "author_id": header.author_id,
        "account_id": account_id,
        "customer_id": customer_id,
        "currency": currency,
        "amount_minor": amount_minor,
        "reference": reference,
        "happened_at_us": header.happened_at_us,
    }
    return Write("money_document", uid_text(header.uid), values)


def drawer_row(
    header: Header, shift: str, tender: str, reason: str, amount_minor: int
) -> Iterator[Write]:
    if shift:
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "shift": shift,
            "site_id": header.site_id,
            "tender": tender,
            "reason": reason,
            "amount_minor": amount_minor,
        }
        yield Write("drawer_move", derived_id(header.uid, "d"), values)


def post_customer(header: Header, said: CustomerStated) -> Iterator[Write]:
    """One record per customer of the site; what was said last stands."""
    values: dict[str, Value] = {
        "customer_id": said.customer_id,
        "site_id": header.site_id,
        "code": said.code,
        "name": said.name,
        "initials": said.initials,
        "phone": said.phone,
        "level_id": said.level_id,
        "salesperson_id": said.salesperson_id,
        "terms_days": said.terms_days,
        "note": said.note,
        "is_active": int(said.is_active),
        "stated_at_us": header.happened_at_us,
    }
    yield Write("customer", derived_id(header.site_id, said.customer_id), values)


def post_account_payment(header: Header, paid: AccountPayment) -> Iterator[Write]:
    """Money into the bank: against the receivable, as deposit or as guarantee."""
    is_named = paid.purpose in set(Purpose)
    book = PAID_TO[Purpose(paid.purpose)] if is_named else receivable
    against = book(paid.account_id)
    entry = Entry(BANK, against, paid.amount_minor, paid.purpose)
    yield from entries(header, paid.currency, [entry], account_id=paid.account_id)
    yield money_row(
        header, paid.currency, paid.amount_minor, paid.reference, account_id=paid.account_id
    )


def post_guarantee_refund(header: Header, refunded: GuaranteeRefunded) -> Iterator[Write]:
    """Money out of the bank, off what the account left as security (M03)."""
    account_id = refunded.account_id
    entry = Entry(guarantee(account_id), BANK, refunded.amount_minor, "guarantee_refund")
    yield from entries(header, refunded.currency, [entry], account_id=account_id)
    yield money_row(
        header, refunded.currency, -refunded.amount_minor, refunded.reason, account_id=account_id
    )


def review_guarantee_refunds(
    connection: Connection, batch: Sequence[tuple[Header, GuaranteeRefunded]], _now_us: int
) -> Iterator[Answer]:
    """Tasks for a refund two others did not stand for, and for more than was held (M03)."""
    for header, refunded in batch:
        uid = uid_text(header.uid)
        said: dict[str, str | int] = {
            "number": header.number,
            "amount_minor": refunded.amount_minor,
        }
        two = {header.approver_id, refunded.second_approver_id} - {header.author_id, ""}
        may = [one for one in two if "account.adjust" in permissions_of(connection, one, "")]
        if len(may) < 2:
            yield open_task(header, "GUARANTEE_NOT_APPROVED", uid, said)
        left = -balance_minor(connection, guarantee(refunded.account_id), refunded.currency)
        if left < 0:
            yield open_task(header, "GUARANTEE_BELOW_ZERO", refunded.account_id, said)


def post_adjustment(header: Header, adjusted: AccountAdjusted) -> Iterator[Write]:
    """The account owes more (or less, when negative) against head office's revenue."""
    entry = Entry(receivable(adjusted.account_id), HQ_REVENUE, adjusted.amount_minor, "adjustment")
    account_id = adjusted.account_id
    yield from entries(header, adjusted.currency, [entry], account_id=account_id)
    yield money_row(
        header, adjusted.currency, adjusted.amount_minor, adjusted.reason, account_id=account_id
    )


def post_rebate(header: Header, granted: RebateGranted) -> Iterator[Write]:
    """The account may use so much on its orders; each grant is a lot with its own end (M02)."""
    account_id = granted.account_id
    entry = Entry(HQ_REBATES, rebate(account_id), granted.amount_minor, "rebate")
    yield from entries(header, granted.currency, [entry], account_id=account_id)
    yield money_row(
        header, granted.currency, granted.amount_minor, granted.reason, account_id=account_id
    )
    if granted.amount_minor > 0:
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "account_id": account_id,
            "currency": granted.currency,
            "amount_minor": granted.amount_minor,
            "form": granted.form,
            "reason": granted.reason,
            "business_day": _day(header),
            "valid_until": granted.valid_until,
        }
        yield Write("rebate_lot", derived_id(header.uid, "l"), values)


def _day(header: Header) -> str:
    return header.business_day or business_day(header.happened_at_us, "UTC")


def post_expense(header: Header, paid: ExpensePaid) -> Iterator[Write]:
    """Money out of the tender, into what the site spent on the category."""
    spent = expense(header.site_id, paid.category)
    entry = Entry(spent, tender_account(header.site_id, paid.tender), paid.amount_minor, paid.payee)
    yield from entries(header, paid.currency, [entry])
    yield from drawer_row(header, paid.shift, paid.tender, "expense", -paid.amount_minor)


def post_shift_opened(header: Header, body: ShiftOpened) -> Iterator[Write]:
    """The shift, and what was put into the drawer out of the safe."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "device_id": header.device_id,
        "number": header.number,
        "currency": body.currency,
        "opened_by": header.author_id,
        "opened_at_us": header.happened_at_us,
        "business_day": header.business_day,
        "float_minor": body.float_minor,
    }
    yield Write("shift", uid_text(header.uid), values)
    drawer, safe = tender_account(header.site_id, Tender.CASH), put_by(header.site_id, "safe")
    entry = Entry(drawer, safe, body.from_safe_minor, "float")
    yield from entries(header, body.currency, [entry])


def post_float_stated(header: Header, body: FloatStated) -> Iterator[Write]:
    """What the float is more than was said before: in the shift, and in the drawer's account."""
    if body.from_safe_minor:
        yield from drawer_row(header, body.shift, Tender.CASH.value, FLOAT, body.from_safe_minor)
    drawer, safe = tender_account(header.site_id, Tender.CASH), put_by(header.site_id, "safe")
    entry = Entry(drawer, safe, body.from_safe_minor, "float")
    yield from entries(header, body.currency, [entry])


def post_shift_declared(header: Header, body: ShiftDeclared) -> Iterator[Write]:
    """The count with its notes and coins; the shift names the latest one."""
    here: dict[str, Value] = {
        "document": uid_text(header.uid),
        "shift": body.shift,
        "site_id": header.site_id,
    }
    yield Write(
        "shift",
        body.shift,
        {
            "site_id": header.site_id,
            "device_id": header.device_id,
            "declaration": uid_text(header.uid),
            "declared_at_us": header.happened_at_us,
        },
    )
    for number, one in enumerate(body.tenders, start=1):
        said: dict[str, Value] = {
            "tender": one.tender,
            "expected_minor": one.expected_minor,
            "declared_minor": one.declared_minor,
            "is_declared": int(one.is_declared),
        }
        yield Write("shift_tender", derived_id(header.uid, "t", number), here | said)
    for number, cash in enumerate(body.cash, start=1):
        counted: dict[str, Value] = {"value_minor": cash.value_minor, "count": cash.count}
        yield Write("shift_cash", derived_id(header.uid, "c", number), here | counted)


def post_shift_closed(header: Header, body: ShiftClosed) -> Iterator[Write]:
    """The end of the shift; the drawer's account is brought to what was counted and left."""
    site_id = header.site_id
    yield Write(
        "shift",
        body.shift,
        {
            "site_id": site_id,
            "device_id": header.device_id,
            "declaration": body.declaration,
            "closing_number": header.number,
            "closed_by": header.author_id,
            "approver_id": header.approver_id,
            "closed_at_us": header.happened_at_us,
            "cash_difference_minor": body.cash_difference_minor,
            "deposit_minor": body.deposit_minor,
            "deposit_to": body.deposit_to,
            "left_minor": body.left_minor,
            "note": body.note,
        },
    )
    drawer = tender_account(site_id, Tender.CASH)
    found = Entry(drawer, cash_difference(site_id), body.cash_difference_minor, "count")
    taken = Entry(put_by(site_id, body.deposit_to), drawer, body.deposit_minor, "deposit")
    yield from entries(header, body.currency, [found, taken])


def review_closings(
    _connection: Connection, batch: Sequence[tuple[Header, ShiftClosed]], _now_us: int
) -> Iterator[Answer]:
    """A task for each drawer that was off by more than anybody should sign away alone."""
    for header, body in batch:
        if abs(body.cash_difference_minor) > SHIFT_DIFFERENCE_MINOR:
            yield open_task(
                header,
                "SHIFT_DIFFERENCE",
                body.shift,
                {"difference_minor": body.cash_difference_minor, "number": header.number},
            )
