"""A network cable that can be pulled: a small TCP forwarder between a device and head office."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Cable:
    """Forwards connections to a server until it is cut; what is open breaks at once."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._is_cut = False
        self.breaks = 0
        """Connections that were refused or broken while it was cut."""
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def cut(self) -> None:
        """Pull the plug."""
        with self._lock:
            self._is_cut = True
            broken, self._open = self._open, set()
            self.breaks += len(broken)
        for one in broken:
            _shut(one)

    def mend(self) -> None:
        """Put the plug back in."""
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        """Stop forwarding and end all threads."""
        self.cut()
        _shut(self._listener)
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._join(near)

    def _join(self, near: socket.socket) -> None:
        with self._lock:
            if self._is_cut:
                self.breaks += 1
                _shut(near)
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                _shut(near)
                return
            self._open |= {near, far}
        self._start(self._pump, near, far)
        self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for one in (source, sink):
            _shut(one)
            with self._lock:
                self._open.discard(one)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
