"""Several worker processes on one PostgreSQL: the same result as one worker, only sooner."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from sync_server.operations.verify import faults
from sync_server.store.engine import open_database
from sync_server.store.tables import feed
from sync_server.sync import push
from sync_server.sync.head_office import draft_of, publish
from tests.integration.postgres import new_database
from tests.integration.server.test_pull import digest_of, pulled
from tests.integration.server.tiny import Asked, NoteWritten, Published, Sold, move
from tests.integration.server.world import REGISTRY, SCHEMA, Till, World, make_world

pytestmark = pytest.mark.postgres
WORKERS, BATCHES = 3, 4


@pytest.fixture
def workers(postgres_server: str) -> Iterator[list[World]]:
    """Head office three times over one database, each worker with its own journal."""
    with new_database(postgres_server, "workers") as address:
        first = make_world(address)
        worlds = [first]
        for number in range(2, WORKERS + 1):
            author = replace(first.hq.author, device_id=f"HQ-{number}")
            other = replace(first, hq=replace(first.hq, author=author))
            worlds.append(replace(other, database=open_database(address)))
        yield worlds
        for world in worlds:
            world.database.close()


def _at_once(*acts: object) -> None:
    """Run acts in threads that start together; what fails in one fails here."""
    gate = threading.Barrier(len(acts))
    failed: list[BaseException] = []

    def run(act: object) -> None:
        try:
            gate.wait(10)
            act()  # type: ignore[operator]
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def _faults(world: World) -> list[str]:
    with world.database.read() as connection:
        key = world.hq.author.key.public
        return [str(fault) for fault in faults(connection, REGISTRY, SCHEMA, key)]


def test_tills_of_one_site_push_to_different_workers_at_once(workers: list[World]) -> None:
    tills: list[Till] = []
    for number, world in enumerate(workers):
        till = world.enrol(tag=f"0{number}")
        for round_ in range(BATCHES * 5):
            till.add(Sold(product=f"P{round_ % 3}", qty_micro=1_000))
            # The same rows from everywhere, each new to all of them at the same moment.
            till.add(NoteWritten(note_id=f"shared {round_}", title=f"by {number}"))
            till.add(Asked(wanted=round_))
        tills.append(till)

    def push_all(till: Till) -> None:
        for start in range(1, len(till.slots), 15):
            till.push(till.batch(start, start + 14))

    _at_once(*(lambda till=till: push_all(till) for till in tills))

    world = workers[0]
    rows, last = pulled(tills[0])
    assert _faults(world) == []
    assert digest_of(rows) == (last.count, last.digest)
    assert len(world.read(select(move.c.id))) == WORKERS * BATCHES * 5
    per_scope: dict[object, list[object]] = {}
    for scope_id, seq in world.read(select(feed.c.scope_id, feed.c.seq)):
        per_scope.setdefault(scope_id, []).append(seq)
    assert all(len(set(seqs)) == len(seqs) for seqs in per_scope.values())


def test_the_same_batch_arriving_at_two_workers_is_stored_once(workers: list[World]) -> None:
    till = workers[0].enrol()
    for _ in range(20):
        till.add(Sold(product="P", qty_micro=1))
    copies = [replace(till, world=world) for world in workers]

    _at_once(*(lambda copy=copy: copy.push() for copy in copies))

    assert len(workers[0].read(select(move.c.id))) == 20
    assert _faults(workers[0]) == []


def test_a_command_line_and_a_server_share_head_offices_journal(workers: list[World]) -> None:
    one = workers[0]
    twin = replace(workers[1], hq=one.hq)

    def write(world: World) -> None:
        for number in range(10):
            with world.database.write() as connection:
                body = Published(org_id="O1", titles=(f"goods {number}",))
                publish(connection, world.hq, [draft_of(world.hq, body, 1)], 1)

    _at_once(lambda: write(one), lambda: write(twin))

    assert _faults(one) == []


def test_a_row_made_new_by_two_workers_at_once_is_counted_once(workers: list[World]) -> None:
    one, other = workers[0], workers[1]
    till, neighbour = one.enrol(), other.enrol(tag="02")
    till.add(NoteWritten(note_id="n", title="first"))
    neighbour.add(NoteWritten(note_id="n", title="second"))
    late = threading.Thread(target=neighbour.push)

    with one.database.write() as connection:
        push.ingest(connection, one.hq, till.device, till.batch(), one.now_us)
        late.start()
        _wait_for_a_lock(workers[2])
    late.join()

    rows, last = pulled(till)
    assert rows["tiny_note", "n"]["title"] == "second"
    assert digest_of(rows) == (last.count, last.digest)
    assert _faults(one) == []


def _wait_for_a_lock(world: World) -> None:
    """Until the other worker stands in front of a row or scope that this one holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(100_000):
        if world.read(waiting) != [(0,)]:
            return
    raise AssertionError("nobody waits")
