"""What leaves when all that was granted of an order and is left is shipped, and what stays."""

from collections.abc import Mapping, Sequence
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
    """What the site lacks of it, as far as its stock is known."""


def to_ship(lines: Sequence[DeskLine], stock: Mapping[str, int] | None) -> ToShip:
    """Of the lines of an order that was decided; `stock` is what the site they leave from may
    sell, by product, and None when nobody knows."""
    going = [(one, one.line.to_ship_micro) for one in lines if one.line.to_ship_micro]
    refused = [max(one.line.qty_micro - one.line.accepted_micro, 0) for one in lines]
    needed: dict[str, int] = {}
    for one, qty_micro in going:
        product_id = one.line.product_id
        needed[product_id] = needed.get(product_id, 0) + qty_micro
    held = needed if stock is None else {one: max(stock.get(one, 0), 0) for one in needed}
    short = {one: qty - held[one] for one, qty in needed.items() if qty > held[one]}
    return ToShip(
        lines=len(going),
        qty_micro=sum(qty_micro for _one, qty_micro in going),
        gone_micro=sum(one.line.shipped_micro for one in lines),
        refused_lines=sum(1 for one in refused if one),
        refused_micro=sum(refused),
        short_lines=sum(1 for one, _qty in going if one.line.product_id in short),
        short_micro=sum(short.values()),
    )
