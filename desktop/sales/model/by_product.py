"""What was sold of each product over some days: spans, filters, sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from desktop.days import OverDays
from desktop.sales.usecases.by_product import SoldProduct, ratio, read_sold
from desktop.sales.usecases.coming_back import today
from desktop.store.desk import Desk

ALL = ""


class Span(StrEnum):
    """Days people ask for by one key."""

    TODAY = "today"
    WEEK = "week"
    """Today and the six days before."""
    MONTH = "month"
    """This month up to today."""
    LAST_MONTH = "last_month"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldSum:
    """All rows shown, added up."""

    products: int
    qty_micro: int
    amount_minor: int
    margin_minor: int | None
    margin_micro: int | None
    without_cost: int
    """Products of which some line has no known cost; their lines are in no margin."""


_MONTHS_BACK = {Span.MONTH: 0, Span.LAST_MONTH: 1}


class SoldModel(OverDays):
    """Sales by product of one site."""

    def __init__(self, desk: Desk, site_id: str, *, sees_costs: bool) -> None:
        super().__init__(desk.do_now(today))
        self._desk = desk
        self._site_id = site_id
        self.sees_costs = sees_costs
        self.span = Span.WEEK
        self.choose_span(Span.WEEK)
        self.brand = self.category = ALL
        self.every: Sequence[SoldProduct] = ()
        self._all_minor = 0
        self.is_reading = False
        """Whether an answer is waited for."""

    async def load(self) -> None:
        """Read the days again."""
        asked = (self.from_day, self.to_day)
        self.is_reading = True
        self.changed()
        found = await self._desk.fetch(read_sold, self._site_id, *asked, with_costs=self.sees_costs)
        if asked == (self.from_day, self.to_day):
            self.every, self.is_reading = found, False
            self._all_minor = sum(one.amount_minor for one in found)
            self.changed()

    def choose_span(self, span: Span) -> None:
        """Other days, by one key."""
        self.today = self._desk.do_now(today)
        if span in _MONTHS_BACK:
            self.month(_MONTHS_BACK[span])
        else:
            back = timedelta(days=6 if span is Span.WEEK else 0)
            first = date.fromisoformat(self.today) - back
            self.between(first.isoformat(), self.today)
        self.span = span

    def between(self, from_day: str, to_day: str) -> None:
        super().between(from_day, to_day)
        self.span = Span.OWN

    def choose(self, *, brand: str | None = None, category: str | None = None) -> None:
        """Only goods of a brand, of a category; ALL = every one."""
        self.brand = self.brand if brand is None else brand
        self.category = self.category if category is None else category
        self.changed()

    @property
    def rows(self) -> list[SoldProduct]:
        """Those of the brand and category chosen, most money first."""
        return [
            one
            for one in self.every
            if self.brand in (ALL, one.brand) and self.category in (ALL, one.category)
        ]

    @property
    def brands(self) -> list[str]:
        """The brands that were sold."""
        return sorted({one.brand for one in self.every} - {""})

    @property
    def categories(self) -> list[str]:
        """The categories that were sold."""
        return sorted({one.category for one in self.every} - {""})

    def share_micro(self, one: SoldProduct) -> int | None:
        """Its part of the amount of all that is sold, at 10⁻⁶."""
        return ratio(one.amount_minor, self._all_minor)

    def sums(self) -> SoldSum:
        """What is shown, added up."""
        rows = self.rows
        known = [one for one in rows if one.margin_minor is not None]
        margin = sum(one.margin_minor or 0 for one in known) if known else None
        return SoldSum(
            products=len(rows),
            qty_micro=sum(one.qty_micro for one in rows),
            amount_minor=sum(one.amount_minor for one in rows),
            margin_minor=margin,
            margin_micro=ratio(margin, sum(one.known_minor for one in known)),
            without_cost=sum(1 for one in rows if one.without_cost),
        )
