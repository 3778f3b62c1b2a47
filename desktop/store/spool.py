"""The spool as a file, or in memory: where a document stands a second time before it is done."""

import os
import shutil
from pathlib import Path
from typing import Protocol

from desktop.store.lock import sync_folder


class Spool(Protocol):
    """An append-only file of records; its bytes are those of shared.journal.spool."""

    def size(self) -> int:
        """Bytes that are durable."""

    def load(self, start: int = 0) -> bytes:
        """The bytes from ``start`` on."""

    def append(self, records: bytes) -> None:
        """Add records; when it returns they are durable. Raises OSError, and adds nothing."""

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Keep the whole content under another name and go on with ``records``.

        The spool is never empty in between: a crash leaves the old content or the new one.
        """


class FileSpool:
    """The spool of a device: one file, flushed to the disk at each append."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        # Unbuffered: what a failed append left behind must not be written later.
        self._file = path.open("a+b", buffering=0)
        if is_new:
            sync_folder(path.parent)

    def size(self) -> int:
        """Bytes of the file."""
        return os.fstat(self._file.fileno()).st_size

    def load(self, start: int = 0) -> bytes:
        """The bytes from ``start`` on."""
        self._file.seek(start)
        return self._file.read()

    def append(self, records: bytes) -> None:
        """Add records and flush them to the disk. Raises OSError, and adds nothing."""
        before = self.size()
        try:
            left = memoryview(records)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(before)
            raise

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""
        self._file.truncate(size)
        os.fsync(self._file.fileno())

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Copy the file to ``name`` in the same folder, then put a new one in its place."""
        aside, fresh = self.path.with_name(name), self.path.with_name(self.path.name + ".new")
        shutil.copyfile(self.path, aside)
        fresh.write_bytes(records)
        for path in (aside, fresh):
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        self._file.close()
        fresh.replace(self.path)
        self._file = self.path.open("a+b", buffering=0)
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class MemorySpool:
    """A spool for tests and the simulator; ``data`` survives a simulated crash."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        self.aside: dict[str, bytes] = {}

    def size(self) -> int:
        """Bytes held."""
        return len(self.data)

    def load(self, start: int = 0) -> bytes:
        """The bytes from ``start`` on."""
        return self.data[start:]

    def append(self, records: bytes) -> None:
        """Add records."""
        self.data += records

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""
        self.data = self.data[:size]

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Keep the content under ``name`` and go on with ``records``."""
        self.aside[name] = self.data
        self.data = records
