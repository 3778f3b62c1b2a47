"""The list of goods with the retail price here; a shop sets its own prices in it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.queries import GoodsLine, goods_lines
from shared.core.money import parse_unit_price_micro
from shared.pricing.queries import own_prices_of, retail_prices

TakeUp = Callable[[Desk, str, str, str], Awaitable[str]]
"""Takes up goods of the shop's own: code, name, unit; the product's id."""
SetPrice = Callable[[Desk, str, int], Awaitable[None]]
"""Sets a retail price of the shop's own at 10⁻⁶; 0 takes it back."""
PRICED_MAX: Final = 5_000
"""Goods whose prices are read at once; of more only the own prices are shown."""


@dataclass(frozen=True, slots=True)
class PricedGoods:
    """A product and what the consumer pays here, at 10⁻⁶; None = no price."""

    goods: GoodsLine
    retail_micro: int | None
    is_own_price: bool


class GoodsModel(Watched):
    """Goods by code; brand's and own."""

    def __init__(self, desk: Desk, site_id: str, take_up: TakeUp, set_price: SetPrice) -> None:
        super().__init__()
        self._desk = desk
        self._site_id = site_id
        self._take_up = take_up
        self._set_price = set_price
        self.rows: Sequence[PricedGoods] = ()
        self.only_own = False

    async def refresh(self) -> None:
        """Read the list again."""
        now_us = self._desk.now_us
        self.rows = await self._desk.fetch(_read, self._site_id, self.only_own, now_us)
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

    async def take_up(self, code: str, name: str, unit: str, price_micro: int) -> None:
        """Take up one product of the shop's own with its price."""
        product_id = await self._take_up(self._desk, code, name, unit or "件")
        if price_micro:
            await self._set_price(self._desk, product_id, price_micro)
        await self.refresh()


def _read(connection: Connection, site_id: str, only_own: bool, now_us: int) -> list[PricedGoods]:
    goods = goods_lines(connection, site_id, only_own=only_own)
    own = own_prices_of(connection, site_id)
    prices = retail_prices(connection, site_id, now_us)
    suggested: dict[str, int] = {}
    if len(goods) <= PRICED_MAX:
        ids = [one.product_id for one in goods]
        for book in reversed(prices.books):
            found = book.prices(ids)
            suggested |= {key: one.unit_price_micro for key, one in found.items()}
    return [
        PricedGoods(
            one,
            own.get(one.product_id, suggested.get(one.product_id)),
            one.product_id in own,
        )
        for one in goods
    ]
