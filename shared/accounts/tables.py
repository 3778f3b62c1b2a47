"""Tables of accounts: the entry ledger with its balances, and what paid which invoice."""

from collections.abc import Mapping

from sqlalchemy import Index

from shared.accounts.rules import is_personal
from shared.closing.tables import last_slot
from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Balance,
    Opens,
    Replicated,
    TableRole,
    balance_table,
    integer_column,
    replicated_table,
    text_column,
)

account_entry = replicated_table(
    "account_entry",
    text_column("document"),
    text_column("site_id"),
    text_column("account_id"),
    text_column("debit_account"),
    text_column("credit_account"),
    integer_column("amount_minor"),
    text_column("currency"),
    text_column("memo"),
    integer_column("happened_at_us"),
    text_column("business_day"),
    text_column("period"),
)
"""A positive amount from the credit account to the debit account. ``account_id`` names the
channel account that also sees the entry, '' for a site's own business; ``period`` is the month with
which head office closed the row, '' while it is open."""

account_opening = replicated_table(
    "account_opening",
    text_column("document"),
    text_column("site_id"),
    text_column("month"),
    text_column("debit_account"),
    text_column("credit_account"),
    integer_column("amount_minor"),
    text_column("currency"),
    text_column("business_day"),
    integer_column("row_count"),
)
"""What a closed month brought from one account to another: at the site one row for its entries."""

account_balance = balance_table("account_balance", "currency")

invoice_payment = replicated_table(
    "invoice_payment",
    text_column("document"),
    text_column("site_id"),
    text_column("customer_id"),
    text_column("invoice"),
    integer_column("amount_minor"),
)
Index("invoice_payment_invoice", invoice_payment.c.invoice)

money_document = replicated_table(
    "money_document",
    text_column("kind"),
    text_column("number"),
    text_column("site_id"),
    text_column("device_id"),
    text_column("author_id"),
    text_column("account_id", index=True),
    text_column("customer_id"),
    text_column("currency"),
    integer_column("amount_minor"),
    text_column("reference"),
    integer_column("happened_at_us"),
)
"""Money that was paid or written to somebody's debt, by its uid text: who and when (E11)."""

customer = replicated_table(
    "customer",
    text_column("customer_id"),
    text_column("site_id", index=True),
    text_column("code"),
    text_column("name"),
    text_column("initials"),
    text_column("phone"),
    text_column("level_id"),
    text_column("salesperson_id"),
    integer_column("terms_days"),
    text_column("note"),
    integer_column("is_active"),
    integer_column("stated_at_us"),
)
"""id = site and customer. A site's own customers: nobody else holds their names and phones."""

shift = replicated_table(
    "shift",
    text_column("site_id"),
    text_column("device_id"),
    text_column("number"),
    text_column("currency"),
    text_column("opened_by"),
    integer_column("opened_at_us"),
    text_column("business_day"),
    integer_column("float_minor"),
    text_column("declaration"),
    integer_column("declared_at_us"),
    text_column("closing_number"),
    text_column("closed_by"),
    text_column("approver_id"),
    integer_column("closed_at_us"),
    integer_column("cash_difference_minor"),
    integer_column("deposit_minor"),
    text_column("deposit_to"),
    integer_column("left_minor"),
    text_column("note"),
)
"""id = uid text of the opening. A shift is one drawer's, and so one device's."""
Index("shift_open", shift.c.device_id, shift.c.closed_at_us)

shift_tender = replicated_table(
    "shift_tender",
    text_column("document"),
    text_column("shift", index=True),
    text_column("site_id"),
    text_column("tender"),
    integer_column("expected_minor"),
    integer_column("declared_minor"),
    integer_column("is_declared"),
)
"""What one declaration said of one tender."""

shift_cash = replicated_table(
    "shift_cash",
    text_column("document", index=True),
    text_column("shift"),
    text_column("site_id"),
    integer_column("value_minor"),
    integer_column("count"),
)
"""Notes and coins of one declaration."""

drawer_move = replicated_table(
    "drawer_move",
    text_column("document"),
    text_column("shift", index=True),
    text_column("site_id"),
    text_column("tender"),
    text_column("reason"),
    integer_column("amount_minor"),
)
"""What a shift took in (negative: gave out) beside its sales: ``collection``, ``expense``,
``deposit``; ``float`` where its float was said otherwise after the opening."""

rebate_lot = replicated_table(
    "rebate_lot",
    text_column("document"),
    text_column("account_id", index=True),
    text_column("currency"),
    integer_column("amount_minor"),
    text_column("form"),
    text_column("reason"),
    text_column("business_day"),
    text_column("valid_until"),
)
"""A rebate as it was granted (M02); what was used of it follows from the entries."""


def _is_personal(row: Mapping[str, Value]) -> bool:
    return any(is_personal(str(row[name])) for name in ("debit_account", "credit_account"))


def _entry_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """A site's own business stays at the site; an account's is head office's as well. Of a closed
    month nobody at the site holds the entries: opening rows stand for them."""
    if row["period"]:
        return (scopes.closed_month(str(row["site_id"]), str(row["period"])),)
    site = (scopes.site(str(row["site_id"])),) if row["site_id"] else ()
    if row["account_id"]:
        return (scopes.HQ, scopes.account(str(row["account_id"])), *site)
    return site or (scopes.HQ,)


def _money_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """What an account paid is head office's and the account's; a customer's, the site's alone."""
    if row["account_id"]:
        return (scopes.HQ, scopes.account(str(row["account_id"])))
    return scopes.in_site(row)


def _lot_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    return (scopes.HQ, scopes.account(str(row["account_id"])))


_BALANCES = (
    Balance(
        table=account_balance,
        from_column="credit_account",
        to_column="debit_account",
        keys=("currency",),
        amount="amount_minor",
        openings="account_opening",
    ),
)

TABLES = (
    Replicated(
        table=account_entry, role=TableRole.LEDGER, scopes=_entry_scopes, balances=_BALANCES
    ),
    Replicated(
        table=account_opening,
        role=TableRole.LEDGER,
        scopes=scopes.in_site,
        opens=Opens(
            table="account_entry",
            keys=("debit_account", "credit_account", "currency"),
            amount="amount_minor",
            balances=_BALANCES,
            included=last_slot,
            stays=_is_personal,
        ),
    ),
    Replicated(table=invoice_payment, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=money_document, role=TableRole.LEDGER, scopes=_money_scopes),
    Replicated(table=customer, role=TableRole.RECORD, scopes=scopes.in_site),
    Replicated(table=shift, role=TableRole.RECORD, scopes=scopes.in_site),
    Replicated(table=shift_tender, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=shift_cash, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=drawer_move, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=rebate_lot, role=TableRole.LEDGER, scopes=_lot_scopes),
)
