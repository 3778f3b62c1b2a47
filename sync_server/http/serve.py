"""Running the server process: socket, TLS, start, and an orderly end."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from shared.core.clock import Clock, Randomness
from shared.core.errors import RuleViolation, Unavailable
from sync_server.http.app import App
from sync_server.http.nonces import Nonces
from sync_server.http.service import Service
from sync_server.operations.home import Office
from sync_server.sync.snapshot import Snapshots

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_GRACE_S = 10


class _Server(uvicorn.Server):
    """uvicorn, which lets long polls go before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.end_waits()
        await super().shutdown(sockets)


def service_of(office: Office, clock: Clock, randomness: Randomness) -> Service:
    """The service of an opened head office, with a nonce secret of this process alone."""
    return Service(
        database=office.database,
        hq=office.hq,
        nonces=Nonces(randomness.bytes(32), clock, randomness),
        clock=clock,
        snapshots=Snapshots(folder=office.snapshot_folder, schema=office.hq.replica.schema),
    )


def serve(
    office: Office,
    clock: Clock,
    randomness: Randomness,
    *,
    host: str,
    port: int,
    certificate: Path | None = None,
    certificate_key: Path | None = None,
    behind_proxy: bool = False,
) -> None:
    """Serve until SIGTERM or Ctrl-C; prints the address first. ``port`` 0 = any free one.

    Raises RuleViolation TLS_MISSING when others could listen in, Unavailable PORT_TAKEN.
    """
    if host not in _LOOPBACK and not certificate and not behind_proxy:
        raise RuleViolation("TLS_MISSING", host=host, next_step="--certificate or --behind-proxy")
    listening = _listen(host, port)
    app = App(service_of(office, clock, randomness))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=certificate,
        ssl_keyfile=certificate_key,
    )
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    scheme = "https" if certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    print(f"serving {scheme}://{shown}:{listening.getsockname()[1]}", flush=True)
    with listening, _ending_in_order():
        _Server(config, app).run(sockets=[listening])


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more; by then it has done its work."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda _number, _frame: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Unavailable("PORT_TAKEN", host=host, port=port) from error
    # Connections inherit it. Without, an answer's body waits 40 ms for the receipt of its head:
    # asyncio sets it only on sockets that name their protocol, and this one does not.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
