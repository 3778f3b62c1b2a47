"""Consolidated stock, sales and receivables with their age and what they lack (G04)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from threading import Event
from typing import Final

from desktop.reporting.usecases.asking import Progress, Report
from desktop.reporting.usecases.consolidating import (
    StockHere,
    held_in,
    join_stock,
    read_stock_here,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.channel.queries import sales_orgs
from shared.core.clock import business_day
from shared.core.errors import QutongError, Unavailable
from shared.journal.document import Value
from shared.reporting.queries.debts import DebtLine, debts
from shared.reporting.queries.stock_sums import Held, StockOfSites
from shared.reporting.queries.sums import By, MissingSource, SalesLine, SalesReport, sales_report

Detail = Callable[..., Report]
"""``Client.ask``: name, parameters, ``progress=``; in a thread of the caller's."""


class Span(StrEnum):
    """The days a sales report looks at, up to today."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


DAYS_OF: Final = {Span.TODAY: 1, Span.WEEK: 7, Span.MONTH: 30, Span.QUARTER: 90}
GROUPS: Final = (By.DAY, By.REGION, By.ACCOUNT, By.SITE, By.BRAND, By.PRODUCT, By.TENDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question under way."""

    done: int
    total: int
    """-1 = not known."""


class Asker(Watched):
    """Carries questions to head office's server one after another; can be stopped."""

    def __init__(self, desk: Desk, detail: Detail | None) -> None:
        super().__init__()
        self._desk = desk
        self._detail = detail
        self._stop = Event()
        self.asking: Asking | None = None

    def cancel(self) -> None:
        """Stop after the page that is on its way."""
        self._stop.set()

    @property
    def was_cancelled(self) -> bool:
        """Whether the last question was stopped."""
        return self._stop.is_set()

    def begin(self, total: int = -1) -> None:
        """A question begins."""
        self._stop.clear()
        self.asking = Asking(done=0, total=total)
        self.changed()

    def end(self) -> None:
        """No question is under way any more."""
        self.asking = None
        self.changed()

    def step(self, done: int, total: int) -> None:
        """So much has come."""
        if self.asking is not None:
            self.asking = Asking(done=done, total=total)
            self.changed()

    async def ask(
        self, name: str, params: Mapping[str, Value], progress: Progress | None = None
    ) -> Report:
        """One report. Raises: Unavailable NETWORK, NOT_JOINED; AccessDenied NOT_PERMITTED."""
        detail = self._detail
        if detail is None:
            raise Unavailable("NOT_JOINED")

        loop = asyncio.get_running_loop()

        def go_on(report: Report) -> bool:
            told = progress(report) if progress is not None else True
            if progress is not None:
                loop.call_soon_threadsafe(self.step, len(report.rows), report.total)
            return told and not self._stop.is_set()

        return await self._desk.work(detail, name, params, progress=go_on)


class StockOfAll(Watched):
    """Products beside sites: from this desktop at once, the other sites when they are asked for."""

    def __init__(self, desk: Desk, asker: Asker) -> None:
        super().__init__()
        self._desk = desk
        self.asker = asker
        self.here: StockHere | None = None
        self.lines: Sequence[StockOfSites] = ()
        self.as_of_us = 0
        """The oldest figure among those asked for; 0 = nothing was asked yet."""
        self._asked: dict[str, list[Held]] = {}

    async def load(self) -> None:
        """Read what this desktop holds."""
        self.here = await self._desk.fetch(read_stock_here, self._desk.now_us)
        await self._join()

    @property
    def unknown_sites(self) -> list[tuple[str, str]]:
        """Sites whose stock is neither here nor asked for yet."""
        if self.here is None:
            return []
        known = self.here.held_sites | self._asked.keys()
        return [one for one in self.here.sites if one[0] not in known]

    @property
    def sites(self) -> list[tuple[str, str]]:
        """Sites that have a column: those with figures."""
        if self.here is None:
            return []
        known = self.here.held_sites | self._asked.keys()
        used = {site_id for line in self.lines for site_id in line.by_site}
        return [one for one in self.here.sites if one[0] in known & used]

    @property
    def missing(self) -> Sequence[MissingSource]:
        """Devices whose documents may be missing from the figures."""
        return self.here.missing if self.here is not None else ()

    async def ask_rest(self) -> None:
        """Ask the server for the sites this desktop does not hold, one by one, until cancelled;
        once all were asked, for all of them anew.

        Raises as ``Asker.ask``; what came before stays.
        """
        if self.here is None:
            return
        far = [one for one in self.here.sites if one[0] not in self.here.held_sites]
        wanted = self.unknown_sites or far
        self.asker.begin(len(wanted))
        try:
            for number, (site_id, _name) in enumerate(wanted, 1):
                report = await self.asker.ask("stock_of_site", {"site_id": site_id})
                if not report.is_whole:
                    break
                self._asked[site_id] = held_in(report)
                first = self.as_of_us or report.as_of_us
                self.as_of_us = min(first, report.as_of_us)
                self.asker.step(number, len(wanted))
                if self.asker.was_cancelled:
                    break
        finally:
            self.asker.end()
            await self._join()

    async def _join(self) -> None:
        if self.here is None:
            return
        held = [*self.here.held, *(one for some in self._asked.values() for one in some)]
        self.lines = await self._desk.fetch(join_stock, held) if self._asked else self.here.lines
        self.changed()


class SalesOfAll(Watched):
    """Sales from the daily sums, grouped, beside the period before; offline."""

    def __init__(self, desk: Desk, zone: str) -> None:
        super().__init__()
        self._desk = desk
        self._zone = zone
        self.orgs: Sequence[tuple[str, str]] = desk.read(sales_orgs)
        self.by = By.DAY
        self.span = Span.MONTH
        self.org_id = ""
        self.currency = "CNY"
        self.report: SalesReport | None = None

    async def load(self) -> None:
        """Read the sums again."""
        to_day = business_day(self._desk.now_us, self._zone)
        days = DAYS_OF[self.span]
        from_day = (date.fromisoformat(to_day) - timedelta(days=days - 1)).isoformat()
        self.report = await self._desk.fetch(
            sales_report,
            by=self.by,
            from_day=from_day,
            to_day=to_day,
            at_us=self._desk.now_us,
            sales_org_id=self.org_id,
        )
        self.changed()

    async def group(self, by: By) -> None:
        """Group by something else."""
        self.by = by
        await self.load()

    async def over(self, span: Span) -> None:
        """Look at other days."""
        self.span = span
        await self.load()

    async def of_org(self, org_id: str) -> None:
        """One sales organisation; '' = all."""
        self.org_id = org_id
        await self.load()

    @property
    def lines(self) -> list[SalesLine]:
        """The groups; days in order of time beside their day before, all others by money."""
        report = self.report
        if report is None:
            return []
        if self.by is not By.DAY:
            return sorted(report.lines, key=lambda one: -one.net_minor)
        earlier = {(one.key, one.currency): one for one in report.lines}
        days = DAYS_OF[self.span]
        return [
            _beside(one, earlier.get((_days_off(one.key, -days), one.currency)))
            for one in report.lines
            if one.key >= report.from_day
        ]

    @property
    def sums(self) -> tuple[int, int]:
        """Net sales of the period and of the one before, in minor units of the currency."""
        lines = self.report.lines if self.report is not None else ()
        own = [one for one in lines if one.currency in (self.currency, "")]
        return sum(one.net_minor for one in own), sum(one.before_minor for one in own)


def _beside(line: SalesLine, earlier: SalesLine | None) -> SalesLine:
    return replace(
        line,
        before_minor=earlier.before_minor if earlier is not None else 0,
        before_micro=earlier.before_micro if earlier is not None else 0,
    )


def _days_off(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


class DebtsOfAll(Watched):
    """What every account owes and may owe."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.lines: Sequence[DebtLine] = ()

    async def load(self) -> None:
        """Read the balances again."""
        self.lines = await self._desk.fetch(debts)
        self.changed()

    @property
    def over(self) -> int:
        """Accounts past their limit."""
        return sum(1 for one in self.lines if one.is_over)


class SiteDetail(Watched):
    """A site's sales of a day as the server has them."""

    def __init__(self, asker: Asker, site_id: str, name: str, day: str) -> None:
        super().__init__()
        self.asker = asker
        self.site_id, self.name, self.day = site_id, name, day
        self.report: Report | None = None
        self.error: QutongError | None = None

    async def load(self) -> None:
        """Ask for the sales of the day; what is wrong is kept as ``error``."""
        self.asker.begin()
        self.error = None
        try:
            self.report = await self.asker.ask(
                "sales_of_day",
                {"site_id": self.site_id, "business_day": self.day},
                self._came,
            )
        except QutongError as error:
            self.error = error
        finally:
            self.asker.end()
            self.changed()

    def other_day(self, days: int) -> None:
        """So many days later or earlier."""
        self.day = _days_off(self.day, days)

    def _came(self, report: Report) -> bool:
        self.report = report
        return True
