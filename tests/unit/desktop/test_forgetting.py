"""Bytes go only when head office held them durably for 35 days, and nothing else is lost by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from desktop.store import forgetting
from desktop.store.engine import open_writer
from desktop.store.forgetting import Mark, durable_long_enough, durable_n, forget
from desktop.store.identity import load_state
from desktop.store.local import LocalStore
from desktop.store.recovery import reconcile
from desktop.store.scrub import mend_files
from desktop.store.spool import FileSpool, MemorySpool
from desktop.sync.engine import Ask, drive, sync
from desktop.sync.story import Summary
from shared.journal.spool import SpoolForgotten, SpoolSlot, read_spool
from shared.journal.tables import journal, number_series
from shared.journal.verify import verify_database, verify_spool
from shared.sync.limits import HELD_US
from shared.sync.messages import Message, Push
from tests.builders.devices import LAYOUT, a_key, a_store, an_identity
from tests.builders.small_shop import REGISTRY, RENAMED, SCHEMA, Renamed, a_sale, small_move
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice

DAY_US = 24 * 3600 * 1_000_000
DEVICE = "SH01.01"


class Shop:
    """A till, its spool, and a head office that proves backups when it is told to."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.spool = MemorySpool()
        self.store = a_store(spool=self.spool, clock=self.clock)
        self.office = FakeHeadOffice(REGISTRY, SCHEMA, ["site:SH01", "org:main"])
        self.office.now_us = self.clock.now_us()

    def pass_days(self, days: int) -> None:
        self.clock.tick(days * DAY_US)
        self.office.now_us = self.clock.now_us()

    def sell(self, times: int = 1) -> None:
        for _ in range(times):
            self.store.run("wang", lambda session: session.append(a_sale("A1")))

    def rename(self) -> None:
        self.store.run("wang", lambda s: s.append(Renamed(product_id="A1", name="x")))

    def sync(self) -> Summary:
        return drive(sync(self.store, self.clock), self.office.handler(DEVICE))

    def prove(self, n: int) -> None:
        """Head office proved a backup that holds slots up to n, and says so."""
        self.office.durable_n[DEVICE] = n
        self.sync()

    def forget(self) -> int:
        """What the thread that syncs does once a day; how many slots lost their bytes."""
        return forget(self.store, self.office.now_us)

    def held(self) -> list[int]:
        """Slots whose bytes are here."""
        query = select(journal.c.n).where(journal.c.stored != b"").order_by(journal.c.n)
        return list(self.store.read(lambda c: c.execute(query).scalars().all()))

    def held_in_spool(self) -> list[int]:
        records = [placed.record for placed in read_spool(self.spool.load()).records]
        return [one.n for one in records if isinstance(one, SpoolSlot)]

    def close(self) -> None:
        self.store.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


def old_enough(shop: Shop) -> Shop:
    """Five sales and a name, all durable long since, and two sales after that."""
    shop.sell(3)
    shop.rename()
    shop.sell(2)
    shop.sync()
    shop.prove(6)
    shop.pass_days(36)
    shop.sell(2)
    return shop


def test_what_is_durable_for_35_days_goes_from_journal_and_spool(shop: Shop) -> None:
    old_enough(shop)
    before = len(shop.spool.data)
    assert shop.forget() == 6
    assert shop.held() == shop.held_in_spool() == [7, 8]
    assert len(shop.spool.data) < before
    assert shop.forget() == 0


@pytest.mark.parametrize("years", [-9, 9])
def test_a_clock_that_jumps_within_a_sync_lets_nothing_go_early(shop: Shop, years: int) -> None:
    """Found by the simulator, T08 of seed 10277: head office's own time counts at both ends."""
    shop.sell(3)
    shop.sync()
    shop.office.durable_n[DEVICE] = 3
    answer = shop.office.handler(DEVICE)

    def jumping(ask: Ask) -> Message:
        answered = answer(ask)
        shop.clock.tick(years * 365 * DAY_US)
        return answered

    summary = drive(sync(shop.store, shop.clock), jumping)
    assert shop.store.read(lambda c: durable_n(c, shop.store.enrolled)) == 3
    assert forget(shop.store, summary.head_office_at_us) == 0
    assert forget(shop.store, shop.sync().head_office_at_us) == 0
    shop.office.now_us += HELD_US
    assert forget(shop.store, shop.sync().head_office_at_us) > 0


def test_both_chains_still_verify(shop: Shop, tmp_path: Path) -> None:
    old_enough(shop)
    shop.forget()
    chains, fault = verify_spool(shop.spool.load())
    assert fault is None
    assert [(chain.last, chain.forgotten) for chain in chains] == [(8, 6)]
    copied = tmp_path / "store.db"
    driver = shop.store.connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"VACUUM INTO '{copied}'")
    chains, fault = verify_database(copied)
    assert fault is None
    assert [(chain.last, chain.forgotten) for chain in chains] == [(8, 6)]


@pytest.mark.parametrize("n", [2, 7])
def test_bytes_without_a_receipt_or_hash_are_no_forgotten_ones(
    shop: Shop, tmp_path: Path, n: int
) -> None:
    """A document wiped behind the program's back is named, unless head office has it."""
    old_enough(shop)
    c = journal.c
    shop.store.transact(
        lambda connection: connection.execute(
            update(journal)
            .where(c.n == n)
            .values({"stored": b"", **({"hash": bytes(32)} if n == 2 else {})})
        )
    )
    copied = tmp_path / "store.db"
    driver = shop.store.connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"VACUUM INTO '{copied}'")
    _, fault = verify_database(copied)
    assert fault is not None
    assert fault.n == n


def test_a_device_goes_on_as_before(shop: Shop) -> None:
    old_enough(shop)
    rows = shop.store.read(lambda c: c.execute(select(small_move)).all())
    shop.forget()
    shop.sync()
    shop.sell()
    shop.sync()
    after = shop.store.read(lambda c: c.execute(select(small_move)).all())
    assert len(after) == len(rows) + 1
    assert len(shop.office.links[DEVICE]) == 9


@pytest.mark.parametrize("is_rewritten", [True, False])
def test_nobody_takes_it_for_damage(
    shop: Shop, is_rewritten: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the program dies between the journal and the spool."""
    old_enough(shop)
    if not is_rewritten:
        monkeypatch.setattr(forgetting, "_rewrite_spool", lambda _store: None)
    shop.forget()
    assert mend_files(shop.store) == []
    assert shop.held() == [7, 8]
    assert shop.spool.aside == {}


@pytest.mark.parametrize("lost", ["database", "spool", "nothing"])
def test_a_start_makes_whole_what_was_lost(shop: Shop, lost: str) -> None:
    old_enough(shop)
    shop.forget()
    numbers = _numbers(shop.store)
    assert numbers
    if lost == "database":
        again = LocalStore(
            open_writer(None),
            LAYOUT,
            shop.spool,
            clock=shop.clock,
            randomness=SeededRandomness(7),
            key=a_key(),
        )
        try:
            assert _numbers(again) == numbers, "no printed number comes twice"
            assert _links(again) == _links(shop.store)
            assert again.opened.findings == []
        finally:
            again.close()
        return
    before = shop.spool.data
    if lost == "spool":
        shop.spool.data = b""
    record = shop.store.identity_record()
    done = shop.store.transact(
        lambda connection: reconcile(
            connection, shop.store.replica, shop.spool, identity_record=record, now_us=1
        )
    )
    assert done.findings == []
    assert done.respooled == (8 if lost == "spool" else 0)
    assert _records(shop.spool.data) == _records(before)


def _numbers(store: LocalStore) -> list[tuple[object, ...]]:
    return [tuple(r) for r in store.read(lambda c: c.execute(select(number_series)).all())]


def _links(store: LocalStore) -> list[bytes]:
    query = select(journal.c.link_hash).order_by(journal.c.n)
    return list(store.read(lambda c: c.execute(query).scalars().all()))


def _records(data: bytes) -> list[tuple[type, int]]:
    records = [placed.record for placed in read_spool(data).records]
    return [(type(r), r.n) for r in records if isinstance(r, SpoolSlot | SpoolForgotten)]


def test_the_last_number_of_a_series_stays(shop: Shop) -> None:
    shop.sell(3)
    shop.rename()
    shop.sync()
    shop.prove(4)
    shop.pass_days(36)
    shop.forget()
    assert shop.held() == [3], "from it a rebuilt database goes on counting"


def test_what_is_kept_aside_stays(shop: Shop) -> None:
    shop.office.kept_kinds.add(RENAMED.name)
    old_enough(shop)
    assert shop.forget() == 5
    assert shop.held() == [4, 7, 8]


def test_rows_that_wait_for_confirmation_hold_their_document(shop: Shop) -> None:
    old_enough(shop)
    shop.store.transact(
        lambda c: c.execute(update(small_move).where(small_move.c._slot == 0).values(_slot=2))
    )
    shop.forget()
    assert 2 in shop.held()


def test_a_mark_that_fits_no_slot_here_is_not_believed(shop: Shop) -> None:
    shop.sell(2)
    shop.sync()
    identity = shop.store.enrolled
    for n, link in ((1, bytes(32)), (9, bytes(32))):
        told = shop.store.transact(
            lambda c, n=n, link=link: forgetting.note_durable(c, identity, n, link, 1)  # type: ignore[misc]
        )
        assert told is False
    shop.prove(2)
    shop.office.durable_n[DEVICE] = 1
    shop.sync()
    assert shop.store.read(lambda c: durable_n(c, identity)) == 2, "durable is never withdrawn"


def test_a_spool_file_is_written_anew_with_what_came_since(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path / "spool")
    spool.append(b"old bytes")
    upto = spool.size()
    spool.append(b" and new")
    spool.rewrite(b"short", upto)
    spool.append(b" and more")
    assert spool.load() == b"short and new and more"
    spool.close()
    assert (tmp_path / "spool").read_bytes() == b"short and new and more"
    assert [one.name for one in tmp_path.iterdir()] == ["spool"]


marks = st.lists(
    st.builds(Mark, n=st.integers(1, 50), told_at_us=st.integers(0, 100 * DAY_US)), max_size=8
)


@given(marks=marks, now_us=st.integers(0, 200 * DAY_US))
def test_the_guard_lets_go_of_nothing_younger(marks: list[Mark], now_us: int) -> None:
    upto = durable_long_enough(marks, now_us)
    old = [one.n for one in marks if now_us - one.told_at_us >= HELD_US]
    assert upto == max(old, default=0)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(1, 3)),
        st.tuples(st.just("days"), st.integers(1, 40)),
        st.tuples(st.just("prove"), st.integers(0, 100)),
        st.tuples(st.just("sync"), st.just(0)),
        st.tuples(st.just("forget"), st.just(0)),
    ),
    max_size=14,
)


def _life_of_a_shop(steps: list[tuple[str, int]]) -> None:
    """Whatever happens, a slot without bytes was called durable 35 days before."""
    shop = Shop()
    told: dict[int, int] = {}
    try:
        for what, much in steps:
            match what:
                case "sell":
                    shop.sell(much)
                case "days":
                    shop.pass_days(much)
                case "prove":
                    n = len(shop.office.links.get(DEVICE, [])) * much // 100
                    shop.prove(max(n, shop.office.durable_n.get(DEVICE, 0)))
                    for slot in range(1, shop.office.durable_n[DEVICE] + 1):
                        told.setdefault(slot, shop.clock.now_us())
                case "sync":
                    shop.sync()
                case _:
                    shop.forget()
            links = _links(shop.store)
            gone = set(range(1, len(links) + 1)) - set(shop.held())
            assert set(shop.held()) <= set(shop.held_in_spool())
            for slot in gone:
                assert slot in told
                assert shop.clock.now_us() - told[slot] >= HELD_US
    finally:
        shop.close()


@given(steps=steps)
@settings(max_examples=25, deadline=None)
def test_nothing_goes_before_it_was_durable_for_35_days(steps: list[tuple[str, int]]) -> None:
    _life_of_a_shop(steps)


def test_without_the_guard_that_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        forgetting,
        "durable_long_enough",
        lambda marks, _now_us: max((one.n for one in marks), default=0),
    )
    early = [("sell", 3), ("sync", 0), ("days", 36), ("prove", 100), ("forget", 0)]
    with pytest.raises(AssertionError):
        _life_of_a_shop(early)


def test_an_identity_of_another_name_finds_nothing_durable(shop: Shop) -> None:
    old_enough(shop)
    other = an_identity("SH01.02")
    assert (
        shop.store.read(
            lambda c: forgetting.forgettable(c, REGISTRY, SCHEMA, other, shop.clock.now_us())
        )
        == []
    )


@pytest.mark.parametrize("sold_since", [0, 2])
def test_a_database_from_before_sends_nothing_it_let_go_and_gets_to_its_end(
    shop: Shop, sold_since: int
) -> None:
    """A database of an older day beside the spool knows neither the receipt nor the bytes."""
    shop.sell(2)
    shop.sync()
    older = open_writer(None)
    with older.connect() as copy:
        source: Any = shop.store.connection.connection.dbapi_connection
        source.backup(copy.connection.dbapi_connection)
    shop.sell(1)
    shop.rename()
    shop.rename()
    shop.sync()
    shop.prove(5)
    shop.pass_days(36)
    assert shop.forget() == 4
    assert shop.held() == [3], "the last number stays"
    again = LocalStore(
        older,
        LAYOUT,
        shop.spool,
        clock=shop.clock,
        randomness=SeededRandomness(7),
        key=a_key(),
    )
    try:
        for _ in range(sold_since):
            again.run("wang", lambda session: session.append(a_sale("A1")))
        handler = shop.office.handler(DEVICE)
        sent: list[int] = []

        def line(ask: Ask) -> Message:
            if isinstance(ask.message, Push):
                assert all(one.stored for one in ask.message.items)
                first = ask.message.first_n
                sent.extend(range(first, first + len(ask.message.items)))
            return handler(ask)

        drive(sync(again, shop.clock), line)
        assert sent == [3, *range(6, 6 + sold_since)]
        assert again.read(load_state).acknowledged_n == 5 + sold_since
        sent.clear()
        drive(sync(again, shop.clock), line)
        assert sent == []
    finally:
        again.close()
