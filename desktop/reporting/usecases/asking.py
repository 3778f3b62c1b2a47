"""Asking head office's server for detail this device does not hold: page by page, until enough."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from desktop.sync.conversation import Ask
from shared.core.errors import Unavailable
from shared.journal.document import Value
from shared.sync.messages import AskReport, Message, ReportPage

ROWS_MAX: Final = 50_000
"""More rows than anybody reads on a screen; a report that has more says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentDevice:
    """A device whose documents may be missing from the figures (G04)."""

    device_id: str
    seen_at_us: int
    """Last contact; 0 = never."""
    unsent: int


@dataclass(slots=True, kw_only=True)
class Report:
    """What was asked for, as far as it came."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[Value, ...]] = field(default_factory=list)
    as_of_us: int = 0
    """Head office's clock when the first page was read."""
    total: int = -1
    """Rows of the whole report; -1 = not known."""
    silent: tuple[SilentDevice, ...] = ()
    is_whole: bool = False
    """False when it was cancelled, or is longer than anybody reads."""

    def column(self, name: str) -> list[Value]:
        """One column's cells, from the first row to the last."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def by_name(self) -> list[dict[str, Value]]:
        """Each row with its cells by the name of their column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


Send = Callable[[Ask], Message]
"""Carries one request: ``HttpTransport.send`` of a transport of its own."""
Progress = Callable[[Report], bool]
"""Called after each page with what came so far; False = enough, stop here."""


def go_on(_report: Report) -> bool:
    """For who shows nothing meanwhile."""
    return True


def ask_report(
    send: Send,
    name: str,
    params: Mapping[str, Value],
    *,
    user_id: str,
    progress: Progress = go_on,
    page_rows: int = 0,
) -> Report:
    """Ask for a named report (``shared.reporting.queries.detail.REPORTS``), all its pages.

    Runs in a thread of its own, with a transport of its own: ``progress`` returning False stops
    between pages, ``HttpTransport.interrupt`` from another thread stops at once.

    Raises: Unavailable NETWORK, ANSWER_WRONG; AccessDenied NOT_PERMITTED; RuleViolation
    REPORT_UNKNOWN, REPORT_PARAMETER, SITE_UNKNOWN.
    """
    report = Report()
    after = ""
    while True:
        asked = AskReport(
            report=name, params=dict(params), user_id=user_id, after=after, limit=page_rows
        )
        page = send(Ask("/ask", asked, ReportPage))
        if not isinstance(page, ReportPage) or (page.next_after and page.next_after == after):
            raise Unavailable("ANSWER_WRONG", path="/ask")
        _take(report, page, is_first=not after)
        after = page.next_after
        report.is_whole = not after
        is_enough = len(report.rows) >= ROWS_MAX
        if not progress(report) or not after or is_enough:
            return report


def _take(report: Report, page: ReportPage, *, is_first: bool) -> None:
    report.rows += [tuple(row) for row in page.rows]
    if is_first:
        report.columns = tuple(page.columns)
        report.as_of_us = page.as_of_us
        report.total = page.total
        report.silent = tuple(
            SilentDevice(device_id=str(one[0]), seen_at_us=int(one[1]), unsent=int(one[2]))
            for one in page.silent
        )
