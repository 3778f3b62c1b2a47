"""What people do with money: collections, payments of accounts, adjustments."""

from shared.journal.document import Body, Part


class Allocation(Part, kw_only=True):
    """The part of a collection that pays one invoice, in minor units."""

    invoice: str
    """uid text of the invoice's document."""
    amount_minor: int


class Collection(Body, kw_only=True):
    """A site's customer paid on account; the parts say which invoices it pays (收款核销)."""

    customer_id: str
    currency: str
    tender: str
    amount_minor: int
    allocations: list[Allocation]
    reference: str = ""


class AccountPayment(Body, kw_only=True):
    """A channel account paid its supplier: on its receivable, or ahead as deposit."""

    account_id: str
    currency: str
    amount_minor: int
    purpose: str
    """``receivable`` or ``deposit``."""
    reference: str = ""


class AccountAdjusted(Body, kw_only=True):
    """An amount written to an account by head office with its reason (bad debt, opening)."""

    account_id: str
    currency: str
    amount_minor: int
    """Positive makes the account owe more."""
    reason: str


class ExpensePaid(Body, kw_only=True):
    """A site paid something out of its drawer: postage, cleaning, a taxi."""

    category: str
    currency: str
    amount_minor: int
    payee: str = ""
    tender: str = "cash"
