"""Who only looks into head office, or copies it away, waits for no writer and needs no room."""

import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.areas import SCHEMA
from shared.pricing.tables import LOCAL
from sync_server.__main__ import main
from sync_server.store.engine import open_database
from sync_server.store.migrations import STEPS, is_current, migrate, tell
from tests.integration.postgres import new_database
from tests.integration.server.safe_house import SafeHouse, safe_house
from tests.integration.server.two_shops import two_shops

LOOKING = (["status"], ["verify"], ["doctor"], ["forks"], ["recovery"])
DAMAGES = 24


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SafeHouse]:
    folder = tmp_path_factory.mktemp("looked-into")
    with two_shops("sqlite", folder) as place:
        made = safe_house(place, folder)
        made.sell(3)
        yield made


def test_a_look_waits_for_no_writer(house: SafeHouse, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(house.office.home)
    with house.office.database.write() as writer:
        writer.execute(text("UPDATE about SET value = value"))
        for command in LOOKING:
            main([*command, "--home", home])
            said = capsys.readouterr()
            assert "ERROR" not in said.err, command
            assert said.out


def test_workers_that_start_together_bring_an_older_database_forward_once(
    postgres_server: str,
) -> None:
    with new_database(postgres_server, "together") as address:
        first, second = open_database(address), open_database(address)
        with first.write() as connection:
            migrate(connection, SCHEMA, LOCAL)
            connection.execute(text('ALTER TABLE sale DROP COLUMN "note"'))
            tell(connection, "schema_version", str(len(STEPS) - 1))
        failed: list[BaseException] = []

        def start() -> None:
            try:
                with second.write() as connection:
                    migrate(connection, SCHEMA, LOCAL)
            except BaseException as error:
                failed.append(error)

        other = threading.Thread(target=start)
        with first.write() as connection:
            migrate(connection, SCHEMA, LOCAL)
            other.start()
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while not connection.execute(text(waiting)).scalar_one() and other.is_alive():
                pass
        other.join(30)
        assert not failed
        with second.read() as connection:
            assert is_current(connection)
        first.close()
        second.close()


@pytest.mark.parametrize(
    ("lost", "put", "code", "alarm"),
    [
        ("head_office.db", None, "DATABASE_MISSING", "OFFICE_CLOSED"),
        ("head_office.db", b"", "DATABASE_MISSING", "OFFICE_CLOSED"),
        ("hq.key", b"no key", "KEY_UNREADABLE", "KEY_OTHER"),
        ("hq.key", b"\xff\xfe", "KEY_UNREADABLE", "KEY_OTHER"),
        ("hq.key", b"11" * 32, "KEY_OTHER", "KEY_OTHER"),
    ],
)
def test_what_lacks_is_named_and_nothing_is_begun_anew(
    tmp_path: Path,
    lost: str,
    put: bytes | None,
    code: str,
    alarm: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    assert main(["init", "--home", str(home), "--admin", "boss"]) == 0
    (home / lost).unlink()
    if put is not None:
        (home / lost).write_bytes(put)
    for command in (["status"], ["user", "a", "--role", "head_office"], ["serve", "--port", "0"]):
        assert main([*command, "--home", str(home)]) == 1
        assert f"ERROR {code}" in capsys.readouterr().err
    assert main(["doctor", "--home", str(home)]) == 1
    assert alarm in capsys.readouterr().out
    assert (home / lost).exists() == (put is not None)


@pytest.mark.parametrize("seed", range(DAMAGES))
def test_whatever_is_damaged_is_told_with_a_code_and_never_by_a_trace(
    house: SafeHouse, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(house.office.home, home)
    _damage(home / "head_office.db", random.Random(seed))
    for command in (*LOOKING, ["backup", str(tmp_path / "backups")]):
        code = main([*command, "--home", str(home)])
        said = capsys.readouterr()
        assert code in (0, 1)
        if code and command != ["doctor"]:
            assert said.err.startswith(("ERROR ", "FAULT ")), (command, said.err)


def _damage(file: Path, chance: random.Random) -> None:
    """Overwrite some places of a database that was closed, its schema among them at times."""
    # The last one that closes copies the log back into the file.
    open_database(f"sqlite:///{file}").close()
    assert not file.with_name(file.name + "-wal").exists()
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 5, 40))):
        at = chance.randrange(chance.choice((4096, *(len(data),) * 9)))
        data[at : at + 64] = chance.randbytes(chance.choice((1, 64)))
    file.write_bytes(data)
