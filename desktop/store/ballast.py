"""Room put by for the day the disk is full: enough to finish the running sale."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from desktop.store.errors import DiskFull

T = TypeVar("T")

BALLAST_BYTES = 16 * 1024 * 1024


class Ballast(Protocol):
    """Room that can be freed."""

    def free(self) -> bool:
        """Give some room back; False when there was none left."""


class NoBallast:
    """Nothing was put by."""

    def free(self) -> bool:
        """There is nothing to free."""
        return False


class FileBallast:
    """A file of zeros that is deleted when the disk is full; before it goes what lies in
    ``passing``, a folder of files that can be fetched again."""

    def __init__(
        self, path: Path, size: int = BALLAST_BYTES, *, passing: Path | None = None
    ) -> None:
        self._path = path
        self._size = size
        self._passing = passing

    def stow(self) -> bool:
        """Put the room by, unless it is there; False when the disk has too little."""
        if self._path.exists() and self._path.stat().st_size == self._size:
            return True
        try:
            with self._path.open("wb") as file:
                for _ in range(0, self._size, 1 << 20):
                    file.write(bytes(min(self._size, 1 << 20)))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True

    def free(self) -> bool:
        """Delete what is fetched, or else the file; False when all is gone already."""
        if self._free_passing():
            return True
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _free_passing(self) -> bool:
        if self._passing is None or not self._passing.is_dir():
            return False
        is_any = False
        for one in self._passing.iterdir():
            # One that is open stays where the system does not let go of it.
            with suppress(OSError):
                one.unlink()
                is_any = True
        return is_any


def with_room(ballast: Ballast, act: Callable[[], T]) -> T:
    """Act; at a full disk room is freed and the act done once more, as long as there is some.

    Raises as ``act``.
    """
    while True:
        try:
            return act()
        except DiskFull:
            if not ballast.free():
                raise
