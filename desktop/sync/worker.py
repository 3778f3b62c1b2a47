"""The sync worker: one thread that syncs after each append, on a schedule, and when told to."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Event, Lock, Thread

from desktop.store.forgetting import forget
from desktop.store.writer import Store
from desktop.sync.conversation import Ask, drive
from desktop.sync.engine import sync
from desktop.sync.progress import HELD, Progress
from desktop.sync.story import Summary
from desktop.sync.transport import BUSY, HttpTransport
from shared.core.clock import Clock, Randomness
from shared.core.errors import QutongError, Unavailable
from shared.sync.holding import cursors
from shared.sync.limits import WAIT_S_MAX
from shared.sync.messages import Cursor, Wait, WaitAnswer

INTERVAL_S = 30.0
BACK_OFF_MAX_S = 60.0
_GRACE_S = 10.0
_MOVED_S = 0.2
_SCRUB_SLICES = 20
"""Of some hundred rows each, after every sync: a million rows are read again within two hours."""
HELD_US = 10 * 60 * 1_000_000
"""How long what is to come is held when a person says so: prices must not wait for ever."""
_FORGET_EVERY_US = 24 * 3600 * 1_000_000
FAULT = "SYNC_FAULT"
"""The code of a sync that ended with a fault of ours."""
NewTransport = Callable[[], HttpTransport]


def back_off_s(failures: int, randomness: Randomness) -> float:
    """Seconds until the next try: doubled at each failure, spread so that not all come at once."""
    return float(min(BACK_OFF_MAX_S, 2.0 ** min(failures, 10)) * (0.5 + _chance(randomness) / 2))


def _chance(randomness: Randomness) -> float:
    """From 0 to below 1."""
    return int.from_bytes(randomness.bytes(2), "big") / 65_536


def told_fault(raised: Exception, before: str) -> QutongError:
    """What a thread goes on with after a round that failed. A fault of ours is told where threads'
    faults are, unless the round before it ended in one: ``before`` is its code."""
    if isinstance(raised, QutongError):
        return raised
    if before != FAULT:
        told = (type(raised), raised, raised.__traceback__, threading.current_thread())
        threading.excepthook(threading.ExceptHookArgs(told))
    return Unavailable(FAULT, kind=type(raised).__name__)


def _fail(asked: Sequence[Future[Summary]], error: QutongError) -> None:
    for future in asked:
        with suppress(InvalidStateError):
            future.set_exception(error)


class SyncWorker:
    """Syncs in the background until it is stopped.

    ``listen`` keeps a long poll open on a second connection, so that what head office publishes
    is here within a second. ``refused`` is told of every sync that failed; True ends the syncing.
    """

    def __init__(
        self,
        store: Store,
        new_transport: NewTransport,
        *,
        clock: Clock,
        randomness: Randomness,
        listen: bool = True,
        refused: Callable[[QutongError], bool] = lambda _error: False,
    ) -> None:
        self._refused = refused
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._transport = new_transport()
        self._listener = new_transport() if listen else None
        self._wake = Event()
        self._stopped = Event()
        self._lock = Lock()
        self._asked: list[Future[Summary]] = []
        self._failures = 0
        self._care_faults: dict[str, str] = {}
        self._forgets_at_us = 0
        self._head_office_at_us = 0
        self._held_until_us = 0
        self.progress = Progress()
        """What is under way, and whether a person holds it."""
        self._transport.is_held = lambda: self.progress.is_held
        self.last: Summary | QutongError | None = None
        """What the last sync came to."""
        self.is_syncing = False
        """Whether a sync is under way."""
        self._threads = [Thread(target=self._run, name="sync-worker")]
        if self._listener is not None:
            self._threads.append(Thread(target=self._listen, name="sync-listener"))
        self._unsubscribe = store.bus.subscribe(lambda _touched: self.poke(), "journal")

    def start(self) -> None:
        """Begin; the first sync is at once."""
        self._wake.set()
        for thread in self._threads:
            thread.start()

    def poke(self) -> None:
        """There is something to send; while head office is out of reach this hurries nothing."""
        if not self._failures:
            self._wake.set()

    def sync_now(self) -> "Future[Summary]":
        """Sync as soon as the one under way is over; the future has its story or its error.

        What was held goes on.
        """
        self.progress.go_on()
        future: Future[Summary] = Future()
        with self._lock:
            self._asked.append(future)
        self._wake.set()
        return future

    def hold(self) -> None:
        """Fetch nothing for HELD_US or until ``sync_now``; what came stays, own work goes up."""
        self._held_until_us = self._clock.monotonic_us() + HELD_US
        self.progress.hold()

    def stop(self) -> None:
        """End both threads; a request under way is broken off, nothing is lost by that."""
        self._unsubscribe()
        self._stopped.set()
        self._wake.set()
        self._transport.interrupt()
        if self._listener is not None:
            self._listener.interrupt()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._transport.close()
        if self._listener is not None:
            self._listener.close()
        with self._lock:
            for future in self._asked:
                future.cancel()

    def _run(self) -> None:
        delay_s = INTERVAL_S
        while True:
            self._wake.wait(delay_s)
            self._wake.clear()
            if self._stopped.is_set():
                return
            delay_s = self._survived(self._round)
            if self._stopped.is_set():
                return

    def _round(self) -> float:
        """One sync and the care of the disk after it; seconds until the next."""
        delay_s = self._once()
        if not self._stopped.is_set():
            self._cared(self._scrub)
            self._cared(self._forget)
        return delay_s

    def _cared(self, act: Callable[[], None]) -> None:
        """A fault in the care of the disk is told once, and is no fault of the sync."""
        try:
            act()
        except Exception as raised:
            before = self._care_faults.get(act.__name__, "")
            self._care_faults[act.__name__] = told_fault(raised, before).code

    def _survived(self, act: Callable[[], float]) -> float:
        """A fault of ours ends no syncing: it is told where threads' faults are, once, and tried
        again later."""
        try:
            return act()
        except Exception as error:
            before = self.last.code if isinstance(self.last, QutongError) else ""
            self.last = told_fault(error, before)
            self._failures += 1
            return back_off_s(self._failures, self._randomness)

    def _forget(self) -> None:
        """Once a day: let go of the bytes of what head office holds durably for long enough."""
        now_us = self._clock.monotonic_us()
        if self._failures or now_us < self._forgets_at_us or self._wake.is_set():
            return
        self._forgets_at_us = now_us + _FORGET_EVERY_US
        try:
            forget(
                self._store,
                self._head_office_at_us,
                lambda: not (self._wake.is_set() or self._stopped.is_set()),
            )
        except QutongError as error:
            self.last = error

    def _scrub(self) -> None:
        """Nothing to do: read a little of what lies on the disk again."""
        try:
            done = self._store.scrub(
                _SCRUB_SLICES, lambda: not (self._wake.is_set() or self._stopped.is_set())
            )
        except QutongError as error:
            self.last = error
            return
        if done.wants_sync:
            self._wake.set()

    def _once(self) -> float:
        with self._lock:
            asked, self._asked = self._asked, []
        if self._clock.monotonic_us() >= self._held_until_us:
            self.progress.go_on()
        self.is_syncing = True
        try:
            talk = sync(self._store, self._clock, progress=self.progress)
            summary = drive(talk, self._transport.send)
        except QutongError as error:
            if error.code == BUSY and not self._stopped.is_set():
                # Nothing is wrong: what was known stays shown, and who asked still waits.
                with self._lock:
                    self._asked = asked + self._asked
                return BACK_OFF_MAX_S * (0.5 + _chance(self._randomness) / 2)
            if error.code == HELD:
                return self._held(asked, error)
            self._failures += 1
            self.last = error
            # First: what follows may fail on a full disk, and is tried again then.
            _fail(asked, error)
            if self._refused(error):
                self._stopped.set()
            return back_off_s(self._failures, self._randomness)
        except Exception as error:
            _fail(asked, Unavailable(FAULT, kind=type(error).__name__))
            raise
        finally:
            self.is_syncing = False
        self._failures = 0
        self._head_office_at_us = summary.head_office_at_us
        self.last = summary
        for future in asked:
            # Who asked may have given up waiting.
            with suppress(InvalidStateError):
                future.set_result(summary)
        if summary.pushed or summary.pulled:
            # A log that a full disk leaves unfolded is folded another time.
            with suppress(Unavailable):
                self._store.rest()
        return INTERVAL_S

    def _held(self, asked: list[Future[Summary]], error: QutongError) -> float:
        """A person said so: nothing failed."""
        self._failures = 0
        self.last = error
        _fail(asked, error)
        return INTERVAL_S

    def _listen(self) -> None:
        assert self._listener is not None
        failures, code = 0, ""
        before, same = None, 0
        while not self._stopped.is_set():
            try:
                asked = self._wait_message()
                ask = Ask("/wait", asked, WaitAnswer)
                answer = self._listener.send(ask, answer_s=WAIT_S_MAX + _GRACE_S)
                failures, code = 0, ""
            except Exception as raised:
                code = told_fault(raised, code).code
                failures += 1
                self._stopped.wait(back_off_s(failures, self._randomness))
                continue
            if isinstance(answer, WaitAnswer) and answer.moved:
                self.poke()
                # Let the sync move the cursors before asking what is beyond them; while it cannot
                # (it fails, it is held, it is the first), ask less and less.
                same = same + 1 if asked == before else 0
                before = asked
                self._stopped.wait(min(_MOVED_S * 2 ** min(same, 10), INTERVAL_S))

    def _wait_message(self) -> Wait:
        rows = self._store.read(cursors)
        return Wait(
            cursors=[Cursor(scope=r.scope, generation=r.generation, seq=r.seq) for r in rows],
            timeout_s=WAIT_S_MAX,
        )
