"""Long polls: waking a waiting device when a head moves."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from shared.sync.messages import Cursor, ScopeHead
from sync_server.sync.hello import moved

OTHER_WORKERS_S = 0.5
"""How often heads are read for commits of other processes."""


class HeadsWatch:
    """Reads the heads once per change for all that wait, however many there are."""

    def __init__(self, read_heads: Callable[[], list[ScopeHead]], *, pause_s: float) -> None:
        self._read_heads = read_heads
        self._pause_s = pause_s
        self._heads: dict[str, ScopeHead] = {}
        self._poked = asyncio.Event()
        self._turned = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting = 0
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
                if not self._waiting:
                    continue
            self._poked.clear()
            if self._waiting:
                await self._refresh()

    async def moved(self, cursors: Sequence[Cursor], timeout_s: float) -> list[str]:
        """The scopes that are past these cursors: at once, when one moves, or [] in the end."""
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout_s):
                await self._refresh()
                while not self._closed:
                    turned = self._turned
                    if found := self._past(cursors):
                        return found
                    await turned.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return []

    def close(self) -> None:
        """Let everybody who waits go, with nothing new."""
        self._closed = True
        self._turned.set()

    def _past(self, cursors: Sequence[Cursor]) -> list[str]:
        known = [self._heads[one.scope] for one in cursors if one.scope in self._heads]
        return [head.scope for head in moved(known, cursors)]

    async def _refresh(self) -> None:
        heads = await run_in_threadpool(self._read_heads)
        self._heads = {head.scope: head for head in heads}
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()
