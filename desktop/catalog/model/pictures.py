"""Pictures of goods as screens show them: what is here at once, what is not when it has come."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.queries import picture_digests
from shared.catalog.rules import LARGE, SMALL
from shared.core.errors import QutongError

TOGETHER: Final = 8
"""Pictures fetched over one connection before they are shown."""
AWAY_S: Final = 60.0
"""How long head office is not asked again after it could not be reached."""
WANTED_MAX: Final = 200
"""What was scrolled past longest ago is not fetched: it is asked for when it is seen again."""


class Kept(Protocol):
    """The pictures on this device."""

    def kept(self, digest: str) -> str:
        """Where a picture lies; '' when it is not here."""


class Album(Protocol):
    """Where pictures lie and come from."""

    @property
    def pictures(self) -> Kept:
        """What is here."""

    def fetch_pictures(self, digests: Sequence[str]) -> int:
        """Fetch from head office, on a thread of its own; how many came."""


Start = Callable[[Coroutine[Any, Any, object]], object]
"""Runs a coroutine with a screen's manners: ``TaskScope.start``."""


class Pictures(Watched):
    """For one screen. It changes when pictures have come; no text waits for any of them (B01)."""

    def __init__(self, desk: Desk, album: Album | None, start: Start) -> None:
        super().__init__()
        self._desk, self._album, self._start = desk, album, start
        self._digests: dict[str, dict[str, str]] = {}
        self._paths: dict[str, str] = {}
        self._wanted: dict[str, None] = {}
        self._refused: set[str] = set()
        self._is_fetching = False
        self._away_until = 0.0

    def forget(self) -> None:
        """Other pictures may have been published: read again which there are."""
        self._digests.clear()
        self._refused.clear()

    def near(self, product_ids: Sequence[str]) -> None:
        """Read which pictures these products have, so that asking for each costs nothing."""
        new = [one for one in product_ids if one not in self._digests]
        if not new or self._album is None:
            return
        self._digests |= {one: {} for one in new}
        for (product_id, size), digest in self._desk.read(picture_digests, new).items():
            self._digests[product_id][size] = digest

    def path_of(self, product_id: str, size: str = SMALL) -> str:
        """Where a product's picture lies here; '' while there is none to show.

        One that is not here is fetched beside the window; the small one stands in for a large one
        until then.
        """
        self.near([product_id])
        sizes = self._digests.get(product_id, {})
        wanted = sizes.get(size, "") or sizes.get(LARGE, "")
        path = self._path(wanted)
        if wanted and not path:
            self._want(wanted)
            path = self._path(sizes.get(SMALL, ""))
        return path

    def _path(self, digest: str) -> str:
        if digest and digest not in self._paths and self._album is not None:
            found = self._album.pictures.kept(digest)
            if not found:
                return ""
            self._paths[digest] = found
        return self._paths.get(digest, "")

    def _want(self, digest: str) -> None:
        if digest in self._refused:
            return
        self._wanted.pop(digest, None)
        self._wanted[digest] = None
        while len(self._wanted) > WANTED_MAX:
            del self._wanted[next(iter(self._wanted))]
        if not self._is_fetching and asyncio.get_running_loop().time() >= self._away_until:
            self._is_fetching = True
            self._start(self._fetch())

    async def _fetch(self) -> None:
        """The newest wishes first: they are what is on screen."""
        assert self._album is not None
        try:
            while self._wanted:
                some = list(self._wanted)[-TOGETHER:]
                for one in some:
                    del self._wanted[one]
                came = await self._desk.work(self._album.fetch_pictures, some)
                self._refused |= {one for one in some if not self._path(one)}
                if came:
                    self.changed()
        except QutongError:
            # No line, or head office is busy: the letter stays, and nobody is told about it.
            self._wanted.clear()
            self._away_until = asyncio.get_running_loop().time() + AWAY_S
        finally:
            self._is_fetching = False
