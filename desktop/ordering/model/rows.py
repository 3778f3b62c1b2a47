"""A line of the order editor with everything a person wants to see of it."""

from dataclasses import dataclass

from desktop.ordering.model.cart import CartLine
from desktop.ordering.usecases.wishing import Goods
from shared.core.importing import Problem
from shared.core.money import line_amount_minor
from shared.core.quantity import Pack, format_quantity
from shared.ordering.rules import Suggestion, cover_days
from shared.promotions.rules import Block, Near, Priced


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the editor: ordered, or only suggested so far."""

    number: int
    line: CartLine
    goods: Goods | None
    """None while nothing is known of the product here."""
    suggestion: Suggestion | None
    looked_back: int
    currency: str
    parts: tuple[Priced, ...] = ()
    """As promotions price it; () where none looked at it."""
    near: Near | None = None
    """What is missing of these goods for a policy."""
    gift: Block | None = None
    """The gifts a policy gives for these goods."""
    left_micro: int | None = None
    """How much more its limits let in; None where no limit counts it."""
    limit_name: str = ""

    @property
    def product_id(self) -> str:
        """The product."""
        return self.line.product_id

    @property
    def is_listed(self) -> bool:
        """Whether the account may order it now."""
        return self.goods is not None and self.goods.facts.is_listed

    @property
    def code(self) -> str:
        """Its code, told only of goods the account may order (B02)."""
        return self.goods.facts.product.code if self.goods else self.product_id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.goods.facts.product.name if self.goods else ""

    @property
    def spec(self) -> str:
        """Its specification."""
        return self.goods.facts.product.spec if self.goods else ""

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The units it is counted in."""
        return self.goods.facts.packs if self.goods else ()

    @property
    def on_hand_micro(self) -> int | None:
        """Sellable here."""
        return self.goods.facts.standing.on_hand_micro if self.goods else None

    @property
    def coming_micro(self) -> int | None:
        """On its way here, and ordered before."""
        if self.goods is None:
            return None
        standing = self.goods.facts.standing
        return standing.in_transit_micro + standing.on_order_micro

    @property
    def sold_30_micro(self) -> int | None:
        """Sold out in thirty days."""
        return self.goods.facts.sold_30_micro if self.goods else None

    @property
    def cover_days(self) -> int | None:
        """How many days the stock lasts; None where nothing sold."""
        return cover_days(self.goods.facts.standing, self.looked_back) if self.goods else None

    @property
    def suggested_micro(self) -> int | None:
        """What the rule would order, as far as limits let it; None where it is nothing."""
        if self.suggestion is None:
            return None
        wanted = self.suggestion.suggested_micro
        if self.left_micro is not None:
            wanted = min(wanted, self.left_micro + self.line.qty_micro)
        return wanted or None

    @property
    def qty_micro(self) -> int | None:
        """What is ordered; None while it is only suggested."""
        return self.line.qty_micro or None

    @property
    def qty_text(self) -> str:
        """What is ordered in packs, as it is typed."""
        return format_quantity(self.line.qty_micro, self.packs) if self.line.qty_micro else ""

    @property
    def price_micro(self) -> int | None:
        """The account's price of now, a promotion's where one prices all of the line."""
        if len(self.parts) == 1:
            return self.parts[0].unit_price_micro
        return self.list_price_micro

    @property
    def list_price_micro(self) -> int | None:
        """The account's price before promotions."""
        return self.goods.price.unit_price_micro if self.goods and self.goods.price else None

    @property
    def is_promoted(self) -> bool:
        """Whether a promotion made its price or took something off."""
        return any(one.policy_ids for one in self.parts)

    @property
    def off_minor(self) -> int:
        """What promotions take off the line, special prices included."""
        if self.list_price_micro is None or self.amount_minor is None:
            return 0
        whole = line_amount_minor(self.line.qty_micro, self.list_price_micro, self.currency)
        return whole - self.amount_minor

    @property
    def amount_minor(self) -> int | None:
        """What it costs after promotions; None where there is no price or nothing is ordered."""
        if self.price_micro is None or not self.line.qty_micro:
            return None
        if self.parts:
            return sum(one.amount_minor(self.currency) for one in self.parts)
        return line_amount_minor(self.line.qty_micro, self.price_micro, self.currency)

    @property
    def pack_micro(self) -> int:
        """The smallest pack it is ordered in; 0 where single pieces are what it comes in."""
        larger = [
            one.factor_micro for one in self.packs if one.factor_micro > self.packs[0].factor_micro
        ]
        return min(larger, default=0)

    @property
    def is_whole_packs(self) -> bool:
        """Whether the quantity is whole packs of the smallest size."""
        return not self.pack_micro or self.line.qty_micro % self.pack_micro == 0

    def whole_micro(self, *, is_up: bool) -> int:
        """The quantity in whole packs, rounded; less than one pack is never rounded to nothing."""
        if self.is_whole_packs:
            return self.line.qty_micro
        below = self.line.qty_micro // self.pack_micro * self.pack_micro
        return below + self.pack_micro if is_up else below or self.line.qty_micro

    def whole_text(self, *, is_up: bool) -> str:
        """``whole_micro`` as it is spoken."""
        return format_quantity(self.whole_micro(is_up=is_up), self.packs)

    @property
    def has_new_qty(self) -> bool:
        """Whether a reworked line asks for another quantity than before."""
        return self.line.was_qty_micro >= 0 and self.line.was_qty_micro != self.line.qty_micro

    @property
    def has_new_price(self) -> bool:
        """Whether a reworked line costs another price than before."""
        was, now = self.line.was_price_micro, self.list_price_micro
        return was >= 0 and now is not None and was != now


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A heading or a gift among the rows of a promotional order (D15)."""

    policy_id: str
    """'' = the heading of the main goods."""
    is_heading: bool
    number: int = 0
    code: str = ""
    name: str = ""
    spec: str = ""
    product_id: str = ""
    qty_micro: int = 0
    qty_text: str = ""
    price_micro: int | None = None
    amount_minor: int | None = None
    left_micro: int | None = None
    """Of a heading: gifts still to choose."""
    suggested_micro: int | None = None
    """Of a heading: gifts earned."""
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What came of pasted rows."""

    taken: int
    problems: tuple[Problem, ...]
