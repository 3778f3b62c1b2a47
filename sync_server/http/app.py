"""The whole surface of the server in one ASGI app."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from shared.core.errors import AccessDenied, QutongError, RuleViolation, Unavailable
from shared.sync.limits import BODY_BYTES_MAX, ENROL_BYTES_MAX, JOIN_BYTES_MAX, WAIT_S_MAX
from shared.sync.messages import Enrol, Join, Message, ScopeHead, WaitAnswer, pack, unpack
from shared.sync.requests import DEVICE_HEADER, NONCE_HEADER, SIGNATURE_HEADER
from sync_server.http.admission import Admission, Gate, busy
from sync_server.http.chores import keep_books, make_snapshots
from sync_server.http.errors import Errors, answer_to
from sync_server.http.gauges import of_database, of_gates
from sync_server.http.heads import OTHER_WORKERS_S, HeadsWatch
from sync_server.http.limits import Limits
from sync_server.http.metrics import as_text
from sync_server.http.observing import Observed
from sync_server.http.ranges import check_range
from sync_server.http.service import Service
from sync_server.http.signed import Signed
from sync_server.sync.feed import all_heads

Endpoint = Callable[[Request], Awaitable[Response]]
_DEVICE_ID_MAX = 64


class App:
    """The ASGI app of one server process."""

    def __init__(
        self,
        service: Service,
        *,
        bytes_max: int = BODY_BYTES_MAX,
        watch_pause_s: float = OTHER_WORKERS_S,
        admission: Admission | None = None,
    ) -> None:
        self._service = service
        self.admission = admission or Admission.usual(time.monotonic, random.random)
        self._watch = HeadsWatch(lambda: _heads(service), pause_s=watch_pause_s)
        service.committed.append(self._watch.poke)
        # The bare router: Starlette's own error pages would come before ours.
        routes = _routes(service, self.admission, self._watch)
        limited = Limits(
            # No redirects: they carry no code, and are made of whatever a stranger sent.
            Router(routes=routes, lifespan=self._lifespan, redirect_slashes=False),
            bytes_max=bytes_max,
            bodies=self.admission.bodies,
        )
        self._asgi = Observed(
            Errors(limited), service.metrics, now=time.monotonic, new_id=lambda: uuid4().hex
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        # By this the router knows that its refusals are answered further out.
        scope["app"] = self
        await self._asgi(scope, receive, send)

    def end_waits(self) -> None:
        """Let long polls answer now, so that the server can stop."""
        self._watch.close()

    def metrics(self) -> str:
        """What a scraper reads."""
        service = self._service
        stands = [*of_gates(self.admission, service.pace), *of_database(service)]
        return as_text([*service.metrics.all(), *stands])

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        running = [
            asyncio.create_task(self._watch.run()),
            asyncio.create_task(make_snapshots(self._service)),
            asyncio.create_task(keep_books(self._service, self.admission.pushes)),
        ]
        yield
        self._watch.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _routes(service: Service, gates: Admission, watch: HeadsWatch) -> list[Route]:
    pushes, reads, strangers = gates.pushes, gates.reads, gates.strangers
    return [
        Route("/enrol", _enrol(service, strangers), methods=["POST"]),
        Route("/join", _join(service, strangers), methods=["POST"]),
        Route("/hello", _signed(service, reads, service.hello), methods=["POST"]),
        Route("/fork", _signed(service, pushes, service.fork), methods=["POST"]),
        Route("/envelopes", _signed(service, pushes, service.envelopes), methods=["POST"]),
        Route("/return", _signed(service, pushes, service.take_back), methods=["POST"]),
        Route("/push", _push(service, gates), methods=["POST"]),
        Route("/pull", _signed(service, reads, service.pull), methods=["POST"]),
        Route("/pulls", _signed(service, reads, service.pull_many), methods=["POST"]),
        Route("/digests", _signed(service, reads, service.digests), methods=["POST"]),
        Route("/rows", _signed(service, reads, service.rows), methods=["POST"]),
        Route("/ask", _signed(service, reads, service.ask), methods=["POST"]),
        Route("/picture", _signed(service, reads, service.picture), methods=["POST"]),
        Route("/packet", _signed(service, reads, service.packet), methods=["POST"]),
        Route("/wait", _wait(service, gates, watch), methods=["POST"]),
        Route("/snapshot/{name}", _snapshot(service, reads), methods=["GET"]),
        Route("/health", _health(service), methods=["GET"]),
        Route("/ready", _ready(service, gates), methods=["GET"]),
    ]


def _heads(service: Service) -> list[ScopeHead]:
    with service.database.read() as connection:
        return all_heads(connection)


def _signed(service: Service, gate: Gate, handle: Callable[[Signed], Message]) -> Endpoint:
    """A route that reads a signed message and answers with another one, in a thread."""

    async def endpoint(request: Request) -> Response:
        signed = await _read(request)

        async def work() -> Response:
            async with gate.turn():
                return await run_in_threadpool(lambda: Response(pack(handle(signed))))

        return await _answered(service, signed, work)

    return endpoint


def _push(service: Service, gates: Admission) -> Endpoint:
    """Who it is is asked first, so that the turn is the device's own and nobody else's."""

    async def endpoint(request: Request) -> Response:
        signed = await _read(request)

        async def work() -> Response:
            async with gates.reads.turn():
                device = await run_in_threadpool(service.sender, signed)
            async with gates.pushes.turn(device.device_id):
                return await run_in_threadpool(
                    lambda: Response(pack(service.push_of(device, signed.body)))
                )

        return await _answered(service, signed, work)

    return endpoint


def _wait(service: Service, gates: Admission, watch: HeadsWatch) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        signed = await _read(request)

        async def work() -> Response:
            async with gates.reads.turn():
                own = await run_in_threadpool(service.wait, signed)
            timeout_s = min(max(own.timeout_s, 0), WAIT_S_MAX)
            gates.waits.take(1)
            try:
                moved = await watch.moved(own.cursors, timeout_s)
            finally:
                gates.waits.give_back(1)
            return Response(pack(WaitAnswer(moved=moved)))

        return await _answered(service, signed, work)

    return endpoint


def _snapshot(service: Service, gate: Gate) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        signed = await _read(request)

        async def work() -> Response:
            name = request.path_params["name"]
            async with gate.turn():
                path = await run_in_threadpool(service.snapshot, signed, name)
            try:
                found = path.stat()
            except FileNotFoundError as error:
                # A newer one took its place this moment; the next hello names it.
                raise AccessDenied("SCOPE_UNKNOWN") from error
            check_range(request.headers.get("range"), found.st_size)
            # FileResponse serves Range, so that a cut download goes on.
            return FileResponse(path, stat_result=found)

        return await _answered(service, signed, work)

    return endpoint


def _enrol(service: Service, gate: Gate) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await request.body()

        def work() -> Response:
            message = unpack(body, Enrol, plain_max=ENROL_BYTES_MAX)
            return Response(pack(service.enrol(message)))

        async with gate.turn():
            return await run_in_threadpool(work)

    return endpoint


def _join(service: Service, gate: Gate) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await request.body()

        def work() -> Response:
            return Response(pack(service.join(unpack(body, Join, plain_max=JOIN_BYTES_MAX))))

        async with gate.turn():
            return await run_in_threadpool(work)

    return endpoint


def _health(service: Service) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        await run_in_threadpool(service.look)
        return JSONResponse({"status": "ok"})

    return endpoint


def _ready(service: Service, gates: Admission) -> Endpoint:
    """Whether a balancer should send more here; ``/health`` says only that it lives."""

    async def endpoint(_request: Request) -> Response:
        if gates.pushes.is_full or gates.reads.is_full:
            raise busy(1)
        if not await run_in_threadpool(service.is_ready):
            raise Unavailable("NOT_READY")
        return JSONResponse({"status": "ready"})

    return endpoint


async def _answered(
    service: Service, signed: Signed, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Refusals of signed requests carry the next nonce too, so that one more try is enough."""
    try:
        response = await work()
    except QutongError as error:
        response = answer_to(error)
    if signed.device_id:
        response.headers[NONCE_HEADER] = service.nonces.fresh(signed.device_id)
    return response


async def _read(request: Request) -> Signed:
    headers = request.headers
    device_id = headers.get(DEVICE_HEADER, "")
    if len(device_id) > _DEVICE_ID_MAX:
        raise RuleViolation("HEADER_TOO_LONG", header=DEVICE_HEADER)
    if not (device_id.isascii() and device_id.isprintable()):
        raise RuleViolation("HEADER_UNREADABLE", header=DEVICE_HEADER)
    return Signed(
        method=request.method,
        # What is routed by, not request.url: that is made of the Host header, too.
        path=request.scope["path"],
        body=await request.body(),
        device_id=device_id,
        nonce=headers.get(NONCE_HEADER, ""),
        signature=headers.get(SIGNATURE_HEADER, ""),
    )
