"""Tables of accounts: the entry ledger with its balances, and what paid which invoice."""

from collections.abc import Mapping

from sqlalchemy import Index

from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Balance,
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
)
"""A positive amount from the credit account to the debit account. ``account_id`` names the
channel account that also sees the entry, '' for a site's own business."""

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


def _entry_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """A site's own business stays at the site; an account's is head office's as well."""
    site = (scopes.site(str(row["site_id"])),) if row["site_id"] else ()
    if row["account_id"]:
        return (scopes.HQ, scopes.account(str(row["account_id"])), *site)
    return site or (scopes.HQ,)


TABLES = (
    Replicated(
        table=account_entry,
        role=TableRole.LEDGER,
        scopes=_entry_scopes,
        balances=(
            Balance(
                table=account_balance,
                from_column="credit_account",
                to_column="debit_account",
                keys=("currency",),
                amount="amount_minor",
            ),
        ),
    ),
    Replicated(table=invoice_payment, role=TableRole.LEDGER, scopes=scopes.in_site),
)
