"""The print queue: nothing is lost, nothing waits for a printer that is down, all can be seen."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.app.system import SystemClock
from desktop.devices.job_folder import KEPT_DONE, JobState
from desktop.devices.print_queue import PrintQueue
from desktop.devices.transports import Transport
from shared.core.errors import RuleViolation, Unavailable

WAIT_S = 5.0


class Paper:
    """A printer that prints into a list, fails while it is down, and can be held up."""

    def __init__(self, *, is_down: bool = False) -> None:
        self.sheets: list[bytes] = []
        self.tries = 0
        self.is_down = is_down
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.has_begun = threading.Event()

    def send(self, data: bytes, title: str = "") -> None:
        self.tries += 1
        self.has_begun.set()
        assert self.goes_on.wait(WAIT_S)
        if self.is_down:
            raise Unavailable("PRINTER_UNREACHABLE", reason="off")
        self.sheets.append(data)


class Desk:
    """A queue that is started and stopped with its test, and can be waited for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._changed = threading.Condition()
        self.queue: PrintQueue | None = None

    def open(
        self, *, is_started: bool = True, tries_max: int = 99, **printers: Transport
    ) -> PrintQueue:
        def tell() -> None:
            with self._changed:
                self._changed.notify_all()

        self.queue = PrintQueue(
            self.folder, printers, SystemClock(), tell, retry_us=(1_000,), tries_max=tries_max
        )
        if is_started:
            self.queue.start()
        return self.queue

    def wait(self, is_so: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(is_so, WAIT_S)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "jobs")
    yield desk
    if desk.queue is not None:
        desk.queue.stop()


def states(queue: PrintQueue) -> list[JobState]:
    return [job.state for job in queue.jobs()]


def test_jobs_are_printed_in_their_order(desk: Desk) -> None:
    paper = Paper()
    queue = desk.open(till=paper)
    for number in range(20):
        queue.submit("till", "小票", b"%d" % number)
    desk.wait(lambda: states(queue) == [JobState.DONE] * 20)
    assert paper.sheets == [b"%d" % number for number in range(20)]


def test_a_printer_that_was_down_prints_everything_when_it_is_back(desk: Desk) -> None:
    paper = Paper(is_down=True)
    queue = desk.open(till=paper)
    for number in range(3):
        queue.submit("till", "小票", b"%d" % number)
    desk.wait(lambda: paper.tries >= 5)
    waiting = [job for job in queue.jobs() if job.state is not JobState.DONE]
    assert len(waiting) == 3
    assert queue.job(1).code == "PRINTER_UNREACHABLE"
    assert queue.job(1).reason == "off"
    paper.is_down = False
    desk.wait(lambda: states(queue) == [JobState.DONE] * 3)
    assert paper.sheets == [b"0", b"1", b"2"]


def test_a_printer_that_is_down_does_not_hold_up_another(desk: Desk) -> None:
    down, up = Paper(is_down=True), Paper()
    queue = desk.open(kitchen=down, till=up)
    queue.submit("kitchen", "单", b"k")
    desk.wait(lambda: down.tries >= 1)
    numbers = [queue.submit("till", "小票", b"t") for _ in range(5)]
    desk.wait(lambda: all(queue.job(number).state is JobState.DONE for number in numbers))
    assert up.sheets == [b"t"] * 5


def test_what_waited_is_printed_after_a_restart(desk: Desk) -> None:
    queue = desk.open(till=Paper(is_down=True))
    queue.submit("till", "小票", b"receipt")
    queue.stop()
    paper = Paper()
    queue = desk.open(till=paper)
    desk.wait(lambda: states(queue) == [JobState.DONE])
    assert paper.sheets == [b"receipt"]


def test_a_job_that_was_being_printed_at_a_crash_is_printed_again(desk: Desk) -> None:
    queue = desk.open(is_started=False)
    queue.submit("till", "小票", b"receipt")
    file = next(desk.folder.glob("*.json"))
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "state": "printing"}))
    paper = Paper()
    queue = desk.open(till=paper)
    desk.wait(lambda: states(queue) == [JobState.DONE])


def test_torn_files_are_swept_away_and_the_rest_is_kept(desk: Desk) -> None:
    queue = desk.open(is_started=False)
    queue.submit("till", "a", b"1")
    queue.submit("till", "b", b"2")
    (desk.folder / "000000001.json").write_text("{")
    (desk.folder / "000000007.bin").write_bytes(b"x")
    (desk.folder / "000000008.json.part").write_bytes(b"x")
    queue = desk.open(is_started=False)
    assert [job.title for job in queue.jobs()] == ["b"]
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "000000002.bin",
        "000000002.json",
    ]


def test_a_printer_nobody_set_up_fails_at_once_and_prints_after_set_up(desk: Desk) -> None:
    queue = desk.open()
    number = queue.submit("till", "小票", b"r")
    desk.wait(lambda: states(queue) == [JobState.FAILED])
    assert queue.job(number).code == "PRINTER_UNKNOWN"
    paper = Paper()
    queue.set_printer("till", paper)
    queue.retry(number)
    desk.wait(lambda: states(queue) == [JobState.DONE])


def test_a_job_is_set_aside_after_many_tries_and_the_next_one_has_its_turn(desk: Desk) -> None:
    paper = Paper(is_down=True)
    queue = desk.open(till=paper, tries_max=3)
    queue.submit("till", "小票", b"1")
    desk.wait(lambda: states(queue) == [JobState.FAILED])
    assert paper.tries == 3
    paper.is_down = False
    queue.submit("till", "小票", b"2")
    desk.wait(lambda: states(queue) == [JobState.FAILED, JobState.DONE])


def test_a_waiting_job_is_cancelled_and_one_under_way_is_not(desk: Desk) -> None:
    paper = Paper()
    paper.goes_on.clear()
    queue = desk.open(till=paper)
    first, second = queue.submit("till", "1", b"1"), queue.submit("till", "2", b"2")
    assert paper.has_begun.wait(WAIT_S)
    with pytest.raises(RuleViolation) as refused:
        queue.cancel(first)
    assert refused.value.code == "PRINT_JOB_UNDER_WAY"
    queue.cancel(second)
    assert queue.submit("till", "3", b"3") == second + 1
    paper.goes_on.set()
    desk.wait(lambda: states(queue) == [JobState.DONE] * 2)
    assert paper.sheets == [b"1", b"3"]
    assert list(desk.folder.glob(f"*{second}.bin")) == []


def test_submitting_does_not_wait_for_the_printer(desk: Desk) -> None:
    paper = Paper()
    paper.goes_on.clear()
    queue = desk.open(till=paper)
    queue.submit("till", "1", b"1")
    assert paper.has_begun.wait(WAIT_S)
    queue.submit("till", "2", b"2")
    assert states(queue) == [JobState.PRINTING, JobState.WAITING]
    paper.goes_on.set()
    desk.wait(lambda: states(queue) == [JobState.DONE] * 2)


def test_a_printed_job_can_be_printed_again(desk: Desk) -> None:
    paper = Paper()
    queue = desk.open(till=paper)
    number = queue.submit("till", "小票", b"r")
    desk.wait(lambda: states(queue) == [JobState.DONE])
    again = queue.reprint(number)
    desk.wait(lambda: states(queue) == [JobState.DONE] * 2)
    assert (again, paper.sheets) == (number + 1, [b"r", b"r"])


def test_only_the_last_printed_jobs_are_kept(desk: Desk) -> None:
    queue = desk.open(till=Paper())
    for _ in range(KEPT_DONE + 5):
        queue.submit("till", "小票", b"r")
    desk.wait(lambda: all(state is JobState.DONE for state in states(queue)))
    queue.submit("till", "last", b"r")
    desk.wait(lambda: all(state is JobState.DONE for state in states(queue)))
    assert len(queue.jobs()) == KEPT_DONE + 1
    assert len(list(desk.folder.glob("*.bin"))) == KEPT_DONE + 1


def test_a_job_nobody_knows_is_told(desk: Desk) -> None:
    queue = desk.open(is_started=False)
    for act in (queue.cancel, queue.reprint, queue.retry, queue.job):
        with pytest.raises(RuleViolation) as refused:
            act(7)
        assert refused.value.code == "PRINT_JOB_UNKNOWN"
