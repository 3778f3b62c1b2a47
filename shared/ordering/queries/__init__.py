"""What screens and head office read of orders, shipments, receipts and the document flow."""

from shared.ordering.queries.deciding import (
    OrderStanding,
    acceptance,
    credit,
    is_reworked,
    locked_account,
    standing,
    unbilled_minor,
    works_for,
)
from shared.ordering.queries.flow import (
    FlowStep,
    Refusal,
    ShipmentView,
    ShippedLineView,
    awaited,
    flow,
    receipts_of,
    refusals,
    shipment_of,
    shipped_lines,
)
from shared.ordering.queries.orders import LineView, OrderView, asked_lines, lines, order, orders

__all__ = [
    "FlowStep",
    "LineView",
    "OrderStanding",
    "OrderView",
    "Refusal",
    "ShipmentView",
    "ShippedLineView",
    "acceptance",
    "asked_lines",
    "awaited",
    "credit",
    "flow",
    "is_reworked",
    "lines",
    "locked_account",
    "order",
    "orders",
    "receipts_of",
    "refusals",
    "shipment_of",
    "shipped_lines",
    "standing",
    "unbilled_minor",
    "works_for",
]
