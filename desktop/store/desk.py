"""The store as screens use it: read now, fetch in the background, do durably, hear of changes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from desktop.store.bus import Touched
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.sync.neighbours import LanStanding

T = TypeVar("T")
P = ParamSpec("P")
GATHER_S: Final = 0.05
"""News is gathered this long, so that ten thousand rows arriving refresh a screen a few times."""
STORM_S: Final = 0.25
"""So long when the last news was told no longer ago than this: a catalogue is arriving."""


class Neighbours(Protocol):
    """The store's other devices, without head office (Q06); on a thread beside the window."""

    def claim(self, uid: str) -> bytes:
        """Ask to go on with a basket that was put aside; b'' for one of this device.

        Raises: RuleViolation BASKET_GONE; Conflict BASKET_TAKEN; Unavailable HOST_AWAY.
        """

    def standing(self) -> LanStanding:
        """How sharing stands, at once."""


class Desk:
    """What models are given of a store. Belongs to the thread of the event loop."""

    neighbours: Neighbours | None = None
    """None while this device does not share."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="desk-reader")
        self._is_closed = False
        self._done_once: set[Callable[[Session], None]] = set()

    @property
    def author_id(self) -> str:
        """The person signed in."""
        return self.store.author_id

    @property
    def now_us(self) -> int:
        """This device's clock, corrected as documents are; microseconds UTC."""
        return self.store.local.now_us()

    def read(self, query: Callable[Concatenate[Connection, P], T], *a: P.args, **k: P.kwargs) -> T:
        """The answer at once, on this thread: for lookups of a few milliseconds."""
        return self.store.read(lambda connection: query(connection, *a, **k))

    async def fetch(
        self, query: Callable[Concatenate[Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """The answer of a longer query, from a thread beside the window."""
        return await self._beside(lambda: self.read(query, *a, **k))

    async def work(self, act: Callable[P, T], *a: P.args, **k: P.kwargs) -> T:
        """The result of slow work that is no query: a file read, a page made."""
        return await self._beside(lambda: act(*a, **k))

    async def _beside(self, act: Callable[[], T]) -> T:
        if self._is_closed:
            # News that was gathered while the window closed: nobody reads it any more.
            raise asyncio.CancelledError
        return await self._loop.run_in_executor(self._threads, act)

    async def do(
        self, usecase: Callable[Concatenate[Session, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Run a use case for the person signed in; it is durable when this returns."""
        done = await asyncio.wrap_future(self.store.submit(usecase, *a, **k))
        return done.value

    def do_now(self, usecase: Callable[Concatenate[Session, P], T], *a: P.args, **k: P.kwargs) -> T:
        """As ``do``, waited for on this thread: for a keystroke that must be on disk (20 ms)."""
        return self.store.write(usecase, *a, **k).value

    def once(self, usecase: Callable[[Session], None]) -> None:
        """As ``do_now``, the first time it is asked for since the program started."""
        if usecase not in self._done_once:
            self.do_now(usecase)
            self._done_once.add(usecase)

    def watch(self, heard: Callable[[Touched], None], *tables: str) -> Callable[[], None]:
        """Call ``heard`` on this thread when rows of these tables changed, many changes at once;
        returns how to stop it."""
        gathered: dict[str, set[str]] = {}
        is_stopped = False
        told_at_s = -STORM_S

        def tell() -> None:
            nonlocal told_at_s
            told_at_s = self._loop.time()
            news = {table: frozenset(ids) for table, ids in gathered.items()}
            gathered.clear()
            if not is_stopped:
                heard(news)

        def gather(touched: Touched) -> None:
            is_first = not gathered
            for table, ids in touched.items():
                gathered.setdefault(table, set()).update(ids)
            if is_first:
                is_storm = self._loop.time() - told_at_s < STORM_S
                self._loop.call_later(STORM_S if is_storm else GATHER_S, tell)

        def pass_on(touched: Touched) -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(gather, touched)

        unsubscribe = self.store.bus.subscribe(pass_on, *tables)

        def stop() -> None:
            nonlocal is_stopped
            is_stopped = True
            unsubscribe()

        return stop

    def close(self) -> None:
        """Let the readers finish; who asks later is cancelled."""
        self._is_closed = True
        self._threads.shutdown()
