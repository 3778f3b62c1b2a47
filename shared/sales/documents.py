"""What is sold: sales with their lines and tenders, and the quantity-only register."""

from shared.journal.document import Body, Part
from shared.leases.documents import LeaseSpend
from shared.promotions.documents import PromotionApplied
from shared.vouchers.documents import CouponUse


class SaleLine(Part, kw_only=True):
    """One line; a negative quantity is goods coming back.

    ``amount_minor`` is what the line costs after its discount. ``price_trail`` is the stored
    reason of the price, as the pricing area wrote it, so "why this price?" works years later.
    """

    product_id: str
    qty_micro: int
    unit_price_micro: int
    amount_minor: int
    kind: str = "goods"
    unit: str = ""
    lot: str = ""
    discount_minor: int = 0
    price_version: int = 0
    price_trail: str = ""
    name: str = ""
    """What was called out where the catalogue does not know the product."""
    policy_ids: tuple[str, ...] = ()
    """The promotion policies that made the price; of a gift the one that gave it (D15)."""
    promotion_minor: int = 0
    """The part of the discount that policies gave; nobody's own right is asked for it."""
    list_price_micro: int = 0
    """The price before promotions where another one holds; of a gift its list price."""
    is_said: bool = False
    said_price_micro: int = 0
    """The price a person said instead, which takes no special price."""
    is_rest: bool = False
    """The same scanned goods as the line before it, at another price (D05)."""


class TenderLine(Part, kw_only=True):
    """Money given (positive) or given back (negative), in minor units."""

    tender: str
    amount_minor: int
    reference: str = ""


class Sale(Body, kw_only=True):
    """A sale, a return or an exchange, at the till or as a wholesale invoice (I02)."""

    mode: str
    currency: str
    lines: list[SaleLine]
    tenders: list[TenderLine]
    total_minor: int
    rounding_minor: int = 0
    customer_id: str = ""
    salesperson_id: str = ""
    price_logic: str = ""
    return_of: str = ""
    """uid text of the sale whose goods come back; '' without one, its own when goods come back
    without a receipt."""
    shift: str = ""
    note: str = ""
    leases: tuple[LeaseSpend, ...] = ()
    """What a deposit among the tenders spends (M06)."""
    promotions: tuple[PromotionApplied, ...] = ()
    """The policies that hold on it, with what was chosen (D12)."""
    promoted_at_us: int = 0
    """The instant promotions were looked at: when paying began; 0 = that of the sale (D10)."""
    points_rule: str = ""
    """uid text of the rule by which points were earned, spent or taken back (I07)."""
    points_earned: int = 0
    """By the customer, a member; below zero with goods that come back."""
    points_spent: int = 0
    """By the tender ``points``; below zero they go back to the member."""
    coupons: tuple[CouponUse, ...] = ()
    """What stands behind the tender ``coupon`` (D11)."""


class DepositTaken(Body, kw_only=True):
    """A customer paid ahead at a till (预存款): money in, and as much to be spent at any till."""

    customer_id: str
    currency: str
    tender: str
    amount_minor: int
    reference: str = ""
    shift: str = ""
    """uid text of the shift whose drawer took it; '' outside shifts."""


class DepositOf(Part, kw_only=True):
    """What one customer paid ahead, in minor units."""

    customer_id: str
    currency: str
    amount_minor: int


class DepositsPooled(Body, kw_only=True):
    """Head office's books: what tills took ahead is in the customers' pools, to be lent (M06)."""

    deposits: tuple[DepositOf, ...]


class RegisterLine(Part, kw_only=True):
    """Pieces that left (negative: came back) in the period."""

    product_id: str
    qty_micro: int


class StockOutRegistered(Body, kw_only=True):
    """The simple mode: what went out in a day or a week, without customer and price (I01)."""

    from_day: str
    to_day: str
    lines: list[RegisterLine]
    note: str = ""
