"""Room put by for the day the disk is full: enough to finish the running sale."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from desktop.store.errors import DiskFull

T = TypeVar("T")

BALLAST_BYTES = 16 * 1024 * 1024


class Ballast(Protocol):
    """Room that can be freed once."""

    def free(self) -> bool:
        """Give the room back; False when there was none left."""


class NoBallast:
    """Nothing was put by."""

    def free(self) -> bool:
        """There is nothing to free."""
        return False


class FileBallast:
    """A file of zeros that is deleted when the disk is full."""

    def __init__(self, path: Path, size: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size = size

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
        """Delete the file; False when it is gone already."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True


def with_room(ballast: Ballast, act: Callable[[], T]) -> T:
    """Act; at a full disk the ballast is freed and the act done once more. Raises as ``act``."""
    try:
        return act()
    except DiskFull:
        if not ballast.free():
            raise
        return act()
