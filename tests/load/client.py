"""A device's end of the line, thin enough that hundreds fit beside the server they load."""

import asyncio
import base64
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from shared.sync.limits import PAGE_ROWS
from shared.sync.messages import (
    PROTOCOL,
    Cursor,
    ErrorAnswer,
    Hello,
    HelloAnswer,
    Message,
    Page,
    Pages,
    Pull,
    PullMany,
    PushAnswer,
    pack,
    unpack,
)
from shared.sync.requests import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    request_message,
)
from tests.load.stores import Store

M = TypeVar("M", bound=Message)
_TRIES = 100


@dataclass(slots=True)
class Tally:
    """What all clients together saw."""

    requests: int = 0
    busy: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    up: int = 0
    down: int = 0
    rows: int = 0


class Failed(Exception):
    """The server said no, or nothing."""


@dataclass(slots=True)
class Client:
    """One store's device on one kept connection."""

    store: Store
    url: str
    epoch: str
    tally: Tally
    nonce: str = ""
    cursors: dict[str, Cursor] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def sync(self, documents: int) -> int:
        """Say hello, send so many documents, pull what moved; returns how many were sent."""
        hello = Hello(
            protocol=PROTOCOL,
            incarnation=1,
            epoch=self.epoch,
            head_n=len(self.store.slots),
            head_hash=self.store.head_hash,
            cursors=list(self.cursors.values()),
        )
        told = await self.ask("/hello", hello, HelloAnswer)
        pushed = 0
        while pushed < documents and (batch := self.store.batch(documents - pushed)):
            answer = await self.ask("/push", batch, PushAnswer)
            if answer.verdicts:
                raise Failed(f"kept {answer.verdicts[0].code}")
            pushed += answer.high_water - self.store.sent
            self.store.sent = answer.high_water
        await self._pull(told, pushed=bool(pushed))
        return pushed

    async def _pull(self, told: HelloAnswer, *, pushed: bool) -> None:
        moved = {head.scope: head.generation for head in told.manifest}
        site = f"site:{self.store.site_id}"
        if pushed and site not in moved:
            moved[site] = self.cursors[site].generation if site in self.cursors else 1
        if not moved:
            return
        asked = [
            self.cursors.get(scope, Cursor(scope=scope, generation=generation, seq=0))
            for scope, generation in moved.items()
        ]
        many = await self.ask("/pulls", PullMany(cursors=asked, limit=PAGE_ROWS), Pages)
        for page in many.pages:
            await self._rest(page)
        for scope in moved.keys() - {page.scope for page in many.pages}:
            await self._rest(await self._page(scope, moved[scope], 0))

    async def _rest(self, page: Page) -> None:
        while True:
            self.tally.rows += sum(len(run.ids) for run in page.runs)
            self.cursors[page.scope] = Cursor(
                scope=page.scope, generation=page.generation, seq=page.until
            )
            if page.until >= page.head:
                return
            page = await self._page(page.scope, page.generation, page.until)

    async def _page(self, scope: str, generation: int, after: int) -> Page:
        pull = Pull(scope=scope, generation=generation, after=after, limit=PAGE_ROWS)
        return await self.ask("/pull", pull, Page)

    async def ask(self, path: str, message: Message, kind: type[M]) -> M:
        """One signed request; once more for a fresh nonce, later when head office is busy."""
        body = pack(message)
        for _ in range(_TRIES):
            status, headers, answer = await self._send(path, body)
            if status == 200:
                return unpack(answer, kind)
            code = unpack(answer, ErrorAnswer).code
            if status == 429:
                self.tally.busy += 1
                await asyncio.sleep(int(headers["retry-after"]))
            elif code != "NONCE":
                raise Failed(code)
        raise Failed("BUSY without end")

    async def _send(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        said = request_message("POST", path, body, self.nonce, self.store.device_id)
        signature = base64.urlsafe_b64encode(self.store.key.sign_request(said)).rstrip(b"=")
        head = (
            f"POST {path} HTTP/1.1\r\nhost: office\r\ncontent-length: {len(body)}\r\n"
            f"{DEVICE_HEADER}: {self.store.device_id}\r\n{NONCE_HEADER}: {self.nonce}\r\n"
            f"{SIGNATURE_HEADER}: {signature.decode()}\r\n\r\n"
        )
        reader, writer = await self._connection()
        writer.write(head.encode() + body)
        status, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        answer = await reader.readexactly(int(headers.get("content-length", "0")))
        self.nonce = headers.get(NONCE_HEADER, self.nonce)
        self.tally.requests += 1
        self.tally.up += len(head) + len(body)
        self.tally.down += len(answer)
        return status, headers, answer

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None or self._reader.at_eof():
            parts = urlsplit(self.url)
            self._reader, self._writer = await asyncio.open_connection(
                parts.hostname, parts.port, limit=1 << 24
            )
        return self._reader, self._writer

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _head(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}
