"""State of the palette: what was typed, what fits, which one is chosen."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.queries import products
from shared.catalog.search import search
from shared.core.text import fold
from shared.reporting.queries.finding import Found, find_documents, find_people

SHOWN: Final = 12
_EACH: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of the palette."""

    kind: str
    """``action screen product order sale shipment count member customer``."""
    text: str
    hint: str
    run: Callable[[], None]
    key: str = ""


class Opens(Protocol):
    """How a thing found is opened; None when nobody here has a screen for it."""

    def __call__(self, kind: str, subject: str) -> Callable[[], None] | None:
        """The way to it."""


class Finding(Watched):
    """Actions and screens answer at once; goods, documents and people a moment later."""

    def __init__(self, desk: Desk, offers: Sequence[Offer], opens: Opens) -> None:
        super().__init__()
        self._desk = desk
        self._offers = offers
        self._opens = opens
        self._folded = [fold(f"{one.text} {one.hint}") for one in offers]
        self.typed = ""
        self.at = 0
        self.offers: Sequence[Offer] = offers[:SHOWN]

    @property
    def chosen(self) -> Offer | None:
        """The line the cursor is on."""
        return self.offers[self.at] if self.at < len(self.offers) else None

    def move(self, lines: int) -> None:
        """The cursor up or down, around the ends."""
        if self.offers:
            self.at = (self.at + lines) % len(self.offers)
            self.changed()

    def type(self, typed: str) -> bool:
        """What fits at once; True when more may be found by ``look``."""
        self.typed, self.at = typed, 0
        self.offers = self._near()[:SHOWN]
        self.changed()
        return bool(typed.strip())

    async def look(self, typed: str) -> None:
        """Look for goods, documents and people; an answer that comes too late is dropped."""
        # Who types fast is not looked for letter by letter: each search begins a moment later.
        await asyncio.sleep(0.012)
        found = await self._desk.fetch(_look, typed)
        if typed != self.typed:
            return
        offers: list[Offer] = []
        for one in found:
            opened = self._opens(one.kind, one.id)
            if opened is not None:
                offers.append(Offer(kind=one.kind, text=one.text, hint=one.hint, run=opened))
        self.offers = [*self._near()[:_EACH], *offers][:SHOWN]
        self.at = min(self.at, max(len(self.offers) - 1, 0))
        self.changed()

    def _near(self) -> list[Offer]:
        wanted = fold(self.typed).split()
        fits = [
            (min((text.find(word) for word in wanted), default=0), number)
            for number, text in enumerate(self._folded)
            if all(word in text for word in wanted)
        ]
        return [self._offers[number] for _at, number in sorted(fits)]


def _look(connection: Connection, typed: str) -> list[Found]:
    ids = search(connection, typed, limit=_EACH)
    known = products(connection, ids)
    goods = [
        Found(kind="product", id=one, text=known[one].name, hint=known[one].code)
        for one in ids
        if one in known
    ]
    return [*goods, *find_documents(connection, typed), *find_people(connection, typed)]
