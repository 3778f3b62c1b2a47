"""A cart from an order that is reworked, and what a cart asks for."""

from collections.abc import Sequence

from desktop.ordering.model.cart import Cart, CartLine
from desktop.ordering.usecases.asking import Wanted
from shared.ordering.queries.orders import LineView, OrderView
from shared.ordering.queries.promoting import whole_lines


def cart_again(found: OrderView, lines: Sequence[LineView], today: str) -> Cart:
    """A copy of an order as it was asked, each line remembering how (E08); days gone by go."""
    return Cart(
        lines=tuple(_line_again(one, today) for one in whole_lines(lines)),
        requested_date=found.requested_date if found.requested_date >= today else "",
        note=found.note,
        follows=found.id,
        follows_number=found.number,
    )


def _line_again(one: LineView, today: str) -> CartLine:
    return CartLine(
        product_id=one.asked_product_id,
        qty_micro=one.qty_micro,
        unit=one.unit,
        requested_date=one.requested_date if one.requested_date >= today else "",
        note=one.note,
        is_whole_only=one.is_whole_only,
        was_qty_micro=one.qty_micro,
        was_price_micro=one.unit_price_micro,
    )


def wanted_of(cart: Cart) -> list[Wanted]:
    """The lines of a cart as an order asks for them."""
    return [
        Wanted(
            product_id=one.product_id,
            qty_micro=one.qty_micro,
            unit=one.unit,
            requested_date=one.requested_date,
            note=one.note,
            is_whole_only=one.is_whole_only,
        )
        for one in cart.lines
    ]
