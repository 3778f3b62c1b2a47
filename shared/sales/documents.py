"""What is sold: sales with their lines and tenders, and the quantity-only register."""

from shared.journal.document import Body, Part
from shared.leases.documents import LeaseSpend


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
