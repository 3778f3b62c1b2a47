"""Head office's database: durable, one writer, readers that see one instant, forward only."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from shared.core.errors import Unavailable
from sync_server.store.engine import Database, open_database
from sync_server.store.migrations import STEPS, known, migrate, schema_version, tell
from tests.integration.server.world import SCHEMA


def _database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'hq.db'}")


def test_a_commit_is_on_disk_before_it_is_answered(tmp_path: Path) -> None:
    database = _database(tmp_path)
    with database.write() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    database.close()
    assert found[:2] == ["wal", 2]


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = _database(tmp_path)
    with database.write() as connection:
        migrate(connection, SCHEMA)

    def fail_halfway() -> None:
        with database.write() as connection:
            tell(connection, "epoch", "half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with database.read() as connection:
        assert known(connection, "epoch") == ""
    database.close()


def test_a_reader_sees_one_instant_and_does_not_wait(tmp_path: Path) -> None:
    database = _database(tmp_path)
    with database.write() as connection:
        migrate(connection, SCHEMA)
        tell(connection, "epoch", "before")
    with database.read() as reader:
        seen = [known(reader, "epoch")]
        with database.write() as writer:
            tell(writer, "epoch", "after")
            seen.append(known(reader, "epoch"))
        seen.append(known(reader, "epoch"))
    with database.read() as reader:
        seen.append(known(reader, "epoch"))
    database.close()
    assert seen == ["before", "before", "before", "after"]


def test_writers_take_turns(tmp_path: Path) -> None:
    database = _database(tmp_path)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE counted (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counted VALUES (0)")

    def add() -> None:
        for _ in range(20):
            with database.write() as connection:
                n = connection.exec_driver_sql("SELECT n FROM counted").scalar_one()
                connection.execute(text("UPDATE counted SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counted").scalar_one() == 80
    database.close()


def test_migrating_twice_changes_nothing_and_a_newer_database_is_refused(tmp_path: Path) -> None:
    database = _database(tmp_path)
    for _ in range(2):
        with database.write() as connection:
            migrate(connection, SCHEMA)
    with database.write() as connection:
        assert schema_version(connection) == len(STEPS)
        tell(connection, "schema_version", str(len(STEPS) + 1))
    with pytest.raises(Unavailable) as refused, database.write() as connection:
        migrate(connection, SCHEMA)
    assert refused.value.code == "DATABASE_NEWER"
    database.close()


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        open_database(f"sqlite:///{tmp_path / 'none' / 'hq.db'}")
    assert refused.value.code == "DATABASE_UNREACHABLE"


def test_a_database_of_an_earlier_program_gains_the_columns_that_are_new(tmp_path: Path) -> None:
    database = _database(tmp_path)
    with database.write() as connection:
        migrate(connection, SCHEMA)
        connection.exec_driver_sql(
            "INSERT INTO sales_org (id, name, _extra) VALUES ('FX', 'FX', x'')"
        )
        connection.exec_driver_sql("ALTER TABLE sales_org DROP COLUMN revision_policy")
        tell(connection, "schema_version", "1")

    with database.write() as connection:
        migrate(connection, SCHEMA)
        row = connection.exec_driver_sql("SELECT name, revision_policy FROM sales_org").one()
        assert schema_version(connection) == len(STEPS)
    database.close()

    assert tuple(row) == ("FX", "")


@pytest.mark.parametrize(
    ("table", "column"), [("sales_org", "_extra"), ("durable", "link_hash"), ("journal", "hash")]
)
def test_bytes_and_texts_that_are_new_begin_empty_in_rows_that_are_there(
    tmp_path: Path, table: str, column: str
) -> None:
    database = _database(tmp_path)
    rows = {
        "sales_org": "INSERT INTO sales_org (id, name, _extra) VALUES ('FX', 'FX', x'01')",
        "durable": "INSERT INTO durable VALUES ('D1', 1, 7, x'01')",
        "journal": "INSERT INTO journal VALUES"
        " ('D1', 1, 1, 'u', 'k', x'01', x'01', x'01', x'01', x'01', 1, 'stored', '')",
    }
    with database.write() as connection:
        migrate(connection, SCHEMA)
        connection.exec_driver_sql(rows[table])
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        tell(connection, "schema_version", "1")

    with database.write() as connection:
        migrate(connection, SCHEMA)
        row = connection.exec_driver_sql(f"SELECT {column} FROM {table}").one()
    database.close()

    assert tuple(row) == (b"",)


def test_the_page_caches_of_all_connections_together_are_bounded(tmp_path: Path) -> None:
    """T33: they fill with the first thousands of documents, and memory is flat from then on."""
    database = _database(tmp_path)
    asked = "PRAGMA cache_size"
    with database.read() as reader, database.write() as writer:
        reads_kib = -int(reader.exec_driver_sql(asked).scalar_one())
        writes_kib = -int(writer.exec_driver_sql(asked).scalar_one())
    pool = database._engine.pool
    assert isinstance(pool, QueuePool)
    readers = pool.size() + pool._max_overflow
    database.close()
    assert reads_kib > 0
    assert writes_kib > reads_kib, "who writes touches the same pages again and again"
    assert readers * reads_kib + writes_kib <= 48 * 1024
