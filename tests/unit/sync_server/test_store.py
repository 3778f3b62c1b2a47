"""Head office's database: durable, one writer, readers that see one instant, forward only."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

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
