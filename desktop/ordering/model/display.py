"""The product display: what an account may order, by brand and category, with its price."""

from desktop.catalog.model.pictures import Pictures
from desktop.ordering.usecases.carts import accounts_to_order_for
from desktop.ordering.usecases.showing import (
    ShownGoods,
    ShownPrice,
    barcodes_of,
    read_display,
    read_shown_prices,
    search_ids,
    units_of,
)
from desktop.ordering.usecases.wishing import Where
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.rules import SMALL
from shared.channel.queries import AccountView
from shared.core.clock import business_day
from shared.core.quantity import Pack

NEAR = 40
"""Cards that are priced at once: about a screen."""


class Display(Watched):
    """All goods are read once and filtered in memory; nothing here needs a picture (B01)."""

    def __init__(
        self, desk: Desk, site_id: str, zone: str, pictures: Pictures | None = None
    ) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.zone = zone
        self.pictures = pictures
        self.accounts: tuple[AccountView, ...] = ()
        self.account: AccountView | None = None
        self.goods: tuple[ShownGoods, ...] = ()
        self.shown: tuple[ShownGoods, ...] = ()
        self._prices: dict[str, ShownPrice] = {}
        self._places: dict[str, int] = {}
        self.brand = ""
        self.category = ""
        self.text = ""

    async def load(self, account_id: str = "") -> None:
        """Read what the account may order."""
        self.accounts = await self.desk.fetch(
            accounts_to_order_for, self.desk.author_id, self.site_id
        )
        wanted = account_id or (self.account.account_id if self.account else "")
        own = [one for one in self.accounts if one.account_id == wanted]
        self.account = next(iter(own or self.accounts), None)
        self._prices.clear()
        where = self._where()
        self.goods = tuple(await self.desk.fetch(read_display, where)) if where else ()
        self.narrow(brand="", category="", text=self.text)

    def narrow(
        self, *, brand: str | None = None, category: str | None = None, text: str | None = None
    ) -> None:
        """Show only a brand, a category, or what a text means; None leaves a choice as it is."""
        self.brand = self.brand if brand is None else brand
        self.category = self.category if category is None else category
        self.text = self.text if text is None else text
        fitting = [
            one
            for one in self.goods
            if (not self.brand or one.brand == self.brand)
            and (not self.category or one.category.startswith(self.category))
        ]
        self.shown = tuple(self._meant(fitting))
        self._places = {one.product_id: at for at, one in enumerate(self.shown)}
        self.changed()

    @property
    def brands(self) -> tuple[str, ...]:
        """The brands there are, by name."""
        return tuple(sorted({one.brand for one in self.goods if one.brand}))

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories there are, each above its parts."""
        whole = {one.category for one in self.goods if one.category}
        tops = {one.partition("/")[0] for one in whole}
        return tuple(sorted(whole | tops))

    def goods_of(self, product_id: str) -> ShownGoods | None:
        """A product of the list."""
        return next((one for one in self.goods if one.product_id == product_id), None)

    def price_of(self, product_id: str) -> ShownPrice:
        """What a product costs; its neighbours on screen are priced with it."""
        where = self._where()
        if product_id not in self._prices and where is not None:
            ids = [one.product_id for one in self.shown]
            at = ids.index(product_id) if product_id in ids else 0
            near = [one for one in ids[at : at + NEAR] if one not in self._prices]
            wanted = near or [product_id]
            self._prices |= self.desk.read(read_shown_prices, where, wanted)
        return self._prices.get(product_id, ShownPrice(price=None, retail_micro=0))

    def _where(self) -> Where | None:
        if self.account is None:
            return None
        at_us = self.desk.now_us
        return Where(
            site_id=self.site_id,
            account=self.account,
            at_us=at_us,
            today=business_day(at_us, self.zone),
        )

    def packs(self, product_id: str) -> tuple[Pack, ...]:
        """The units of a product."""
        return self.desk.read(units_of, product_id)

    def barcodes(self, product_id: str) -> list[tuple[str, str]]:
        """Its barcodes with the unit each names."""
        return self.desk.read(barcodes_of, product_id)

    def picture_of(self, goods: ShownGoods) -> str:
        """Where its small picture lies on this device; '' while there is none to show."""
        if self.pictures is None:
            return ""
        self.pictures.near(self._near(goods.product_id))
        return self.pictures.path_of(goods.product_id, SMALL)

    def _near(self, product_id: str) -> list[str]:
        """A product and those after it on screen."""
        at = self._places.get(product_id, 0)
        return [product_id, *(one.product_id for one in self.shown[at : at + NEAR])]

    def _meant(self, fitting: list[ShownGoods]) -> list[ShownGoods]:
        if not self.text.strip():
            return fitting
        by_id = {one.product_id: one for one in fitting}
        return [by_id[one] for one in self.desk.read(search_ids, self.text) if one in by_id]
