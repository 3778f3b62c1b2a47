"""Prices of a file on their way into a draft: columns understood or asked for, and what came in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from desktop.catalog.model.choosing import Memory
from desktop.catalog.model.opened_sheet import OpenedSheet
from desktop.pricing.model.draft import PriceDraft
from desktop.pricing.usecases.looking import prices_of_sheets
from desktop.store.desk import Desk
from shared.core.importing import Imported
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


class PriceFile(OpenedSheet[PriceLine]):
    """One file at a time, for the draft of one sales organisation."""

    def __init__(
        self, desk: Desk, memory: Memory, org_id: str, draft: Callable[[], PriceDraft]
    ) -> None:
        super().__init__(desk, memory, REMEMBERED, PRICE_FIELDS)
        self._org_id = org_id
        self._draft = draft
        self.taken: PricesTaken | None = None

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file; what is wrong with the whole of it is kept as ``error``."""
        self.taken = None
        await super().open(content, name)

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

    async def _understood(self, chosen: Mapping[str, str]) -> Imported[PriceLine]:
        return await self._desk.fetch(prices_of_sheets, self._sheets, chosen)
