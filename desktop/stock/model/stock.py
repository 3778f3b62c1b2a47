"""The stock of a site and the card of a product: what is shown, and to whom."""

from collections.abc import Callable

from desktop.stock.usecases import (
    Card,
    Goods,
    Sources,
    StockPage,
    read_card,
    read_stock,
    release,
    reserve,
    standing,
)
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import AccessDenied
from shared.core.quantity import parse_quantity
from shared.stock.queries import Reservation, StockRow
from shared.stock.rules import EXPIRES_SOON_DAYS, days_left

ALL = ""
ENDING = "ending"
"""The subject the list of what ends soon is opened by."""


class StockModel(Watched):
    """The rows of one site, chosen by brand, category and whether they are below zero."""

    def __init__(self, desk: Desk, sources: Sources, site_id: str, person_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._sources = sources
        self.own_site_id = site_id
        self.person_id = person_id
        self.site_id = site_id
        self.page: StockPage | None = None
        self.card: Card | None = None
        self.refused: AccessDenied | None = None
        """Set while this person counts blind: nothing of the book is held (H04)."""
        self.brand = ALL
        self.category = ALL
        self.only_below_zero = False
        self.only_ending = False
        """Only what ends soon or is past, the first to end on top (B09)."""

    async def load(self) -> None:
        """Read the site's stock anew; who counts blind gets nothing."""
        self._forget_when_refused()
        try:
            self.page = await self._desk.fetch(
                read_stock,
                self._sources,
                self.site_id or self._first_site(),
                self.own_site_id,
                self.person_id,
                now_us(self._desk.store),
            )
            self.site_id = self.page.site.site_id
            self.refused = None
            shown = self.card
            if shown is not None:
                again = await self._read_card(shown.goods.product_id)
                # Meanwhile the person may have gone back to the list.
                if self.card is shown:
                    self.card = again
        except AccessDenied as error:
            self.page, self.card, self.refused = None, None, error
        self.changed()

    async def open_card(self, product_id: str) -> None:
        """Look at the moves behind a product's figure."""
        try:
            self.card = await self._read_card(product_id)
        except AccessDenied as error:
            self.page, self.card, self.refused = None, None, error
        self.changed()

    def close_card(self) -> bool:
        """Back to the list; False when the list is what is shown."""
        had = self.card is not None
        self.card = None
        if had:
            self.changed()
        return had

    def choose(
        self,
        *,
        brand: str | None = None,
        category: str | None = None,
        only_below_zero: bool | None = None,
        only_ending: bool | None = None,
    ) -> None:
        """Show fewer rows; what is not named stays."""
        self.brand = self.brand if brand is None else brand
        self.category = self.category if category is None else category
        if only_below_zero is not None:
            self.only_below_zero = only_below_zero
        if only_ending is not None:
            self.only_ending = only_ending
        self.changed()

    @property
    def rows(self) -> list[StockRow]:
        """The rows chosen."""
        rows = self.page.rows if self.page else ()
        found = [
            row
            for row in rows
            if self.brand in (ALL, row.brand)
            and (self.category == ALL or top_category(row.category) == self.category)
            and (row.is_below_zero or not self.only_below_zero)
            and (not self.only_ending or self.is_ending(row))
        ]
        return sorted(found, key=lambda row: row.expires_on) if self.only_ending else found

    @property
    def brands(self) -> list[str]:
        """Brands to choose from."""
        return self._met(lambda row: row.brand)

    @property
    def categories(self) -> list[str]:
        """Categories of the first level to choose from."""
        return self._met(lambda row: top_category(row.category))

    @property
    def value_minor(self) -> int:
        """What the rows chosen are worth."""
        values = self.page.values_minor if self.page else {}
        return sum(values.get(row.product_id, 0) for row in self.rows)

    @property
    def below_zero(self) -> int:
        """How many rows of the site are below zero."""
        return sum(1 for row in (self.page.rows if self.page else ()) if row.is_below_zero)

    def is_ending(self, row: StockRow) -> bool:
        """Whether a lot of a product is one to sell first, or past."""
        left = self.days_left(row)
        return left is not None and left <= EXPIRES_SOON_DAYS

    @property
    def ending(self) -> int:
        """How many products of the site end soon or are past."""
        return sum(1 for row in (self.page.rows if self.page else ()) if self.is_ending(row))

    # holding pieces for somebody (G05)

    @property
    def is_own(self) -> bool:
        """Whether the stock shown is this site's: only its own pieces can be held."""
        return self.site_id == self.own_site_id

    async def reserve(self, row: StockRow, qty: str, days: int, for_whom: str) -> str:
        """Hold pieces of a product; the number of the document. Raises as the use case, and what
        quantities raise."""
        packs = (await self._read_card(row.product_id)).goods.packs
        goods = [Goods(product_id=row.product_id, qty_micro=parse_quantity(qty, packs))]
        header = await self._desk.do(reserve, goods, days=days, for_whom=for_whom)
        await self.load()
        return header.number

    async def holds(self) -> list[Reservation]:
        """What is held here now, the first to expire first."""
        return await self._desk.do(standing)

    async def release(self, document: str) -> None:
        """Let go of what a document holds. Raises as the use case."""
        await self._desk.do(release, document)
        await self.load()

    def days_left(self, row: StockRow) -> int | None:
        """Days until the first lot of a product ends; below zero: it is past (B09). None: no lot
        says."""
        if self.page is None or not row.expires_on:
            return None
        return days_left(row.expires_on, self.page.day)

    def row_of(self, product_id: str) -> StockRow | None:
        """The row of a product."""
        rows = self.page.rows if self.page else ()
        return next((row for row in rows if row.product_id == product_id), None)

    async def _read_card(self, product_id: str) -> Card:
        return await self._desk.fetch(
            read_card, self._sources, self.site_id, product_id, self.person_id
        )

    def _forget_when_refused(self) -> None:
        if self.refused is not None:
            self.page, self.card = None, None

    def _first_site(self) -> str:
        return self.page.sites[0].site_id if self.page and self.page.sites else ""

    def _met(self, of: Callable[[StockRow], str]) -> list[str]:
        return sorted({of(row) for row in (self.page.rows if self.page else ())} - {""})


def top_category(category: str) -> str:
    """The first level of ``护肤/洁面``."""
    return category.partition("/")[0]
