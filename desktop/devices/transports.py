"""Ways to a printer: network, Windows queue, serial, USB device file, CUPS, or a plain file."""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from desktop.devices.windows_raw import printer_names, send_raw
from shared.core.errors import RuleViolation, Unavailable
from shared.core.text import excerpt

TCP_PORT: Final = 9100
_CHUNK: Final = 4096


class Transport(Protocol):
    """Takes the bytes of one job to a printer.

    Raises: Unavailable PRINTER_UNREACHABLE (off, no paper path, cable), PRINTER_MISSING (no such
    queue, port or file here).
    """

    def send(self, data: bytes, title: str = "") -> None: ...


def _unreachable(error: OSError) -> Unavailable:
    return Unavailable(
        "PRINTER_UNREACHABLE", reason=excerpt(error.strerror or type(error).__name__)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpTransport:
    """A printer in the network that takes raw bytes on a port, usually 9100."""

    host: str
    port: int = TCP_PORT
    timeout_s: float = 3.0

    def send(self, data: bytes, title: str = "") -> None:
        """Connects, sends all, and waits until the printer has taken it."""
        del title
        try:
            with socket.create_connection((self.host, self.port), self.timeout_s) as connection:
                connection.settimeout(self.timeout_s)
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                self._drain(connection)
        except OSError as error:
            raise _unreachable(error) from error

    def _drain(self, connection: socket.socket) -> None:
        # A printer that closes has taken it all; many never close, and silence is consent.
        connection.settimeout(0.2)
        try:
            while connection.recv(_CHUNK):
                pass
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialTransport:
    """A printer on a serial port (COM3, /dev/ttyUSB0)."""

    device: str
    baud: int = 19200
    timeout_s: float = 5.0

    def send(self, data: bytes, title: str = "") -> None:
        """Writes all bytes; hardware handshake keeps the printer's buffer from overflowing."""
        del title
        import serial

        try:
            with serial.Serial(self.device, self.baud, write_timeout=self.timeout_s) as port:
                for start in range(0, len(data), _CHUNK):
                    port.write(data[start : start + _CHUNK])
                port.flush()
        except OSError as error:
            raise _unreachable(error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFileTransport:
    """A printer's device file such as /dev/usb/lp0."""

    path: Path

    def send(self, data: bytes, title: str = "") -> None:
        """Writes all bytes to the device; never makes a plain file where no device is."""
        del title
        try:
            if not self.path.exists():
                raise Unavailable("PRINTER_MISSING", printer=self.path.name)
            with self.path.open("r+b", buffering=0) as device:
                sent = 0
                while sent < len(data):
                    sent += device.write(data[sent : sent + _CHUNK]) or 0
        except OSError as error:
            raise _unreachable(error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTransport:
    """Appends jobs to a file: practice mode, and looking at what would be printed."""

    path: Path

    def send(self, data: bytes, title: str = "") -> None:
        """Appends the bytes."""
        del title
        try:
            with self.path.open("ab") as file:
                file.write(data)
        except OSError as error:
            raise _unreachable(error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CupsTransport:
    """A queue of the Linux or macOS print system, by `lp -o raw`; PDF goes without raw."""

    queue: str
    is_raw: bool = True
    timeout_s: float = 20.0

    def send(self, data: bytes, title: str = "") -> None:
        """Hands the job to the print system, which then owns it."""
        command = shutil.which("lp")
        if command is None:
            raise Unavailable("PRINTER_MISSING", printer=self.queue)
        raw = ["-o", "raw"] if self.is_raw else []
        arguments = [command, "-d", self.queue, "-t", title or "Qutong", *raw, "-"]
        try:
            done = subprocess.run(
                arguments, input=data, capture_output=True, timeout=self.timeout_s, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable("PRINTER_UNREACHABLE", reason="lp") from error
        except OSError as error:
            raise _unreachable(error) from error
        if done.returncode:
            raise Unavailable(
                "PRINTER_UNREACHABLE",
                reason=excerpt(done.stderr.decode("utf-8", "replace").strip()),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsTransport:
    """A printer of Windows by its name, bytes unchanged (RAW)."""

    printer: str

    def send(self, data: bytes, title: str = "") -> None:
        """Hands the job to the Windows spooler, which then owns it."""
        send_raw(self.printer, data, title or "Qutong")


def transport_of(address: str) -> Transport:
    """The way a printer's address names, as the settings keep it.

    `tcp://192.168.1.50:9100`, `windows:XP-80`, `cups:XP-80`, `serial:COM3?baud=19200`,
    `usb:/dev/usb/lp0`, `file:/tmp/receipts.bin`.

    Raises: RuleViolation PRINTER_ADDRESS_UNREADABLE.
    """
    scheme, _, rest = address.strip().partition(":")
    try:
        match scheme.lower():
            case "tcp":
                return _tcp(address.strip())
            case "windows" if rest:
                return WindowsTransport(printer=rest)
            case "cups" if rest:
                return CupsTransport(queue=rest)
            case "serial" if rest:
                return _serial(rest)
            case "usb" if rest:
                return DeviceFileTransport(path=Path(rest))
            case "file" if rest:
                return FileTransport(path=Path(rest))
    except ValueError:
        pass
    raise RuleViolation("PRINTER_ADDRESS_UNREADABLE", address=excerpt(address))


def _tcp(address: str) -> TcpTransport:
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError
    return TcpTransport(host=parts.hostname, port=parts.port or TCP_PORT)


def _serial(rest: str) -> SerialTransport:
    device, _, query = rest.partition("?")
    baud = parse_qs(query).get("baud", ["19200"])[0]
    return SerialTransport(device=device, baud=int(baud))


def installed_printers() -> list[str]:
    """Addresses of the printers this computer knows, for the settings to choose from."""
    windows = [f"windows:{name}" for name in printer_names()]
    files = sorted(Path("/dev/usb").glob("lp*")) if Path("/dev/usb").is_dir() else []
    return [
        *windows,
        *(f"usb:{file}" for file in files),
        *(f"cups:{name}" for name in _cups_queues()),
    ]


def _cups_queues() -> list[str]:
    command = shutil.which("lpstat")
    if command is None:
        return []
    try:
        listed = subprocess.run([command, "-e"], capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return listed.stdout.decode("utf-8", "replace").split()
