"""A real server on a real socket, and a device that speaks to it over HTTP."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import uvicorn

from shared.journal.chain import SigningKey
from shared.sync.messages import ErrorAnswer, Message, pack, unpack
from shared.sync.requests import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    request_message,
)
from sync_server.http.app import App
from sync_server.http.nonces import Nonces
from sync_server.http.service import Service
from sync_server.sync.snapshot import Snapshots
from tests.integration.server.world import CountingRandomness, World

M = TypeVar("M", bound=Message)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        self.ready.set()

    @property
    def url(self) -> str:
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"


def service_of(world: World, folder: Path) -> Service:
    return Service(
        database=world.database,
        hq=world.hq,
        nonces=Nonces(b"secret", world.clock, CountingRandomness()),
        clock=world.clock,
        snapshots=Snapshots(
            folder=folder / "snapshots", schema=world.hq.replica.schema, rows_min=50
        ),
    )


@contextmanager
def running(service: Service, *, bytes_max: int = 1 << 20) -> Iterator[str]:
    """A server in a thread; yields its address."""
    app = App(service, bytes_max=bytes_max, watch_pause_s=30)
    config = uvicorn.Config(
        app, port=0, log_config=None, server_header=False, date_header=False, lifespan="on"
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(10)
        yield server.url
    finally:
        app.end_waits()
        server.should_exit = True
        thread.join(10)


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, answer: ErrorAnswer) -> None:
        super().__init__(answer.code)
        self.status = status
        self.answer = answer


@dataclass
class Wire:
    """A device's end of the line; keeps the nonce it was given."""

    url: str
    device_id: str
    key: SigningKey
    nonce: str = ""
    sent: list[httpx.Response] = field(default_factory=list)

    def ask(self, path: str, message: Message, kind: type[M]) -> M:
        """One signed message; asked once more when the nonce was stale."""
        response = self.send("POST", path, pack(message))
        if response.status_code == 401 and _refusal(response).answer.code == "NONCE":
            response = self.send("POST", path, pack(message))
        if response.status_code >= 400:
            raise _refusal(response)
        return unpack(response.content, kind)

    def send(self, method: str, path: str, body: bytes, **headers: str) -> httpx.Response:
        """One request as it is, signed with the nonce at hand."""
        own = self.headers(method, path, body)
        with httpx.Client(base_url=self.url, timeout=20, verify=False, trust_env=False) as client:
            response = client.request(method, path, content=body, headers=own | headers)
        self.nonce = response.headers.get(NONCE_HEADER, self.nonce)
        self.sent.append(response)
        return response

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """What proves a request."""
        said = request_message(method, path, body, self.nonce, self.device_id)
        signature = base64.urlsafe_b64encode(self.key.sign_request(said)).rstrip(b"=").decode()
        return {
            DEVICE_HEADER: self.device_id,
            SIGNATURE_HEADER: signature,
            NONCE_HEADER: self.nonce,
        }


def _refusal(response: httpx.Response) -> Refused:
    return Refused(response.status_code, unpack(response.content, ErrorAnswer))


def refusal_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, unpack(response.content, ErrorAnswer).code
