"""Pages of shared scopes as they travel: made once, then sent to every device that is there."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from shared.sync import scopes

BYTES_MAX = 64 * 1024 * 1024
SHARED = (scopes.ALL, scopes.org(""), scopes.assortment(""))
"""How the names of scopes begin that many devices hold."""

Place = tuple[str, int, int, int, int]
"""scope, generation, after, limit, head: who asks for these is sent the same rows."""


@dataclass(frozen=True, slots=True)
class FoldedPage:
    """Runs, compressed, and the sequence of their last change."""

    folded: bytes
    until: int


class PageCache:
    """The pages that were asked for last, up to so many bytes; for all threads of a server."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._pages: OrderedDict[Place, FoldedPage] = OrderedDict()
        self._lock = Lock()
        self.size = 0
        """Bytes that are kept."""
        self.found = 0
        """How often a page was here."""

    def find(self, place: Place) -> FoldedPage | None:
        """The page of this place; it is one of the last asked for now."""
        with self._lock:
            page = self._pages.get(place)
            if page is not None:
                self._pages.move_to_end(place)
                self.found += 1
            return page

    def keep(self, place: Place, page: FoldedPage) -> None:
        """Keep a page; those that were not asked for longest go."""
        if len(page.folded) > self._bytes_max:
            return
        with self._lock:
            former = self._pages.pop(place, None)
            self.size += len(page.folded) - (len(former.folded) if former else 0)
            self._pages[place] = page
            while self.size > self._bytes_max:
                _, oldest = self._pages.popitem(last=False)
                self.size -= len(oldest.folded)
