"""A second, small listener for those who watch the server; strangers cannot reach it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shared.core.errors import Unavailable
from sync_server.http.metrics import CONTENT_TYPE

log = logging.getLogger("qutong.http")
_SLOWEST_S = 10


@contextmanager
def scraped(host: str, port: int, text: Callable[[], str]) -> Iterator[int]:
    """Answer ``GET /metrics`` on an address of its own while the block runs; yields the port.

    It runs beside the event loop: when that stands still, this still says so. Nobody is asked
    who he is, so the address must be one that only the operator reaches.
    Raises Unavailable PORT_TAKEN.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST_S

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(404)
                return
            try:
                body = text().encode()
            except Exception as error:
                log.error("metrics could not be read", exc_info=error)
                self.send_error(503)
                return
            self.send_response(200)
            self.send_header("content-type", CONTENT_TYPE)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise Unavailable("PORT_TAKEN", host=host, port=port) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
