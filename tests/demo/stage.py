"""The stage of the demo: one clock for all, a real head office, and each client a real process."""

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from io import StringIO
from pathlib import Path
from typing import IO, Any, Final

from sync_server.enrolment.codes import make_code
from sync_server.operations import commands
from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import open_home
from sync_server.sync.daily import is_due, sum_days
from tests.demo.machine import OFFSET
from tests.replay.cable import Cable
from tests.replay.office import OfficeFolder

DAY: Final = date(2026, 12, 1)
"""The day that is played: a Tuesday."""
SHANGHAI: Final = timezone(timedelta(hours=8))


class Refused(Exception):
    """A client said no: the error's code and what it told the person."""

    def __init__(self, code: str, text: str, params: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {text} {params}")
        self.code = code
        self.params = params


class Broken(Exception):
    """A process of the stage ended although nobody ended it."""


class StoryClock:
    """The clock that everybody on the stage reads; it runs by itself and is set forward only."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._offset_us = 0
        self.set("07:00")

    def now_us(self) -> int:
        """Microseconds UTC of the story."""
        return time.time_ns() // 1_000 + self._offset_us

    def monotonic_us(self) -> int:
        """Real microseconds: waiting is never part of the story."""
        return time.monotonic_ns() // 1_000

    def set(self, hhmm: str) -> None:
        """Put the hands forward to a time of the day, to the second the story is at."""
        hours, minutes = map(int, hhmm.split(":"))
        moment = datetime(DAY.year, DAY.month, DAY.day, hours, minutes, tzinfo=SHANGHAI)
        offset_us = int(moment.timestamp()) * 1_000_000 - time.time_ns() // 1_000
        if self._offset_us and offset_us < self._offset_us:
            raise ValueError(f"it is past {hhmm} already")
        self._offset_us = offset_us
        if not self.file.exists():
            self.file.write_bytes(OFFSET.pack(offset_us))
        with self.file.open("r+b") as file:
            file.write(struct.pack(OFFSET.format, offset_us))


@dataclass(kw_only=True)
class Client:
    """A client of the product: a process of its own in a folder of its own, spoken to in lines."""

    name: str
    home: Path
    clock: Path
    process: "subprocess.Popen[bytes] | None" = None
    log: IO[bytes] | None = None

    def start(self) -> None:
        """Run the client; it opens its store before it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        line = [sys.executable, "-m", "tests.demo.machine", str(self.clock)]
        line += ["desktop.headless", "--home", str(self.home), "batch"]
        self.log = (self.home / "client.log").open("ab")
        self.process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            # Keys of a story belong into its folder, not into a person's key store.
            env=os.environ
            | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONUTF8": "1"},
        )

    def ask(self, user: str, command: str, /, **params: Any) -> None:
        """Type a command without waiting for its answer."""
        assert self.process is not None
        assert self.process.stdin is not None
        line = json.dumps({"command": command, "as": user, "params": params})
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """The next answer. Raises Refused, or Broken when the process is gone."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            said = (self.home / "client.log").read_text(errors="replace").strip().splitlines()
            raise Broken(f"{self.name} ended: {said[-1] if said else ''}")
        found = json.loads(line)
        if isinstance(found, dict) and "error" in found:
            raise Refused(found["error"], found["text"], found["params"])
        return found

    def do(self, user: str, command: str, /, **params: Any) -> Any:
        """Type a command and read its answer."""
        self.ask(user, command, **params)
        return self.answer()

    def refusal(self, user: str, command: str, /, **params: Any) -> str:
        """The code a command is refused with; '' when it is not refused."""
        try:
            self.do(user, command, **params)
        except Refused as no:
            return no.code
        return ""

    def kill(self) -> int:
        """kill -9; how many answers it had still given."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.kill()
        left = len(self.process.stdout.read().splitlines())
        self._end()
        return left

    def stop(self) -> None:
        """Let it finish and end."""
        if self.process is not None:
            self._end()

    def _end(self) -> None:
        assert self.process is not None
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        if self.log is not None:
            self.log.close()


@dataclass(frozen=True, slots=True)
class Seat:
    """A place where a client stands: its name on stage, type, site and tag."""

    name: str
    device_type: str
    site_id: str
    tag: str


SEATS: Final = (
    Seat("HQ.01", "hq", "", "01"),
    Seat("HQ.02", "hq", "", "02"),
    Seat("HQ01", "warehouse", "HQ01", "01"),
    Seat("DL01", "dealer", "DL01", "01"),
    Seat("DL02", "dealer", "DL02", "01"),
    Seat("DL03", "dealer", "DL03", "01"),
    Seat("SH01.1", "till", "SH01", "01"),
    Seat("SH01.2", "till", "SH01", "02"),
    Seat("SH02", "till", "SH02", "01"),
    Seat("MC01", "till", "MC01", "01"),
)
UNPLUGGED: Final = "SH01.2"
"""The till whose cable is cut at noon."""


@dataclass(kw_only=True)
class Stage:
    """Everything that runs: the clock, the server's address, the clients, the cable."""

    folder: Path
    clock: StoryClock
    office: OfficeFolder
    clients: dict[str, Client]
    url: str = ""
    cable: Cable | None = None
    closing: ExitStack = field(default_factory=ExitStack)

    def __getitem__(self, name: str) -> Client:
        return self.clients[name]

    def enrol(self, seats: Sequence[Seat]) -> None:
        """Each client becomes the device its one-time code was made for, and syncs."""
        codes = self._codes(seats)
        for seat, code in zip(seats, codes, strict=True):
            url = self.cable.url if self.cable and seat.name == UNPLUGGED else self.url
            self[seat.name].ask("", "enrol", server=url, code=code)
            self[seat.name].ask("", "sync")
        for seat in seats:
            self[seat.name].answer()
            self[seat.name].answer()

    def _codes(self, seats: Sequence[Seat]) -> list[str]:
        office = open_home(self.office.home, "", SystemRandomness())
        try:
            with office.database.write() as connection:
                return [
                    make_code(
                        connection,
                        SystemRandomness(),
                        device_type=seat.device_type,
                        site_id=seat.site_id,
                        tag=seat.tag,
                        now_us=self.clock.now_us(),
                    )
                    for seat in seats
                ]
        finally:
            office.database.close()

    def sync(self, *names: str) -> list[Any]:
        """These clients sync, one after the other; their summaries."""
        return [self[name].do("", "sync") for name in names]

    def sync_all(self) -> None:
        """Every client syncs, all at the same time."""
        for client in self.clients.values():
            client.ask("", "sync")
        for client in self.clients.values():
            client.answer()

    def sum_up(self) -> None:
        """Head office's daily sums as its server makes them every now and then; its desks see
        them at once."""
        office = open_home(self.office.home, "", SystemRandomness())
        try:
            with office.database.write() as connection:
                while is_due(connection):
                    sum_days(connection, office.hq, self.clock.now_us())
        finally:
            office.database.close()
        self.sync("HQ.01", "HQ.02")

    def close(self) -> None:
        """End clients, cable and server in order, so that their files are whole."""
        together(client.stop for client in self.clients.values())
        self.closing.close()


def together(work: Iterable[Any]) -> list[Any]:
    """Call all of these at the same time."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(lambda one: one(), work))


@contextmanager
def a_stage(folder: Path) -> Iterator[Stage]:
    """A new stage in an empty folder: head office set up and served, clients running."""
    _clear(folder)
    clock = StoryClock(folder / "clock")
    clients = {
        seat.name: Client(name=seat.name, home=folder / seat.name, clock=clock.file)
        for seat in SEATS
    }
    program = ("-m", "tests.demo.machine", str(clock.file), "sync_server")
    office = OfficeFolder(home=folder / "head_office", program=program)
    stage = Stage(folder=folder, clock=clock, office=office, clients=clients)
    try:
        for client in clients.values():
            client.start()
        _open_head_office(stage)
        yield stage
    finally:
        stage.close()


def _clear(folder: Path) -> None:
    """An empty folder: what an earlier demo left goes, anybody else's files stay."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "clock").exists():
        raise SystemExit(f"{folder} holds something else; name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _open_head_office(stage: Stage) -> None:
    with redirect_stdout(StringIO()):
        commands.init(
            stage.office.home, "", stage.clock, SystemRandomness(), ["hq-editor", "hq-approver"]
        )
    stage.url = stage.closing.enter_context(stage.office.served())
    stage.cable = Cable(stage.url)
    stage.closing.callback(stage.cable.close)
