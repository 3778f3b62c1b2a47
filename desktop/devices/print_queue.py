"""Print jobs wait here for their printers: none is lost, and no printer that is down blocks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Condition, Thread
from typing import Final

from desktop.devices.job_folder import KEPT_DONE, Job, JobFolder, JobState
from desktop.devices.transports import Transport
from shared.core.clock import Clock
from shared.core.errors import RuleViolation, Unavailable

RETRY_US: Final = (1_000_000, 2_000_000, 5_000_000, 15_000_000, 30_000_000)
"""How long a job waits after each failed try; the last one repeats."""
TRIES_MAX: Final = 120
"""After about an hour a job is set aside as failed; a person prints it again or cancels it."""


class PrintQueue:
    """One thread prints the jobs of all printers, oldest first, healthy printers first.

    Methods may be called from any thread. `on_change` is told that something is listed
    differently, on the thread that changed it; it must not wait for anything.
    """

    def __init__(
        self,
        folder: Path,
        printers: Mapping[str, Transport],
        clock: Clock,
        on_change: Callable[[], None] = lambda: None,
        *,
        retry_us: tuple[int, ...] = RETRY_US,
        tries_max: int = TRIES_MAX,
    ) -> None:
        self._files = JobFolder(folder)
        self._jobs = self._files.load()
        self._last = max(self._jobs, default=0)
        self._printers = dict(printers)
        self._clock = clock
        self._on_change = on_change
        self._retry_us = retry_us
        self._tries_max = tries_max
        self._changed = Condition()
        self._is_stopping = False
        self._troubled: dict[str, int] = {}
        """Printers whose last try failed, and until when (monotonic) they are left alone."""
        self._thread = Thread(target=self._run, name="print queue", daemon=True)

    def start(self) -> None:
        """Begins printing what waits."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the job being sent now; what waits stays for the next start."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def set_printer(self, name: str, transport: Transport) -> None:
        """Connects a printer, or the same one in another way; its waiting jobs are tried now."""
        with self._changed:
            self._printers[name] = transport
            self._troubled.pop(name, None)
            self._hurry(name)
            self._changed.notify_all()
        self._on_change()

    def submit(self, printer: str, title: str, data: bytes) -> int:
        """Takes a job and returns its number at once; the job survives a restart.

        Raises: Unavailable PRINT_FOLDER when the job's file cannot be written.
        """
        with self._changed:
            self._last = number = self._last + 1
            job = Job(
                number=number,
                printer=printer,
                title=title,
                state=JobState.WAITING,
                created_at_us=self._clock.now_us(),
            )
            try:
                self._files.add(job, data)
            except OSError as error:
                raise Unavailable("PRINT_FOLDER", reason=error.strerror or "") from error
            self._jobs[number] = job
            self._prune()
            self._changed.notify_all()
        self._on_change()
        return number

    def jobs(self) -> tuple[Job, ...]:
        """All jobs, oldest first; the last printed ones among them."""
        with self._changed:
            return tuple(self._jobs[number] for number in sorted(self._jobs))

    def job(self, number: int) -> Job:
        """One job. Raises: RuleViolation PRINT_JOB_UNKNOWN."""
        with self._changed:
            return self._known(number)

    def cancel(self, number: int) -> None:
        """Forgets a job that was not printed.

        Raises: RuleViolation PRINT_JOB_UNKNOWN, PRINT_JOB_UNDER_WAY while it is being sent.
        """
        with self._changed:
            if self._known(number).state is JobState.PRINTING:
                raise RuleViolation("PRINT_JOB_UNDER_WAY", number=number)
            del self._jobs[number]
            self._files.remove(number)
        self._on_change()

    def reprint(self, number: int) -> int:
        """Prints the same bytes again as a new job and returns its number.

        Raises: RuleViolation PRINT_JOB_UNKNOWN, Unavailable PRINT_FOLDER.
        """
        with self._changed:
            job = self._known(number)
            try:
                data = self._files.data(number)
            except OSError as error:
                raise Unavailable("PRINT_FOLDER", reason=error.strerror or "") from error
        return self.submit(job.printer, job.title, data)

    def retry(self, number: int) -> None:
        """Tries a waiting or failed job now. Raises: RuleViolation PRINT_JOB_UNKNOWN."""
        with self._changed:
            job = self._known(number)
            if job.state in (JobState.WAITING, JobState.FAILED):
                self._keep(replace(job, state=JobState.WAITING, tries=0, next_try_at_us=0))
                self._troubled.pop(job.printer, None)
                self._changed.notify_all()
        self._on_change()

    def _known(self, number: int) -> Job:
        job = self._jobs.get(number)
        if job is None:
            raise RuleViolation("PRINT_JOB_UNKNOWN", number=number)
        return job

    def _hurry(self, printer: str) -> None:
        for job in list(self._jobs.values()):
            if job.printer == printer and job.state is JobState.WAITING:
                self._jobs[job.number] = replace(job, next_try_at_us=0)

    def _prune(self) -> None:
        done = [one.number for one in self._jobs.values() if one.state is JobState.DONE]
        for number in sorted(done)[: max(len(done) - KEPT_DONE, 0)]:
            del self._jobs[number]
            self._files.remove(number)

    def _keep(self, job: Job) -> None:
        """Remembers a job; a full disk costs its state after a restart, never the paper."""
        self._jobs[job.number] = job
        try:
            self._files.save(job)
        except OSError:
            return

    def _run(self) -> None:
        while (job := self._next()) is not None:
            self._on_change()
            self._settle(job, self._print(job))
            self._on_change()

    def _next(self) -> Job | None:
        """The next job that may be tried, marked as being printed; None when stopping."""
        with self._changed:
            while not self._is_stopping:
                now = self._clock.monotonic_us()
                waiting = [one for one in self._jobs.values() if one.state is JobState.WAITING]
                due = [one for one in waiting if self._due_us(one) <= now]
                if due:
                    job = min(due, key=lambda one: (one.printer in self._troubled, one.number))
                    self._keep(replace(job, state=JobState.PRINTING))
                    return self._jobs[job.number]
                soonest = min((self._due_us(one) for one in waiting), default=None)
                wait_s = None if soonest is None else (soonest - now) / 1_000_000
                self._changed.wait(wait_s)
            return None

    def _due_us(self, job: Job) -> int:
        # All jobs of a printer wait with its first: their order on paper is kept.
        return max(job.next_try_at_us, self._troubled.get(job.printer, 0))

    def _print(self, job: Job) -> Unavailable | None:
        """Sends one job; the error, or None when the printer took it."""
        with self._changed:
            transport = self._printers.get(job.printer)
        if transport is None:
            return Unavailable("PRINTER_UNKNOWN", printer=job.printer)
        try:
            transport.send(self._files.data(job.number), job.title)
        except Unavailable as error:
            return error
        except OSError as error:
            return Unavailable("PRINTER_UNREACHABLE", reason=error.strerror or "")
        return None

    def _settle(self, job: Job, error: Unavailable | None) -> None:
        with self._changed:
            tries = job.tries + 1
            if error is None:
                self._troubled.pop(job.printer, None)
                self._keep(replace(job, state=JobState.DONE, tries=tries, code="", reason=""))
                return
            pause_us = self._retry_us[min(job.tries, len(self._retry_us) - 1)]
            again_us = self._clock.monotonic_us() + pause_us
            self._troubled[job.printer] = again_us
            # A printer nobody has set up will not come by waiting.
            is_over = tries >= self._tries_max or error.code == "PRINTER_UNKNOWN"
            if is_over:
                self._troubled.pop(job.printer, None)
            self._keep(
                replace(
                    job,
                    state=JobState.FAILED if is_over else JobState.WAITING,
                    tries=tries,
                    next_try_at_us=again_us,
                    code=error.code,
                    reason=str(error.params.get("reason", "")),
                )
            )
