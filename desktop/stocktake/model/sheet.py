"""What stands on a counter's sheet, and what is told when it is closed."""

from dataclasses import dataclass, field

from desktop.stocktake.usecases.counting import Tally
from desktop.stocktake.usecases.reading import CountedGoods, Work
from shared.core.rounding import MICRO


@dataclass(slots=True, kw_only=True)
class Found:
    """What was found of a product on this sheet."""

    goods: CountedGoods
    qty_micro: int = 0
    at_us: int = 0
    serials: dict[str, int] = field(default_factory=dict)
    """Serial to its instant; pieces with one are within ``qty_micro``."""
    is_touched: bool = False
    """False for what is wanted and was not looked for yet."""
    order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A closed zone: what the slip says."""

    number: str
    zone_name: str
    is_recount: bool
    lines: int
    pieces_micro: int
    started_at_us: int
    sealed_at_us: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What is asked before a zone is closed."""

    products: tuple[CountedGoods, ...]
    """Wanted and not found; they count as none."""
    zones: tuple[Work, ...]
    """Other zones of this person that nobody counted yet."""
    is_empty: bool
    """Nothing was scanned and nobody said that the shelf is empty."""


def tallies(found: Found) -> list[Tally]:
    """The sheet lines of a product: one per serial, and one for what has none."""
    product_id = found.goods.product_id
    lines = [
        Tally(product_id=product_id, qty_micro=MICRO, counted_at_us=at_us, serial=serial)
        for serial, at_us in found.serials.items()
    ]
    rest = found.qty_micro - len(lines) * MICRO
    if rest > 0 or not lines:
        rest_at = Tally(product_id=product_id, qty_micro=max(rest, 0), counted_at_us=found.at_us)
        lines.append(rest_at)
    return lines
