"""Whatever a crash takes from journal or spool is there again after the next start."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, select

from desktop.store import writer
from desktop.store.drafts import draft_of, put_draft
from desktop.store.engine import open_writer
from desktop.store.identity import load_state
from desktop.store.local import LocalStore
from desktop.store.recovery import link_at
from desktop.store.session import Session
from desktop.store.spool import MemorySpool
from desktop.store.tables import sync_finding
from desktop.store.writer import Store, StorePaths
from desktop.sync.engine import drive, sync
from shared.journal.document import Header
from shared.journal.spool import SpoolSlot, encode_record, read_spool
from shared.journal.tables import journal
from shared.journal.verify import verify, verify_spool
from shared.sync.confirm import Finding
from tests.builders.devices import HQ_KEY, LAYOUT, a_key, an_identity
from tests.builders.small_shop import (
    REGISTRY,
    SCHEMA,
    Renamed,
    a_sale,
    small_move,
    small_product,
    small_stock,
)
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice


class Crash(BaseException):
    """The machine stops here."""


class CrashingSpool(MemorySpool):
    """Stops the machine before, in the middle of, or after an append."""

    crash_after: int | None = None
    """Bytes of the next append that still reach the disk."""

    def append(self, records: bytes) -> None:
        if self.crash_after is not None:
            self.data += records[: self.crash_after]
            raise Crash
        super().append(records)


def sell(session: Session, qty: int = 1) -> Header:
    return session.append(a_sale("A1", qty))


def start(engine: Engine, spool: MemorySpool) -> LocalStore:
    """A program starts on what the last one left; its memory is new, its disks are not."""
    store = LocalStore(
        engine,
        LAYOUT,
        spool,
        clock=FakeClock(),
        randomness=SeededRandomness(spool.size()),
        key=a_key(),
    )
    if store.identity is None:
        store.enrol(an_identity(), a_key())
    return store


def slots(store: LocalStore) -> list[int]:
    return list(store.read(lambda c: c.execute(select(journal.c.n)).scalars().all()))


def spooled(spool: MemorySpool) -> list[int]:
    records = read_spool(spool.load()).records
    return [p.record.n for p in records if isinstance(p.record, SpoolSlot)]


def found(store: LocalStore) -> list[str]:
    return list(store.read(lambda c: c.execute(select(sync_finding.c.code)).scalars().all()))


def stock(store: LocalStore) -> int:
    rows = store.read(lambda c: c.execute(select(small_stock)).mappings().all())
    return sum(row["came_in"] - row["went_out"] for row in rows)


@pytest.mark.parametrize("reached", [0, 1, 12, 20, 60])
def test_a_crash_between_commit_and_spool_is_mended_at_the_next_start(reached: int) -> None:
    engine, spool = open_writer(None), CrashingSpool()
    store = start(engine, spool)
    store.run("wang", sell, 1)
    spool.crash_after = reached
    with pytest.raises(Crash):
        store.run("wang", sell, 2)
    spool.crash_after = None
    again = start(engine, MemorySpool(spool.data))
    assert (slots(again), again.opened.respooled) == ([1, 2], 1)
    assert isinstance(again.spool, MemorySpool)
    assert spooled(again.spool) == [1, 2]
    assert verify_spool(again.spool.load())[1] is None
    assert found(again) == []
    again.close()


def test_a_start_reads_only_the_end_of_the_spool() -> None:
    """The part known to be equal is not read: spoiled bytes there are the verifier's business."""
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    store.run("wang", sell)
    store.checkpoint()
    store.run("wang", sell)
    spool.data = b"\0" * 50 + spool.data[50:]
    again = start(engine, spool)
    assert (slots(again), found(again)) == ([1, 2], [])
    again.close()


def test_a_lost_spool_is_written_again_from_the_journal() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    for _ in range(3):
        store.run("wang", sell)
    acknowledge(store, 2)
    store.checkpoint()
    fresh = MemorySpool()
    again = start(engine, fresh)
    assert (again.opened.respooled, spooled(fresh)) == (3, [1, 2, 3])
    assert verify_spool(fresh.load())[1] is None
    again.close()


def acknowledge(store: LocalStore, n: int, kept: dict[int, str] | None = None) -> None:
    identity = store.enrolled
    head = store.read(lambda connection: link_at(connection, identity, n))
    store.acknowledge(n, head, HQ_KEY.sign_head(head), kept or {})


def test_a_lost_database_is_rebuilt_from_the_spool_alone() -> None:
    spool = MemorySpool()
    store = start(open_writer(None), spool)
    store.run("wang", sell, 2)
    store.run("wang", lambda session: session.append(Renamed(product_id="A1", name="cream")))
    store.run("wang", sell, 5)
    acknowledge(store, 2, {2: "NOT_ALLOWED"})
    store.close()
    rebuilt = start(open_writer(None), spool)
    assert rebuilt.enrolled.device_id == "SH01.01"
    assert (slots(rebuilt), rebuilt.opened.reposted, stock(rebuilt)) == ([1, 2, 3], 3, -7)
    assert rebuilt.read(load_state).acknowledged_n == 2
    verdicts = rebuilt.read(lambda c: c.execute(select(journal.c.verdict)).scalars().all())
    assert list(verdicts) == ["stored", "kept", "stored"]
    # The printed numbers go on where they were: no number twice.
    assert rebuilt.run("wang", sell).value.number == "XS-SH01-01A-000003"
    assert verify_spool(spool.load())[1] is None
    rebuilt.close()


def test_an_older_spool_that_is_put_back_is_told_again_what_head_office_keeps() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    store.run("wang", sell)
    older = spool.data
    acknowledge(store, 1, {1: "BAD_SIGNATURE"})
    spool.data = older
    start(engine, spool)
    rebuilt = start(open_writer(None), spool)
    found = rebuilt.read(lambda c: c.execute(select(journal.c.verdict, journal.c.code)).all())
    assert [tuple(row) for row in found] == [("kept", "BAD_SIGNATURE")]
    rebuilt.close()


def test_an_older_spool_that_is_put_back_is_told_again_who_this_is() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    older = spool.data
    store.run("wang", sell)
    store.change_identity(server_url="https://hq.example", epoch="2")
    store.checkpoint()
    spool.data = older
    start(engine, spool).close()
    rebuilt = start(open_writer(None), spool)
    assert (rebuilt.enrolled.server_url, rebuilt.enrolled.epoch) == ("https://hq.example", "2")
    assert slots(rebuilt) == [1]
    assert verify_spool(spool.load())[1] is None
    rebuilt.close()


def test_an_older_spool_that_is_put_back_is_told_again_where_the_journal_began_anew() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    older = spool.data
    store.run("wang", sell)
    store.run("wang", sell, 2)
    store.begin_incarnation(2, 1, Finding(code="DEVICE_FORKED", scope=""))
    spool.data = older
    start(engine, spool).close()
    rebuilt = start(open_writer(None), spool)
    places = rebuilt.read(lambda c: c.execute(select(journal.c.incarnation, journal.c.n)).all())
    assert [tuple(place) for place in places] == [(1, 1), (2, 1)]
    assert rebuilt.enrolled.incarnation == 2
    rebuilt.close()


def test_a_rebuilt_database_is_completed_by_head_office() -> None:
    office = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand", "site:SH01"])
    spool = MemorySpool()
    store = start(open_writer(None), spool)
    store.run("wang", sell, 2)
    drive(sync(store, FakeClock()), office.handler("SH01.01"))
    store.run("wang", sell, 3)
    store.close()
    rebuilt = start(open_writer(None), spool)
    summary = drive(sync(rebuilt, FakeClock()), office.handler("SH01.01"))
    assert (summary.findings, stock(rebuilt)) == ([], -5)
    unconfirmed = rebuilt.read(
        lambda c: c.execute(select(small_move.c.id).where(small_move.c["_slot"] > 0)).all()
    )
    assert unconfirmed == []
    assert office.heads["site:SH01"][1] == 2
    rebuilt.close()
    office.close()


def test_documents_only_the_spool_has_are_posted_again() -> None:
    """The database was put back from a copy of yesterday; the spool was not."""
    yesterday, spool = open_writer(None), MemorySpool()
    start(yesterday, spool).run("wang", sell, 1)
    copy = MemorySpool(spool.data)
    ahead = start(open_writer(None), copy)
    ahead.run("wang", sell, 2)
    ahead.run("wang", sell, 3)
    ahead.close()
    back = start(yesterday, copy)
    assert (slots(back), back.opened.reposted, stock(back)) == ([1, 2, 3], 2, -6)
    assert found(back) == []
    back.close()


def test_documents_of_a_spool_that_was_begun_anew_are_posted_on_an_older_database() -> None:
    """Places in the file of yesterday mean nothing in the one that took its place since."""
    yesterday, spool = open_writer(None), MemorySpool()
    store = start(yesterday, spool)
    store.run("wang", sell, 1)
    for epoch in ("2", "3"):
        store.change_identity(epoch=epoch)
    engine = open_writer(None)
    start(engine, MemorySpool(spool.data)).run("wang", sell, 2)
    anew = MemorySpool()
    start(engine, anew)
    start(engine, anew).run("wang", sell, 3)
    assert len(anew.data) > spool.size()
    back = start(yesterday, anew)
    assert (slots(back), stock(back), spooled(anew)) == ([1, 2, 3], -6, [1, 2, 3])
    assert found(back) == []
    assert verify_spool(anew.load())[1] is None
    back.close()


def test_a_torn_end_the_journal_does_not_have_is_kept_aside_and_told() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    store.run("wang", sell, 1)
    other = MemorySpool(spool.data)
    ahead = start(open_writer(None), other)
    ahead.run("wang", sell, 2)
    ahead.close()
    torn = MemorySpool(other.data[:-9])
    back = start(engine, torn)
    assert (slots(back), spooled(torn)) == ([1], [1])
    assert found(back) == ["SPOOL_DAMAGED"]
    assert list(torn.aside.values()) == [other.data[:-9]]
    back.close()


def test_damage_inside_the_spool_is_kept_aside_told_and_mended_from_the_journal() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    for qty in (1, 2, 3):
        store.run("wang", sell, qty)
    at = read_spool(spool.data).records[2].start + 40
    spool.data = spool.data[:at] + b"\xff" + spool.data[at + 1 :]
    again = start(engine, spool)
    assert (slots(again), spooled(spool)) == ([1, 2, 3], [1, 2, 3])
    assert found(again) == ["SPOOL_DAMAGED"]
    assert verify_spool(spool.data)[1] is None
    again.close()


def test_a_forged_slot_in_the_spool_is_not_posted() -> None:
    engine, spool = open_writer(None), MemorySpool()
    store = start(engine, spool)
    store.run("wang", sell, 1)
    (placed,) = [p for p in read_spool(spool.data).records if isinstance(p.record, SpoolSlot)]
    assert isinstance(placed.record, SpoolSlot)
    forged = SpoolSlot(
        device_id="SH01.01",
        incarnation=1,
        n=2,
        stored=placed.record.stored,
        signature=placed.record.signature,
        link_hash=placed.record.link_hash,
        link_signature=placed.record.link_signature,
    )
    spool.append(encode_record(forged))
    again = start(engine, spool)
    assert (slots(again), stock(again), found(again)) == ([1], -1, ["SPOOL_SLOT_BAD"])
    assert spooled(spool) == [1]
    again.close()


# The same with files.


def open_store(folder: Path) -> Store:
    store = Store(
        StorePaths.under(folder),
        LAYOUT,
        clock=FakeClock(),
        randomness=SeededRandomness(len(list(folder.iterdir()))),
        key=a_key(),
        ballast_bytes=4096,
    )
    if store.identity is None:
        store.on_writer(lambda local: local.enrol(an_identity(), a_key()))
    return store


def _zeros_in_the_middle(path: Path) -> None:
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + bytes(4096) + data[half + 4096 :])


def _nonsense(path: Path) -> None:
    path.write_bytes(b"this was a database once " * 400)


def _half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 8192 * 4096])


def _search_without_a_head(path: Path) -> None:
    """The search index cannot even be opened, and says so in words of its own."""
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE search USING fts5(tokens)")
    connection.execute("DELETE FROM search_config")
    connection.close()


@pytest.mark.parametrize("spoil", [_zeros_in_the_middle, _nonsense, _half, _search_without_a_head])
def test_a_damaged_database_is_moved_aside_and_rebuilt_without_a_question(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    store = open_store(tmp_path)
    for qty in range(1, 60):
        store.write(sell, qty)
    store.write(lambda session: session.append(Renamed(product_id="A1", name="cream")))
    store.close()
    spoil(tmp_path / "store.db")
    again = open_store(tmp_path)
    assert again.moved_aside is not None
    assert again.moved_aside.exists()
    assert again.on_writer(slots) == list(range(1, 61))
    assert again.on_writer(stock) == -sum(range(1, 60))
    rows = again.read(lambda c: c.execute(select(small_product.c.name)).scalars().all())
    assert list(rows) == ["cream"]
    again.write(sell)
    again.close()
    assert verify(tmp_path / "store.db")[1] is None
    assert verify(tmp_path / "journal.spool")[1] is None


def test_what_was_half_typed_outlives_a_start_that_was_cut_while_it_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    for qty in range(1, 60):
        store.write(sell, qty)
    store.write(put_draft, "basket/open", b"half typed")
    store.close()
    _zeros_in_the_middle(tmp_path / "store.db")
    with monkeypatch.context() as power:
        power.setattr(LocalStore, "_reconcile", _crash)
        with pytest.raises(Crash):
            open_store(tmp_path)
    assert (tmp_path / "store.db").exists()
    again = open_store(tmp_path)
    assert again.on_writer(slots) == list(range(1, 60))
    assert again.read(lambda c: draft_of(c, "basket/open")) == b"half typed"
    again.write(put_draft, "basket/open", b"typed on")
    again.close()
    third = open_store(tmp_path)
    assert third.read(lambda c: draft_of(c, "basket/open")) == b"typed on"
    third.close()


def test_a_file_moved_aside_that_nothing_can_be_taken_of_stops_one_start_and_not_every_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    store.write(sell)
    store.close()
    _nonsense(tmp_path / "store.db")
    with monkeypatch.context() as fault:
        fault.setattr(writer, "take_over", _fault)
        with pytest.raises(ZeroDivisionError):
            open_store(tmp_path)
    again = open_store(tmp_path)
    assert again.on_writer(slots) == [1]
    again.close()


def _crash(_store: LocalStore, _connection: Connection) -> Any:
    raise Crash


def _fault(_connection: Connection, _aside: Path) -> Any:
    raise ZeroDivisionError


def test_a_database_file_that_is_gone_is_rebuilt_too(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.write(sell)
    store.close()
    (tmp_path / "store.db").unlink()
    again = open_store(tmp_path)
    assert again.on_writer(slots) == [1]
    again.close()
