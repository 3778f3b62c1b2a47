"""Printers' addresses, and the ways that need no printer to be tried."""

import os
import sys
from pathlib import Path

import pytest

from desktop.devices.transports import (
    CupsTransport,
    DeviceFileTransport,
    FileTransport,
    SerialTransport,
    TcpTransport,
    Transport,
    WindowsTransport,
    transport_of,
)
from shared.core.errors import RuleViolation, Unavailable


@pytest.mark.parametrize(
    ("address", "transport"),
    [
        ("tcp://192.168.1.50", TcpTransport(host="192.168.1.50", port=9100)),
        ("tcp://printer.local:9101", TcpTransport(host="printer.local", port=9101)),
        ("windows:XP-80 前台", WindowsTransport(printer="XP-80 前台")),
        ("cups:XP-80", CupsTransport(queue="XP-80")),
        ("serial:COM3", SerialTransport(device="COM3")),
        ("serial:/dev/ttyUSB0?baud=9600", SerialTransport(device="/dev/ttyUSB0", baud=9600)),
        ("usb:/dev/usb/lp0", DeviceFileTransport(path=Path("/dev/usb/lp0"))),
        ("file:out.bin", FileTransport(path=Path("out.bin"))),
    ],
)
def test_an_address_names_its_way(address: str, transport: Transport) -> None:
    assert transport_of(address) == transport


@pytest.mark.parametrize(
    "address",
    ["", "XP-80", "tcp://", "tcp://h:99999", "serial:COM3?baud=x", "usb:", "http://x"],
)
def test_an_address_nobody_can_read_is_refused(address: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        transport_of(address)
    assert refused.value.code == "PRINTER_ADDRESS_UNREADABLE"


def test_jobs_are_appended_to_a_file(tmp_path: Path) -> None:
    transport = FileTransport(path=tmp_path / "out.bin")
    transport.send(b"one")
    transport.send(b"two")
    assert (tmp_path / "out.bin").read_bytes() == b"onetwo"


def test_a_device_that_is_not_there_is_told_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        DeviceFileTransport(path=tmp_path / "lp0").send(b"x")
    assert refused.value.code == "PRINTER_MISSING"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a stand-in for lp is a shell script")
@pytest.mark.parametrize("fails", [False, True])
def test_the_print_system_gets_the_bytes_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    script = tmp_path / "lp"
    ending = "echo 'no such queue' >&2; exit 1" if fails else "exit 0"
    body = f'echo "$@" >{tmp_path}/asked; /bin/cat >{tmp_path}/got; {ending}'
    script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    transport = CupsTransport(queue="XP-80")
    if fails:
        with pytest.raises(Unavailable) as refused:
            transport.send(b"\x1b@", "小票")
        assert refused.value.params["reason"] == "no such queue"
    else:
        transport.send(b"\x1b@", "小票")
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "-d XP-80 -t 小票 -o raw -\n"
    assert (tmp_path / "got").read_bytes() == b"\x1b@"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its own spooler")
def test_a_windows_printer_is_missing_elsewhere() -> None:
    with pytest.raises(Unavailable) as refused:
        WindowsTransport(printer="XP-80").send(b"x")
    assert refused.value.code == "PRINTER_MISSING"
