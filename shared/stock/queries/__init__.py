"""What is where: balances, reports, a product's card, transfers under way."""

from shared.stock.queries.balances import (
    Holding,
    StockLine,
    TypeName,
    below_zero,
    holdings,
    is_opened,
    on_hand_micro,
    stock_report,
    type_named,
    type_names,
)
from shared.stock.queries.card import CardLine, Place, places_of, stock_card
from shared.stock.queries.movements import MovementView, movements
from shared.stock.queries.overview import (
    StockRow,
    StockSite,
    sellable_micro,
    stock_overview,
    stock_sites,
)
from shared.stock.queries.purchases import (
    Costs,
    Purchase,
    PurchasedLine,
    costs_known,
    purchased_lines,
    purchases,
)
from shared.stock.queries.reservations import Reservation, reservations, reserved_micro
from shared.stock.queries.transfers import (
    TransferLine,
    TransferView,
    transfer_lines,
    transfers_of,
)

__all__ = [
    "CardLine",
    "Costs",
    "Holding",
    "MovementView",
    "Place",
    "Purchase",
    "PurchasedLine",
    "Reservation",
    "StockLine",
    "StockRow",
    "StockSite",
    "TransferLine",
    "TransferView",
    "TypeName",
    "below_zero",
    "costs_known",
    "holdings",
    "is_opened",
    "movements",
    "on_hand_micro",
    "places_of",
    "purchased_lines",
    "purchases",
    "reservations",
    "reserved_micro",
    "sellable_micro",
    "stock_card",
    "stock_overview",
    "stock_report",
    "stock_sites",
    "transfer_lines",
    "transfers_of",
    "type_named",
    "type_names",
]
