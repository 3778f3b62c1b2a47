"""A cart as a value: its lines, what changing it gives, and how it is kept."""

from collections.abc import Iterable

import msgspec

from shared.core.errors import RuleViolation
from shared.core.quantity import checked_quantity


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """A product and how much of it is wanted, in millionths of the base unit."""

    product_id: str
    qty_micro: int
    unit: str = ""
    requested_date: str = ""
    note: str = ""
    is_whole_only: bool = False
    was_qty_micro: int = -1
    """In the order that is reworked (E08); -1 = it had no such line."""
    was_price_micro: int = -1


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is about to order."""

    lines: tuple[CartLine, ...] = ()
    requested_date: str = ""
    note: str = ""
    follows: str = ""
    """The order that is reworked; '' for a new one."""
    follows_number: str = ""
    shows_suggestions: bool = False
    """Whether goods that are suggested and not ordered yet are listed with it."""
    is_promoted: bool = False
    """The promotion result stands: quantities are locked until it is reopened (D14)."""
    groups: tuple[tuple[str, str], ...] = ()
    """Exclusive groups with the policy chosen of each."""
    gifts: tuple[tuple[str, str, int], ...] = ()
    """Policy, product and how much of it was chosen as a gift."""
    declined: tuple[str, ...] = ()
    rebate_minor: int = 0
    deposit_minor: int = 0
    """What it is to be paid with, as it was said in the check list (E14)."""
    is_paid_said: bool = False

    def line(self, product_id: str) -> CartLine | None:
        """The line of a product."""
        return next((one for one in self.lines if one.product_id == product_id), None)

    def added(self, product_id: str, qty_micro: int, unit: str = "") -> "Cart":
        """So much more of a product. Raises: RuleViolation QUANTITY_TOO_LARGE, TOO_MANY_LINES."""
        before = self.line(product_id)
        held = before.qty_micro if before else 0
        return self.with_qty(product_id, held + qty_micro, unit)

    def with_qty(self, product_id: str, qty_micro: int, unit: str = "") -> "Cart":
        """So much of a product; 0 or less takes its line away, unless it shows a difference."""
        before = self.line(product_id)
        if before is None:
            if qty_micro <= 0:
                return self
            line = CartLine(product_id=product_id, qty_micro=checked_quantity(qty_micro), unit=unit)
            if len(self.lines) >= LINES_MAX:
                raise RuleViolation("TOO_MANY_LINES", most=LINES_MAX)
            return msgspec.structs.replace(self, lines=(*self.lines, line))
        if qty_micro <= 0:
            return self.without(product_id)
        changed = msgspec.structs.replace(before, qty_micro=checked_quantity(qty_micro))
        return self._put(changed)

    def with_date(self, product_id: str, day: str) -> "Cart":
        """When a line is wanted, where it is not the order's day (E03)."""
        line = self.line(product_id)
        return (
            self if line is None else self._put(msgspec.structs.replace(line, requested_date=day))
        )

    def with_note(self, product_id: str, note: str) -> "Cart":
        """A word to the supplier about a line."""
        line = self.line(product_id)
        return self if line is None else self._put(msgspec.structs.replace(line, note=note))

    def whole_only(self, product_id: str, is_whole_only: bool) -> "Cart":
        """All of a line or nothing (E03)."""
        line = self.line(product_id)
        if line is None:
            return self
        return self._put(msgspec.structs.replace(line, is_whole_only=is_whole_only))

    def without(self, product_id: str) -> "Cart":
        """The cart without a product."""
        kept = tuple(one for one in self.lines if one.product_id != product_id)
        return msgspec.structs.replace(self, lines=kept)

    def of(self, lines: Iterable[CartLine]) -> "Cart":
        """The same order with other lines."""
        return msgspec.structs.replace(self, lines=tuple(lines))

    def _put(self, changed: CartLine) -> "Cart":
        return self.of(
            changed if one.product_id == changed.product_id else one for one in self.lines
        )


LINES_MAX = 5_000
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Cart)


def kept(cart: Cart) -> bytes:
    """The cart as a draft keeps it."""
    return _ENCODER.encode(cart)


def restored(content: bytes | None) -> Cart:
    """A cart from its draft; an empty one where there is none or a later program wrote it."""
    if content is None:
        return Cart()
    try:
        return _DECODER.decode(content)
    except msgspec.DecodeError:
        return Cart()
