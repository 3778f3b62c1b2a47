"""What people do with goods: movements by type, transfers, and the types head office publishes."""

from shared.journal.document import Body, Part


class MoveLine(Part, kw_only=True):
    """Goods of one product (and lot); the quantity is positive, in millionths of the base unit."""

    product_id: str
    qty_micro: int
    lot: str = ""


class Movement(Body, kw_only=True):
    """Goods came, went, were used or thrown away; the ends were resolved from the type (G02)."""

    movement_type: str
    from_location: str
    to_location: str
    lines: list[MoveLine]
    reason: str = ""
    party_id: str = ""
    note: str = ""


class TransferDispatched(Body, kw_only=True):
    """Goods left this site for another; they are in transit until it receives them (G06). A
    negative quantity calls back what was sent by mistake and is still on the way."""

    to_site: str
    lines: list[MoveLine]
    note: str = ""


class ReceivedLine(Part, kw_only=True):
    """What arrived of one product: good, and damaged."""

    product_id: str
    received_micro: int
    damaged_micro: int = 0
    lot: str = ""


class TransferReceived(Body, kw_only=True):
    """Goods arrived from another site; what is missing stays in transit (G06). Negative
    quantities take a receipt back: its goods are on the way again."""

    from_site: str
    lines: list[ReceivedLine]
    note: str = ""


class MovementTypeLine(Part, kw_only=True):
    """One movement type as head office defines it."""

    id: str
    name_zh: str
    name_en: str
    direction: str
    counter_location: str
    needs_reason: bool = False
    needs_party: bool = False
    needs_approval: bool = False


class MovementTypesPublished(Body, kw_only=True):
    """Head office adds or changes movement types; no program changes (G03)."""

    types: list[MovementTypeLine]


class StockReserved(Body, kw_only=True):
    """Pieces of this site are held for somebody until an instant; no goods move (G05)."""

    lines: list[MoveLine]
    expires_at_us: int
    for_whom: str = ""
    note: str = ""


class ReservationReleased(Body, kw_only=True):
    """Held pieces are free again before their time: fetched, or no longer wanted (G05)."""

    reservation: str
    """The uid, as text, of the document that held them."""
    reason: str = ""


class PurchaseLine(Part, kw_only=True):
    """Goods of one product as they came, and what one base unit cost."""

    product_id: str
    qty_micro: int
    unit_cost_micro: int = 0
    lot: str = ""


class PurchaseReceived(Body, kw_only=True):
    """A shop bought goods itself, without a shipping notice (外采入库, B11). Negative quantities
    at the same costs take such a receipt back."""

    supplier_id: str
    """Of the shop's own suppliers; '' = nobody named."""
    currency: str
    lines: list[PurchaseLine]
    reference: str = ""
    """The supplier's own slip."""
    note: str = ""
