"""What people and head office write about channel orders, shipments and receipts."""

from shared.journal.document import Body, Part
from shared.promotions.documents import PromotionApplied
from shared.tasks.documents import Param


class OrderLine(Part, kw_only=True):
    """One line of an order: quantity in millionths of the base unit, price and its reasons."""

    line_no: int
    """1.. in the order typed; unique in the order."""
    product_id: str
    qty_micro: int
    unit: str = ""
    """The unit the person spoke in, such as 箱; the quantity is in base units all the same."""
    unit_price_micro: int = 0
    amount_minor: int = 0
    is_gift: bool = False
    policy_id: str = ""
    requested_date: str = ""
    note: str = ""
    price_trail: str = ""
    """The stored reason of the price as pricing wrote it, so "why?" works years later (C13)."""
    is_whole_only: bool = False
    """The line is wanted whole or not at all (E03)."""
    policy_ids: tuple[str, ...] = ()
    """The promotions that made its price, in the order they were done."""
    promotion_minor: int = 0
    """Off quantity × unit price; ``amount_minor`` is what is left."""
    list_price_micro: int = 0
    """The account's price before promotions; 0 = the unit price is that."""
    part_of: int = 0
    """The first line of the goods it is a part of, where parts have prices of their own; 0 = the
    line is whole."""


class OrderTender(Part, kw_only=True):
    """A part of an order that is paid by the account's deposit, its rebate, or later (E14)."""

    kind: str
    """``deposit``, ``rebate`` or ``account``."""
    amount_minor: int


class SeenLimit(Part, kw_only=True):
    """What the author's device believed to be left of a limit."""

    limit_id: str
    left_micro: int


class OrderSubmitted(Body, kw_only=True):
    """A channel account asks its supplier for goods (E01-E03). A rework follows by predecessor."""

    account_id: str
    sales_org: str
    currency: str
    lines: list[OrderLine]
    supplier: str = ""
    """An upstream channel account; '' is head office."""
    price_version: int = 0
    price_logic: str = ""
    """Version and logic the whole document was priced by, frozen here."""
    requested_date: str = ""
    order_type: str = "normal"
    deliver_to: str = ""
    """The site that receives; '' is the site that ordered."""
    note: str = ""
    seen_limits: list[SeenLimit] = []
    seen_credit_minor: int = 0
    seen_credit_at_us: int = 0
    """The device's estimate of free credit and its age; shown, never decisive."""
    promotions: tuple[PromotionApplied, ...] = ()
    """The policies that hold, and what the person chose (D12)."""
    tenders: tuple[OrderTender, ...] = ()
    """What is not named is on account terms."""


class OrderCancelRequested(Body, kw_only=True):
    """The submitter takes an order back as long as nobody decided it (E05)."""

    order_uid: bytes
    account_id: str
    seen_revision: int
    supplier: str = ""
    reason: str = ""


class GrantLine(Part, kw_only=True):
    """What a person of the supplier grants of a line; a line cut carries a reason code."""

    line_no: int
    accepted_micro: int
    reason: str = ""
    delivery_date: str = ""
    """When this line is to come, where it is not the order's date (E03)."""
    because: str = ""
    """The name of the limit or promotion it is cut for, as the person saw it."""


class OrderDecisionRequested(Body, kw_only=True):
    """A person of the supplier accepts, cuts or rejects (E06); first arrival wins."""

    order_uid: bytes
    account_id: str
    seen_revision: int
    lines: list[GrantLine]
    """Every line of the order."""
    supplier: str = ""
    delivery_date: str = ""
    note: str = ""


class DecidedOrderLine(Part, kw_only=True):
    """A line as asked and as granted, frozen for the acceptance rate (E10)."""

    line_no: int
    asked_micro: int
    asked_minor: int
    accepted_micro: int
    accepted_minor: int
    is_gift: bool = False
    reason: str = ""
    delivery_date: str = ""
    because: str = ""
    """The name of the limit or promotion that cut it (D02)."""


class OrderDecided(Body, kw_only=True):
    """Head office's word on an order: what the supplier's person, the submitter or a rule decided.

    The header's predecessor is the request that was decided.
    """

    order_uid: bytes
    account_id: str
    revision: int
    """The order's new revision, given by the server."""
    outcome: str
    lines: list[DecidedOrderLine]
    supplier: str = ""
    code: str = ""
    """Why a rule rejected it without a person (UPSTREAM_NOT_ALLOWED); '' otherwise."""
    decided_by: str = ""
    """The person whose request this follows; '' when a rule decided."""
    delivery_date: str = ""
    note: str = ""
    credit_limit_minor: int = 0
    credit_exposure_minor: int = 0
    """The numbers at the decision, this order not yet counted (E07)."""
    currency: str = ""
    tenders: tuple[OrderTender, ...] = ()
    """What is taken of each from now on, in full; the rest asks another tender (E14)."""
    deposit_held_minor: int = 0
    rebate_held_minor: int = 0
    """What could be used of both before this order."""
    order_type: str = ""
    """As head office finds it (D13); '' = as the order says."""
    promotions: tuple[PromotionApplied, ...] = ()
    """What holds on what was accepted."""
    limits: tuple[PromotionApplied, ...] = ()
    """What this order takes of limits that count over a period (D02-D04)."""
    limit_day: str = ""
    """The asking site's local day the periods are counted by: that of the order."""


class RevisionChange(Part, kw_only=True):
    """What the supplier changes of one line it granted (E09); None leaves it as it stands."""

    line_no: int
    accepted_micro: int | None = None
    product_id: str = ""
    """A substitute; '' = the product that stands."""
    unit_price_micro: int = 0
    """Of the substitute."""
    price_trail: str = ""
    delivery_date: str | None = None
    reason: str = ""


class OrderRevisionRequested(Body, kw_only=True):
    """A person of the supplier changes dates or goods of an order it accepted (E09)."""

    order_uid: bytes
    account_id: str
    seen_revision: int
    lines: list[RevisionChange]
    """The lines that change; no other does."""
    supplier: str = ""
    note: str = ""


class RevisedOrderLine(Part, kw_only=True):
    """A line as a revision grants it; every line of the order stands in it."""

    line_no: int
    product_id: str
    unit_price_micro: int
    accepted_micro: int
    accepted_minor: int
    delivery_date: str = ""
    reason: str = ""
    price_trail: str = ""


class OrderRevised(Body, kw_only=True):
    """Head office's word: the order has a new revision, in force or waiting for its account."""

    order_uid: bytes
    account_id: str
    revision: int
    base: int
    """The revision in force until now; 0 = the decision."""
    outcome: str
    """What the order's decision is from now on: ``revised`` while the account is asked."""
    lines: list[RevisedOrderLine]
    supplier: str = ""
    needs_confirmation: bool = False
    """The account's policy at this instant, frozen here."""
    replaces: int = 0
    """The revision that was still waiting; 0 = none."""
    proposed_by: str = ""
    note: str = ""
    currency: str = ""
    tenders: tuple[OrderTender, ...] = ()
    """As taken from now on, where the revision is in force and changes it."""
    given_back: tuple[OrderTender, ...] = ()
    """What the account gets back of what was taken (E14)."""
    limits_freed: tuple[PromotionApplied, ...] = ()
    """What is used less of limits that count over a period."""
    limit_day: str = ""


class OrderRevisionAnswered(Body, kw_only=True):
    """The account confirms or refuses a revision it saw (E09)."""

    order_uid: bytes
    account_id: str
    seen_revision: int
    is_confirmed: bool
    supplier: str = ""
    note: str = ""


class OrderRevisionSettled(Body, kw_only=True):
    """Head office's word on the answer: the revision is in force, or the former one stands."""

    order_uid: bytes
    account_id: str
    revision: int
    """The revision that was answered."""
    order_revision: int
    """The order's new revision."""
    in_force: int
    is_confirmed: bool
    outcome: str
    accepted_micro: int
    accepted_minor: int
    supplier: str = ""
    settled_by: str = ""
    note: str = ""
    currency: str = ""
    tenders: tuple[OrderTender, ...] = ()
    given_back: tuple[OrderTender, ...] = ()
    """As of a revision that is in force at once."""
    limits_freed: tuple[PromotionApplied, ...] = ()
    limit_day: str = ""


class RequestRefused(Body, kw_only=True):
    """Head office could not do what a request asked; the order stays as it is."""

    order_uid: bytes
    account_id: str
    code: str
    """ALREADY_DECIDED, PARENT_MOVED, CREDIT, NOT_YOUR_ORDER…"""
    supplier: str = ""
    params: tuple[Param, ...] = ()


class ShippedLine(Part, kw_only=True):
    """Goods of one lot that leave for an order's line; the amount is their part of the line."""

    line_no: int
    order_line_no: int
    product_id: str
    qty_micro: int
    amount_minor: int = 0
    lot: str = ""


class ShipmentPosted(Body, kw_only=True):
    """Goods left the supplier's site for an order; from now on the account owes for them."""

    order_uid: bytes
    account_id: str
    to_site: str
    currency: str
    lines: list[ShippedLine]
    supplier: str = ""
    carrier: str = ""
    waybill: str = ""
    note: str = ""


class ArrivedLine(Part, kw_only=True):
    """What the receiver found of a shipment's line; a line of several lots is there once a lot."""

    line_no: int
    """The shipment's line."""
    order_line_no: int
    product_id: str
    good_micro: int
    damaged_micro: int = 0
    short_micro: int = 0
    over_micro: int = 0
    lot: str = ""
    reason: str = ""
    is_other_lot: bool = False
    """The notice named another lot for these goods."""
    announced_lot: str = ""
    """That lot, under which they were on the road."""


class ReceiptPosted(Body, kw_only=True):
    """The receiving site confirms a shipment line by line (E12); differences make a claim."""

    shipment_uid: bytes
    order_uid: bytes
    account_id: str
    from_site: str
    lines: list[ArrivedLine]
    supplier: str = ""
    note: str = ""
