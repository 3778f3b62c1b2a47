"""Scans from a serial port, a real pseudo terminal, and a scanner that is pulled out."""

import os
import queue
import sys
from collections.abc import Iterator

import pytest

from desktop.devices.scanner import Scan
from desktop.devices.serial_scanner import LineSplitter, Port, SerialScanner, open_serial

WAIT_S = 5.0


def test_codes_are_cut_at_line_ends_however_the_bytes_arrive() -> None:
    splitter = LineSplitter()
    pieces = [splitter.feed(bytes((byte,))) for byte in b"6901\r\n6902\t\r\nHJJ"]
    assert [code for piece in pieces for code in piece] == ["6901", "6902"]
    assert splitter.idle() == ["HJJ"]
    assert splitter.idle() == []


def test_chinese_codes_are_read_in_either_encoding() -> None:
    splitter = LineSplitter()
    assert splitter.feed("会员\n".encode() + "会员\n".encode("gb18030")) == ["会员", "会员"]


def test_an_endless_stream_does_not_fill_the_memory() -> None:
    splitter = LineSplitter()
    splitter.feed(b"9" * 10_000)
    assert len(splitter.idle()[0]) == 4096


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals of this kind")
def test_a_scanner_on_a_terminal_is_read() -> None:
    scans: queue.Queue[Scan] = queue.Queue()
    states: queue.Queue[bool] = queue.Queue()
    master, slave = os.openpty()
    scanner = SerialScanner(lambda: open_serial(os.ttyname(slave)), scans.put, states.put)
    scanner.start()
    try:
        assert states.get(timeout=WAIT_S)
        os.write(master, b"]E06901234567892\r\n")
        assert scans.get(timeout=WAIT_S).text == "6901234567892"
        os.write(master, "Ｖ２８".encode())
        assert scans.get(timeout=WAIT_S).text == "V28"
    finally:
        scanner.stop()
        os.close(master)
        os.close(slave)


class _Pulled:
    """Gives one code, then is pulled out."""

    def __init__(self, code: bytes) -> None:
        self._bytes: Iterator[int] = iter(code)
        self.is_closed = False

    def read(self, size: int, /) -> bytes:
        for byte in self._bytes:
            return bytes((byte,))
        raise OSError("pulled out")

    def close(self) -> None:
        self.is_closed = True


def test_a_scanner_that_was_pulled_out_is_opened_again() -> None:
    scans: queue.Queue[Scan] = queue.Queue()
    states: queue.Queue[bool] = queue.Queue()
    ports = [_Pulled(b"6901\r"), _Pulled(b"6902\r")]
    left = iter([ports[0], None, ports[1]])

    def open_port() -> Port:
        port = next(left, None)
        if port is None:
            raise OSError("not there")
        return port

    scanner = SerialScanner(open_port, scans.put, states.put, open_again_s=(0.001,))
    scanner.start()
    try:
        assert [scans.get(timeout=WAIT_S).text for _ in ports] == ["6901", "6902"]
        assert [states.get(timeout=WAIT_S) for _ in range(4)] == [True, False, True, False]
        assert all(port.is_closed for port in ports)
    finally:
        scanner.stop()
