"""What goes into the promotion engine and what comes out: values, in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.core.money import line_amount_minor
from shared.promotions.rules.policies import Use


class Item(NamedTuple):
    """A main line of a basket or order at its price before promotions."""

    line_no: int
    product_id: str
    brand: str
    qty_micro: int
    """Above 0; goods that come back take no part."""
    unit_price_micro: int
    is_said: bool = False
    """A person said another price: the line takes no special price and still counts."""


class GiftChoice(NamedTuple):
    """Gifts a person chose for a policy."""

    product_id: str
    qty_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Who buys, where and when; resolved once per document."""

    use: Use
    currency: str
    at_us: int
    weekday: int
    """1 = Monday, of the buyer's local day."""
    minute: int
    """Of the buyer's local day."""
    dimensions: frozenset[str] = frozenset()
    """All the dimensions the buyer is in, ``site:S`` and ``list:member`` among them."""
    used: Mapping[str, int] = field(default_factory=dict)
    """What the holder bought of a policy's first N or limit in its period so far, by policy id."""
    gift_prices: Mapping[str, int] = field(default_factory=dict)
    """List price of a gift's base unit at 10⁻⁶, by product; for its value and its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the person chose; everything else is chosen best for the buyer."""

    of_group: Mapping[str, str] = field(default_factory=dict)
    """The policy of an exclusive group by its name; '' = none of them."""
    gifts: Mapping[str, tuple[GiftChoice, ...]] = field(default_factory=dict)
    """By policy id; where nothing is chosen and only one product can be given, that one is."""
    declined: frozenset[str] = frozenset()
    """Policies the person does not want."""


class Priced(NamedTuple):
    """A line, or the part of it that has one price, after all promotions.

    ``qty × unit price`` rounded once, less ``off_minor``, is what it costs.
    """

    line_no: int
    qty_micro: int
    unit_price_micro: int
    off_minor: int
    """The part's share of what bundles and thresholds take off."""
    policy_ids: tuple[str, ...]
    """What made the price, in the order it was done."""

    def amount_minor(self, currency: str) -> int:
        """What it costs."""
        return line_amount_minor(self.qty_micro, self.unit_price_micro, currency) - self.off_minor


class GiftLine(NamedTuple):
    """A gift as it stands on the document; ``off_minor`` comes off ``qty × unit price``."""

    product_id: str
    qty_micro: int
    unit_price_micro: int
    off_minor: int

    def amount_minor(self, currency: str) -> int:
        """What it costs: nothing, or a symbolic price (D07)."""
        return line_amount_minor(self.qty_micro, self.unit_price_micro, currency) - self.off_minor


class Block(NamedTuple):
    """The gifts of one policy: what was earned, what was chosen, what is still to choose (D15)."""

    policy_id: str
    name: str
    earned_micro: int
    options: tuple[str, ...]
    """Products a person may choose; one = nothing to choose."""
    lines: tuple[GiftLine, ...]
    left_micro: int


class Applied(NamedTuple):
    """A policy that holds on the document, as the document stores it."""

    policy_id: str
    number: int
    """Its published number."""
    group: str
    saving_minor: int
    """Off the lines, plus the list value of its gifts."""
    measure: int
    """What it was earned by: millionths of pieces or minor units of eligible goods."""


class Option(NamedTuple):
    """One of the policies of an exclusive group, with what the whole document would save."""

    policy_id: str
    name: str
    saving_minor: int


class Offer(NamedTuple):
    """An exclusive group with more than one policy met: the person chooses (D12)."""

    group: str
    options: tuple[Option, ...]
    """Best for the buyer first; then by id."""
    chosen: str
    """'' = none."""


class Near(NamedTuple):
    """A policy not met yet, or to be met once more: what is missing and what it would give."""

    policy_id: str
    name: str
    missing_micro: int
    """Pieces; 0 where an amount is missing."""
    missing_minor: int
    gift_micro: int
    off_minor: int


class Cut(NamedTuple):
    """A line that is over a limit: what may stay of it, and by which rule."""

    line_no: int
    allowed_micro: int
    policy_id: str
    name: str
    code: str
    """``LIMIT_ITEM`` (one product), ``LIMIT_GROUP`` (several), ``FIRST_ONLY`` (D05, refuse)."""
    left: int
    """What is left of the limit for this line before it was entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the promotions make of a basket or order."""

    lines: tuple[Priced, ...]
    """Every item, in its order; an item may be there in several parts."""
    blocks: tuple[Block, ...]
    applied: tuple[Applied, ...]
    offers: tuple[Offer, ...]
    near: tuple[Near, ...]
    cuts: tuple[Cut, ...]

    @property
    def parts(self) -> dict[int, tuple[Priced, ...]]:
        """The parts of each item, by line number."""
        found: dict[int, tuple[Priced, ...]] = {}
        for part in self.lines:
            found[part.line_no] = (*found.get(part.line_no, ()), part)
        return found

    @property
    def saving_minor(self) -> int:
        """What the buyer saves, gifts at their list value."""
        return sum(one.saving_minor for one in self.applied)

    @property
    def is_promotional(self) -> bool:
        """Whether any promotion holds: what makes an order a 促销订单 (D13)."""
        return bool(self.applied)
