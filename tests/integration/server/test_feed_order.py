"""The feed's sequence is the order of commits, whoever writes: nobody who pulls misses a row."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement, Connection, event, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from shared.journal.document import Write
from shared.sync.replica import apply_writes, everything
from shared.sync.statements import insert_rows
from sync_server.store.engine import open_database
from sync_server.store.tables import LEDGER_ROW, feed, feed_table, scope_head
from sync_server.sync import feed as feeding
from sync_server.sync import push
from tests.integration.server.test_pull import Rows, a_page, apply, digest_of
from tests.integration.server.tiny import Sold, move
from tests.integration.server.world import SCHEMA, Till, World

BATCHES, IN_ONE = 12, 4


@pytest.fixture
def other(world: World, address: str) -> Iterator[World]:
    """A second worker process of the same head office, as far as the database can tell."""
    author = replace(world.hq.author, device_id="HQ-2")
    database = open_database(address)
    yield replace(world, database=database, hq=replace(world.hq, author=author))
    database.close()


class Puller:
    """Pulls again and again from where it stands, and never looks back."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.all_rows: Rows = {}
        self.after = 0

    @property
    def rows(self) -> Rows:
        """The moves alone, in the order in which they came."""
        return {key: row for key, row in self.all_rows.items() if key[0] == "tiny_move"}

    def pull(self) -> None:
        page = a_page(self.till, after=self.after, limit=7)
        apply(self.all_rows, page)
        self.after = page.until

    def missed(self) -> set[object]:
        """What stands in head office's table and never came."""
        self.pull()
        here = {row_id for _, row_id in self.rows}
        of_site = select(move.c.id).where(move.c.site_id == self.till.site_id)
        return {row[0] for row in self.till.world.read(of_site)} - here


def _sold(till: Till, count: int, product: str = "P") -> None:
    for _ in range(count):
        till.add(Sold(product=product, qty_micro=1))


@pytest.fixture
def used(world: World) -> World:
    """A head office that has sold before: the feed's short numbers of tables are made once."""
    till = world.enrol(site_id="SH00")
    _sold(till, 1, "P0")
    till.push()
    return world


def test_who_pulls_while_two_workers_write_one_scope_misses_nothing(
    world: World, other: World
) -> None:
    tills = [world.enrol(tag="01"), other.enrol(tag="02")]
    for till in tills:
        _sold(till, BATCHES * IN_ONE)
    puller = Puller(replace(tills[0]))
    done = threading.Event()
    failed: list[BaseException] = []

    def push_all(till: Till) -> None:
        try:
            for first in range(1, BATCHES * IN_ONE, IN_ONE):
                till.push(till.batch(first, first + IN_ONE - 1))
        except BaseException as error:
            failed.append(error)

    def pull_on() -> None:
        try:
            while not done.is_set():
                puller.pull()
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=push_all, args=(till,)) for till in tills]
    reader = threading.Thread(target=pull_on)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    while len(puller.rows) < 2 * BATCHES * IN_ONE and puller.after < _head(world):
        puller.pull()

    assert failed == []
    assert puller.missed() == set()
    with world.database.read() as connection:
        (head,) = feeding.heads_of(connection, ["site:SH01"])
    assert digest_of(puller.all_rows) == (head.count, head.digest)
    seqs = world.read(select(feed.c.seq).where(_of_site(world)).order_by(feed.c.seq))
    assert [seq for (seq,) in seqs] == list(range(1, head.head + 1))


def _head(world: World) -> int:
    with world.database.read() as connection:
        return feeding.heads_of(connection, ["site:SH01"])[0].head


def _of_site(world: World) -> ColumnElement[bool]:
    query = select(scope_head.c.scope_id).where(scope_head.c.scope == "site:SH01")
    return feed.c.scope_id == world.read(query)[0][0]


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_the_second_writer_of_a_scope_waits_and_comes_after_the_first(
    used: World, other: World
) -> None:
    world = used
    first, second = world.enrol(tag="01"), other.enrol(tag="02")
    _sold(first, 2, "P1")
    _sold(second, 2, "P2")
    puller = Puller(first)
    late = threading.Thread(target=second.push)

    with world.database.write() as connection:
        push.ingest(connection, world.hq, first.device, first.batch(), world.now_us)
        late.start()
        _until_somebody_waits(other)
        # Neither of them is seen: the second has no number yet, for the first has not committed.
        puller.pull()
        assert puller.rows == {}
    late.join()

    assert puller.missed() == set()
    assert [values["product"] for values in puller.rows.values()] == ["P1", "P1", "P2", "P2"]


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_without_the_lock_on_the_head_the_second_writer_would_fail(
    used: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would see it if heads were not locked."""
    locked = feeding._select_heads
    monkeypatch.setattr(
        feeding, "_select_heads", lambda connection, scopes, **_lock: locked(
            connection, scopes, lock=False
        )
    )  # fmt: skip
    world = used
    first, second = world.enrol(tag="01"), other.enrol(tag="02")
    _sold(first, 2, "P1")
    _sold(second, 2, "P2")
    failed: list[BaseException] = []

    def push_late() -> None:
        try:
            second.push()
        except BaseException as error:
            failed.append(error)

    late = threading.Thread(target=push_late)
    with world.database.write() as connection:
        push.ingest(connection, world.hq, first.device, first.batch(), world.now_us)
        late.start()
        _until_somebody_waits(other)
    late.join()

    assert [type(error) for error in failed] == [IntegrityError], failed


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_numbers_taken_before_the_commit_would_be_missed(world: World, other: World) -> None:
    """What a plain sequence would do, and that a puller notices: T1 is behind its cursor."""
    till = world.enrol()
    _sold(till, 1)
    till.push()
    puller = Puller(till)
    puller.pull()
    with world.database.read() as connection:
        scope_id = connection.execute(
            select(scope_head.c.scope_id).where(scope_head.c.scope == "site:SH01")
        ).scalar_one()
        table_id = connection.execute(
            select(feed_table.c.table_id).where(feed_table.c.name == "tiny_move")
        ).scalar_one()

    def enter(connection: Connection, row_id: str, seq: int) -> None:
        _move_row(connection, row_id)
        row = {"scope_id": scope_id, "seq": seq, "table_id": table_id, "row_id": row_id}
        insert_rows(connection, feed, [{**row, "state": LEDGER_ROW}])

    with world.database.write() as slow:
        enter(slow, "slow", puller.after + 1)
        with other.database.write() as quick:
            enter(quick, "quick", puller.after + 2)
            to_two = update(scope_head).where(scope_head.c.scope_id == scope_id)
            quick.execute(to_two.values(head=puller.after + 2))
        puller.pull()

    assert puller.missed() == {"slow"}


def _move_row(connection: Connection, row_id: str) -> None:
    values = {"site_id": "SH01", "product": row_id, "from_end": "site/SH01/shop"}
    write = Write("tiny_move", row_id, {**values, "to_end": "customer", "qty_micro": 1})
    apply_writes(connection, SCHEMA, [write], slot=0, owns=everything)


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_head_that_is_held_delays_nobody_in_another_scope(used: World, other: World) -> None:
    world = used
    here, there = world.enrol(site_id="SH01"), other.enrol(site_id="SH02")
    # Other goods: what went to customers in all is one sum per product.
    _sold(here, 1, "P1")
    _sold(there, 1, "P2")
    before = _head_of(other, "site:SH02"), _head_of(other, "site:SH01")

    with world.database.write() as connection:
        push.ingest(connection, world.hq, here.device, here.batch(), world.now_us)
        # Its head is held now, and nobody waits: the other shop's push is committed meanwhile.
        with _impatient(other):
            assert there.push().high_water == 1
        after = _head_of(other, "site:SH02"), _head_of(other, "site:SH01")
        assert after == (before[0] + 1, before[1])


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_who_posts_for_long_holds_no_head_until_the_end(used: World, other: World) -> None:
    """Heads are locked last: a long posting delays only the moment of its own commit."""
    world = used
    till = other.enrol()
    _sold(till, 1)

    with world.database.write() as connection:
        _move_row(connection, "long posting")
        with _impatient(other):
            assert till.push().high_water == 1


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_push_beside_a_held_head_of_its_own_scope_does_wait(used: World, other: World) -> None:
    """The impatience of the two tests above is real."""
    world = used
    here, there = world.enrol(tag="01"), other.enrol(tag="02")
    _sold(here, 1, "P1")
    _sold(there, 1, "P2")

    with world.database.write() as connection:
        push.ingest(connection, world.hq, here.device, here.batch(), world.now_us)
        with _impatient(other), pytest.raises(OperationalError, match="lock timeout"):
            there.push()


def test_nothing_but_the_feed_is_written_once_heads_are_locked(world: World) -> None:
    till = world.enrol()
    _sold(till, 3)
    said: list[str] = []

    with world.database.write() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(str(given[2])))
        push.ingest(connection, world.hq, till.device, till.batch(), world.now_us)

    locked = next(
        place
        for place, one in enumerate(said)
        if one.lstrip().startswith("SELECT") and "scope_head.scope IN" in one
    )
    written = [one for one in said[locked:] if one.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert written
    assert all(_table_of(one) in {"feed", "scope_head"} for one in written), written


def _table_of(statement: str) -> str:
    words = statement.replace('"', "").split()
    return words[1] if words[0] == "UPDATE" else words[2]


def _head_of(world: World, scope: str) -> int:
    with world.database.read() as connection:
        return feeding.heads_of(connection, [scope])[0].head


@contextmanager
def _impatient(world: World) -> Iterator[None]:
    """Transactions of this worker fail when they would have to wait for a lock."""

    def begun(connection: Connection) -> None:
        connection.execute(text("SET LOCAL lock_timeout = 200"))

    engine = world.database._writing
    event.listen(engine, "begin", begun)
    try:
        yield
    finally:
        event.remove(engine, "begin", begun)


def _until_somebody_waits(world: World) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(100_000):
        if world.read(waiting) != [(0,)]:
            return
    raise AssertionError("nobody waits")
