"""Limits on what comes in, held while it streams: size and time of a request's body."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.core.errors import RuleViolation
from shared.sync.limits import BODIES_BYTES_MAX, BODY_BYTES_MAX
from sync_server.http.admission import Room

BODY_TIMEOUT_S = 60
SLOWEST_BYTES_S = 8 * 1024
"""A poor mobile line still brings more."""
_DIGITS = 16


class BodyRefused(RuleViolation):
    """A request's body is larger, or comes slower, than anybody honest needs."""


class Limits:
    """Counts a body as it arrives: a false Content-Length or none gains nothing.

    All bodies of the process share a room, and stay in it until their request is answered.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bytes_max: int = BODY_BYTES_MAX,
        timeout_s: float = BODY_TIMEOUT_S,
        bodies: Room | None = None,
    ) -> None:
        self._app = app
        self._bodies = bodies or Room(BODIES_BYTES_MAX)
        self._bytes_max = bytes_max
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises BodyRefused (BODY_TOO_LARGE, REQUEST_TOO_SLOW) out of the app's reading, and
        Unavailable BUSY when too many bodies are held already."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        is_number = declared.isascii() and declared.isdigit() and len(declared) < _DIGITS
        if not is_number or int(declared) > self._bytes_max:
            raise BodyRefused("BODY_TOO_LARGE", limit=self._bytes_max)
        held = [0]
        try:
            await self._app(scope, self._counted(receive, held), send)
        finally:
            self._bodies.give_back(held[0])

    def _counted(self, receive: Receive, held: list[int]) -> Receive:
        seen = 0
        whole = False
        clock = asyncio.get_running_loop().time
        left_s = self._timeout_s

        async def counted() -> Message:
            nonlocal seen, whole, left_s
            if whole:
                return await receive()
            asked_at = clock()
            try:
                message = await asyncio.wait_for(receive(), left_s)
            except TimeoutError:
                raise BodyRefused("REQUEST_TOO_SLOW") from None
            size = len(message.get("body", b""))
            # A byte now and then earns no further minute, nor does much at once earn a long stall.
            earned_s = asked_at - clock() + size / SLOWEST_BYTES_S
            left_s = min(left_s + earned_s, self._timeout_s)
            seen += size
            whole = not message.get("more_body", False)
            if seen > self._bytes_max:
                raise BodyRefused("BODY_TOO_LARGE", limit=self._bytes_max)
            self._bodies.take(seen - held[0])
            held[0] = seen
            return message

        return counted
