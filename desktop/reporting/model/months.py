"""Closed months, site by site: what may be closed, what stands in the way, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.reporting.model.consolidated import Asker
from desktop.reporting.usecases.months import ask_close_month
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.closing.queries import Outcome, Request, last_request, outcomes
from shared.core.errors import QutongError, Unavailable
from shared.reporting.queries.stock_sums import open_sites

AWAITED: Final = "MONTH_DEVICES_AWAITED"
REPORT: Final = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMonth:
    """A site as head office's server sees it."""

    site_id: str
    name: str
    closed: str
    """The month closed last; '' = none."""
    until: str
    """The month that may be closed now, with all before it."""
    rows: int
    """How many rows devices would let go of; 0 = nothing to close."""
    code: str
    """What stands in the way; '' = nothing."""
    named: str
    """The devices or journals it is about, a blank between them."""

    @property
    def is_ready(self) -> bool:
        """Whether it can be closed as it is."""
        return self.rows > 0 and not self.code


class Months(Watched):
    """What head office's server says of all sites, and the last request."""

    def __init__(self, desk: Desk, asker: Asker) -> None:
        super().__init__()
        self._desk = desk
        self.asker = asker
        self.sites: Sequence[SiteMonth] = ()
        self.request: Request | None = None
        self.outcomes: Sequence[Outcome] = ()
        self.error: QutongError | None = None
        """Why head office could not be asked."""

    async def load(self) -> None:
        """The last request, and what head office says now."""
        await self.look()
        if self.asker.asking is not None:
            return
        names = dict(await self._desk.fetch(open_sites))
        self.asker.begin()
        try:
            report = await self.asker.ask(REPORT, {})
        except Unavailable as error:
            self.error = error
        else:
            self.error = None
            self.sites = [
                SiteMonth(
                    site_id=str(row["site_id"]),
                    name=names.get(str(row["site_id"]), str(row["site_id"])),
                    closed=str(row["closed"]),
                    until=str(row["until"]),
                    rows=int(row["rows"]),
                    code=str(row["code"]),
                    named=str(row["named"]),
                )
                for row in report.by_name()
            ]
        finally:
            self.asker.end()
        self.changed()

    async def look(self) -> None:
        """The last request and what came of it so far, as this desktop heard."""
        self.request = await self._desk.fetch(last_request)
        found = self.request
        self.outcomes = await self._desk.fetch(outcomes, found.request) if found else ()
        self.changed()

    @property
    def is_under_way(self) -> bool:
        """Whether head office is at it."""
        return self.request is not None and not self.request.is_done

    @property
    def wanted(self) -> int:
        """How many sites the last request is about."""
        if self.request is None:
            return 0
        return len(self.request.sites) or max(len(self.sites), len(self.outcomes))

    @property
    def ready(self) -> list[SiteMonth]:
        """Sites that can be closed as they are."""
        return [one for one in self.sites if one.is_ready]

    def may_sign_off(self, one: SiteMonth | None) -> bool:
        """Whether somebody may answer for what stands in a site's way: devices not heard of."""
        return one is not None and one.rows > 0 and one.code == AWAITED

    async def close(self, sites: Sequence[SiteMonth], *, is_signed_off: bool = False) -> None:
        """Ask for these to be closed. Raises: as ``ask_close_month``."""
        await self._desk.do(
            ask_close_month,
            sites[0].until,
            tuple(one.site_id for one in sites),
            is_signed_off=is_signed_off,
        )
        await self.look()
