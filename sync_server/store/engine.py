"""Opening head office's database, SQLite or PostgreSQL, and the two ways to use it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.core.errors import RuleViolation, Unavailable

SQLITE_VERSION_MIN = (3, 51, 3)
"""Earlier ones can lose committed pages when the write-ahead log is reset."""
_BUSY_MS = 30_000
_CONNECTIONS = 16
_CHECKPOINT_PAGES = 10_000


class Database:
    """Head office's database: one writer at a time in this process, readers beside it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = threading.Lock()
        self._reading = engine
        self._writing = engine.execution_options(qutong_writes=True)
        if engine.dialect.name == "postgresql":
            self._reading = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def engine_name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may change rows; commits when the block ends, else nothing stays.

        Head office's own journal is written by this process alone, so its writers take turns.
        """
        with self._writer, self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one instant of the database and never waits for a writer."""
        with self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def open_database(address: str) -> Database:
    """Open ``sqlite:///PATH`` or ``postgresql+psycopg://…``.

    Raises RuleViolation DATABASE_ADDRESS, Unavailable DATABASE_UNREACHABLE, SQLITE_TOO_OLD.
    """
    if address.startswith("sqlite:///"):
        return Database(_sqlite(Path(address.removeprefix("sqlite:///"))))
    if address.startswith("postgresql+psycopg://"):
        return Database(_postgresql(address))
    raise RuleViolation("DATABASE_ADDRESS", allowed="sqlite:///… postgresql+psycopg://…")


def _sqlite(path: Path) -> Engine:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < SQLITE_VERSION_MIN:
        raise Unavailable("SQLITE_TOO_OLD", version=dbapi2.sqlite_version)

    def connect() -> DBAPIConnection:
        # Transactions are begun by hand (below): the driver's own habit would begin late.
        connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")
        opened: DBAPIConnection = connection
        return opened

    engine = create_engine(
        "sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, pool_size=_CONNECTIONS
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("qutong_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    _try(engine)
    return engine


def _postgresql(address: str) -> Engine:
    try:
        engine = create_engine(address, pool_size=_CONNECTIONS, pool_pre_ping=True)
    except ArgumentError as error:
        raise RuleViolation("DATABASE_ADDRESS", allowed="postgresql+psycopg://…") from error

    @event.listens_for(engine, "connect")
    def connected(dbapi_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute("SET synchronous_commit = on")
        cursor.close()
        dbapi_connection.commit()

    _try(engine)
    return engine


def _try(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except DBAPIError as error:
        engine.dispose()
        raise Unavailable(
            "DATABASE_UNREACHABLE",
            engine=engine.dialect.name,
            next_step="check that it runs and is a database; restore the last backup if not",
        ) from error


def is_passing(error: OperationalError) -> bool:
    """Whether the same transaction may succeed when tried again (a deadlock was broken)."""
    return getattr(error.orig, "sqlstate", "") in {"40001", "40P01"}
