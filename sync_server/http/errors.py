"""From an error to an answer: a stable code and a status, never a stack trace."""

import logging

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation, Unavailable
from shared.sync.messages import ErrorAnswer, pack
from shared.sync.requests import RETRY_HEADER
from sync_server.store.engine import says_full

log = logging.getLogger("qutong.http")

OUTCOME = "qutong.outcome"
"""Where a refusal leaves its code for those who write requests down."""

_STATUS_OF_CODE = {
    "NONCE": 401,
    "BAD_SIGNATURE": 401,
    "MESSAGE_TOO_LARGE": 413,
    "BODY_TOO_LARGE": 413,
    "RANGE_BEYOND_END": 416,
    "REQUEST_TOO_SLOW": 408,
    "BUSY": 429,
}
_STATUS_OF_CLASS: tuple[tuple[type[QutongError], int], ...] = (
    (AccessDenied, 403),
    (Conflict, 409),
    (Unavailable, 503),
    (RuleViolation, 400),
)
_CODE_OF_HTTP = {404: "PATH_UNKNOWN", 405: "METHOD_UNKNOWN"}


def status_of(error: QutongError) -> int:
    """The HTTP status of a refusal."""
    by_class = next(status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind))
    return _STATUS_OF_CODE.get(error.code, by_class)


class Refusal(Response):
    """A refusal as it travels; its code stays behind in the scope."""

    def __init__(self, code: str, status: int, params: dict[str, str | int]) -> None:
        super().__init__(pack(ErrorAnswer(code=code, params=params)), status)
        self._code = code
        if "retry_after_s" in params:
            self.headers[RETRY_HEADER] = str(params["retry_after_s"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it."""
        scope[OUTCOME] = self._code
        await super().__call__(scope, receive, send)


def refusal(code: str, status: int, params: dict[str, str | int] | None = None) -> Response:
    """A refusal as it travels."""
    return Refusal(code, status, params or {})


def answer_to(error: Exception) -> Response:
    """The refusal an error becomes; what nobody foresaw is logged and said as INTERNAL."""
    if isinstance(error, QutongError):
        return refusal(error.code, status_of(error), dict(error.params))
    if isinstance(error, HTTPException):
        return refusal(_CODE_OF_HTTP.get(error.status_code, "REFUSED"), error.status_code)
    if isinstance(error, PoolTimeout):
        # Every connection is in use: more came than the gates should let through.
        log.error("no database connection came free")
        return refusal("DATABASE_UNAVAILABLE", 503)
    if isinstance(error, DataError):
        # A zero byte, a number no column holds: the request's fault, not the database's.
        return refusal("VALUE_UNUSABLE", 400)
    if isinstance(error, DBAPIError):
        log.error("the database failed: %s", type(error.orig).__name__, exc_info=error)
        return refusal("OFFICE_FULL" if says_full(error) else "DATABASE_UNAVAILABLE", 503)
    log.error("unforeseen: %s", type(error).__name__, exc_info=error)
    return refusal("INTERNAL", 500)


class Errors:
    """Outermost: whatever goes wrong inside leaves as a code."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; answer in its place when it fails before it began to answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            log.info("a device hung up while it was speaking")
        except Exception as error:
            answer = answer_to(error)
            if not started:
                await answer(scope, receive, send)
