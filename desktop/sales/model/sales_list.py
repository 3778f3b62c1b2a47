"""The sales of a day, one of them whole, and its receipt once more."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from desktop.sales.model.receipts import receipt_bytes
from desktop.sales.usecases.coming_back import today
from desktop.sales.usecases.papers import read_invoice_flow
from desktop.sales.usecases.showing import SalePaper, person_names, sale_paper
from desktop.store.desk import Desk
from desktop.store.papers import FlowNode
from desktop.watched import Watched
from desktop.words.texts import Words
from shared.pricing.queries.story import PriceStory, stored_story
from shared.sales.queries.showing import SaleEntry, sales_of


class SalesModel(Watched):
    """What was sold on one business day."""

    def __init__(self, desk: Desk, site_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._site_id = site_id
        self.day = desk.do_now(today)
        self.sales: Sequence[SaleEntry] = ()
        self.names = desk.read(person_names, site_id)

    async def look(self) -> None:
        """Read the day again."""
        self.sales = await self._desk.fetch(sales_of, self._site_id, day=self.day, limit=2_000)
        self.changed()

    async def go(self, days: int) -> None:
        """Another day: -1 is the day before; never beyond today."""
        wanted = (date.fromisoformat(self.day) + timedelta(days=days)).isoformat()
        self.day = min(wanted, self._desk.do_now(today))
        await self.look()

    async def paper(self, uid: str) -> SalePaper:
        """A sale whole. Raises: RuleViolation SALE_UNKNOWN."""
        return await self._desk.fetch(sale_paper, uid)

    async def stories(self, paper: SalePaper) -> list[PriceStory | None]:
        """Why each line cost what it did, as it was stored with the sale."""
        trails = [line.trail for line in paper.lines]
        at_us = paper.story.head["happened_at_us"]
        return await self._desk.fetch(_stories, self._site_id, trails, at_us)

    async def flow(self, uid: str) -> list[FlowNode]:
        """The papers around a sale: what came back of it and what was paid on it (E11)."""
        identity = self._desk.store.identity
        device_id = identity.device_id if identity else ""
        return await self._desk.fetch(read_invoice_flow, uid, device_id)

    async def receipt_again(
        self, uid: str, words: Words, setting: Callable[[str, str], str], copy_number: int
    ) -> bytes:
        """The receipt once more, marked as such."""
        paper = await self.paper(uid)
        return await self._desk.work(receipt_bytes, paper, words, setting, copy_number=copy_number)


def _stories(
    connection: Any, site_id: str, trails: Sequence[str], at_us: int
) -> list[PriceStory | None]:
    return [stored_story(connection, site_id, trail, at_us=at_us) for trail in trails]
