"""What the database says when something is wrong, as the errors a person is told."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from shared.core.errors import QutongError, Unavailable

_NO_TEXT = "could not decode to utf-8"
_BY_TEXT = (
    ("database or disk is full", "DISK_FULL"),
    ("disk i/o error", "DISK_FAULTY"),
    ("unable to open database file", "DISK_FAULTY"),
    ("attempt to write a readonly database", "DISK_READ_ONLY"),
    ("malformed", "DATABASE_DAMAGED"),
    ("vtable constructor failed", "DATABASE_DAMAGED"),
    ("invalid fts5 file format", "DATABASE_DAMAGED"),
    ("fts5: corruption found", "DATABASE_DAMAGED"),
    ("file is not a database", "DATABASE_DAMAGED"),
    ("file is encrypted or is not a database", "DATABASE_DAMAGED"),
    (_NO_TEXT, "DATABASE_DAMAGED"),
    ("database is locked", "DATABASE_BUSY"),
)


class DatabaseDamaged(Unavailable):
    """The database file cannot be read; a start moves it aside and rebuilds it."""


class TextDamaged(DatabaseDamaged):
    """What was written as text is none any more; the database itself does not see it."""


class DiskFull(Unavailable):
    """No room to write; nothing that was told as done is lost."""


class RecordedOnce(Unavailable):
    """Committed, and in one file only: pressing again makes no second one, and adds the other."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Whether a file could not grow: no room on the disk, or none of one's share."""
    return error.errno in _FULL


def disk_error(error: OSError) -> Unavailable:
    """What a person is told of the spool's file: DISK_FULL, or SPOOL_FAULTY with the number."""
    if is_full(error):
        return DiskFull("DISK_FULL")
    return Unavailable("SPOOL_FAULTY", errno=error.errno or 0)


@contextmanager
def folder_told(folder: Path) -> Iterator[None]:
    """Turns what the system says of files in a folder into DISK_FULL or FOLDER_UNUSABLE."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull("DISK_FULL") from error
        why = error.strerror or type(error).__name__
        raise Unavailable("FOLDER_UNUSABLE", folder=str(folder), why=why) from error


def named(error: DBAPIError) -> QutongError | None:
    """The error a person is told; None when it is a fault of ours and must not be hidden."""
    text = str(error.orig).lower()
    for part, code in _BY_TEXT:
        if part in text:
            if code == "DATABASE_DAMAGED":
                return TextDamaged(code) if part == _NO_TEXT else DatabaseDamaged(code)
            return DiskFull(code) if code == "DISK_FULL" else Unavailable(code)
    return None


@contextmanager
def told() -> Iterator[None]:
    """Turns what the database raises into errors with a code, where it has one."""
    try:
        yield
    except DBAPIError as error:
        named_error = named(error)
        if named_error is None:
            raise
        raise named_error from error
    except UnicodeDecodeError as error:
        # The database names what it cannot read, in bytes that are no text.
        raise TextDamaged("DATABASE_DAMAGED") from error
