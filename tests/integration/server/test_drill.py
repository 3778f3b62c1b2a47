"""A drill finds every damaged backup, and nothing is called durable before it went through."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shared.journal.chain import SigningKey
from sync_server.operations.backup import VERIFIED, Keep, remove_old
from sync_server.operations.backup_manifest import Manifest, names_in, names_until, write_manifest
from sync_server.operations.doctor import Limits, _backups
from sync_server.operations.verify import faults
from sync_server.store.durable import VERIFIED_MADE_AT, all_marks
from sync_server.store.migrations import known, tell
from sync_server.store.tables import durable
from tests.integration.server.safe_house import SafeHouse, opened, safe_house
from tests.integration.server.two_shops import Place, two_shops

DAY_US = 86_400_000_000
# What somebody does to the newest backup: its folder, the older backup's, head office's key.
Harm = Callable[[Path, Path, SigningKey], None]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SafeHouse]:
    """A house with two backups that nobody has proved yet."""
    folder = tmp_path_factory.mktemp("house")
    with two_shops("sqlite", folder) as place:
        made = safe_house(place, folder)
        made.sell(2)
        made.backup()
        made.sell(2)
        made.backup()
        yield made


@pytest.fixture
def copied(house: SafeHouse, tmp_path: Path) -> SafeHouse:
    """The same house with backups of its own, to be harmed."""
    shutil.copytree(house.folder, tmp_path / "backups")
    return SafeHouse(house.place, tmp_path / "backups", house.safe, house.clock)


def _part(folder: Path) -> Path:
    return next(folder.glob("*.zst"))


def _flip(at: float) -> Harm:
    def harm(newest: Path, _older: Path, _key: SigningKey) -> None:
        data = bytearray(_part(newest).read_bytes())
        data[min(int(len(data) * at), len(data) - 1)] ^= 1 << int(at * 7)
        _part(newest).write_bytes(data)

    return harm


def _cut(change: Callable[[bytes], bytes]) -> Harm:
    def harm(newest: Path, _older: Path, _key: SigningKey) -> None:
        _part(newest).write_bytes(change(_part(newest).read_bytes()))

    return harm


def _older(*names: str) -> Harm:
    def harm(newest: Path, older: Path, _key: SigningKey) -> None:
        for name in names or (_part(newest).name,):
            shutil.copyfile(older / name, newest / name)

    return harm


def _lost(name: str) -> Harm:
    def harm(newest: Path, _older: Path, _key: SigningKey) -> None:
        (newest / (name or _part(newest).name)).unlink()

    return harm


def _text(name: str, change: Callable[[str], str]) -> Harm:
    def harm(newest: Path, _older: Path, _key: SigningKey) -> None:
        file = newest / name
        before = file.read_text()
        after = change(before)
        assert after != before
        file.write_text(after)

    return harm


def _signed_by_a_stranger(newest: Path, _older: Path, _key: SigningKey) -> None:
    manifest = msgspec.json.decode((newest / "manifest.json").read_bytes(), type=Manifest)
    write_manifest(newest, manifest, SigningKey.from_seed(bytes(32)))


def _more(newest: Path, older: Path, _key: SigningKey) -> None:
    shutil.copyfile(older / "manifest.sig", newest / "more.zst")


def _lying(change: Callable[[Manifest], Manifest]) -> Harm:
    """A manifest head office signed, which is not what the parts hold."""

    def harm(newest: Path, _older: Path, key: SigningKey) -> None:
        manifest = msgspec.json.decode((newest / "manifest.json").read_bytes(), type=Manifest)
        write_manifest(newest, change(manifest), key)

    return harm


def _figures(**changes: object) -> Callable[[Manifest], Manifest]:
    def change(said: Manifest) -> Manifest:
        figures = msgspec.structs.replace(said.figures, **changes)
        return msgspec.structs.replace(said, figures=figures)

    return change


def _one_slot_more(said: Manifest) -> Manifest:
    first, *others = said.figures.journals
    more = msgspec.structs.replace(first, n=first.n + 1)
    return _figures(journals=[more, *others])(said)


FILES: dict[str, Harm] = {
    "first byte": _flip(0.0),
    "a byte of the head": _flip(0.01),
    "a byte at a third": _flip(0.33),
    "a byte in the middle": _flip(0.5),
    "a byte near the end": _flip(0.99),
    "the last byte": _flip(1.0),
    "one byte too few": _cut(lambda data: data[:-1]),
    "half": _cut(lambda data: data[: len(data) // 2]),
    "empty": _cut(lambda data: data[:0]),
    "one byte too many": _cut(lambda data: data + b"\0"),
    "no part": _lost(""),
    "the older part": _older(),
    "the older manifest": _older("manifest.json"),
    "the older signature": _older("manifest.sig"),
    "the older manifest and signature": _older("manifest.json", "manifest.sig"),
    "no manifest": _lost("manifest.json"),
    "no signature": _lost("manifest.sig"),
    "half a manifest": _text("manifest.json", lambda text: text[: len(text) // 2]),
    "another figure in the manifest": _text(
        "manifest.json", lambda text: text.replace('"n": 4', '"n": 3')
    ),
    "no hex in the signature": _text("manifest.sig", lambda text: "zz" + text[2:]),
    "a stranger's signature": _signed_by_a_stranger,
    "a file that does not belong": _more,
    "a slot more in the manifest": _lying(_one_slot_more),
    "no scopes in the manifest": _lying(_figures(scopes=[])),
    "another epoch": _lying(_figures(epoch="other")),
    "another engine's parts": _lying(
        lambda said: msgspec.structs.replace(said, parts=said.parts * 2)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_backup_whose_files_were_changed_is_found(copied: SafeHouse, name: str) -> None:
    older, newest = sorted(copied.folder.iterdir())
    FILES[name](newest, older, copied.office.hq.author.key)
    done = copied.drill()
    assert done.problems
    assert done.marked == 0


@given(at=st.floats(0, 1), bit=st.integers(0, 7))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_flipped_bit_of_any_file_is_found(
    house: SafeHouse, tmp_path_factory: pytest.TempPathFactory, at: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("copied") / "backups"
    shutil.copytree(house.folder, folder)
    newest = sorted(folder.iterdir())[-1]
    files = sorted(newest.iterdir())
    sizes = [file.stat().st_size for file in files]
    place = min(int(at * sum(sizes)), sum(sizes) - 1)
    for file, size in zip(files, sizes, strict=True):
        if place < size:
            data = bytearray(file.read_bytes())
            data[place] ^= 1 << bit
            file.write_bytes(data)
            break
        place -= size
    assert SafeHouse(house.place, folder, house.safe, house.clock).drill().problems
    shutil.rmtree(folder)


_OF = "device_id = 'SH01.01' AND"
LIVE = {
    "an edited document": f"UPDATE journal SET stored = signature WHERE {_OF} n = 2",
    "a document of another's": f"UPDATE journal SET uid = 'x' WHERE {_OF} n = 2",
    "a slot removed": f"DELETE FROM journal WHERE {_OF} n = 2",
    "a signature": f"UPDATE journal SET signature = link_signature WHERE {_OF} n = 2",
    "a link": f"UPDATE journal SET link_hash = hash WHERE {_OF} n = 2",
    "slots swapped": f"UPDATE journal SET n = n + 90 WHERE {_OF} n = 2",
    "an edited row": "UPDATE stock_move SET qty_micro = qty_micro + 1",
    "a row removed": "DELETE FROM stock_move WHERE id = (SELECT min(id) FROM stock_move)",
    "a balance": "UPDATE stock_balance SET came_in = came_in + 1",
    "a scope's digest": "UPDATE scope_head SET digest = digest + 1 WHERE scope = 'hq'",
    "a feed entry": "DELETE FROM feed WHERE seq = 1",
    "a stranger's journal": "DELETE FROM device WHERE id = 'SH01.01'",
}


@pytest.mark.parametrize("name", LIVE)
def test_a_backup_of_a_database_that_was_changed_is_found(
    house: SafeHouse, tmp_path: Path, name: str
) -> None:
    shutil.copytree(house.office.home, tmp_path / "home")
    office = opened(tmp_path / "home")
    place = Place(office, house.place.line, house.place.mine, house.place.theirs)
    mine = SafeHouse(place, tmp_path / "backups", house.safe, house.clock)
    try:
        mine.edit(LIVE[name])
        mine.backup()
        done = mine.drill()
        with office.database.read() as connection:
            assert not known(connection, VERIFIED)
            assert all_marks(connection) == []
    finally:
        office.database.close()
    assert done.problems


def test_a_drill_that_goes_through_marks_every_journal(copied: SafeHouse) -> None:
    done = copied.drill()
    assert done.problems == []
    with copied.office.database.read() as connection:
        marks = {(one.device_id, one.incarnation): one.n for one in all_marks(connection)}
        assert marks[("SH01.01", 1)] == 4
        assert len(marks) == done.marked == connection.scalar(select(func.count(durable.c.n)))
        assert known(connection, VERIFIED) == done.name
    assert copied.drill().marked == 0, "nothing is new"
    assert not list(copied.folder.glob("drilling-*"))


def test_a_backup_that_was_removed_while_it_was_proved_makes_nothing_durable(
    copied: SafeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.backup()
    before = _marks(copied)

    def as_the_next_backup_is_made(*asked: Any) -> Iterator[object]:
        yield from faults(*asked)
        copied.backup()
        keep = Keep(daily=1)
        assert names_in(copied.folder)[-2] in remove_old(
            copied.office, copied.folder, keep, copied.clock.now_us()
        )

    monkeypatch.setattr("sync_server.operations.restoring.faults", as_the_next_backup_is_made)
    (problem,) = copied.drill().problems
    assert "removed" in problem
    assert _marks(copied) == before
    monkeypatch.undo()
    assert copied.drill().problems == []


def _marks(house: SafeHouse) -> tuple[object, str]:
    with house.office.database.read() as connection:
        return all_marks(connection), known(connection, VERIFIED)


def test_a_backup_that_is_proved_while_older_ones_are_removed_stays(
    copied: SafeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.backup()
    first, second, newest = names_in(copied.folder)
    remove = shutil.rmtree

    def as_a_drill_ends(folder: Path) -> None:
        remove(folder)
        with copied.office.database.write() as connection:
            tell(connection, VERIFIED, second)

    with copied.office.database.write() as connection:
        tell(connection, VERIFIED, "")
    monkeypatch.setattr("sync_server.operations.backup.shutil.rmtree", as_a_drill_ends)
    gone = remove_old(copied.office, copied.folder, Keep(daily=1), copied.clock.now_us())
    monkeypatch.undo()
    assert gone == [first]
    assert names_in(copied.folder) == [second, newest]


def test_backups_made_at_once_remove_the_old_ones_once(
    copied: SafeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.backup()
    keep, now_us = Keep(daily=1), copied.clock.now_us()

    def as_another_removes(folder: Path, until_us: int) -> list[str]:
        names = names_until(folder, until_us)
        monkeypatch.undo()
        assert remove_old(copied.office, folder, keep, now_us)
        return names

    monkeypatch.setattr("sync_server.operations.backup.names_until", as_another_removes)
    assert remove_old(copied.office, copied.folder, keep, now_us) == []


def test_a_backup_named_by_a_clock_that_was_ahead_is_never_the_newest(
    copied: SafeHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    now_us = copied.clock.at_us
    copied.clock.at_us += 5 * 365 * DAY_US
    ahead = copied.backup().manifest.name
    assert copied.drill().problems == []
    copied.clock.at_us = now_us + DAY_US
    with copied.office.database.read() as connection:
        found = _backups(connection, copied.clock.at_us, Limits())
        assert [one.code for one in found] == ["BACKUP_AHEAD"]

    copied.sell()
    today = copied.backup().manifest.name
    done = copied.drill()

    assert (done.name, done.problems, done.left_aside) == (today, [], [ahead])
    assert done.marked
    with copied.office.database.read() as connection:
        assert int(known(connection, VERIFIED_MADE_AT)) == copied.clock.at_us
        assert not list(_backups(connection, copied.clock.at_us, Limits()))
    gone = remove_old(copied.office, copied.folder, Keep(daily=1), copied.clock.at_us)
    assert today not in gone
    assert ahead not in gone
    assert names_in(copied.folder) == [today, ahead]
