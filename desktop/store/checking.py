"""Whether a database file can be read: looked at before it is opened, moved aside when it cannot.

A large file that was closed cleanly is not read through at each start. Whatever comes upon damage
later marks the file as suspect; then the next look reads all of it, however large it is.
"""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from desktop.store.engine import open_writer
from desktop.store.errors import DatabaseDamaged, told
from desktop.store.layout import Layout
from desktop.store.lock import sync_folder
from desktop.store.migrations import refuse_newer, schema_mark, told_schema_mark
from desktop.store.tables import LOCAL

_SMALL_BYTES = 32 * 1024 * 1024


def mark_suspect(database: Path) -> None:
    """The next look reads the file through."""
    with suppress(OSError):
        _suspect(database).touch()


def move_damaged_aside(database: Path, layout: Layout, now_us: int) -> Path | None:
    """A file that cannot be read is kept under another name; the spool rebuilds the database.

    Raises Unavailable DATABASE_NEWER.
    """
    if not database.exists():
        return None
    try:
        _look(database, layout)
    except DatabaseDamaged:
        return move_aside(database, now_us)
    return None


def move_aside(database: Path, now_us: int) -> Path:
    """Keep the file under another name, with what belongs to it."""
    aside = database.with_name(f"{database.name}.damaged-{now_us}")
    _await(database, aside)
    for suffix in ("-wal", "-shm", ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    # Last: until then the file may still stand where it stood.
    _suspect(database).unlink(missing_ok=True)
    return aside


def awaited(database: Path) -> Path | None:
    """The file that was moved aside and of which nothing was taken over yet, also when the start
    that moved it was cut short; None = there is none."""
    try:
        name = _awaiting(database).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    asides = database.parent.glob(f"{database.name}.damaged-*")
    return next((one for one in asides if one.name == name), None)


def await_no_more(database: Path) -> None:
    """What stood only in the file that was moved aside stands in the new one now."""
    _awaiting(database).unlink(missing_ok=True)


def _await(database: Path, aside: Path) -> None:
    # A new file that is damaged before it took anything over has nothing that is not in the first.
    if awaited(database) is not None:
        return
    with suppress(OSError):
        with _awaiting(database).open("w", encoding="utf-8") as file:
            file.write(aside.name)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(database.parent)


def _awaiting(database: Path) -> Path:
    return database.with_name(database.name + ".aside")


def _suspect(database: Path) -> Path:
    return database.with_name(database.name + ".suspect")


def _look(database: Path, layout: Layout) -> None:
    """Raises DatabaseDamaged. A large file is read through only after an unclean end."""
    log = database.with_name(database.name + "-wal")
    is_unclean = log.exists() and log.stat().st_size > 0
    is_suspect = _suspect(database).exists()
    engine = open_writer(database)
    try:
        with told(), engine.connect() as connection:
            refuse_newer(connection)
            if is_suspect:
                _check(connection, "integrity_check")
                _read_kept_as_text(connection, layout)
                _suspect(database).unlink(missing_ok=True)
            elif is_unclean or database.stat().st_size <= _SMALL_BYTES:
                _check(connection, "quick_check")
            if told_schema_mark(connection) not in {0, schema_mark(connection)}:
                raise DatabaseDamaged("DATABASE_DAMAGED")
    finally:
        engine.dispose()


def _check(connection: Connection, check: str) -> None:
    if connection.exec_driver_sql(f"PRAGMA {check}(1)").scalar_one() != "ok":
        raise DatabaseDamaged("DATABASE_DAMAGED")


def kept_tables(layout: Layout) -> list[str]:
    """The tables nobody sends again, in order of their names: this device's own, and balances."""
    replicated = {one.table.name for one in layout.schema.tables.values()}
    tables = (*LOCAL, *layout.local, *layout.schema.all_tables())
    return sorted({str(one.name) for one in tables} - replicated)


def read_as_text(connection: Connection, table: str) -> None:
    """Bytes that are no text pass the database's own check. Raises DatabaseDamaged."""
    with told():
        # Row by row: a journal is larger than memory may be.
        for _ in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
            pass


def _read_kept_as_text(connection: Connection, layout: Layout) -> None:
    # What was sent is mended row by row by the scrubber.
    here = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
    known = set(here.scalars())
    for name in kept_tables(layout):
        if name in known:
            read_as_text(connection, name)
