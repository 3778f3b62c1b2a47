"""How far the way down is, and whether a person holds it for a while (Q05)."""

from collections.abc import Mapping
from typing import Final

from shared.core.errors import Unavailable
from shared.sync.limits import PAGE_ROWS

HELD: Final = "SYNC_HELD"
"""Not a fault: a person goes on working, and what is to come waits. What was written still goes
up."""
MUCH_ROWS: Final = 500
"""Fewer rows to come are not worth a bar."""
_PAGE_ROWS_MIN: Final = 200
"""Shorter ones are hardly packed, and each costs a way there and back."""


class Progress:
    """What a sync expects of each scope; asked by the window while the worker writes it.

    How much of it is here stands in the cursors, so that a sync that goes on later goes on
    counting where the last one ended.
    """

    def __init__(self) -> None:
        self.expected: Mapping[str, int] = {}
        """Rows head office has by scope, of the scopes that are under way."""
        self.is_held = False
        """Whether nothing more is fetched for now."""
        self.page_rows = PAGE_ROWS
        """How many rows a page is asked for."""

    def expect(self, counts: Mapping[str, int]) -> None:
        """These scopes are fetched from here on; none = it is over."""
        self.expected = dict(counts)

    def page_broke(self) -> None:
        """The line did not last for a page: the next ones are short, so that some arrive."""
        self.page_rows = max(self.page_rows // 8, _PAGE_ROWS_MIN)

    def page_came(self) -> None:
        """The next may be a little longer: a line that breaks often costs a page each time."""
        self.page_rows = min(self.page_rows + self.page_rows // 10, PAGE_ROWS)

    def hold(self) -> None:
        """Fetch nothing more; what came stays."""
        self.is_held = True

    def go_on(self) -> None:
        """Fetch what is to come."""
        self.is_held = False

    def check(self, path: str) -> None:
        """Before a request. Raises: Unavailable SYNC_HELD, for what would bring rows."""
        if self.is_held and path.startswith(("/pull", "/snapshot/")):
            raise Unavailable(HELD)

    def rows(self, scopes: Mapping[str, tuple[int, int, int]]) -> tuple[int, int]:
        """(here, all) rows of what is under way, by sequence, count and digest of each scope."""
        expected = self.expected
        here = sum(min(scopes.get(one, (0, 0, 0))[1], count) for one, count in expected.items())
        return here, sum(expected.values())
