"""SQLite's write-ahead log stays small, however readers overlap."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.store import engine
from sync_server.store.engine import Database, open_database

KEPT = 400_000


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(engine, "WAL_BYTES_KEPT", KEPT)
    monkeypatch.setattr(engine, "_RESTART_MS", 1)
    opened = open_database(f"sqlite:///{tmp_path / 'hq.db'}")
    with opened.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT) STRICT")
    yield opened
    opened.close()


def _write(database: Database, n: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", (n, "x" * 50_000))


def _wal(database: Database) -> int:
    with database.read() as connection:
        return database.sizes(connection).wal or 0


def test_a_log_that_readers_held_up_is_begun_anew_when_they_leave(database: Database) -> None:
    largest = 0
    before = database.read()
    before.__enter__().exec_driver_sql("SELECT count(*) FROM t").all()
    for n in range(60):
        _write(database, n)
        if n % 3 == 2:
            # The next reader stands in the log before the last one leaves.
            after = database.read()
            after.__enter__().exec_driver_sql("SELECT count(*) FROM t").all()
            before.__exit__(None, None, None)
            before = after
        largest = max(largest, _wal(database))
    before.__exit__(None, None, None)
    _write(database, 1_000)
    _write(database, 1_001)

    assert largest > KEPT
    assert _wal(database) <= KEPT + 200_000


def test_a_long_reader_is_not_waited_for_at_every_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    restart = Database._restart_wal

    def counted(self: Database, wait_ms: int) -> bool:
        waited.append(wait_ms)
        return restart(self, wait_ms)

    monkeypatch.setattr(Database, "_restart_wal", counted)
    with database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM t").all()
        for n in range(60):
            _write(database, n)
    assert [one for one in waited if one] == [1, 2, 4, 8]
    # Once he is gone the log begins anew.
    for n in range(60, 140):
        _write(database, n)
    assert _wal(database) <= KEPT + 200_000


def test_a_slow_reader_is_waited_for_before_the_log_is_twice_as_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T33: the log of 32 MiB stays below 64 while readers come and go."""
    largest = 0
    reader = database.read()
    reader.__enter__().exec_driver_sql("SELECT count(*) FROM t").all()
    restart = Database._restart_wal

    def leaves(self: Database, wait_ms: int) -> bool:
        # He needs longer than the first waits, and is done within the last.
        if wait_ms >= 8:
            reader.__exit__(None, None, None)
        return restart(self, wait_ms)

    monkeypatch.setattr(Database, "_restart_wal", leaves)
    for n in range(20):
        _write(database, n)
        largest = max(largest, _wal(database))
    assert KEPT < largest < 2 * KEPT
    assert _wal(database) < KEPT


def test_who_reads_window_after_window_lets_the_log_begin_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T33: a file of a large scope is read for a minute, and head office writes on."""
    monkeypatch.setattr(engine, "_RESTART_MS", 100)
    over = threading.Event()

    def read_on() -> None:
        while not over.is_set():
            with database.read_window() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM t").all()
                time.sleep(0.8)

    reader = threading.Thread(target=read_on)
    reader.start()
    largest = 0
    for n in range(60):
        _write(database, n)
        largest = max(largest, _wal(database))
        time.sleep(0.05)
    over.set()
    reader.join()
    assert KEPT < largest < 2 * KEPT
