"""One program at a time on one device's folder."""

import os
import sys
from pathlib import Path
from typing import IO

from shared.core.errors import Conflict


class InstanceLock:
    """An open file the system locks for this process and frees when it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises Conflict ALREADY_RUNNING."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("a+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise Conflict("ALREADY_RUNNING") from None

    def release(self) -> None:
        """Let another instance in. The file stays: removing it would let two of them in."""
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def sync_folder(path: Path) -> None:
    """Make a new or renamed file's name durable too; where a system has no such call, nothing."""
    if os.name != "posix":
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
