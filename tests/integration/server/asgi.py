"""Head office's wire in this process, without sockets: thousands of requests a minute."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.journal.chain import SigningKey
from shared.sync.requests import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    request_message,
)
from sync_server.http.app import App


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class InProcess:
    """Calls an app as a server does; headers are given as they stand, good or not."""

    app: App
    runner: asyncio.Runner
    answers: list[Answer] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its answer."""
        answer = self.runner.run(self._ask(method, path, body, headers or {}))
        self.answers.append(answer)
        return answer

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent: list[Any] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        given = {"host": "office", "content-length": str(len(body))} | dict(headers)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in given.items()],
            "client": ("stranger", 1),
            "server": ("office", 80),
        }
        await self.app(scope, receive, send)
        start = sent[0]
        back = {k.decode("latin-1"): v.decode("latin-1") for k, v in start["headers"]}
        return Answer(start["status"], back, b"".join(one.get("body", b"") for one in sent[1:]))


@dataclass
class Device:
    """One end that signs: good signatures, whatever the body is."""

    line: InProcess
    device_id: str
    key: SigningKey
    nonce: str = ""

    def ask(self, path: str, body: bytes, method: str = "POST") -> Answer:
        """A signed request; the first one only fetches a nonce."""
        if not self.nonce:
            self._send(method, path, body)
        return self._send(method, path, body)

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        answer = self.line.ask(method, path, body, self.signed(method, path, body))
        self.nonce = answer.headers.get(NONCE_HEADER, "")
        return answer

    def signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """The headers that prove a request."""
        said = request_message(method, path, body, self.nonce, self.device_id)
        signature = base64.urlsafe_b64encode(self.key.sign_request(said)).rstrip(b"=").decode()
        return {
            DEVICE_HEADER: self.device_id,
            NONCE_HEADER: self.nonce,
            SIGNATURE_HEADER: signature,
        }
