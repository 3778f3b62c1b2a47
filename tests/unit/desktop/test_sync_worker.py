"""The thread that syncs outlives whatever happens to a sync."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from desktop.store.bus import ChangeBus
from desktop.store.errors import DiskFull
from desktop.store.local import LocalStore
from desktop.store.tables import sync_log
from desktop.sync.engine import Ask
from desktop.sync.story import Summary, write_log
from desktop.sync.worker import FAULT, INTERVAL_S, SyncWorker
from shared.core.errors import AccessDenied, Unavailable
from shared.sync.messages import Message
from tests.builders.devices import a_store
from tests.builders.small_shop import REGISTRY, SCHEMA, a_sale
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice


@pytest.fixture
def till() -> Iterator[LocalStore]:
    store = a_store()
    yield store
    store.close()


class Running:
    """A store as the worker is given it, on a disk that has no room to fold the log."""

    def __init__(self, local: LocalStore) -> None:
        self.local = local
        self.bus = ChangeBus()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.local, name)

    def rest(self) -> None:
        raise DiskFull("DISK_FULL")

    def scrub(self, _slices: int, _go_on: object) -> Any:
        raise DiskFull("DISK_FULL")


class Line:
    """A transport with a fault of ours in it for so many requests."""

    def __init__(self, faults: int = 0) -> None:
        self.faults = faults
        office = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand"])
        self._handler = office.handler("SH01.01")
        self.close = office.close

    def interrupt(self) -> None:
        """Nothing waits here."""

    def send(self, ask: Ask) -> Message:
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError
        return self._handler(ask)


def a_worker(till: LocalStore, line: Line) -> SyncWorker:
    store: Any = Running(till)
    transport: Any = line
    return SyncWorker(
        store, lambda: transport, clock=FakeClock(), randomness=SeededRandomness(1), listen=False
    )


def test_a_log_that_cannot_be_folded_spoils_no_sync(till: LocalStore) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 1)))
    worker = a_worker(till, Line())
    assert worker._once() == INTERVAL_S
    assert isinstance(worker.last, Summary)
    assert worker.last.pushed == 1


def test_a_fault_of_ours_is_told_once_and_the_next_sync_comes(
    till: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    line = Line(faults=2)
    worker = a_worker(till, line)
    asked = worker.sync_now()
    worker.start()
    try:
        for _ in range(2):
            with pytest.raises(Unavailable) as why:
                asked.result(10)
            assert (why.value.code, why.value.params) == (FAULT, {"kind": "ZeroDivisionError"})
            asked = worker.sync_now()
        assert asked.result(10).pushed == 0
    finally:
        worker.stop()
    assert told == [ZeroDivisionError]


class Refused(Line):
    """Head office has revoked this device."""

    def send(self, ask: Ask) -> Message:
        raise AccessDenied("DEVICE_REVOKED")


def test_who_waits_is_told_also_where_the_device_finds_no_room_to_lock_itself(
    till: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_error: object) -> bool:
        raise DiskFull("DISK_FULL")

    worker = a_worker(till, Refused())
    monkeypatch.setattr(worker, "_refused", no_room)
    asked = worker.sync_now()
    worker._survived(worker._once)
    with pytest.raises(AccessDenied):
        asked.result(0)
    assert not worker._stopped.is_set(), "the next sync tries to lock it again"


@pytest.mark.parametrize("line", [Line, Refused])
def test_who_gave_up_waiting_is_no_fault_of_the_sync(till: LocalStore, line: type[Line]) -> None:
    worker = a_worker(till, line())
    assert worker.sync_now().cancel()
    others = worker.sync_now()
    worker._survived(worker._once)
    assert not isinstance(worker.last, Unavailable)
    assert others.done()


class Careless(Running):
    """A store that cannot be cared for, nor asked where it stands."""

    def scrub(self, _slices: int, _go_on: object) -> Any:
        raise ZeroDivisionError

    def read(self, _work: object) -> Any:
        raise DiskFull("DISK_FULL")


def test_a_fault_in_the_care_of_the_disk_is_told_once_and_spoils_no_sync(
    till: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    worker = a_worker(till, Line())
    worker._store = Careless(till)  # type: ignore[assignment]
    for _ in range(3):
        assert worker._survived(worker._round) == INTERVAL_S
        assert isinstance(worker.last, Summary)
    assert told == [ZeroDivisionError]


def test_a_disk_that_fails_for_a_moment_ends_no_listening(till: LocalStore) -> None:
    store: Any = Careless(till)
    line: Any = Line()
    worker = SyncWorker(
        store, lambda: line, clock=FakeClock(), randomness=SeededRandomness(1), listen=True
    )
    listener = threading.Thread(target=worker._listen)
    listener.start()
    listener.join(0.3)
    assert listener.is_alive()
    worker._stopped.set()
    listener.join(10)
    assert not listener.is_alive()


def test_what_a_clock_that_was_ahead_logged_does_not_stay_the_newest(till: LocalStore) -> None:
    for at_us in (1_000_000, 400 * 86_400_000_000, 2_000_000):
        write_log(till, Summary(started_at_us=at_us, finished_at_us=at_us, outcome="done"))
    rows = till.read(lambda one: one.execute(select(sync_log.c.started_at_us)).scalars().all())
    assert sorted(rows) == [1_000_000, 2_000_000]
