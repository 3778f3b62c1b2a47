"""What is owed by the age of its invoices: who, how much of it how old, as of which day (N01)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.accounts.rules import Ageing
from shared.core.clock import business_day


class Aged(Protocol):
    """A row: somebody who owes."""

    @property
    def party_id(self) -> str:
        """A customer's or an account's id."""

    @property
    def name(self) -> str:
        """What people call them."""

    @property
    def terms_days(self) -> int:
        """Days until an invoice is due."""

    @property
    def ages(self) -> Ageing:
        """What they owe."""


AgesOf = Callable[..., Sequence[Aged]]
"""Of a connection and a day: everybody who owed at its end."""


class AsOf(StrEnum):
    """The end of which day is looked at."""

    TODAY = "today"
    LAST_MONTH = "last_month"
    MONTH_BEFORE = "month_before"
    LAST_YEAR = "last_year"


def day_of(as_of: AsOf, today: str) -> str:
    """The day as an ISO date."""
    now = date.fromisoformat(today)
    last = now.replace(day=1) - timedelta(days=1)
    match as_of:
        case AsOf.TODAY:
            return today
        case AsOf.LAST_MONTH:
            return last.isoformat()
        case AsOf.MONTH_BEFORE:
            return (last.replace(day=1) - timedelta(days=1)).isoformat()
        case _:
            return date(now.year - 1, 12, 31).isoformat()


class AgeingModel(Watched):
    """The rows as of one day, and their sums."""

    def __init__(self, desk: Desk, zone: str, ages_of: AgesOf) -> None:
        super().__init__()
        self._desk = desk
        self._zone = zone
        self._ages_of = ages_of
        self.as_of = AsOf.TODAY
        self.rows: tuple[Aged, ...] = ()

    @property
    def day(self) -> str:
        """The day looked at."""
        return day_of(self.as_of, business_day(self._desk.now_us, self._zone))

    @property
    def sums(self) -> Ageing:
        """All rows together."""
        return Ageing(*(sum(part) for part in zip(*(one.ages for one in self.rows), strict=True)))

    async def load(self) -> None:
        """Read the rows again."""
        self.rows = tuple(await self._desk.fetch(self._ages_of, self.day))
        self.changed()

    async def look_at(self, as_of: AsOf) -> None:
        """Another day."""
        self.as_of = as_of
        await self.load()

    async def next_day(self) -> None:
        """The next of the days to choose from."""
        days = list(AsOf)
        await self.look_at(days[(days.index(self.as_of) + 1) % len(days)])
