"""A line to head office on which anything can be said, and all that is said is noted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

from shared.core.errors import RuleViolation
from shared.sync.messages import ErrorAnswer, unpack
from tests.integration.server.asgi import Answer, InProcess
from tests.integration.server.two_shops import unpacked

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it stands on the line, whether anybody may say so or not."""

    method: str
    path: str
    body: bytes = b""
    headers: Headers = ()
    query: bytes = b""
    pieces: int = 1
    """In how many messages the body comes."""
    hangs_up: bool = False


def header_pairs(headers: Mapping[str, str]) -> Headers:
    """Headers as bytes."""
    return tuple((k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items())


@dataclass
class Line(InProcess):
    """Says requests to the app in this process; notes them, and how long the slowest took."""

    said: list[Request] = field(default_factory=list)
    is_noting: bool = False
    count: int = 0
    slowest: tuple[float, str] = (0.0, "")
    dearest: tuple[float, str] = (0.0, "")
    """By the processor: what a machine with other work to do does not change."""

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request in good form and its answer."""
        given = {"host": "office", "content-length": str(len(body))} | dict(headers or {})
        return self.say(Request(method=method, path=path, body=body, headers=header_pairs(given)))

    def say(self, request: Request) -> Answer:
        """One request as it stands, and its answer; status 0 when there was none."""
        return self.runner.run(self.hear(request))

    async def hear(self, request: Request) -> Answer:
        """The same among others of one loop: threads that wait for work stay for the next."""
        if self.is_noting:
            self.said.append(request)
        begun, worked = perf_counter(), process_time()
        answer = await _heard(self.app, request)
        took, work = perf_counter() - begun, process_time() - worked
        self.count += 1
        what = f"{request.method} {request.path[:60]} {len(request.body)} bytes"
        self.slowest = max(self.slowest, (took, what))
        self.dearest = max(self.dearest, (work, what))
        if self.is_noting:
            self.answers.append(answer)
        return answer


async def _heard(app: Any, request: Request) -> Answer:
    sent: list[Any] = []
    waiting = _pieces(request)

    async def receive() -> Any:
        if waiting:
            return waiting.pop(0)
        if not request.hangs_up:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(errors="surrogatepass"),
        "query_string": request.query,
        "root_path": "",
        "headers": list(request.headers),
        "client": ("stranger", 1),
        "server": ("office", 80),
    }
    await app(scope, receive, send)
    if not sent:
        return Answer(0, {}, b"")
    start = sent[0]
    back = {k.decode("latin-1"): v.decode("latin-1") for k, v in start["headers"]}
    return Answer(start["status"], back, b"".join(one.get("body", b"") for one in sent[1:]))


def _pieces(request: Request) -> list[dict[str, Any]]:
    size = max(len(request.body) // max(request.pieces, 1), 1)
    parts = [request.body[at : at + size] for at in range(0, len(request.body), size)] or [b""]
    last = len(parts) - 1
    found: list[dict[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": at < last or request.hangs_up}
        for at, part in enumerate(parts)
    ]
    return found


def code_of(answer: Answer) -> str:
    """The code of a refusal; '' when there is none in it."""
    try:
        return unpack(answer.body, ErrorAnswer).code
    except RuleViolation:
        return ""


def all_bytes(answer: Answer) -> bytes:
    """Everything that came back, unfolded: body and headers."""
    said = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return unpacked(answer.body) + b"\n" + said.encode("latin-1")
