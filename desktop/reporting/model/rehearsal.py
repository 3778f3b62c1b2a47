"""A rehearsal under way: how far it is, and what came of it."""

from collections.abc import Sequence
from threading import Event

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.rounding import MICRO, divide_half_away
from shared.pricing.rules import PriceRow
from shared.reporting.queries.rehearsal import Rehearsal, rehearse


class Rehearsing(Watched):
    """Runs beside the window; ``done`` and ``total`` are read while it does."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stop = Event()
        self.done = 0
        self.total = 0
        self.found: Rehearsal | None = None

    def cancel(self) -> None:
        """Stop after the account that is being priced."""
        self._stop.set()

    async def run(self, org_id: str, parent_number: int, rows: Sequence[PriceRow]) -> None:
        """Price the orders of the last days. Raises: RuleViolation VERSION_UNKNOWN."""
        now_us = self._desk.now_us

        def go(done: int, total: int) -> bool:
            # Numbers alone cross the threads; the screen looks at them by a clock of its own.
            self.done, self.total = done, total
            return not self._stop.is_set()

        self.found = await self._desk.fetch(rehearse, org_id, parent_number, rows, now_us, go)
        self.changed()


def share(before_minor: int, after_minor: int) -> int | None:
    """The change as a ratio at 10⁻⁶; None without anything before."""
    if not before_minor:
        return None
    return divide_half_away((after_minor - before_minor) * MICRO, before_minor)
