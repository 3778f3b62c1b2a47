"""Several workers on one PostgreSQL after a restore: who ends the recovery, who gives back, and who
pushes meanwhile wait for each other, and each document is answered once."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from shared.journal.tables import journal
from shared.sync.messages import Envelope, Return
from sync_server.store.recovery import is_recovering
from sync_server.store.tables import unsettled
from sync_server.sync import push, recovering, returning
from sync_server.sync.head_office import settle
from sync_server.sync.recovering import begin_recovery, finish, note_report
from tests.integration.server.test_workers import _faults, _wait_for_a_lock, workers
from tests.integration.server.tiny import Asked, NoteWritten, Sold
from tests.integration.server.world import Till, World

pytestmark = pytest.mark.postgres
__all__ = ["workers"]


def _restored(worlds: list[World], *reported: str) -> None:
    """Head office as it is after a restore; these devices have given back all they hold."""
    with worlds[0].database.write() as connection:
        begin_recovery(connection, epoch="e2", incarnation=2, generation=2, made_at_us=1, now_us=2)
        for device_id in reported:
            note_report(connection, device_id, 3)


def _decided(world: World) -> int:
    return len(world.read(select(journal.c.n).where(journal.c.kind == "tiny_decided")))


def _beside(worlds: list[World], act: Callable[[], object]) -> threading.Thread:
    """Another worker's act, begun and waiting for this one's transaction."""
    thread = threading.Thread(target=act)
    thread.start()
    _wait_for_a_lock(worlds[2])
    return thread


def _given(till: Till) -> Return:
    return Return(
        envelopes=[
            Envelope(
                device_id=one.device_id,
                incarnation=1,
                n=one.n,
                stored=one.stored,
                signature=one.signature,
                stored_at_us=10,
            )
            for one in till.slots
        ]
    )


def test_what_is_pushed_while_the_recovery_ends_is_answered_afterwards(
    workers: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workers[0], workers[1]
    early, late = other.enrol(), other.enrol(tag="02")
    _restored(workers, "SH01.01", "SH01.02")
    for wanted in (1, 2):
        early.add(Asked(wanted=wanted))
    early.push()
    late.add(Asked(wanted=3))
    pushing = list[threading.Thread]()

    def meanwhile(*given: object) -> object:
        if not pushing:
            pushing.append(_beside(workers, late.push))
        return settle(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(recovering, "settle", meanwhile)
    # Few at a time: each portion is answered, and none twice.
    monkeypatch.setattr(recovering, "_AT_ONCE", 1)
    with one.database.write() as connection:
        finish(connection, one.hq, 5, signed_off_by="boss")
    pushing[0].join()

    assert _decided(one) == 3
    assert one.read(select(unsettled.c.n)) == []
    assert _faults(one) == []


def test_a_push_under_way_is_waited_for_before_the_recovery_ends(workers: list[World]) -> None:
    one, other = workers[0], workers[1]
    till = other.enrol()
    _restored(workers, "SH01.01")
    till.add(Asked(wanted=1))

    def end() -> None:
        with one.database.write() as connection:
            finish(connection, one.hq, 5)

    with other.database.write() as connection:
        push.ingest(connection, other.hq, till.device, till.batch(), other.now_us)
        ending = _beside(workers, end)
    ending.join()

    with one.database.read() as connection:
        assert not is_recovering(connection)
    assert (_decided(one), one.read(select(unsettled.c.n))) == (1, [])


@pytest.mark.parametrize("first", ["return", "push"])
def test_a_neighbour_gives_back_what_its_author_pushes_at_another_worker(
    workers: list[World], first: str
) -> None:
    one, other = workers[0], workers[1]
    till, neighbour = other.enrol(), one.enrol(tag="02")
    _restored(workers)
    till.add(Sold(product="P", qty_micro=1_000))
    till.add(NoteWritten(note_id="n1", title="x"))
    till.add(Asked(wanted=3))
    given, answers = _given(till), list[object]()

    def give_back() -> None:
        with one.database.write() as connection:
            answers.append(
                returning.take_back(connection, one.hq, neighbour.device, given, one.now_us)
            )

    if first == "return":
        with one.database.write() as connection:
            returning.take_back(connection, one.hq, neighbour.device, given, one.now_us)
            beside = _beside(workers, lambda: answers.append(till.push()))
    else:
        with other.database.write() as connection:
            push.ingest(connection, other.hq, till.device, till.batch(), other.now_us)
            beside = _beside(workers, give_back)
    beside.join()

    assert len(answers) == 1
    c = journal.c
    mine = one.read(select(c.verdict, c.uid).where(c.device_id == "SH01.01"))
    stored = [uid for verdict, uid in mine if verdict == "stored"]
    assert len(set(stored)) == len(stored) == 3
    assert {verdict for verdict, _uid in mine} <= {"stored", "already"}
    assert len(one.read(select(unsettled.c.n))) == 3
    assert _faults(one) == []
