"""Print jobs as files in a folder: what waits survives a restart, what was printed can be again."""

import json
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

KEPT_DONE: Final = 200
"""How many printed jobs stay for a reprint."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    PRINTING = "printing"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One print job as it is listed."""

    number: int
    printer: str
    title: str
    state: JobState
    created_at_us: int
    tries: int = 0
    next_try_at_us: int = 0
    """By the monotonic clock of this run; 0 = at once."""
    code: str = ""
    """Code of the last error; '' = none yet."""
    reason: str = ""


class JobFolder:
    """Keeps jobs: the bytes in one file, the rest in another, both put in place whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[int, Job]:
        """The jobs of earlier runs; what was being printed waits again, what is torn is removed."""
        jobs: dict[int, Job] = {}
        for path in sorted(self._folder.glob("*.json")):
            job = self._read(path)
            if job is None or not self._data_file(job.number).exists():
                path.unlink(missing_ok=True)
                continue
            if job.state is JobState.PRINTING:
                job = replace(job, state=JobState.WAITING)
            jobs[job.number] = job
        for path in self._folder.glob("*.bin"):
            if not path.stem.isdecimal() or int(path.stem) not in jobs:
                path.unlink(missing_ok=True)
        for path in self._folder.glob("*.part"):
            path.unlink(missing_ok=True)
        return jobs

    def add(self, job: Job, data: bytes) -> None:
        """A new job, its bytes first. Raises OSError."""
        self._put(self._data_file(job.number), data, is_flushed=True)
        self.save(job)

    def save(self, job: Job) -> None:
        """The job as it stands now; its next try is not kept over a restart. Raises OSError."""
        kept = {
            "number": job.number,
            "printer": job.printer,
            "title": job.title,
            "state": job.state.value,
            "created_at_us": job.created_at_us,
            "tries": job.tries,
            "code": job.code,
            "reason": job.reason,
        }
        text = json.dumps(kept, ensure_ascii=False)
        self._put(self._job_file(job.number), text.encode("utf-8"))

    def data(self, number: int) -> bytes:
        """The job's bytes. Raises OSError."""
        return self._data_file(number).read_bytes()

    def remove(self, number: int) -> None:
        """Forgets a job."""
        self._job_file(number).unlink(missing_ok=True)
        self._data_file(number).unlink(missing_ok=True)

    def _job_file(self, number: int) -> Path:
        return self._folder / f"{number:09d}.json"

    def _data_file(self, number: int) -> Path:
        return self._folder / f"{number:09d}.bin"

    @staticmethod
    def _put(path: Path, data: bytes, *, is_flushed: bool = False) -> None:
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(data)
            if is_flushed:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)

    @staticmethod
    def _read(path: Path) -> Job | None:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return Job(
                number=int(kept["number"]),
                printer=str(kept["printer"]),
                title=str(kept["title"]),
                state=JobState(kept["state"]),
                created_at_us=int(kept["created_at_us"]),
                tries=int(kept["tries"]),
                code=str(kept["code"]),
                reason=str(kept["reason"]),
            )
        except (ValueError, KeyError, TypeError):
            return None
