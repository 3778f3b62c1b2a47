"""Running the server process: socket, TLS, start, and an orderly end."""

import ctypes
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn

from shared.core.clock import Clock, Randomness
from shared.core.errors import RuleViolation, Unavailable
from shared.sync.limits import IDLE_S_MAX
from sync_server.http.admission import Pace
from sync_server.http.app import App
from sync_server.http.logs import log_as_json
from sync_server.http.nonces import Nonces
from sync_server.http.protocol import ImpatientProtocol
from sync_server.http.scraping import scraped
from sync_server.http.service import Service
from sync_server.operations.home import Office
from sync_server.sync.snapshot import Snapshots

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_GRACE_S = 10
_CONNECTIONS_MAX = 20_000
"""Two of each device: its syncs, and its long poll."""


_ARENA_MAX = -8
"""glibc's M_ARENA_MAX; other libraries do not know the name and change nothing."""


class _Server(uvicorn.Server):
    """uvicorn, which lets long polls go before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.end_waits()
        await super().shutdown(sockets)


def service_of(
    office: Office, clock: Clock, randomness: Randomness, pace: Pace | None = None
) -> Service:
    """The service of an opened head office, with a nonce secret of this process alone."""
    return Service(
        database=office.database,
        hq=office.hq,
        nonces=Nonces(randomness.bytes(32), clock, randomness),
        clock=clock,
        snapshots=Snapshots(folder=office.snapshot_folder, schema=office.hq.replica.schema),
        pace=pace,
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
    metrics: tuple[str, int] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; prints the address first. ``port`` 0 = any free one.

    ``metrics`` is an address that only the operator reaches; None = no metrics are served.

    Raises RuleViolation TLS_MISSING when others could listen in, Unavailable PORT_TAKEN.
    """
    if host not in _LOOPBACK and not certificate and not behind_proxy:
        raise RuleViolation("TLS_MISSING", host=host, next_step="--certificate or --behind-proxy")
    _share_freed_memory()
    listening = _listen(host, port)
    app = App(service_of(office, clock, randomness, Pace(now=time.monotonic)))
    config = uvicorn.Config(
        app,
        http=ImpatientProtocol,
        timeout_keep_alive=IDLE_S_MAX,
        limit_concurrency=_CONNECTIONS_MAX,
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
    log_as_json()
    scheme = "https" if certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    print(f"serving {scheme}://{shown}:{listening.getsockname()[1]}", flush=True)
    server = _Server(config, app)
    with listening, _ending_in_order(server), ExitStack() as beside:
        if metrics is not None:
            found = beside.enter_context(scraped(*metrics, app.metrics))
            print(f"metrics http://{metrics[0]}:{found}/metrics", flush=True)
        server.run(sockets=[listening])


@contextmanager
def _ending_in_order(server: _Server) -> Iterator[None]:
    """A signal ends the server also before uvicorn listens for signals; the one that stopped it
    uvicorn raises once more, and by then it has done its work."""

    def end(_number: int, _frame: object) -> None:
        server.should_exit = True

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _share_freed_memory() -> None:
    """Threads of one process share what they freed, instead of each keeping its own (T33)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2)


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
