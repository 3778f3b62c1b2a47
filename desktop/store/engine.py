"""Opening the device's database file: the library's version, journal mode, the writer's locks."""

import shutil
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

SQLITE_MIN = (3, 51, 3)
"""Earlier ones have the WAL-reset fault: a checkpoint at the wrong instant loses commits."""
IN_MEMORY = ":memory:"

BUSY_MS = 5_000
"""How long somebody else's lock is waited for."""
_COMMON = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
)
_STATEMENTS = 512
"""Kept ready by each connection: a day at the till asks in more ways than the driver's 128."""
_INDEX_BYTES = 64 * 1024
"""More than a database needs to be opened that is whole."""
_WRITER = (
    *_COMMON,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 10000",
)


def open_writer(path: Path | None) -> Engine:
    """The engine of the one connection that writes; ``None`` is a database in memory."""
    return _engine(path, _WRITER, "BEGIN IMMEDIATE")


def open_readers(path: Path) -> Engine:
    """Connections that see the last commit, each in one consistent snapshot, and cannot write."""
    return _engine(path, (*_COMMON, "PRAGMA query_only = ON"), "BEGIN")


def open_damaged(path: Path) -> Engine:
    """As ``open_readers``; a table whose description cannot be read hides no other one."""
    pragmas = ("PRAGMA writable_schema = ON", *_COMMON, "PRAGMA query_only = ON")
    return _engine(path, pragmas, "BEGIN")


def assert_version() -> None:
    """The SQLite library is one that keeps what it commits."""
    found = tuple(int(part) for part in driver.sqlite_version.split("."))
    assert found >= SQLITE_MIN, f"SQLite {driver.sqlite_version} may lose commits"


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _INDEX_BYTES
    except OSError:
        return False


def _engine(path: Path | None, pragmas: tuple[str, ...], begin: str) -> Engine:
    assert_version()
    name = str(path) if path else IN_MEMORY

    def connect() -> Any:
        # isolation_level None: the driver begins nothing by itself, the statement below does.
        connection = driver.connect(
            name, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS
        )
        try:
            for pragma in pragmas:
                connection.execute(pragma).fetchall()
        except driver.Error as error:
            is_full = path is not None and _is_full(path)
            # Held on to, the file could not be moved aside on Windows.
            connection.close()
            if is_full:
                # The index of the log found no room, which SQLite calls an I/O error.
                raise driver.OperationalError("database or disk is full") from error
            raise
        return connection

    is_writer = begin == "BEGIN IMMEDIATE"
    engine = create_engine(
        "sqlite://",
        module=driver,
        creator=connect,
        poolclass=StaticPool if is_writer else QueuePool,
        query_cache_size=2000,
        # What a statement holds is a person's: it never stands in the text of an error.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
