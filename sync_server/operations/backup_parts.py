"""The parts of a backup, written and read: a whole SQLite file, or PostgreSQL table by table.

Both are one instant of the database and hold no writer up: SQLite's own online copy reads beside
the write-ahead log, PostgreSQL's COPY runs in one REPEATABLE READ transaction. Neither needs a
program beside ours.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import zstandard
from sqlalchemy import Connection, inspect, text

from shared.core.errors import RuleViolation, Unavailable
from sync_server.operations.backup_manifest import Figures, Part, figures_of, sha256_of
from sync_server.store.engine import Database, open_database

SQLITE_PART = "head_office.db.zst"
_LEVEL = 3
_READ_BYTES = 1024 * 1024


def write_parts(database: Database, folder: Path) -> tuple[Figures, list[Part]]:
    """Copy the database into a folder; what it held at that instant, and the files."""
    if database.engine_name == "sqlite":
        return _write_sqlite(database, folder)
    with database.read() as connection:
        figures = figures_of(connection)
        columns = _columns(connection)
        return figures, [
            _write_table(connection, folder, number, name, columns[name])
            for number, name in enumerate(sorted(figures.rows), 1)
        ]


def _columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of every table, all at once: one by one it takes longer than the copy."""
    found = inspect(connection).get_multi_columns()
    return {name: [str(one["name"]) for one in columns] for (_, name), columns in found.items()}


def _write_sqlite(database: Database, folder: Path) -> tuple[Figures, list[Part]]:
    from sqlcipher3 import dbapi2

    plain = folder / "copy.db"
    target = dbapi2.connect(str(plain), isolation_level=None)
    try:
        plain.chmod(0o600)
        with database.read() as connection:
            # In one step: SQLite begins such a copy again when somebody writes between two.
            _driver(connection).backup(target)
    except dbapi2.OperationalError as error:
        raise Unavailable(
            "BACKUP_UNWRITABLE", why=str(error), next_step="make room in the backup's folder"
        ) from error
    finally:
        target.close()
    copy = open_database(f"sqlite:///{plain}")
    try:
        with copy.read() as connection:
            figures = figures_of(connection)
    finally:
        copy.close()
    packed = folder / SQLITE_PART
    with plain.open("rb") as source, _compressing(packed) as sink:
        while data := source.read(_READ_BYTES):
            sink.write(data)
    for name in (plain.name, f"{plain.name}-wal", f"{plain.name}-shm"):
        (folder / name).unlink(missing_ok=True)
    return figures, [_part(packed)]


def _write_table(
    connection: Connection, folder: Path, number: int, table: str, columns: Sequence[str]
) -> Part:
    packed = folder / f"{number:03d}-{table}.copy.zst"
    with (
        _compressing(packed) as sink,
        _driver(connection).cursor() as cursor,
        cursor.copy(f"COPY {_named(table, columns)} TO STDOUT (FORMAT BINARY)") as copy,
    ):
        for data in copy:
            sink.write(data)
    return _part(packed, table, columns)


def _part(packed: Path, table: str = "", columns: Sequence[str] = ()) -> Part:
    return Part(
        name=packed.name,
        size=packed.stat().st_size,
        sha256=sha256_of(packed),
        table=table,
        columns=list(columns),
    )


@contextmanager
def _compressing(path: Path) -> Iterator[BinaryIO]:
    """A compressed file for its owner alone, on the disk when the block ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True, threads=2)
    with os.fdopen(descriptor, "wb") as file:
        with compressor.stream_writer(file, closefd=False) as sink:
            yield sink
        file.flush()
        os.fsync(file.fileno())


def read_sqlite(folder: Path, parts: Sequence[Part], target: Path) -> None:
    """Unpack a backup of SQLite into a new file. Raises RuleViolation BACKUP_DAMAGED."""
    if len(parts) != 1:
        raise RuleViolation("BACKUP_DAMAGED", what="has parts of another engine")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for data in _unpacked(folder / parts[0].name):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_postgresql(connection: Connection, folder: Path, parts: Sequence[Part]) -> None:
    """Fill the tables of this program, which are there and empty but for what it made itself.

    Raises RuleViolation BACKUP_DAMAGED.
    """
    here = set(inspect(connection).get_table_names())
    for part in parts:
        if part.table not in here:
            raise RuleViolation("BACKUP_DAMAGED", what=f"has a table {part.table!r} nobody knows")
        # Not TRUNCATE, which makes new files: there is next to nothing in these tables.
        connection.execute(text(f'DELETE FROM "{part.table}"'))
        with (
            _driver(connection).cursor() as cursor,
            cursor.copy(
                f"COPY {_named(part.table, part.columns)} FROM STDIN (FORMAT BINARY)"
            ) as copy,
        ):
            for data in _unpacked(folder / part.name):
                copy.write(data)
    _continue_numbers(connection)


def _continue_numbers(connection: Connection) -> None:
    """Numbers the database gives itself go on behind the highest one that came back."""
    numbered = connection.execute(
        text(
            "SELECT table_name, column_name,"
            " pg_get_serial_sequence(quote_ident(table_name), column_name)"
            " FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')"
        )
    ).all()
    for table, column, sequence in numbered:
        highest = f'(SELECT max("{column}") FROM "{table}")'
        connection.execute(
            text(f"SELECT setval(:sequence, coalesce({highest}, 1), {highest} IS NOT NULL)"),
            {"sequence": sequence},
        )


def _unpacked(path: Path) -> Iterator[bytes]:
    try:
        with (
            path.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=False) as source,
        ):
            while data := source.read(_READ_BYTES):
                yield data
    except (zstandard.ZstdError, OSError) as error:
        raise RuleViolation("BACKUP_DAMAGED", what=f"has an unreadable {path.name}") from error


def _named(table: str, columns: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in columns)
    return f'"{table}" ({quoted})'


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
