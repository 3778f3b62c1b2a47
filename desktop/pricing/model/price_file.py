"""Prices of a file on their way into a draft: columns understood or asked for, and what came in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.catalog.model.choosing import (
    ColumnChoices,
    Doubted,
    Memory,
    name_in,
    told_columns,
)
from desktop.pricing.model.draft import PriceDraft
from desktop.pricing.usecases.looking import prices_of_sheets
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.sheets import read_sheets
from shared.core.errors import QutongError
from shared.core.importing import ColumnMapping, Imported, Sheet
from shared.pricing.importing import PRICE_FIELDS, PriceLine
from shared.pricing.rules import row_key

REMEMBERED: Final = "import.prices.mapping"
"""The setting that keeps which header meant what, as JSON."""
FIELDS: Final = tuple(field.name for field in PRICE_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesTaken:
    """What became of a file."""

    prices: int
    """Prices and ratios that came into the draft, changed or not."""
    changed: int
    """Those the version the draft is based on does not state so."""
    elsewhere: int
    """Prices of other sales organisations, left where they are."""
    refused: int
    """Rows that could not be taken."""


class PriceFile(Watched):
    """One file at a time, for the draft of one sales organisation."""

    def __init__(
        self, desk: Desk, memory: Memory, org_id: str, draft: Callable[[], PriceDraft]
    ) -> None:
        super().__init__()
        self._desk = desk
        self._org_id = org_id
        self._draft = draft
        self._choices = ColumnChoices(memory, REMEMBERED, PRICE_FIELDS)
        self._sheets: Sequence[Sheet] = ()
        self._asked: ColumnMapping | None = None
        self.file_name = ""
        self.found: Imported[PriceLine] | None = None
        self.error: QutongError | None = None
        self.taken: PricesTaken | None = None

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file; what is wrong with the whole of it is kept as ``error``."""
        self.file_name, self.found, self._asked = name, None, None
        self.error, self.taken = None, None
        self._choices.begin()
        try:
            self._sheets = await self._desk.work(read_sheets, content, name)
        except QutongError as error:
            self._sheets, self.error = (), error
            self.changed()
            return
        await self._read()

    async def choose(self, header: str, field: str) -> None:
        """Say what a column is: a field, or a dimension such as ``level:L1``; '' leaves it out."""
        self._choices.choose(self._mapping, header, field)
        await self._read()

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Every header of the file with what it is taken for, '' = left out."""
        return told_columns(self._mapping)

    @property
    def problems(self) -> list[Doubted]:
        """Rows kept out first, then doubts about rows taken."""
        if self.found is None:
            return []
        return [(one, True) for one in self.found.problems] + [
            (one, False) for one in self.found.warnings
        ]

    @property
    def lines(self) -> list[PriceLine]:
        """The prices that would come into the draft."""
        items = self.found.items if self.found else ()
        return [one for one in items if one.sales_org_id in ("", self._org_id)]

    @property
    def refused(self) -> int:
        """Rows that cannot be taken."""
        return self.found.rows_refused if self.found else 0

    @property
    def elsewhere(self) -> int:
        """Prices of other sales organisations."""
        return len(self.found.items) - len(self.lines) if self.found else 0

    @property
    def can_take(self) -> bool:
        """Whether there is something to take that was not taken."""
        return bool(self.lines) and self.taken is None

    def name_of(self, row_number: int) -> str:
        """What a row of the file calls its goods, taken or not."""
        return name_in(self._sheets, self._mapping, row_number)

    def take(self) -> PricesTaken:
        """Take the prices that can be taken into the draft; the mapping is remembered."""
        assert self.found is not None
        lines, draft = self.lines, self._draft()
        draft.take_rows([one.row for one in lines])
        self._choices.remember(self.found.mapping)
        self.taken = PricesTaken(
            prices=len(lines),
            changed=sum(1 for one in lines if row_key(one.row) in draft.changes),
            elsewhere=self.elsewhere,
            refused=self.refused,
        )
        self.changed()
        return self.taken

    async def _read(self) -> None:
        chosen = self._choices.fitting(self._sheets)
        try:
            self.found = await self._desk.fetch(prices_of_sheets, self._sheets, chosen)
            self.error = self._asked = None
        except QutongError as error:
            self.found, self.error = None, error
            self._asked = self._choices.seen(self._sheets)
        self.changed()

    @property
    def _mapping(self) -> ColumnMapping | None:
        return self.found.mapping if self.found else self._asked
