"""A sale is safe or it did not happen: commit, spool, done; and what a full disk does to it."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from desktop.store.bus import ChangeBus, Touched
from desktop.store.engine import open_writer
from desktop.store.errors import DiskFull, RecordedOnce
from desktop.store.layout import Layout
from desktop.store.local import LocalStore
from desktop.store.migrations import SCHEMA_VERSION, migrate, version_of
from desktop.store.session import Session
from desktop.store.spool import FileSpool, MemorySpool
from desktop.store.tables import sync_finding
from desktop.store.writer import Store, StorePaths
from shared.core.errors import Conflict, RuleViolation, Unavailable
from shared.journal.document import Header
from shared.journal.spool import SpoolSlot, read_spool
from shared.journal.tables import journal
from shared.sync.holding import extra_row, gain_scopes
from shared.sync.replica import load_rows
from shared.sync.tables import Replicated, Schema, TableRole, replicated_table, text_column
from tests.builders.devices import LAYOUT, a_key, a_store, an_identity
from tests.builders.small_shop import (
    PRODUCT,
    REGISTRY,
    SCHEMA,
    Renamed,
    a_sale,
    small_move,
    small_product,
    small_stock,
)
from tests.fakes.edges import FakeClock, SeededRandomness

UID = bytes.fromhex("019ad8113e007000a3e2e45e3ee02e56")


def sell(session: Session, qty: int = 1, uid: bytes | None = None) -> Header:
    """The use case of these tests."""
    return session.append(a_sale("A1", qty), uid=uid)


def slots(store: LocalStore) -> list[int]:
    return list(store.read(lambda c: c.execute(select(journal.c.n)).scalars().all()))


def spooled(store: LocalStore) -> list[int]:
    records = read_spool(store.spool.load()).records
    return [p.record.n for p in records if isinstance(p.record, SpoolSlot)]


def open_store(folder: Path, layout: Layout = LAYOUT, *, ballast_bytes: int = 64 * 1024) -> Store:
    store = Store(
        StorePaths.under(folder),
        layout,
        clock=FakeClock(),
        randomness=SeededRandomness(),
        key=a_key(),
        ballast_bytes=ballast_bytes,
    )
    if store.identity is None:
        store.on_writer(lambda local: local.enrol(an_identity(), a_key()))
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    opened.author_id = "wang"
    yield opened
    opened.close()


@pytest.fixture
def till() -> Iterator[LocalStore]:
    opened = a_store()
    yield opened
    opened.close()


def test_a_sale_is_journal_rows_balance_number_and_spool(till: LocalStore) -> None:
    done = till.run("wang", sell, 3)
    assert done.value.number == "XS-SH01-01A-000001"
    assert (done.value.author_id, done.value.site_id) == ("wang", "SH01")
    assert set(done.touched) == {"small_move", "journal"}
    assert (slots(till), spooled(till)) == ([1], [1])
    row = till.read(lambda c: c.execute(select(small_stock)).mappings().one())
    assert row["went_out"] == 3


def test_a_use_case_that_fails_leaves_nothing(till: LocalStore) -> None:
    def refuses(session: Session) -> None:
        session.append(a_sale("A1", 1))
        raise RuleViolation("NO_SUCH_GOODS")

    with pytest.raises(RuleViolation, match="NO_SUCH_GOODS"):
        till.run("wang", refuses)
    assert (slots(till), spooled(till)) == ([], [])
    assert till.run("wang", sell).value.number == "XS-SH01-01A-000001"


def test_a_key_pressed_twice_is_one_document(till: LocalStore) -> None:
    till.run("wang", sell, 1, UID)
    with pytest.raises(Conflict, match="ALREADY_APPENDED"):
        till.run("wang", sell, 1, UID)
    assert (slots(till), spooled(till)) == ([1], [1])


def test_nothing_is_written_before_enrolment() -> None:
    store = a_store(enrolled=False)
    with pytest.raises(Unavailable, match="NOT_ENROLLED"):
        store.run("wang", sell)
    store.close()


def test_the_time_of_a_document_is_corrected_by_the_known_offset(till: LocalStore) -> None:
    before = till.run("wang", sell).value
    till.set_state(clock_offset_us=5_000_000, clock_doubt_us=2_000)
    after = till.run("wang", sell).value
    assert after.happened_at_us - before.happened_at_us == 5_000_000
    assert after.clock_doubt_us == 2_000


def test_own_rows_reach_the_derived_index_in_the_same_transaction() -> None:
    seen: list[tuple[str, ...]] = []
    derived = Replicated(
        table=PRODUCT.table,
        role=PRODUCT.role,
        scopes=PRODUCT.scopes,
        derive=lambda _connection, ids: seen.append(tuple(ids)),
    )
    layout = Layout(registry=REGISTRY, schema=Schema((derived, SCHEMA["small_move"])))
    store = a_store(layout=layout)
    store.run("wang", lambda session: session.append(Renamed(product_id="A1", name="x")))
    assert seen == [("A1",)]
    store.close()


# The spool and the disk.


class FaultySpool(MemorySpool):
    """Fails the next appends as a full disk does."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 0

    def append(self, records: bytes) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(28, "No space left on device")
        super().append(records)


class OneBallast:
    """Room that can be freed once."""

    def __init__(self) -> None:
        self.freed = 0

    def free(self) -> bool:
        self.freed += 1
        return self.freed == 1


def a_faulty_store(ballast: OneBallast | None = None) -> tuple[LocalStore, FaultySpool]:
    spool = FaultySpool()
    store = LocalStore(
        open_writer(None),
        LAYOUT,
        spool,
        clock=FakeClock(),
        randomness=SeededRandomness(),
        key=a_key(),
        ballast=ballast,
    )
    store.enrol(an_identity(), a_key())
    return store, spool


def test_a_spool_without_room_is_told_and_the_sale_is_spooled_with_the_next_one() -> None:
    store, spool = a_faulty_store()
    spool.failures = 1
    with pytest.raises(RecordedOnce, match="RECORDED_ONCE"):
        store.run("wang", sell, 1, UID)
    # It is committed: pressing again says so, and makes no second one.
    with pytest.raises(Conflict, match="ALREADY_APPENDED"):
        store.run("wang", sell, 1, UID)
    assert (slots(store), spooled(store)) == ([1], [1])
    store.run("wang", sell)
    assert (slots(store), spooled(store)) == ([1, 2], [1, 2])
    store.close()


def test_the_ballast_is_freed_for_the_spool_and_the_running_sale_is_done() -> None:
    ballast = OneBallast()
    store, spool = a_faulty_store(ballast)
    spool.failures = 1
    store.run("wang", sell)
    assert (ballast.freed, spooled(store)) == (1, [1])
    store.close()


def test_no_use_case_starts_while_the_spool_lacks_an_earlier_document() -> None:
    store, spool = a_faulty_store()
    spool.failures = 2
    with pytest.raises(RecordedOnce):
        store.run("wang", sell)
    with pytest.raises(DiskFull):
        store.run("wang", sell)
    assert slots(store) == [1]
    store.close()


def fill(store: Store, pages: int) -> None:
    def limit(local: LocalStore) -> None:
        driver = local.connection.connection.dbapi_connection
        assert driver is not None
        cursor = driver.cursor()
        (used,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {used + pages}").fetchone()

    store.on_writer(limit)


def sell_until_full(store: Store, *, lines: int) -> int:
    """How many sales were done before one was refused."""
    for done in range(500):
        try:
            store.write(lambda session: session.append(a_sale("A1", *([1] * lines))))
        except DiskFull:
            return done
    pytest.fail("the disk was never full")


def test_a_full_disk_is_told_nothing_is_lost_and_room_makes_it_usable_again(store: Store) -> None:
    fill(store, 2)
    done = sell_until_full(store, lines=40)
    assert done > 0
    assert store.read(lambda c: len(c.execute(select(journal.c.n)).all())) == done
    fill(store, 1_000)
    store.write(sell)
    assert store.on_writer(spooled) == list(range(1, done + 2))


def test_the_ballast_is_freed_at_the_first_full_disk(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "ballast").exists()
    fill(store, 0)
    sell_until_full(store, lines=200)
    assert not (tmp_path / "ballast").exists()


_LIMITED = """
import resource, sys
from pathlib import Path
from desktop.store.spool import FileSpool
spool = FileSpool(Path(sys.argv[1]))
spool.append(b"x" * 1000)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
try:
    spool.append(b"y" * 1000)
except OSError as error:
    print(type(error).__name__, spool.size())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_record_that_does_not_fit_is_not_left_half_written(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path / "spool")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["OSError", "1000"]
    assert (tmp_path / "spool").read_bytes() == b"x" * 1000


def test_a_commit_with_an_unknown_outcome_is_read_again_by_uid(
    till: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit happens and its answer is lost, as on a disk that comes and goes."""
    _break_commit(till, monkeypatch, happens=True)
    done = till.run("wang", sell)
    assert done.value.number == "XS-SH01-01A-000001"
    assert (slots(till), spooled(till)) == ([1], [1])


def test_a_commit_that_did_not_happen_is_told(
    till: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_commit(till, monkeypatch, happens=False)
    with pytest.raises(Unavailable, match="DISK_FAULTY"):
        till.run("wang", sell)
    assert (slots(till), spooled(till)) == ([], [])
    till.run("wang", sell)
    assert (slots(till), spooled(till)) == ([1], [1])


def _break_commit(store: LocalStore, monkeypatch: pytest.MonkeyPatch, *, happens: bool) -> None:
    import sqlcipher3.dbapi2 as driver

    dialect = store.connection.dialect
    whole = dialect.do_commit

    def broken(connection: object) -> None:
        monkeypatch.undo()
        if happens:
            whole(connection)  # type: ignore[arg-type]
        raise driver.OperationalError("disk I/O error")

    store.desk()
    monkeypatch.setattr(dialect, "do_commit", broken)


# Threads, locks, versions.


def test_many_threads_write_and_the_slots_are_gapless(store: Store) -> None:
    threads = [
        threading.Thread(target=lambda: [store.write(sell) for _ in range(5)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.on_writer(slots) == store.on_writer(spooled) == list(range(1, 21))


def test_listeners_hear_of_their_tables_after_the_write_is_done(store: Store) -> None:
    heard: list[tuple[Touched, int]] = []
    done = threading.Event()

    def listen(touched: Touched) -> None:
        rows = store.read(lambda c: c.execute(select(small_move.c.id)).all())
        heard.append((touched, len(rows)))
        done.set()

    store.bus.subscribe(listen, "small_move")
    store.write(lambda session: session.append(Renamed(product_id="A1", name="x")))
    store.write(sell)
    assert done.wait(5)
    assert [(set(touched), rows) for touched, rows in heard] == [({"small_move"}, 1)]


def test_who_unsubscribed_hears_nothing_more() -> None:
    bus = ChangeBus()
    heard: list[Touched] = []
    stop = bus.subscribe(heard.append)
    bus.publish({"a": frozenset({"1"})})
    stop()
    bus.publish({"a": frozenset({"2"})})
    assert heard == [{"a": frozenset({"1"})}]


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(Unavailable, match="DISK_READ_ONLY"):
        store.read(lambda c: c.execute(small_product.delete()))


def test_a_second_instance_is_refused_and_the_first_goes_on(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="ALREADY_RUNNING"):
        open_store(tmp_path)
    store.write(sell)


def test_the_lock_is_free_after_closing(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    open_store(tmp_path).close()


def test_a_start_without_the_spools_disk_leaves_nothing_locked(tmp_path: Path) -> None:
    """Whoever plugs it in again starts; the error that was told still holds what failed."""
    away = tmp_path / "away"
    away.write_text("no folder")

    def start() -> Store:
        paths = StorePaths.under(tmp_path, spool_folder=away)
        return Store(paths, LAYOUT, clock=FakeClock(), randomness=SeededRandomness(), key=a_key())

    with pytest.raises(Unavailable) as refused:
        start()
    away.unlink()
    start().close()
    assert refused.value.code == "SPOOL_FAULTY"


def test_a_newer_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    opened.write(sell)
    opened.close()
    set_version(tmp_path / "store.db", SCHEMA_VERSION + 1)
    with pytest.raises(Unavailable, match="DATABASE_NEWER") as refusal:
        open_store(tmp_path)
    assert refusal.value.params == {"found": SCHEMA_VERSION + 1, "known": SCHEMA_VERSION}
    set_version(tmp_path / "store.db", SCHEMA_VERSION)
    again = open_store(tmp_path)
    assert again.on_writer(slots) == [1]
    again.close()


def set_version(path: Path, version: int) -> None:
    engine = open_writer(path)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    engine.dispose()


def test_migrations_run_forward_in_order_or_not_at_all() -> None:
    engine = open_writer(None)
    ran: list[int] = []
    with engine.begin() as connection:
        migrate(connection, LAYOUT, to=1)
    with engine.begin() as connection:
        steps = {n: (lambda _c, n=n: ran.append(n)) for n in (1, 2, 3)}
        migrate(connection, LAYOUT, to=3, migrations=steps)
        assert version_of(connection) == 3
    assert ran == [1, 2]
    with engine.begin() as connection, pytest.raises(Unavailable, match="DATABASE_NEWER"):
        migrate(connection, LAYOUT, to=2)
    engine.dispose()


def test_an_update_takes_in_what_a_later_head_office_had_sent(tmp_path: Path) -> None:
    """Columns and tables that were unknown move to their place, with the same digest."""
    bag = replicated_table("small_bag_of_test", text_column("name"))
    newer_bag = Replicated(table=bag, role=TableRole.RECORD, scopes=lambda _r: ("org:brand",))
    old = open_store(tmp_path)
    old.on_writer(lambda local: local.transact(_send_later_rows))
    old.close()
    schema = Schema((*SCHEMA.tables.values(), newer_bag))
    new = open_store(tmp_path, Layout(registry=REGISTRY, schema=schema))
    rows = new.read(lambda c: load_rows(c, newer_bag, {"B1"}))
    assert rows["B1"]["name"] == "bag"
    assert new.read(lambda c: c.execute(select(extra_row)).all()) == []
    held = new.read(lambda c: c.execute(text("SELECT count, digest FROM scope_cursor")).one())
    assert tuple(held) == (1, 77)
    new.close()


def _send_later_rows(connection: object) -> None:
    import msgspec
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    gain_scopes(connection, SCHEMA, {"org:brand": 1})
    row = {
        "scope": "org:brand",
        "table_name": "small_bag_of_test",
        "id": "B1",
        "cells": msgspec.msgpack.encode({"name": "bag"}),
        "row_digest": 77,
    }
    connection.execute(extra_row.insert(), [row])


def test_the_log_is_folded_into_the_file_when_idle(store: Store, tmp_path: Path) -> None:
    store.write(sell)
    assert (tmp_path / "store.db-wal").stat().st_size > 0
    store.rest()
    assert (tmp_path / "store.db-wal").stat().st_size == 0


def test_a_sale_does_not_wait_until_a_long_report_lets_the_log_be_folded(
    store: Store, tmp_path: Path
) -> None:
    store.write(sell)
    is_read, is_over = threading.Event(), threading.Event()

    def report(connection: Connection) -> None:
        connection.execute(select(journal.c.n)).all()
        is_read.set()
        is_over.wait(20)

    reader = threading.Thread(target=store.read, args=(report,))
    reader.start()
    try:
        assert is_read.wait(10)
        store.write(sell)
        began = time.monotonic()
        store.rest()
        store.write(sell)
        assert time.monotonic() - began < 2.5
    finally:
        is_over.set()
        reader.join()
    store.rest()
    assert (tmp_path / "store.db-wal").stat().st_size == 0


def test_the_library_is_one_that_keeps_what_it_commits(till: LocalStore) -> None:
    found = till.read(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar())
    assert found == 2


def test_what_need_not_wait_for_the_disk_leaves_no_sale_that_does_not(till: LocalStore) -> None:
    def level(connection: Connection) -> int:
        found: int = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return found

    assert till.transact_lightly(level) == 1
    assert till.transact(level) == 2


# Findings of a start are kept for the person.


def findings(store: LocalStore) -> list[str]:
    return list(store.read(lambda c: c.execute(select(sync_finding.c.code)).scalars().all()))


def test_a_start_with_everything_in_order_finds_nothing(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.write(sell)
    first.close()
    again = open_store(tmp_path)
    assert again.on_writer(findings) == []
    assert again.on_writer(lambda local: local.opened.reposted) == 0
    again.close()


def test_the_spool_file_is_appended_and_never_rewritten(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path / "s")
    spool.append(b"one")
    spool.append(b"two")
    assert (spool.load(), spool.load(3), spool.size()) == (b"onetwo", b"two", 6)
    spool.cut(3)
    spool.set_aside("old")
    spool.append(b"new")
    assert ((tmp_path / "old").read_bytes(), spool.load()) == (b"one", b"new")
    spool.close()
