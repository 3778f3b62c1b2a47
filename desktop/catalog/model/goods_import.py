"""Goods from a sheet on their way in: read, mapped, doubted row by row, then taken at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.catalog.model.choosing import Doubted, Memory
from desktop.catalog.model.opened_sheet import OpenedSheet
from desktop.store.desk import Desk
from shared.catalog.documents import Product
from shared.catalog.import_columns import PRODUCT_FIELDS
from shared.catalog.importing import ProductRow, read_products, shop_doubts
from shared.catalog.publishing import changes_of, with_unsaid
from shared.catalog.queries import stated_products
from shared.core.importing import BLANK, Imported, Problem
from shared.core.rounding import MICRO, divide_half_away

REMEMBERED: Final = "import.goods.mapping"
"""The setting that keeps which header meant what, as JSON."""
FIELDS: Final = tuple(field.name for field in PRODUCT_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a sheet; pieces in millionths, value in minor units."""

    products: int
    opening_micro: int = 0
    opening_minor: int = 0
    costs: int = 0
    """Products whose purchase cost was kept."""
    lots: int = 0
    """Products that opened as a lot with an expiry (B09)."""


Take = Callable[[Desk, Sequence[ProductRow], bool], Awaitable[Taken]]
"""Takes the rows for good; the flag says whether opening stock comes with them."""
TakesStock = Callable[[Desk], bool]
"""Whether opening stock can still come here with a sheet: not at head office, and only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a sheet holds, to be compared with its own totals."""

    goods: int
    stock_micro: int
    stock_minor: int
    """Stock × cost."""
    stock_retail_minor: int
    """Stock × retail price."""
    retail_micro: int
    """The sum of all retail prices: a check figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a file, kept until the next one is opened."""

    file_name: str
    taken: Taken
    rows: tuple[ProductRow, ...]
    """The rows taken."""
    doubts: tuple[Doubted, ...]
    """Rows kept out first, then doubts about rows taken."""
    names: Mapping[int, str]
    """What goods the doubted rows are about, by row number."""
    refused: int
    """Rows kept out."""
    passed_over: int
    """Rows that are about the table and not in it: titles, totals, footers."""
    has_stock: bool
    """Whether the stock of the sheet became opening stock."""

    @property
    def stocked(self) -> int:
        """Goods that have stock now."""
        return sum(1 for one in self.rows if (one.stock_qty_micro or 0) > 0)

    @property
    def without_cost(self) -> list[ProductRow]:
        """Goods of which the sheet says no cost: what they earn cannot be told."""
        return [one for one in self.rows if not one.cost_micro]

    @property
    def at_price_minor(self) -> int:
        """Opening stock × retail price."""
        return _value_minor(
            [one for one in self.rows if (one.stock_qty_micro or 0) > 0],
            lambda one: one.retail_micro,
        )


class GoodsImport(OpenedSheet[ProductRow]):
    """One file at a time."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        take: Take,
        takes_stock: TakesStock = lambda _desk: True,
        *,
        is_catalogue: bool = False,
    ) -> None:
        """``is_catalogue``: goods of head office's that stand are stated anew, and what that
        changes is told before."""
        super().__init__(desk, memory, REMEMBERED, PRODUCT_FIELDS)
        self._is_catalogue = is_catalogue
        self._stated: Mapping[str, Product] = {}
        self._take = take
        self._takes_stock = takes_stock
        self.may_open = True
        """Whether the stock of the file can become opening stock."""
        self.is_taking = False
        self.result: Result | None = None
        """What became of the last file, while no other one is open."""
        self.with_stock = True

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file; what is wrong with the whole of it is kept as ``error``."""
        if self.is_taking:
            return
        self.result = None
        self.may_open = self._takes_stock(self._desk)
        await super().open(content, name)

    async def take(self) -> Taken:
        """Take the rows that can be taken, all in one; the mapping is remembered, what became of
        the file is kept as ``result``.

        Raises what the use case raises; then nothing was taken.
        """
        found = self.found
        assert found is not None
        with_stock = self.with_stock and self.may_open
        self._set_taking(True)
        try:
            taken = await self._take(self._desk, found.items, with_stock)
            self._choices.remember(found.mapping)
            self.result = self._result(found, taken, with_stock)
            self._put_away()
        except asyncio.CancelledError:
            # The view went in the middle: the goods are taken or not, but never twice.
            self._put_away()
            raise
        finally:
            self._set_taking(False)
        return taken

    def _put_away(self) -> None:
        self.found, self.doubts, self._sheets, self.file_name = None, (), (), ""

    def _result(self, found: Imported[ProductRow], taken: Taken, with_stock: bool) -> Result:
        return Result(
            file_name=self.file_name,
            taken=taken,
            rows=found.items,
            doubts=tuple(self.problems),
            names={one.row_number: self.name_of(one.row_number) for one, _ in self.problems},
            refused=found.rows_refused,
            passed_over=sum(1 for one in found.skipped if one.reason != BLANK),
            has_stock=with_stock and self.has_stock,
        )

    @property
    def can_take(self) -> bool:
        """Whether there is something to take, and nobody is taking it already."""
        return self.found is not None and bool(self.found.items) and not self.is_taking

    def _set_taking(self, is_taking: bool) -> None:
        self.is_taking = is_taking
        self.changed()

    @property
    def sums(self) -> Sums:
        """The check figures of what would be taken."""
        rows = self.found.items if self.found else ()
        return Sums(
            goods=len(rows),
            stock_micro=sum(one.stock_qty_micro or 0 for one in rows),
            stock_minor=_value_minor(rows, lambda one: one.cost_micro),
            stock_retail_minor=_value_minor(rows, lambda one: one.retail_micro),
            retail_micro=sum(one.retail_micro or 0 for one in rows),
        )

    @property
    def has_stock(self) -> bool:
        """Whether the file says how much there is."""
        return self.found is not None and self.found.mapping.index("stock") is not None

    @property
    def has_costs(self) -> bool:
        """Whether the file says what goods cost."""
        return self.found is not None and self.found.mapping.index("cost") is not None

    async def _understood(self, chosen: Mapping[str, str]) -> Imported[ProductRow]:
        found = await self._desk.work(read_products, self._sheets, chosen=chosen)
        if self._is_catalogue:
            codes = [one.product.code for one in found.items]
            self._stated = await self._desk.fetch(stated_products, codes)
        return found

    @property
    def known(self) -> int:
        """Goods of the sheet that stand already: they are stated anew."""
        rows = self.found.items if self.found else ()
        return sum(1 for one in rows if one.product.code in self._stated)

    def _doubts_of(self, found: Imported[ProductRow]) -> Sequence[Problem]:
        return (*shop_doubts(found), *self._changes(found))

    def _changes(self, found: Imported[ProductRow]) -> Iterator[Problem]:
        """What the sheet changes of goods that stand, cell by cell."""
        for row in found.items:
            stated = self._stated.get(row.product.code)
            if stated is None:
                continue
            for one in changes_of(stated, with_unsaid(stated, row.product)):
                yield Problem(
                    row_number=row.row_number,
                    column=found.mapping.header(one.field),
                    code="BRAND_CHANGES" if one.field == "brand" else "PRODUCT_CHANGES",
                    text=f"{one.before or '-'} → {one.after}",
                )


def _value_minor(rows: Sequence[ProductRow], each: Callable[[ProductRow], int | None]) -> int:
    """Stock × what one is worth, rounded once over all rows, so that it meets the file's total."""
    exact = sum((one.stock_qty_micro or 0) * (each(one) or 0) for one in rows)
    return divide_half_away(exact * 100, MICRO * MICRO)
