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
    shift: str = ""
    """uid text of the shift whose drawer took it; '' outside shifts."""


class AccountPayment(Body, kw_only=True):
    """A channel account paid its supplier: on its receivable, ahead as deposit, or a guarantee."""

    account_id: str
    currency: str
    amount_minor: int
    purpose: str
    """``receivable``, ``deposit`` or ``guarantee``."""
    reference: str = ""


class AccountAdjusted(Body, kw_only=True):
    """An amount written to an account by head office with its reason (bad debt, opening)."""

    account_id: str
    currency: str
    amount_minor: int
    """Positive makes the account owe more."""
    reason: str


class GuaranteeRefunded(Body, kw_only=True):
    """Head office pays a guarantee back (M03); two others stand for it: the header's approver and
    a second one."""

    account_id: str
    currency: str
    amount_minor: int
    reason: str
    second_approver_id: str
    reference: str = ""


class RebateGranted(Body, kw_only=True):
    """Head office grants a channel account a rebate to use on its orders (返利, M02).

    It is no money: it is used on orders, as 票折 or 货补 (domain rule 6).
    """

    account_id: str
    currency: str
    amount_minor: int
    """Negative takes back what was granted wrongly."""
    reason: str
    form: str = "note"
    """``note`` (票折) or ``goods`` (货补)."""
    valid_until: str = ""
    """The last day it may be used; '' = no end."""


class ExpensePaid(Body, kw_only=True):
    """A site paid something out of its drawer: postage, cleaning, a taxi."""

    category: str
    currency: str
    amount_minor: int
    payee: str = ""
    tender: str = "cash"
    shift: str = ""
    """uid text of the shift whose drawer paid it; '' outside shifts."""


class ShiftOpened(Body, kw_only=True):
    """A drawer is opened with its float; until it is closed all it takes is this shift's (I11)."""

    currency: str
    float_minor: int
    from_safe_minor: int = 0
    """The part of the float that was put in now; negative was taken out. The rest lay there."""
    note: str = ""


class FloatStated(Body, kw_only=True):
    """What the float of a running shift was, said after its opening and before its count (I11)."""

    shift: str
    """uid text of the opening."""
    currency: str
    float_minor: int
    """The whole float, not what was added to it."""
    from_safe_minor: int = 0
    """How much more that is than was said before; negative is less."""


class CashCounted(Part, kw_only=True):
    """So many coins or notes of one value."""

    value_minor: int
    count: int


class TenderCounted(Part, kw_only=True):
    """One tender as a person declared it, beside what the shift took in; minor units."""

    tender: str
    expected_minor: int
    declared_minor: int
    is_declared: bool = True
    """False: nobody declared it, so it makes no difference."""


class ShiftDeclared(Body, kw_only=True):
    """What was counted, blind; what was expected is worked out in the same breath (I11).

    It cannot be taken back: a second count is a second document, and both stay.
    """

    shift: str
    """uid text of the opening."""
    currency: str
    cash: tuple[CashCounted, ...]
    tenders: tuple[TenderCounted, ...]


class ShiftClosed(Body, kw_only=True):
    """The drawer is handed over: the difference is accepted and the deposit taken out."""

    shift: str
    currency: str
    declaration: str
    """uid text of the count that holds."""
    cash_difference_minor: int
    """Counted less expected."""
    deposit_minor: int
    deposit_to: str
    """``safe`` or ``owner``."""
    left_minor: int
    """Stays in the drawer for the next float."""
    note: str = ""


class CustomerStated(Body, kw_only=True):
    """A site's own customer is taken up, or what is known of them is said anew (批发开单).

    Stays with the devices of the site: head office sees what was sold, not to whom.
    """

    customer_id: str
    name: str
    code: str = ""
    """What people call them by at the counter."""
    initials: str = ""
    """Of the name, in pinyin; resolved by the author."""
    phone: str = ""
    level_id: str = ""
    """Whose guide price they pay; '' = the level below this site's own."""
    salesperson_id: str = ""
    terms_days: int = 0
    """Days until an invoice on credit is due; 0 = at once."""
    note: str = ""
    is_active: bool = True
