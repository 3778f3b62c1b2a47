"""Goods from a sheet on their way in: read, mapped, doubted row by row, then taken at once."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.import_columns import PRODUCT_FIELDS
from shared.catalog.importing import ProductRow, read_products, shop_doubts
from shared.catalog.sheets import read_sheets
from shared.core.errors import QutongError
from shared.core.importing import Imported, Problem, Sheet
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


Take = Callable[[Desk, Sequence[ProductRow], bool], Awaitable[Taken]]
"""Takes the rows for good; the flag says whether opening stock comes with them."""


class Memory(Protocol):
    """Where the mapping is remembered."""

    def get(self, key: str, default: str = "") -> str: ...

    def put(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a sheet holds, to be compared with its own totals."""

    goods: int
    stock_micro: int
    stock_minor: int
    """Stock × cost."""
    retail_micro: int
    """The sum of all retail prices: a check figure."""


class GoodsImport(Watched):
    """One file at a time."""

    def __init__(self, desk: Desk, memory: Memory, take: Take) -> None:
        super().__init__()
        self._desk = desk
        self._memory = memory
        self._take = take
        self._sheets: Sequence[Sheet] = ()
        self.file_name = ""
        self.found: Imported[ProductRow] | None = None
        self.doubts: Sequence[Problem] = ()
        self.error: QutongError | None = None
        self.with_stock = True
        self._chosen: dict[str, str] = {}

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file; what is wrong with the whole of it is kept as ``error``."""
        self.file_name, self.found, self.error = name, None, None
        self._chosen = dict(json.loads(self._memory.get(REMEMBERED, "{}")))
        try:
            self._sheets = await self._desk.work(read_sheets, content, name)
        except QutongError as error:
            self._sheets, self.error = (), error
            self.changed()
            return
        await self._read()

    async def choose(self, header: str, field: str) -> None:
        """Say what a column of the file is; '' leaves it out. All rows are read again."""
        found = self.found
        if found is not None:
            self._chosen = found.mapping.choices() | self._chosen
        self._chosen = {
            other: meant for other, meant in self._chosen.items() if meant != field or not field
        }
        self._chosen[header] = field
        await self._read()

    async def take(self) -> Taken:
        """Take the rows that can be taken, all in one; the mapping is remembered.

        Raises what the use case raises; then nothing was taken.
        """
        assert self.found is not None
        taken = await self._take(self._desk, self.found.items, self.with_stock)
        self._memory.put(REMEMBERED, json.dumps(self.found.mapping.choices(), ensure_ascii=False))
        self.found, self._sheets, self.file_name = None, (), ""
        self.changed()
        return taken

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Every header of the file with what it is taken for, '' = left out."""
        if self.found is None:
            return []
        mapping = self.found.mapping
        return [
            (one.header, one.field)
            for one in sorted((*mapping.columns, *mapping.unknown), key=lambda one: one.index)
        ]

    @property
    def problems(self) -> list[tuple[Problem, bool]]:
        """Rows kept out first, then doubts about rows taken, each in the order of the file."""
        if self.found is None:
            return []
        doubts = sorted((*self.found.warnings, *self.doubts), key=lambda one: one.row_number)
        return [(one, True) for one in self.found.problems] + [(one, False) for one in doubts]

    @property
    def sums(self) -> Sums:
        """The check figures of what would be taken."""
        rows = self.found.items if self.found else ()
        return Sums(
            goods=len(rows),
            stock_micro=sum(one.stock_qty_micro or 0 for one in rows),
            stock_minor=_value_minor(rows),
            retail_micro=sum(one.retail_micro or 0 for one in rows),
        )

    @property
    def has_stock(self) -> bool:
        """Whether the file says how much there is."""
        return self.found is not None and self.found.mapping.index("stock") is not None

    async def _read(self) -> None:
        chosen: Mapping[str, str] = self._fitting()
        try:
            self.found = await self._desk.work(read_products, self._sheets, chosen=chosen)
            self.doubts = shop_doubts(self.found)
            self.error = None
        except QutongError as error:
            self.error = error
        self.changed()

    def _fitting(self) -> dict[str, str]:
        """What was said before of headers this file has too."""
        headers = {
            cell.strip() for sheet in self._sheets for row in sheet.rows[:20] for cell in row
        }
        return {header: field for header, field in self._chosen.items() if header in headers}


def _value_minor(rows: Sequence[ProductRow]) -> int:
    """Stock × cost over all rows, rounded once, so that it meets the file's own total."""
    exact = sum((one.stock_qty_micro or 0) * (one.cost_micro or 0) for one in rows)
    return divide_half_away(exact * 100, MICRO * MICRO)
