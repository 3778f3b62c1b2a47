"""Long polls: waking a waiting device when a head moves."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from shared.sync.messages import Cursor, ScopeHead
from sync_server.sync.hello import moved

log = logging.getLogger("qutong.http")
OTHER_WORKERS_S = 0.5
"""How often heads are read for commits of other processes."""


GATHER_S = 0.1
"""Commits within so short a time are looked at together."""


class HeadsWatch:
    """Reads the heads once per change for all that wait, and wakes only those it concerns."""

    def __init__(self, read_heads: Callable[[], list[ScopeHead]], *, pause_s: float) -> None:
        self._read_heads = read_heads
        self._pause_s = pause_s
        self._heads: dict[str, ScopeHead] = {}
        self._poked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reading = asyncio.Lock()
        self._readings = 0
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._bells: set[asyncio.Event] = set()
        self._closed = False

    def poke(self) -> None:
        """A commit may have moved heads; called from any thread."""
        loop = self._loop
        if loop and not loop.is_closed():
            loop.call_soon_threadsafe(self._poked.set)

    async def run(self) -> None:
        """Watch until cancelled; the app runs this beside its requests."""
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await asyncio.wait_for(self._poked.wait(), self._pause_s)
            except TimeoutError:
                if not self._bells:
                    continue
            self._poked.clear()
            if self._bells:
                try:
                    await self._refresh()
                except Exception:
                    # A database that is away for a moment comes back; who waits is woken then.
                    log.exception("heads could not be read")
                await asyncio.sleep(GATHER_S)

    async def moved(self, cursors: Sequence[Cursor], timeout_s: float) -> list[str]:
        """The scopes that are past these cursors: at once, when one moves, or [] in the end."""
        bell = asyncio.Event()
        self._bells.add(bell)
        for cursor in cursors:
            self._waiting.setdefault(cursor.scope, set()).add(bell)
        try:
            async with asyncio.timeout(timeout_s):
                await self._refresh()
                while not self._closed:
                    bell.clear()
                    if found := self._past(cursors):
                        return found
                    await bell.wait()
        except TimeoutError:
            pass
        finally:
            self._forget(bell, cursors)
        return []

    def _forget(self, bell: asyncio.Event, cursors: Sequence[Cursor]) -> None:
        self._bells.discard(bell)
        for cursor in cursors:
            bells = self._waiting.get(cursor.scope, set())
            bells.discard(bell)
            if not bells:
                self._waiting.pop(cursor.scope, None)

    def close(self) -> None:
        """Let everybody who waits go, with nothing new."""
        self._closed = True
        for bell in self._bells:
            bell.set()

    def _past(self, cursors: Sequence[Cursor]) -> list[str]:
        known = [self._heads[one.scope] for one in cursors if one.scope in self._heads]
        return [head.scope for head in moved(known, cursors)]

    async def _refresh(self) -> None:
        """Heads as they are now or later; a crowd that comes together shares one reading."""
        readings = self._readings
        async with self._reading:
            if self._readings > readings:
                return
            self._readings += 1
            heads = await run_in_threadpool(self._read_heads)
            before, self._heads = self._heads, {head.scope: head for head in heads}
            for head in heads:
                if before.get(head.scope) != head:
                    for bell in self._waiting.get(head.scope, ()):
                        bell.set()
