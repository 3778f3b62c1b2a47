"""The price lists of one version: which there are, and what stands in the one looked at."""

from collections.abc import Sequence
from typing import NamedTuple

from desktop.pricing.usecases.layers import VersionLine, version_lines
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.pricing.queries import VersionView
from shared.pricing.rules import CEILING, FLOOR, RETAIL

_LAST = (FLOOR, CEILING)


class PriceListOf(NamedTuple):
    """One list of a version: retail, a level, a region, an account or a named list."""

    dimension: str
    held: int
    """Prices and ratios that hold under the version, its parents' included."""
    changed: int


class VersionLists(Watched):
    """What a version holds, one list at a time; at first the one it changed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.version: VersionView | None = None
        self.lists: Sequence[PriceListOf] = ()
        self.dimension = RETAIL
        self.only_changed = True
        self._lines: Sequence[VersionLine] = ()
        self._looking = 0
        """What was asked for last counts: an answer that comes late changes nothing."""

    async def look(self, org_id: str, version: VersionView | None) -> None:
        """Look at another version; None = at none."""
        self._looking += 1
        wanted = self._looking
        found = [] if version is None else await self._desk.fetch(version_lines, org_id, version)
        if wanted != self._looking:
            return
        self.version, self._lines = version, found
        self.lists = _lists(found)
        changed = [one.dimension for one in self.lists if one.changed]
        if self.dimension not in changed:
            self.dimension = changed[0] if changed else RETAIL
        self.only_changed = bool(changed)
        self.changed()

    def choose(self, dimension: str) -> None:
        """Look at another of its lists; all of it where it changed nothing there."""
        self.dimension = dimension
        self.only_changed = any(one.dimension == dimension and one.changed for one in self.lists)
        self.changed()

    def next_list(self) -> None:
        """The list after this one, round and round."""
        names = [one.dimension for one in self.lists]
        if names:
            at = names.index(self.dimension) if self.dimension in names else -1
            self.choose(names[(at + 1) % len(names)])

    def toggle_changed(self) -> None:
        """Only what the version changed, or all that holds under it."""
        self.only_changed = not self.only_changed
        self.changed()

    @property
    def lines(self) -> list[VersionLine]:
        """The rows of the list looked at."""
        return [
            one
            for one in self._lines
            if one.dimension == self.dimension
            and (one.is_changed if self.only_changed else one.after_micro is not None)
        ]


def _lists(lines: Sequence[VersionLine]) -> list[PriceListOf]:
    """Retail first, guide prices last, the rest as they are called."""
    held: dict[str, int] = {}
    changed: dict[str, int] = {}
    for one in lines:
        held[one.dimension] = held.get(one.dimension, 0) + (one.after_micro is not None)
        changed[one.dimension] = changed.get(one.dimension, 0) + one.is_changed
    names = sorted(held, key=lambda one: (one != RETAIL, one in _LAST, one))
    return [PriceListOf(one, held[one], changed[one]) for one in names]
