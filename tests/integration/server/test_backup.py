"""Backup and restore: another head office with the same rows, that says it is another."""

import errno
import json
import shutil
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from shared.catalog.documents import CataloguePublished, Product
from shared.core.errors import Conflict, QutongError, RuleViolation
from shared.journal.tables import journal
from shared.sync.messages import Hello, HelloAnswer, pack, unpack
from sync_server.__main__ import main
from sync_server.operations import restoring
from sync_server.operations.backup import Keep, kept_names, remove_old
from sync_server.operations.backup_manifest import (
    figures_of,
    instant_of,
    name_of,
    names_in,
    read_manifest,
    write_private,
)
from sync_server.operations.backup_parts import write_parts
from sync_server.operations.home import Office
from sync_server.operations.verify import faults
from sync_server.store.durable import JournalMark, all_marks, durable_of, move_forward
from sync_server.store.engine import Database
from sync_server.store.migrations import known, tell
from sync_server.store.tables import scope_head, snapshot
from sync_server.sync.head_office import draft_of, publish
from tests.integration.postgres import new_database
from tests.integration.server.safe_house import SECOND_US, SafeHouse, opened, safe_house
from tests.integration.server.two_shops import Place, two_shops, unpacked
from tests.integration.server.world import NOON_US

DAY_US = 86_400_000_000


@pytest.fixture
def either(place: Place, tmp_path: Path) -> SafeHouse:
    """A house on each of the databases, for what differs between them."""
    made = safe_house(place, tmp_path)
    made.sell(3)
    return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SafeHouse]:
    with two_shops("sqlite", tmp_path) as place:
        made = safe_house(place, tmp_path)
        made.sell(3)
        yield made


@pytest.fixture
def elsewhere(address: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the database to restore into; '' = SQLite in the new home."""
    if address.startswith("sqlite"):
        yield ""
        return
    with new_database(request.getfixturevalue("postgres_server"), "restored") as made:
        yield made


def _figures(office: Office) -> tuple[object, ...]:
    with office.database.read() as connection:
        found = figures_of(connection)
        return found.journals, found.rows, [(s.scope, s.count, s.digest) for s in found.scopes]


def test_a_restored_head_office_holds_the_same_and_is_another(
    either: SafeHouse, tmp_path: Path, address: str, elsewhere: str
) -> None:
    with either.office.database.write() as connection:
        connection.execute(snapshot.insert(), _a_snapshot())
        tell(connection, "backup_verified", "")
    made = either.backup()
    assert either.drill().problems == []
    either.sell(2)
    if elsewhere:
        with pytest.raises(Conflict, match="DATABASE_TAKEN"):
            either.restore(made.path, tmp_path / "again", address)
    told = either.restore(made.path, tmp_path / "again", elsewhere)
    again = opened(tmp_path / "again")
    try:
        with again.database.read() as connection:
            found = figures_of(connection)
            generations = connection.execute(select(scope_head.c.generation)).scalars().all()
            since_us = int(known(connection, "recovering_since_us"))
            left = connection.execute(select(snapshot)).all()
            key = again.hq.author.key.public
            replica = again.hq.replica
            assert not list(faults(connection, replica.registry, replica.schema, key))
        before = made.manifest.figures
        assert found.journals == before.journals
        left_out = {"about", "snapshot", "envelope"}
        assert _counted(found.rows, left_out) == _counted(before.rows, left_out)
        assert again.hq.epoch == told.epoch != either.office.hq.epoch
        assert set(generations) == {2}
        assert (again.hq.author.incarnation, since_us) == (2, either.clock.at_us)
        assert left == []
        # It goes on: numbers the database gives itself, such as those of scopes, are not in use.
        _publish(again, org="NEW")
    finally:
        again.database.close()


def _counted(rows: dict[str, int], left_out: set[str]) -> dict[str, int]:
    return {name: count for name, count in rows.items() if name not in left_out}


def _a_snapshot() -> dict[str, object]:
    return {"scope": "all", "generation": 1, "seq": 1, "name": "0" * 64, "bytes": 1}


def test_what_was_printed_after_the_backup_is_never_printed_again(
    house: SafeHouse, tmp_path: Path
) -> None:
    made = house.backup()
    before = _publish(house.office)
    house.restore(made.path, tmp_path / "again")
    again = opened(tmp_path / "again")
    after = _publish(again)
    again.database.close()
    assert (before.device_id, after.device_id) == ("HQ", "HQ")
    assert (before.incarnation, after.incarnation, after.n) == (1, 2, 1)


def _publish(office: Office, org: str = "FX") -> JournalMark:
    product = Product(code="P9", name="P9", sales_org_ids=(org,))
    draft = draft_of(office.hq, CataloguePublished(products=(product,)), NOON_US)
    with office.database.write() as connection:
        (done,) = publish(connection, office.hq, [draft], NOON_US)
    slot = done.slot
    return JournalMark(slot.device_id, slot.incarnation, slot.n, slot.link_hash)


@pytest.mark.postgres
def test_the_database_a_killed_drill_left_on_the_server_goes_a_day_later(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def prove(*asked: Any) -> Iterator[object]:
        seen.extend(_scratches(postgres_server))
        yield from faults(*asked)

    monkeypatch.setattr("sync_server.operations.restoring.faults", prove)
    with new_database(postgres_server, "killed") as address, two_shops(address, tmp_path) as place:
        house = safe_house(place, tmp_path)
        house.backup()
        assert house.drill().problems == []
        (made,) = seen
        assert _scratches(postgres_server) == []
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{made}"')
        house.clock.at_us += DAY_US - SECOND_US
        assert house.drill().problems == []
        assert _scratches(postgres_server) == [made], "its drill may still run"
        house.clock.at_us += 2 * SECOND_US
        assert house.drill().problems == []
        assert _scratches(postgres_server) == []


def _scratches(server: str) -> list[str]:
    with psycopg.connect(server) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE '%drill%'")
        return [str(name) for (name,) in found]


def test_two_restores_from_one_backup_do_not_write_the_same_journal(
    house: SafeHouse, tmp_path: Path
) -> None:
    made = house.backup()
    first = house.restore(made.path, tmp_path / "one")
    second = house.restore(made.path, tmp_path / "two")
    assert (first.incarnation, second.incarnation) == (2, 3)
    assert (first.generation, second.generation) == (2, 3)
    assert first.epoch != second.epoch


def test_a_restore_that_was_killed_at_its_end_has_taken_its_incarnation(
    house: SafeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its head office may stand, and print numbers."""
    filled = restoring._filled

    class Killed(BaseException):
        pass

    @contextmanager
    def killed(*told: Any) -> Iterator[Database]:
        with filled(*told) as database:
            yield database
        raise Killed

    made = house.backup()
    monkeypatch.setattr(restoring, "_filled", killed)
    with pytest.raises(Killed):
        house.restore(made.path, tmp_path / "one")
    monkeypatch.undo()
    assert house.restore(made.path, tmp_path / "two").incarnation == 3


def test_a_backup_waits_for_no_writer_and_holds_what_was_committed(house: SafeHouse) -> None:
    house.folder.mkdir()
    with house.office.database.write() as connection:
        tell(connection, "half", "done")
        figures, _ = write_parts(house.office.database, house.folder)
    assert "about" in figures.rows
    with house.office.database.read() as connection:
        assert figures.rows["about"] == figures_of(connection).rows["about"] - 1


def test_backups_made_while_sales_arrive_are_whole(house: SafeHouse) -> None:
    """Somebody sells without a pause; whatever instant a backup is of, all in it fits."""
    done = threading.Event()

    def look() -> list[list[str]]:
        found = []
        for _ in range(3):
            house.backup()
            found.append(house.drill().problems)
        done.set()
        return found

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(look)
        while not done.is_set():
            house.sell()
    assert looking.result() == [[], [], []]
    counts = [read_manifest(house.folder / name, house.office.hq.author.key.public).figures.rows
              for name in names_in(house.folder)]  # fmt: skip
    assert counts[0]["journal"] < counts[-1]["journal"], "sales arrived in between"


def test_only_its_owner_reads_a_backup_and_no_key_is_in_it(house: SafeHouse) -> None:
    made = house.backup()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
    for file in made.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert house.safe.read_text().strip() not in _plain(made.path)


def _plain(folder: Path) -> str:
    import zstandard

    found = b""
    for file in folder.iterdir():
        with file.open("rb") as source:
            data = source.read()
        if file.suffix == ".zst":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        found += data
    return found.decode("latin-1")


def test_nothing_is_overwritten(house: SafeHouse) -> None:
    made = house.backup()
    with pytest.raises(Conflict, match="HOME_EXISTS"):
        house.restore(made.path, house.office.home)


@pytest.mark.parametrize("left", ["head_office.db-wal", "head_office.db.restoring-wal"])
def test_what_another_database_left_in_the_folder_does_not_come_into_a_restored_one(
    house: SafeHouse, tmp_path: Path, left: str
) -> None:
    made = house.backup()
    house.sell(4)
    again = tmp_path / "again"
    again.mkdir()
    # Its machine went down, and somebody put the damaged file aside by its own name alone; or a
    # restore was killed.
    shutil.copyfile(house.office.home / "head_office.db-wal", again / left)
    if left == "head_office.db-wal":
        with pytest.raises(Conflict, match=f"HOME_EXISTS.*{left}"):
            house.restore(made.path, again)
        (again / left).rename(again / "put-aside")
    told = house.restore(made.path, again)
    restored = opened(again)
    try:
        assert restored.hq.epoch == told.epoch
        assert _figures(restored)[0] == made.manifest.figures.journals
    finally:
        restored.database.close()


def test_the_key_of_another_head_office_is_not_overwritten(
    house: SafeHouse, tmp_path: Path
) -> None:
    made = house.backup()
    again = tmp_path / "again"
    again.mkdir()
    (again / "hq.key").write_text("11" * 32)
    with pytest.raises(Conflict, match="HOME_EXISTS"):
        house.restore(made.path, again)
    assert (again / "hq.key").read_text() == "11" * 32
    assert not (again / "head_office.db").exists()
    shutil.copyfile(house.safe, again / "hq.key")
    house.restore(made.path, again)


def test_a_backup_that_was_changed_makes_no_head_office(house: SafeHouse, tmp_path: Path) -> None:
    made = house.backup()
    part = made.path / made.manifest.parts[0].name
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(RuleViolation, match="BACKUP_DAMAGED"):
        house.restore(made.path, tmp_path / "again")
    assert not (tmp_path / "again" / "head_office.db").exists()
    assert not (tmp_path / "again" / "hq.key").exists()


@pytest.mark.parametrize("at", ["database", "hq.key"])
def test_a_restore_whose_folder_is_full_leaves_no_head_office_and_is_done_again(
    either: SafeHouse, tmp_path: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    made = either.backup()

    def full(path: Path, content: bytes) -> None:
        if path.name.startswith(at):
            raise OSError(errno.ENOSPC, "No space left on device")
        write_private(path, content)

    monkeypatch.setattr("sync_server.operations.restoring.write_private", full)
    if elsewhere or at == "hq.key":
        with pytest.raises(OSError, match="No space"):
            either.restore(made.path, tmp_path / "again", elsewhere)
    monkeypatch.undo()
    told = either.restore(made.path, tmp_path / "again", elsewhere)
    again = opened(tmp_path / "again")
    assert again.hq.epoch == told.epoch
    again.database.close()


def test_another_key_is_refused(house: SafeHouse, tmp_path: Path) -> None:
    made = house.backup()
    house.safe.write_text("11" * 32)
    with pytest.raises(QutongError, match="BACKUP_DAMAGED"):
        house.restore(made.path, tmp_path / "again")


def test_a_device_hears_what_is_durable(house: SafeHouse) -> None:
    assert _hello(house).durable_n == 0
    house.backup()
    house.sell()
    assert _hello(house).durable_n == 0, "a backup alone is no proof"
    assert house.drill().problems == []
    answer = _hello(house)
    assert (answer.high_water, answer.durable_n) == (4, 3)
    assert answer.durable_hash == house.place.mine.slots[2].link_hash


def _hello(house: SafeHouse) -> HelloAnswer:
    hello = Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=[])
    answer = house.place.mine.wire.ask("/hello", pack(hello))
    return unpack(b"\0" + unpacked(answer.body)[answer.body[:1] == b"\0" :], HelloAnswer)


def test_a_durable_mark_never_goes_back(house: SafeHouse) -> None:
    mark = JournalMark("SH01.01", 1, 3, b"3" * 32)
    with house.office.database.write() as connection:
        assert move_forward(connection, [mark]) == 1
        assert move_forward(connection, [mark._replace(n=2, link_hash=b"2" * 32)]) == 0
        assert durable_of(connection, "SH01.01", 1) == (3, b"3" * 32)
        assert durable_of(connection, "SH01.01", 2) == (0, b"")
        assert all_marks(connection) == [mark]


def test_the_newest_of_the_last_days_and_weeks_stay() -> None:
    hour_us = 3_600_000_000
    names = [name_of(NOON_US + 6 * hour_us * step) for step in range(4 * 30)]
    assert kept_names(names, Keep()) == {names[-1]}
    by_day = sorted(kept_names(names, Keep(daily=3)))
    days = [instant_of(name) for name in by_day]
    assert [f"{one:%d %H}" for one in days if one] == ["28 22", "29 22", "30 22"]
    weekly = kept_names(names, Keep(weekly=2))
    assert len(weekly) == 2
    assert by_day[-1] in weekly


def test_old_backups_go_but_never_the_newest_proved_one(house: SafeHouse) -> None:
    proved = house.backup().manifest.name
    assert house.drill().problems == []
    middle, newest = house.backup().manifest.name, house.backup().manifest.name
    house.office.home.joinpath("x").mkdir()
    gone = remove_old(house.office, house.folder, Keep(daily=1), house.clock.now_us())
    assert gone == [middle]
    assert names_in(house.folder) == [proved, newest]


def test_by_command(house: SafeHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, folder = str(house.office.home), str(house.folder)
    assert main(["restore-drill", "--home", home, folder]) == 1
    assert "BACKUP_MISSING" in capsys.readouterr().err
    assert main(["backup", "--home", home, folder, "--keep-daily", "2"]) == 0
    assert "not proved yet" in capsys.readouterr().out
    assert main(["restore-drill", "--home", home, folder]) == 0
    assert "is good: restored and proved" in capsys.readouterr().out
    (name,) = names_in(house.folder)
    again, key = str(tmp_path / "again"), str(house.safe)
    assert main(["restore", "--home", again, "--key", key, str(house.folder / name)]) == 0
    assert "incarnation 2" in capsys.readouterr().out
    assert main(["verify", "--home", again]) == 0
    capsys.readouterr()
    assert main(["doctor", "--home", again, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["troubles"]
    assert "RECOVERING" in [one["code"] for one in told]


def test_a_document_that_was_lost_at_the_end_is_missed_by_the_next_drill(house: SafeHouse) -> None:
    house.backup()
    assert house.drill().problems == []
    house.edit("DELETE FROM journal WHERE device_id = 'SH01.01' AND n = 3")
    house.backup()
    found = house.drill().problems
    assert any("SH01.01/1 slot 3" in one for one in found), found
    with house.office.database.read() as connection:
        n = connection.execute(select(journal.c.n).where(text("device_id = 'SH01.01'")))
        assert sorted(n.scalars()) == [1, 2]
