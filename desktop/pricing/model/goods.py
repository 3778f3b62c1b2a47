"""The list of goods with the retail price here; a shop sets its own prices in it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from desktop.pricing.usecases.looking import PricedGoods, priced_goods
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.money import parse_unit_price_micro

TakeUp = Callable[[Desk, str, str, str], Awaitable[str]]
"""Takes up goods of the shop's own: code, name, unit; the product's id."""
SetCost = Callable[[Desk, str, int], Awaitable[None]]
"""States what a base unit costs to buy at 10⁻⁶; 0 takes it back."""
SetPrice = Callable[[Desk, str, int], Awaitable[None]]
"""Sets a retail price of the shop's own at 10⁻⁶; 0 takes it back."""
ReadStock = Callable[[Any], Mapping[str, int] | None]
"""What the site has to sell by product, on a connection; None where the person may not see it."""


class GoodsModel(Watched):
    """Goods by code; brand's and own."""

    def __init__(
        self,
        desk: Desk,
        site_id: str,
        take_up: TakeUp,
        set_price: SetPrice,
        set_cost: SetCost | None = None,
        read_stock: ReadStock | None = None,
    ) -> None:
        """``set_cost`` is for who may know costs; without it none is read. ``read_stock`` is for a
        site that holds stock."""
        super().__init__()
        self._set_cost = set_cost
        self._read_stock = read_stock
        self._desk = desk
        self._site_id = site_id
        self._take_up = take_up
        self._set_price = set_price
        self.rows: Sequence[PricedGoods] = ()
        self.only_own = False

    @property
    def knows_costs(self) -> bool:
        """Whether what goods cost to buy is shown here."""
        return self._set_cost is not None

    async def refresh(self) -> None:
        """Read the list again."""
        now_us = self._desk.now_us
        stock = await self._desk.fetch(self._read_stock) if self._read_stock else None
        self.rows = await self._desk.fetch(
            priced_goods, self._site_id, self.only_own, now_us, self.knows_costs, stock
        )
        self.changed()

    async def toggle_own(self) -> None:
        """All goods, or only the shop's own."""
        self.only_own = not self.only_own
        await self.refresh()

    async def type_price(self, row: PricedGoods, text: str) -> None:
        """Key the shop's own price; empty takes it back to the suggested one.

        Raises: RuleViolation UNIT_PRICE_UNREADABLE; AccessDenied NOT_PERMITTED.
        """
        price_micro = parse_unit_price_micro(text) if text.strip() else 0
        await self._set_price(self._desk, row.goods.product_id, price_micro)
        await self.refresh()

    async def type_cost(self, row: PricedGoods, text: str) -> None:
        """Key what a base unit costs to buy; empty takes it back.

        Raises: RuleViolation UNIT_PRICE_UNREADABLE, COST_CURRENCY_UNCLEAR; AccessDenied.
        """
        assert self._set_cost is not None, "the cell cannot be typed in without it"
        cost_micro = parse_unit_price_micro(text) if text.strip() else 0
        await self._set_cost(self._desk, row.goods.product_id, cost_micro)
        await self.refresh()

    async def take_up(self, code: str, name: str, unit: str, price_micro: int) -> None:
        """Take up one product of the shop's own with its price."""
        product_id = await self._take_up(self._desk, code, name, unit or "件")
        if price_micro:
            await self._set_price(self._desk, product_id, price_micro)
        await self.refresh()
