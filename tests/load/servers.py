"""Server processes as an operator starts them, and what the machine says of them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_RSS = re.compile(r"VmRSS:\s+(\d+) kB")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_ADDRESS = re.compile(r"^(serving|metrics) (http://\S+)$")
_KIB = 1024
_UNIT = {"MALLOC_ARENA_MAX": "2"}
"""What the unit in ``resources/deploy`` has the process begin with."""


@dataclass(frozen=True, slots=True)
class Server:
    """One worker process of head office."""

    pid: int
    url: str
    metrics_url: str

    def rss_bytes(self) -> int:
        """Memory it holds now."""
        return self._status(_RSS)

    def peak_bytes(self) -> int:
        """The most memory it ever held."""
        return self._status(_PEAK)

    def cpu_s(self) -> float:
        """Processor time it used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def metric(self, name: str) -> float:
        """The sum of a metric's samples."""
        text = httpx.get(self.metrics_url, trust_env=False).text
        lines = [line for line in text.splitlines() if re.match(rf"{name}(\{{| )", line)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def _status(self, wanted: re.Pattern[str]) -> int:
        found = wanted.search(Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) * _KIB if found else 0


@contextmanager
def serving(home: Path, workers: int = 1) -> Iterator[list[Server]]:
    """Head office's processes, each with its own port; ended in order."""
    with ExitStack() as stack:
        started = [stack.enter_context(_process(home, one)) for one in range(1, workers + 1)]
        yield started


@contextmanager
def _process(home: Path, worker: int) -> Iterator[Server]:
    said = (home / f"worker-{worker}.log").open("w", encoding="utf-8")
    command = [
        sys.executable, "-m", "sync_server", "serve", "--home", str(home), "--port", "0",
        "--worker", str(worker), "--metrics-port", "0",
    ]  # fmt: skip
    with (
        said,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, env=os.environ | _UNIT
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = dict(_address(process.stdout.readline()) for _ in range(2))
            yield Server(process.pid, found["serving"], found["metrics"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _address(line: str) -> tuple[str, str]:
    found = _ADDRESS.match(line.strip())
    assert found, f"the server said {line!r}"
    return found[1], found[2]
