"""The spool as a file, or in memory: where a document stands a second time before it is done."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from desktop.store.errors import disk_error
from desktop.store.lock import sync_folder


class Spool(Protocol):
    """An append-only file of records; its bytes are those of shared.journal.spool."""

    def size(self) -> int:
        """Bytes that are durable."""

    def load(self, start: int = 0, most: int = -1) -> bytes:
        """The bytes from ``start`` on, at most so many (-1 = all)."""

    def append(self, records: bytes) -> None:
        """Add records; when it returns they are durable. Raises OSError, and adds nothing."""

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Keep the whole content under another name and go on with ``records``.

        The spool is never empty in between: a crash leaves the old content or the new one.
        Raises OSError.
        """

    def rewrite(self, records: bytes, upto: int) -> None:
        """Put ``records`` in the place of the first ``upto`` bytes, which are gone then.

        A crash leaves the old content or the new one. Raises OSError, and the spool is the old one.
        """


class SpoolFile(Protocol):
    """An open file that is only ever added to, or cut."""

    def size(self) -> int:
        """Bytes of the file."""

    def read(self, start: int, most: int) -> bytes:
        """At most so many bytes from ``start`` on."""

    def write(self, data: memoryview) -> int:
        """Add bytes at the end; how many of them were taken."""

    def truncate(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""

    def sync(self) -> None:
        """Make what was written durable."""

    def close(self) -> None:
        """Let go of the file."""


class Files(Protocol):
    """The calls of a file system a spool makes; each may raise OSError."""

    def open(self, path: Path, *, is_fresh: bool = False) -> SpoolFile:
        """Open a file, or make it; ``is_fresh`` empties it first."""

    def replace(self, old: Path, new: Path) -> None:
        """Give a file the name of another, which is gone then."""

    def link(self, old: Path, new: Path) -> None:
        """Give a file a second name, in place of what had it."""

    def sync_folder(self, folder: Path) -> None:
        """Make names in a folder durable."""


class _SystemFile:
    """A file of the system."""

    def __init__(self, path: Path, *, is_fresh: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what a failed append left behind must not be written later.
        self._file = path.open("a+b", buffering=0)
        if is_fresh:
            self._file.truncate(0)

    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def read(self, start: int, most: int) -> bytes:
        self._file.seek(start)
        return self._file.read(most)

    def write(self, data: memoryview) -> int:
        return self._file.write(data)

    def truncate(self, size: int) -> None:
        self._file.truncate(size)

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class SystemFiles:
    """The file system of this machine."""

    def open(self, path: Path, *, is_fresh: bool = False) -> SpoolFile:
        """Open a file, or make it and the folder it is in."""
        is_new = not path.exists()
        file = _SystemFile(path, is_fresh=is_fresh)
        if is_new:
            sync_folder(path.parent)
        return file

    def replace(self, old: Path, new: Path) -> None:
        """Give a file the name of another, which is gone then."""
        old.replace(new)

    def link(self, old: Path, new: Path) -> None:
        """Give a file a second name; not every file system has such."""
        new.unlink(missing_ok=True)
        new.hardlink_to(old)

    def sync_folder(self, folder: Path) -> None:
        """Make names in a folder durable."""
        sync_folder(folder)


class FileSpool:
    """The spool of a device: one file, flushed to the disk at each append."""

    def __init__(self, path: Path, files: Files | None = None) -> None:
        """Open the file, or begin it. Raises Unavailable SPOOL_FAULTY, DISK_FULL."""
        self.path = path
        self._files = files or SystemFiles()
        try:
            self._file = self._files.open(path)
        except OSError as error:
            raise disk_error(error) from error
        self._good = self._file.size()
        """Up to here the file is known to be durable; what lies behind it was never told."""

    def size(self) -> int:
        """Bytes of the file that count."""
        return min(self._good, self._file.size())

    def load(self, start: int = 0, most: int = -1) -> bytes:
        """The bytes from ``start`` on, at most so many (-1 = all)."""
        left = max(0, self.size() - start)
        return self._file.read(start, min(left, most) if most >= 0 else left)

    def append(self, records: bytes) -> None:
        """Add records and flush them to the disk. Raises OSError, and adds nothing."""
        before = self.size()
        if self._file.size() > before:
            # An earlier append failed, and so did the attempt to take back what it had written.
            self._file.truncate(before)
        try:
            left = memoryview(records)
            while left:
                left = left[self._file.write(left) :]
            self._file.sync()
        except OSError:
            with suppress(OSError):
                self._file.truncate(before)
            raise
        self._good = before + len(records)

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes. Raises OSError."""
        self._file.truncate(size)
        self._file.sync()
        self._good = size

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Leave the file to ``name`` in the same folder, and put a new one in its place.

        Raises OSError, and the spool is the old one.
        """
        aside = self.path.with_name(name)
        try:
            # A second name takes no room, which a full disk does not have for a copy.
            self._files.link(self.path, aside)
        except OSError:
            self._copy_to(aside)
        self._files.sync_folder(self.path.parent)
        self._go_on_with(records)

    def _copy_to(self, path: Path) -> None:
        # Under a name of its own first: what has this name may be the spool itself.
        copy = path.with_name(path.name + ".new")
        self._write_whole(copy, self._file.read(0, self._file.size()))
        self._files.replace(copy, path)

    def rewrite(self, records: bytes, upto: int) -> None:
        """Put ``records`` in the place of the first ``upto`` bytes, which are gone then.

        Raises OSError, and the spool is the old one.
        """
        self._go_on_with(records + self.load(upto))

    def _go_on_with(self, records: bytes) -> None:
        fresh = self.path.with_name(self.path.name + ".new")
        self._write_whole(fresh, records)
        self._file.close()
        try:
            self._files.replace(fresh, self.path)
        finally:
            self._file = self._files.open(self.path)
            self._good = self._file.size()
        self._files.sync_folder(self.path.parent)

    def _write_whole(self, path: Path, data: bytes) -> None:
        file = self._files.open(path, is_fresh=True)
        try:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            file.sync()
        except OSError:
            # Half of a file is good for nothing, and takes the room that selling needs.
            with suppress(OSError):
                file.truncate(0)
            raise
        finally:
            file.close()

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

    def load(self, start: int = 0, most: int = -1) -> bytes:
        """The bytes from ``start`` on, at most so many (-1 = all)."""
        return self.data[start : start + most if most >= 0 else None]

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

    def rewrite(self, records: bytes, upto: int) -> None:
        """Put ``records`` in the place of the first ``upto`` bytes."""
        self.data = records + self.data[upto:]
