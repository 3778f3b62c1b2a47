"""A line on the order desk with what the person deciding has to know."""

from dataclasses import dataclass

from shared.ordering.queries.orders import LineView
from shared.ordering.rules import part_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLine:
    """A line with what the person deciding has to know; millionths and minor units."""

    line: LineView
    code: str
    name: str
    stock_micro: int | None
    """Sellable where it would leave from; None = not known here and not told by the server."""
    granted_micro: int
    reason: str
    delivery_date: str
    because: str = ""
    """The name of the limit or promotion it is cut for."""
    kept_micro: int | None = None
    """What promotions and limits let through; None = all of it."""
    kept_reason: str = ""
    kept_name: str = ""
    policies: tuple[str, ...] = ()
    """The promotions that made its price, or give it, by name."""
    expected_price_micro: int | None = None
    """What the named version gives where the line says another price; -1 = no price, None = as
    it should be."""

    @property
    def granted_minor(self) -> int:
        """What the granted part comes to."""
        if not self.line.qty_micro:
            return 0
        return part_minor(self.line.amount_minor, self.line.qty_micro, 0, self.granted_micro)

    @property
    def is_short(self) -> bool:
        """Whether there is known to be less than asked for."""
        return self.stock_micro is not None and self.stock_micro < self.line.qty_micro

    @property
    def is_cut(self) -> bool:
        """Whether it gets less than it asked for."""
        return self.granted_micro < self.line.qty_micro
