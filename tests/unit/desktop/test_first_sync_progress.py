"""The first sync of a device counts its rows, can be held, and goes on from where it was held."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.store.bus import ChangeBus
from desktop.store.local import LocalStore
from desktop.sync.engine import Ask, drive, status, sync
from desktop.sync.progress import Progress
from desktop.sync.worker import HELD_US, INTERVAL_S, SyncWorker
from shared.core.errors import Unavailable
from shared.journal.document import Write
from shared.sync.messages import Message, Pull
from tests.builders.devices import a_store
from tests.builders.small_shop import REGISTRY, SCHEMA, a_sale
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice, Handler

ROWS, PAGE = 1_000, 100


@pytest.fixture
def till() -> Iterator[LocalStore]:
    store = a_store()
    yield store
    store.close()


@pytest.fixture
def office() -> Iterator[FakeHeadOffice]:
    made = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand"])
    made.page_rows = PAGE
    made.publish(*(Write("small_product", f"P{n:04}", {"name": "cream"}) for n in range(ROWS)))
    yield made
    made.close()


def rows(store: LocalStore, progress: Progress) -> tuple[int, int]:
    return progress.rows(store.read(lambda c: status(c, store.enrolled)).scopes)


class SlowLine:
    """A line that lets somebody look on before each answer, and hold after so many pages."""

    def __init__(self, handler: Handler, store: LocalStore, progress: Progress, hold_at: int):
        self.handler, self.store, self.progress, self.hold_at = handler, store, progress, hold_at
        self.seen: list[tuple[int, int]] = []

    def __call__(self, ask: Ask) -> Message:
        if ask.path == "/pull":
            self.seen.append(rows(self.store, self.progress))
            if len(self.seen) == self.hold_at:
                self.progress.hold()
        return self.handler(ask)


def test_rows_are_counted_held_and_gone_on_with(till: LocalStore, office: FakeHeadOffice) -> None:
    progress, handler = Progress(), office.handler("SH01.01")
    line = SlowLine(handler, till, progress, 4)
    with pytest.raises(Unavailable, match="SYNC_HELD"):
        drive(sync(till, FakeClock(), progress=progress), line)
    assert line.seen == [(n * PAGE, ROWS) for n in range(4)]
    assert rows(till, progress) == (4 * PAGE, ROWS), "what came stays"

    till.run("wang", lambda session: session.append(a_sale("A1", 1)))
    with pytest.raises(Unavailable, match="SYNC_HELD"):
        drive(sync(till, FakeClock(), progress=progress), line)
    assert len(office.links["SH01.01"]) == 1, "what is sold goes up while the rest is held"

    progress.go_on()
    handler.asked.clear()
    summary = drive(sync(till, FakeClock(), progress=progress), handler)
    assert handler.asked.count("/pull") == (ROWS - 4 * PAGE) // PAGE, "from the cursor on"
    assert summary.scopes == {"org:brand": ROWS - 4 * PAGE}
    assert rows(till, progress) == (0, 0), "nothing is under way any more"


def test_a_line_that_breaks_is_asked_for_shorter_pages(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    progress, handler = Progress(), office.handler("SH01.01")
    office.page_rows = ROWS
    asked: list[int] = []

    def line(ask: Ask) -> Message:
        if isinstance(ask.message, Pull):
            asked.append(ask.message.limit)
            if ask.message.limit > 300:
                raise Unavailable("NETWORK")
        return handler(ask)

    for _ in range(2):
        with pytest.raises(Unavailable, match="NETWORK"):
            drive(sync(till, FakeClock(), progress=progress), line)
    summary = drive(sync(till, FakeClock(), progress=progress), line)
    assert summary.scopes == {"org:brand": ROWS}
    assert asked[:5] == [5_000, 625, 200, 220, 242], "then a little longer each time"


class Running:
    """A store as the worker is given it, without its threads."""

    def __init__(self, local: LocalStore) -> None:
        self.local = local
        self.bus = ChangeBus()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.local, name)

    def rest(self) -> None:
        """Nothing to do in memory."""


class Line:
    """A transport that holds the worker at its first page."""

    is_held: Callable[[], bool]

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.worker: SyncWorker | None = None

    def send(self, ask: Ask) -> Message:
        if ask.path == "/hello" and self.worker is not None:
            self.worker.hold()
            self.worker = None
        return self.handler(ask)


def test_a_worker_that_is_held_did_not_fail_and_goes_on_by_itself(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    clock, line = FakeClock(), Line(office.handler("SH01.01"))
    store: Any = Running(till)
    transport: Any = line
    worker = SyncWorker(
        store, lambda: transport, clock=clock, randomness=SeededRandomness(1), listen=False
    )
    line.worker = worker
    assert worker._once() == INTERVAL_S, "no backing off: nothing failed"
    assert isinstance(worker.last, Unavailable)
    assert worker.last.code == "SYNC_HELD"
    assert line.is_held()
    clock.tick(HELD_US - 1)
    worker._once()
    assert rows(till, worker.progress) == (0, ROWS), "held, and still known to be under way"
    clock.tick(1)
    worker._once()
    assert not line.is_held()
    assert till.read(lambda c: status(c, till.enrolled)).scopes["org:brand"][1] == ROWS
