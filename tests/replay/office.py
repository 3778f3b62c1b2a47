"""A real head office for a replay: set up in a folder, filled, and served by its own process."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.journal.document import Body
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import create, open_home
from sync_server.sync.head_office import draft_of, publish


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFolder:
    """Where a head office lives; ``database`` '' = SQLite in the folder."""

    home: Path
    database: str = ""
    program: tuple[str, ...] = ("-m", "sync_server")
    """What Python runs as the server; the demo runs it by the clock of its story."""

    def set_up(self, bodies: Sequence[Body]) -> None:
        """Make a new head office and let it publish these documents."""
        create(self.home, self.database, SystemClock(), SystemRandomness()).database.close()
        self.publish(bodies)

    def publish(self, bodies: Sequence[Body]) -> None:
        """Write documents of head office's own, as its command line does."""
        clock = SystemClock()
        office = open_home(self.home, self.database, SystemRandomness())
        try:
            with office.database.write() as connection:
                drafts = [draft_of(office.hq, body, clock.now_us()) for body in bodies]
                publish(connection, office.hq, drafts, clock.now_us())
        finally:
            office.database.close()

    def enrolment_code(self, device_type: str, site_id: str, tag: str) -> str:
        """A one-time code for a new device."""
        options = ["--type", device_type, "--tag", tag]
        return self._run("enrol", *options, *(["--site", site_id] if site_id else [])).strip()

    def status(self) -> dict[str, Any]:
        """What ``status --json`` prints."""
        found: dict[str, Any] = json.loads(self._run("status", "--json"))
        return found

    def verify(self) -> str:
        """What ``verify`` prints; raises CalledProcessError at the first fault."""
        return self._run("verify").strip()

    def _run(self, command: str, *options: str) -> str:
        line = [sys.executable, *self.program, command, *self._where(), *options]
        return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout

    def _where(self) -> list[str]:
        database = ["--database", self.database] if self.database else []
        return ["--home", str(self.home), *database]

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of a running server process; it is ended in order afterwards."""
        line = [sys.executable, *self.program, "serve", *self._where(), "--port", "0"]
        # What it logs of every request stands in a file: on the screen is what people did.
        log_file = self.home.with_name(f"{self.home.name}.log")
        with (
            log_file.open("ab") as log,
            subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        ):
            assert process.stdout is not None
            try:
                first = process.stdout.readline().split()
                if first[:1] != ["serving"]:
                    raise RuntimeError(f"the server did not start: {first}")
                yield first[1]
            finally:
                process.terminate()
                process.wait(timeout=30)
