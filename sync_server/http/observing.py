"""One line per request: which one, from which device, how it ended, how long, how much.

Never a body, a name or a secret: what is logged is listed here and nowhere else.
"""

import logging
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.sync.requests import DEVICE_HEADER, REQUEST_HEADER
from sync_server.http.errors import OUTCOME
from sync_server.http.metrics import Metrics

log = logging.getLogger("qutong.requests")

_SANE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SANE_METHOD = re.compile(r"[A-Z]{1,16}")
_SANE_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CUT = "CUT"
"""The outcome of a request whose sender went away before the answer began."""


class Observed:
    """Outermost: names each request, times it, counts it and writes its line."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        *,
        now: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._now = now
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; its answer carries the request's id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_HEADER, "")
        request_id = given if _SANE_ID.fullmatch(given) else self._new_id()
        bytes_in = bytes_out = status = 0
        begun = self._now()

        async def counted() -> Message:
            nonlocal bytes_in
            message = await receive()
            bytes_in += len(message.get("body", b""))
            return message

        async def named(message: Message) -> None:
            nonlocal bytes_out, status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_HEADER] = request_id
            bytes_out += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, counted, named)
        finally:
            outcome = scope.get(OUTCOME, "ok") if status else _CUT
            took_s = self._now() - begun
            route = _route(scope, status)
            self._metrics.saw_request(
                route, outcome, took_s, bytes_in=bytes_in, bytes_out=bytes_out
            )
            method, device = scope["method"], headers.get(DEVICE_HEADER, "")
            log.info(
                "request",
                extra={
                    "fields": {
                        "request": request_id,
                        "method": method if _SANE_METHOD.fullmatch(method) else "",
                        "route": route,
                        # As claimed: whether it was this device says the outcome.
                        "device": device if _SANE_DEVICE.fullmatch(device) else "",
                        "status": status,
                        "outcome": outcome,
                        "ms": round(took_s * 1000, 1),
                        "bytes_in": bytes_in,
                        "bytes_out": bytes_out,
                    }
                },
            )


def _route(scope: Scope, status: int) -> str:
    """The route, not the path: a stranger's paths would make endless many names."""
    path: str = scope["path"]
    if status in {404, 405} or "endpoint" not in scope:
        return "unknown"
    return "/snapshot" if path.startswith("/snapshot/") else path
