"""The host's ear in the store's network: plain HTTP, few connections, bounded bodies, one call.

What the network sees: that devices of a store talk, how much and when, and the host's name. Bodies
are sealed (``door``).
"""

import hashlib
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import Final, NamedTuple

from shared.core.errors import Unavailable
from shared.sync.neighbours import LAN_BYTES_MAX, LAN_CALL
from shared.sync.requests import DEVICE_HEADER, NONCE_HEADER, SIGNATURE_HEADER

CONNECTIONS_MAX: Final = 48
CONNECTIONS_OF_ONE_MAX: Final = 8
_IDLE_S: Final = 40
"""By when the next request of a connection has come as a whole."""
_HELLO: Final = b"qutong store host\n"


class Request(NamedTuple):
    """What came."""

    path: str
    body: bytes
    device_id: str
    nonce: str
    signature: str


class Reply(NamedTuple):
    """What goes back, with the nonce for the device's next request."""

    status: int
    body: bytes
    nonce: str = ""


Handle = Callable[[Request], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_S
    server: "_Server"

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        is_length = length.isascii() and length.isdigit() and len(length) < 10
        if not is_length or int(length) > LAN_BYTES_MAX:
            self._refuse()
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        request = Request(
            path=self.path,
            body=body,
            device_id=self.headers.get(DEVICE_HEADER, "")[:200],
            nonce=self.headers.get(NONCE_HEADER, "")[:200],
            signature=self.headers.get(SIGNATURE_HEADER, "")[:200],
        )
        self.server.waits(self.connection, until_s=None)
        self._reply(self.server.handle(request))
        self.server.waits(self.connection, until_s=time.monotonic() + _IDLE_S)

    def _refuse(self) -> None:
        self.close_connection = True
        self._reply(Reply(413, b""))

    def _reply(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        self.send_header("content-length", str(len(reply.body)))
        if reply.nonce:
            self.send_header(NONCE_HEADER, reply.nonce)
        self.end_headers()
        self.wfile.write(reply.body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # Gone in the middle of something; it asks again.
            return

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is worth telling the worker tells."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, address: tuple[str, int], handle: Handle) -> None:
        super().__init__(address, _Handler)
        self.handle = handle
        self._free = BoundedSemaphore(CONNECTIONS_MAX)
        self._lock = Lock()
        self._open: dict[socket.socket, str] = {}
        self._until_s: dict[socket.socket, float] = {}

    def process_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        assert isinstance(client_address, tuple)
        who = str(client_address[0])
        with self._lock:
            is_one_too_many = list(self._open.values()).count(who) >= CONNECTIONS_OF_ONE_MAX
        if is_one_too_many or not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._lock:
            self._open[request] = who
        self.waits(request, until_s=time.monotonic() + _IDLE_S)
        try:
            super().process_request(request, client_address)
        except RuntimeError:
            # No thread is to be had.
            self._ended(request)
            self.shutdown_request(request)

    def waits(self, request: socket.socket, *, until_s: float | None) -> None:
        """By when a request has to be there; None while one is answered."""
        with self._lock:
            if until_s is None:
                self._until_s.pop(request, None)
            elif request in self._open:
                self._until_s[request] = until_s

    def service_actions(self) -> None:
        """Some times a second: who sends a byte now and then keeps no place from others."""
        now_s = time.monotonic()
        with self._lock:
            late = [one for one, until_s in self._until_s.items() if until_s < now_s]
        for one in late:
            _cut(one)

    def _ended(self, request: socket.socket) -> None:
        with self._lock:
            self._open.pop(request, None)
            self._until_s.pop(request, None)
        self._free.release()

    def process_request_thread(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        assert isinstance(client_address, tuple)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._ended(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke is nobody's fault and nobody's news."""

    def end(self) -> None:
        """Let go of every connection."""
        self.shutdown()
        self.server_close()
        with self._lock:
            left = list(self._open)
        for one in left:
            _cut(one)


def _cut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself meanwhile.
        return


class Listener:
    """Listens until it is stopped. Raises: Unavailable PORT_TAKEN."""

    def __init__(self, port: int, handle: Handle, *, address: str = "0.0.0.0") -> None:
        try:
            self._server = _Server((address, port), handle)
        except OSError as error:
            raise Unavailable("PORT_TAKEN", port=port) from error
        self.port = int(self._server.server_address[1])
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.1,), name="lan-host", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; requests under way are broken off, nothing is lost by that."""
        self._server.end()
        self._thread.join()


class Caller:
    """Answers who looks for the host of this store; without it an address has to be typed."""

    def __init__(self, site_id: str, device_id: str, port: int) -> None:
        self._call = LAN_CALL + _site(site_id)
        self._answer = _HELLO + f"{device_id}\n{port}".encode()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = Thread(target=self._run, name="lan-call", daemon=True)
        self._over = Event()
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.settimeout(0.2)
            self._socket.bind(("", port))
        except OSError:
            self._over.set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                heard, who = self._socket.recvfrom(256)
                if heard == self._call:
                    self._socket.sendto(self._answer, who)
            except TimeoutError:
                continue
            except OSError:
                # The network may be away: it is not asked without a pause.
                self._over.wait(1.0)

    def stop(self) -> None:
        """End."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()


def find_host(site_id: str, port: int, *, to: str = "255.255.255.255", wait_s: float = 1.0) -> str:
    """The address of this store's host, as it answers a call into the network; '' when none does.

    Who it is proves itself later: only the host's key opens what is sealed to it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            line.settimeout(wait_s)
            line.sendto(LAN_CALL + _site(site_id), (to, port))
            heard, who = line.recvfrom(512)
        except OSError:
            return ""
    said = heard.removeprefix(_HELLO).split(b"\n")
    if not heard.startswith(_HELLO) or len(said) != 2 or not said[1].isdigit():
        return ""
    return f"{who[0]}:{int(said[1])}"


def _site(site_id: str) -> bytes:
    """The network need not read which store it is."""
    return hashlib.sha256(b"qutong/lan/site\n" + site_id.encode()).digest()[:16]
