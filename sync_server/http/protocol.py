"""HTTP/1.1 on a socket, without patience for those who never say what they want."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.sync.limits import HEAD_S_MAX


class ImpatientProtocol(H11Protocol):
    """uvicorn's protocol, which by itself waits for a request's head for ever."""

    head_s_max: float = HEAD_S_MAX
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody is there, and has a moment to speak."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """A piece of a head or a body; the body's time is kept elsewhere."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._unwatch()

    @property
    def _is_busy(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _watch(self) -> None:
        if self._is_busy:
            self._unwatch()
        elif self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_s_max, self._too_slow)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self._is_busy:
            self.transport.close()
