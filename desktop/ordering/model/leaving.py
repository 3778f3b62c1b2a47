"""What leaves when all that was granted of an order and is left is shipped, and what stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.ordering.model.desk_lines import DeskLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ToShip:
    """Quantities in millionths of base units."""

    lines: int
    qty_micro: int
    gone_micro: int
    """What left before."""
    refused_lines: int
    refused_micro: int
    """Asked for and not granted: it does not go, now or later."""
    short_lines: int
    short_micro: int
    """What head office's stock lacks of it, as far as the stock is known."""


def to_ship(lines: Sequence[DeskLine]) -> ToShip:
    """Of the lines of an order that was decided."""
    going = [(one, one.line.to_ship_micro) for one in lines if one.line.to_ship_micro]
    refused = [max(one.line.qty_micro - one.line.accepted_micro, 0) for one in lines]
    needed: dict[str, int] = {}
    stock: dict[str, int] = {}
    for one, qty_micro in going:
        product_id = one.line.product_id
        needed[product_id] = needed.get(product_id, 0) + qty_micro
        if one.stock_micro is not None:
            stock[product_id] = max(one.stock_micro, 0)
    short = {
        product_id: needed[product_id] - held
        for product_id, held in stock.items()
        if needed[product_id] > held
    }
    return ToShip(
        lines=len(going),
        qty_micro=sum(qty_micro for _one, qty_micro in going),
        gone_micro=sum(one.line.shipped_micro for one in lines),
        refused_lines=sum(1 for one in refused if one),
        refused_micro=sum(refused),
        short_lines=sum(1 for one, _qty in going if one.line.product_id in short),
        short_micro=sum(short.values()),
    )
