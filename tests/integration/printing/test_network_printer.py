"""A printer in the network, as a real socket that takes bytes and sometimes does not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.app.system import SystemClock
from desktop.devices.job_folder import JobState
from desktop.devices.print_queue import PrintQueue
from desktop.devices.transports import TcpTransport
from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.receipt import receipt_slip
from desktop.printing.slip import PaperRoll
from shared.core.errors import Unavailable
from tests.builders.papers import RECEIPT, ZH

WAIT_S = 5.0


class Sink:
    """Takes one connection after the other and keeps what each sent."""

    def __init__(self, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self.received: list[bytes] = []
        self._listener = listener

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(WAIT_S)
                pieces = []
                while piece := connection.recv(65_536):
                    pieces.append(piece)
                self.received.append(b"".join(pieces))


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    listener = socket.create_server(("127.0.0.1", port))
    printer = Sink(listener)
    thread = threading.Thread(target=printer.serve)
    thread.start()
    try:
        yield printer
    finally:
        # Closing alone does not wake a thread that waits in accept().
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def receipt_bytes() -> bytes:
    profile = PrinterProfile(roll=PaperRoll.MM_80)
    return encode(receipt_slip(RECEIPT, ZH, PaperRoll.MM_80), profile)


def test_a_receipt_arrives_byte_for_byte() -> None:
    data = receipt_bytes() + b"\x00" * 200_000
    with sink() as printer:
        TcpTransport(host="127.0.0.1", port=printer.port).send(data)
        TcpTransport(host="127.0.0.1", port=printer.port).send(b"next")
        assert printer.received == [data, b"next"]


def test_a_printer_that_is_off_is_told_as_unreachable() -> None:
    with sink() as printer:
        port = printer.port
    with pytest.raises(Unavailable) as refused:
        TcpTransport(host="127.0.0.1", port=port).send(b"x")
    assert refused.value.code == "PRINTER_UNREACHABLE"


def test_a_printer_that_takes_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        transport = TcpTransport(host="127.0.0.1", port=deaf.getsockname()[1], timeout_s=0.1)
        with pytest.raises(Unavailable) as refused:
            transport.send(b"x" * 30_000_000)
    assert refused.value.code == "PRINTER_UNREACHABLE"


def test_receipts_of_the_time_without_a_printer_come_out_when_it_is_switched_on(
    tmp_path: Path,
) -> None:
    with sink() as printer:
        port = printer.port
    changed = threading.Condition()

    def tell() -> None:
        with changed:
            changed.notify_all()

    printers = {"till": TcpTransport(host="127.0.0.1", port=port)}
    queue = PrintQueue(tmp_path, printers, SystemClock(), tell, retry_us=(5_000,))
    queue.start()
    try:
        for number in range(3):
            queue.submit("till", "小票", receipt_bytes() + bytes((number,)))
        with changed:
            assert changed.wait_for(lambda: queue.job(1).tries >= 2, WAIT_S)
        with sink(port) as printer:
            with changed:
                assert changed.wait_for(
                    lambda: all(job.state is JobState.DONE for job in queue.jobs()), WAIT_S
                )
            assert [data[-1] for data in printer.received] == [0, 1, 2]
    finally:
        queue.stop()
