"""A scanner on a serial port: a thread that reads lines and opens the port again when it went."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, Protocol

from desktop.devices.scanner import Scan, scan_of

_ENDS: Final = b"\r\n\t"
_LONGEST: Final = 4096
_READ_S: Final = 0.1
OPEN_AGAIN_S: Final = (0.5, 1.0, 2.0, 5.0)
"""How long it waits before each next try to open the port; the last one repeats."""


class Port(Protocol):
    """What is needed of an open serial port; `read` gives b'' when nothing came in a while."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def open_serial(device: str, baud: int = 9600) -> Port:
    """Opens a serial port (COM3, /dev/ttyUSB0) for reading. Raises OSError when it is not there."""
    import serial

    port: Port = serial.Serial(device, baud, timeout=_READ_S)
    return port


class LineSplitter:
    """Cuts a stream of bytes into codes at line ends and tabs."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The codes that are complete with these bytes; blank ones are left out."""
        codes: list[str] = []
        for byte in data:
            if byte in _ENDS:
                codes.append(_decoded(self._rest))
                self._rest = b""
            elif len(self._rest) < _LONGEST:
                self._rest += bytes((byte,))
        return [code for code in codes if code.strip()]

    def idle(self) -> list[str]:
        """The code of a scanner that sends no line end, once it has fallen silent."""
        code, self._rest = _decoded(self._rest), b""
        return [code] if code.strip() else []


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


class SerialScanner:
    """Reads a serial scanner until stopped; scans come on its own thread.

    `on_state` is told True when the port was opened and False when it went away.
    """

    def __init__(
        self,
        open_port: Callable[[], Port],
        on_scan: Callable[[Scan], None],
        on_state: Callable[[bool], None] = lambda _is_there: None,
        *,
        open_again_s: tuple[float, ...] = OPEN_AGAIN_S,
    ) -> None:
        self._open_port = open_port
        self._on_scan = on_scan
        self._on_state = on_state
        self._open_again_s = open_again_s
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="serial scanner", daemon=True)

    def start(self) -> None:
        """Begins reading."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and closes the port; waits for it, a fifth of a second at most."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            try:
                port = self._open_port()
            except OSError:
                wait_s = self._open_again_s[min(tries, len(self._open_again_s) - 1)]
                tries += 1
                self._stopping.wait(wait_s)
                continue
            tries = 0
            self._on_state(True)
            self._read(port)
            self._on_state(False)

    def _read(self, port: Port) -> None:
        splitter = LineSplitter()
        try:
            while not self._stopping.is_set():
                data = port.read(1)
                codes = splitter.feed(data) if data else splitter.idle()
                for code in codes:
                    self._on_scan(scan_of(code, time.monotonic_ns() // 1000))
        except OSError:
            # Pulled out: it is opened again when it comes back.
            self._stopping.wait(self._open_again_s[0])
        finally:
            port.close()
