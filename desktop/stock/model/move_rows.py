"""A movement in the making as values: its rows, what is kept of it, what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from desktop.stock.usecases import Bought, Goods, GoodsName, TypeView
from shared.core.money import line_amount_minor
from shared.journal.document import Header
from shared.stock.rules import BUILT_IN, PURCHASE, Direction, lot_until

_BOUGHT_ELSEWHERE = ("外采入库", "Own purchase")
"""What it is called beside a head office that publishes no such type (B11)."""


@dataclass(slots=True, kw_only=True)
class MoveRow:
    """Goods of the movement, in millionths of the base unit."""

    goods: GoodsName
    qty_micro: int
    expires_on: str = ""
    """The last good day of what comes in, as an ISO date; '' where nobody says (B09)."""
    cost_micro: int | None = None
    """What a base unit cost to buy, at 10⁻⁶; None where nobody said."""
    retail_micro: int = 0
    """What a consumer pays for a base unit, where goods are bought; 0 = no price."""
    book_micro: int | None = None
    """What the site holds of it after posting; None before, and while counting blind."""

    def amount_minor(self, currency: str) -> int | None:
        """What the line cost, in minor units."""
        if self.cost_micro is None:
            return None
        return line_amount_minor(self.qty_micro, self.cost_micro, currency)

    @property
    def is_dear(self) -> bool:
        """Whether it costs more than it is sold for: mostly a slip of the fingers."""
        return self.cost_micro is not None and 0 < self.retail_micro < self.cost_micro

    def moved(self, *, with_expiry: bool) -> Goods:
        """As goods that move."""
        return Goods(
            product_id=self.goods.product_id,
            qty_micro=self.qty_micro,
            lot=lot_until(self.expires_on) if with_expiry else "",
        )

    def bought(self, *, with_cost: bool) -> Bought:
        """As goods that were bought."""
        return Bought(
            product_id=self.goods.product_id,
            qty_micro=self.qty_micro,
            unit_cost_micro=(self.cost_micro or 0) if with_cost else 0,
            lot=lot_until(self.expires_on),
        )


class CostSum(NamedTuple):
    """What the goods of a purchase come to."""

    total_minor: int
    """Of the lines whose cost is known, in minor units."""
    without_cost: int
    """Lines of which nobody said what they cost."""
    dear: int
    """Lines that cost more than their goods are sold for."""


def cost_sum(lines: Sequence[MoveRow], currency: str) -> CostSum:
    """All lines added up."""
    return CostSum(
        total_minor=sum(one.amount_minor(currency) or 0 for one in lines),
        without_cost=sum(1 for one in lines if one.cost_micro is None),
        dear=sum(1 for one in lines if one.is_dear),
    )


class KeptMove(msgspec.Struct, kw_only=True):
    """What is on disk of an open movement."""

    type_id: str
    lines: list[tuple[str, int]]
    reason: str = ""
    party_id: str = ""
    note: str = ""
    expiries: list[str] = []
    """By line; shorter where the draft is older."""
    costs: list[int | None] = []
    """By line, as above."""
    reference: str = ""

    def rows(self) -> Iterator[tuple[str, int, str, int | None]]:
        """By line: product, quantity, until when it is good, what it cost."""
        expiries = [*self.expiries, *[""] * (len(self.lines) - len(self.expiries))]
        costs = [*self.costs, *[None] * (len(self.lines) - len(self.costs))]
        for (product_id, qty), until, cost in zip(self.lines, expiries, costs, strict=True):
            yield product_id, qty, until, cost


def kept_move(
    chosen: TypeView | None,
    lines: Sequence[MoveRow],
    reason: str,
    party_id: str,
    note: str,
    reference: str,
) -> KeptMove:
    """An open movement as it is kept."""
    return KeptMove(
        type_id=chosen.rule.id if chosen else "",
        lines=[(one.goods.product_id, one.qty_micro) for one in lines],
        reason=reason,
        party_id=party_id,
        note=note,
        expiries=[one.expires_on for one in lines],
        costs=[one.cost_micro for one in lines],
        reference=reference,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMove:
    """A movement that was posted, for the screen and for paper."""

    header: Header
    type: TypeView
    lines: tuple[MoveRow, ...]
    supplier: str = ""
    """Whom it was bought from; '' where nobody was named, or nothing was bought."""
    reference: str = ""
    amount_minor: int | None = None
    """What it cost in all; None where nothing was bought, or the person may not know."""
    currency: str = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """What a person may do with goods bought from others (B11)."""

    may_buy: bool = False
    sees_costs: bool = False
    """Whether they may know what goods cost; without it none is asked for, shown or kept."""
    currency: str = "CNY"


def with_purchase(types: Sequence[TypeView], may_buy: bool) -> Sequence[TypeView]:
    """Goods bought elsewhere come in by a type of their own, whatever head office published."""
    if not may_buy or any(one.rule.id == PURCHASE for one in types):
        return types
    name_zh, name_en = _BOUGHT_ELSEWHERE
    return [*types, TypeView(rule=BUILT_IN[PURCHASE], name_zh=name_zh, name_en=name_en)]


def is_in(one: TypeView) -> bool:
    """Whether goods come in by this type."""
    return one.rule.direction is Direction.IN
