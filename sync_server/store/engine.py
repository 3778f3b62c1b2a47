"""Opening head office's database, SQLite or PostgreSQL, and the two ways to use it."""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.core.errors import RuleViolation, Unavailable

log = logging.getLogger("qutong.store")

SQLITE_VERSION_MIN = (3, 51, 3)
"""Earlier ones can lose committed pages when the write-ahead log is reset."""
_BUSY_MS = 30_000
_CONNECTIONS = 16
_READER_KIB = 1024
_WRITER_KIB = 16 * 1024
"""Of each reading connection, and of the one that writes: full after some thousand documents, so
that memory is flat from then on. What they have not, the machine's own cache has."""
_STATEMENTS = 256
"""Kept ready by each connection: the requests ask in more ways than the driver's 128."""
_CHECKPOINT_PAGES = 4_000
"""About 16 MB: SQLite then copies the log back, as far as readers let it."""
WAL_BYTES_KEPT = 32 * 1024 * 1024
"""A longer log is begun anew after the next commit, and readers that stand in it are waited for;
it stays below twice as much (T33)."""
_INDEX_BYTES = 64 * 1024
"""More than a database needs to be opened that is whole."""
_FULL = "database or disk is full"
_LOCKED = "database is locked"
_PG_DISK_FULL = "53100"
"""The SQLSTATE of PostgreSQL without room."""
_DAMAGED = ("malformed", "is not a database", "could not decode")
_PG_DAMAGED = frozenset({"XX001", "XX002"})
"""What SQLite says of a file that cannot be read; PostgreSQL's SQLSTATEs of that."""
_RESTART_MS = 200
_TRIES = 4
"""So often, with twice the wait each time."""
_GAP_S = 0.15
"""SQLite looks ten times a second whether the readers it waits for are gone."""


class Sizes(NamedTuple):
    """Bytes on disk."""

    database: int
    wal: int | None
    """None when the database does not say so to this user."""


class Database:
    """Head office's database: one writer at a time in this process, readers beside it."""

    def __init__(
        self, engine: Engine, path: Path | None = None, writer: Engine | None = None
    ) -> None:
        """``path`` is SQLite's file; ``writer`` has the connection that writes, if it is one."""
        self._engine = engine
        self._writer_engine = writer or engine
        self._path = path
        self._wal_limit = WAL_BYTES_KEPT
        self._writer = threading.Lock()
        self._reading = engine
        self._writing = self._writer_engine.execution_options(qutong_writes=True)
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
        with self._writer:
            with self._writing.begin() as connection:
                yield connection
            if self._path is not None:
                self._bound_wal(_size(_wal(self._path)))

    def _bound_wal(self, size: int) -> None:
        """Readers that overlap without end never let the log begin anew by itself.

        Until it is twice as long as it should be they are waited for, each time longer. Behind
        that somebody reads for long (a backup does): nobody waits for him in vain.
        """
        if size <= self._wal_limit:
            return
        step = WAL_BYTES_KEPT // _TRIES
        tried = (size - WAL_BYTES_KEPT) // step
        if self._restart_wal(_RESTART_MS << tried if tried < _TRIES else 0):
            self._wal_limit = WAL_BYTES_KEPT
        else:
            self._wal_limit = size + (step if tried < _TRIES - 1 else step // 8)

    def _restart_wal(self, wait_ms: int) -> bool:
        """Copy the log back and cut it; False when readers still stood in it after the wait, or
        the disk would not have it."""
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute(f"PRAGMA busy_timeout={wait_ms}")
                try:
                    row = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                finally:
                    raw.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            # What was written stands in the log: nobody is told that it failed.
            log.warning("the log of the database could not be copied back: %s", error)
            return False
        return row is not None and not row[0]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one instant of the database and never waits for a writer."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def read_window(self) -> Iterator[Connection]:
        """As ``read``, for who reads one window after the other: while the log is to be copied
        back he leaves it between two of them for long enough to be seen."""
        if self._path is not None and _size(_wal(self._path)) > WAL_BYTES_KEPT:
            time.sleep(_GAP_S)
        with self.read() as connection:
            yield connection

    def sizes(self, connection: Connection) -> Sizes:
        """How large the database and its log are now."""
        if self._path is not None:
            return Sizes(_size(self._path), _size(_wal(self._path)))
        database = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
        allowed = "SELECT pg_has_role(current_user, 'pg_monitor', 'USAGE')"
        if not connection.exec_driver_sql(allowed).scalar_one():
            return Sizes(database.scalar_one(), None)
        log = connection.exec_driver_sql("SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()")
        return Sizes(database.scalar_one(), int(log.scalar_one()))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()
        self._writer_engine.dispose()


def open_database(address: str) -> Database:
    """Open ``sqlite:///PATH`` or ``postgresql+psycopg://…``.

    Raises RuleViolation DATABASE_ADDRESS, Unavailable DATABASE_UNREACHABLE, DATABASE_DAMAGED,
    DISK_FULL, SQLITE_TOO_OLD.
    """
    if address.startswith("sqlite:///"):
        path = Path(address.removeprefix("sqlite:///"))
        readers = _sqlite(path, connections=_CONNECTIONS, cache_kib=_READER_KIB)
        return Database(readers, path, _sqlite(path, connections=1, cache_kib=_WRITER_KIB))
    if address.startswith("postgresql+psycopg://"):
        return Database(_postgresql(address))
    raise RuleViolation("DATABASE_ADDRESS", allowed="sqlite:///… postgresql+psycopg://…")


def _sqlite(path: Path, *, connections: int, cache_kib: int) -> Engine:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < SQLITE_VERSION_MIN:
        raise Unavailable("SQLITE_TOO_OLD", version=dbapi2.sqlite_version)

    def connect() -> DBAPIConnection:
        # Transactions are begun by hand (below): the driver's own habit would begin late.
        connection = dbapi2.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            f"journal_size_limit={WAL_BYTES_KEPT}",
            f"cache_size=-{cache_kib}",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
        ):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except dbapi2.Error as error:
                is_full = _is_full(path)
                connection.close()
                if is_full:
                    # The index of the log found no room, which SQLite calls an I/O error.
                    raise dbapi2.OperationalError(_FULL) from error
                raise
            except UnicodeDecodeError as error:
                # The driver takes the names it quotes from a damaged schema for text.
                connection.close()
                raise dbapi2.DatabaseError("malformed database schema") from error
        opened: DBAPIConnection = connection
        return opened

    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        # The few that are used have their pages at hand.
        pool_use_lifo=True,
        # What a statement carried stands in no log.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("qutong_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    _try(engine)
    return engine


def _postgresql(address: str) -> Engine:
    try:
        engine = create_engine(
            address, pool_size=_CONNECTIONS, pool_pre_ping=True, hide_parameters=True
        )
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
        if told := refusal_of(error):
            raise told from error
        raise Unavailable(
            "DATABASE_UNREACHABLE",
            engine=engine.dialect.name,
            next_step="check that it runs and is a database; restore the last backup if not",
        ) from error


def refusal_of(error: BaseException) -> Unavailable | None:
    """What a person is told of what the database said: DISK_FULL, DATABASE_DAMAGED or
    DATABASE_BUSY; None when it is none of these."""
    if says_full(error):
        next_step = "make room on head office's disk; nothing that was told is lost"
        return Unavailable("DISK_FULL", next_step=next_step)
    orig = error.orig if isinstance(error, DBAPIError) else None
    said = str(orig).lower()
    # As above, of a statement's own fault.
    is_garbled = isinstance(error, UnicodeDecodeError)
    if is_garbled or _state(orig) in _PG_DAMAGED or any(word in said for word in _DAMAGED):
        next_step = "stop serving and restore the newest proved backup; devices give back the rest"
        return Unavailable("DATABASE_DAMAGED", next_step=next_step)
    if said == _LOCKED:
        next_step = "another program writes for long: run it again when that has ended"
        return Unavailable("DATABASE_BUSY", next_step=next_step)
    return None


def says_full(error: BaseException | None) -> bool:
    """Whether the database failed because there is no room on its disk.

    SQLite then ends the whole transaction, so what is raised may be the savepoint it misses.
    """
    while error is not None:
        if isinstance(error, DBAPIError) and _is_about_room(error.orig):
            return True
        error = error.__context__
    return False


def _is_about_room(said: BaseException | None) -> bool:
    return str(said) == _FULL or _state(said) == _PG_DISK_FULL


def _state(said: BaseException | None) -> str:
    """PostgreSQL's SQLSTATE; '' = it is another database, or did not say."""
    return getattr(said, "sqlstate", "") or ""


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _INDEX_BYTES
    except OSError:
        return False


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def is_passing(error: OperationalError) -> bool:
    """Whether the same transaction may succeed when tried again (a deadlock was broken)."""
    return _state(error.orig) in {"40001", "40P01"}
