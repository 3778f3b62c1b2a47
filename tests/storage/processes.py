"""Real processes to be killed: each is forked from one that has the program loaded already."""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import IO, TypeVar

T = TypeVar("T")


class Process:
    """A child that writes lines; its end is its own or a kill."""

    def __init__(self, work: Callable[[Callable[[str], None]], None]) -> None:
        """Begin ``work`` in a process of its own; it is handed how to write a line."""
        reader, writer = os.pipe()
        self.number = os.fork()
        if self.number == 0:
            os.close(reader)
            _end_with(lambda: work(lambda line: _write(writer, line)))
        os.close(writer)
        self._lines: IO[str] = os.fdopen(reader)

    def kill(self) -> list[str]:
        """SIGKILL; the lines it had written that were not read before."""
        os.kill(self.number, signal.SIGKILL)
        return self.wait()

    def wait(self) -> list[str]:
        """The lines until its end, which is awaited."""
        lines = [line.rstrip("\n") for line in self._lines if line.endswith("\n")]
        self._lines.close()
        os.waitpid(self.number, 0)
        return lines

    def line(self) -> str:
        """The next line; '' at its end."""
        return self._lines.readline().rstrip("\n")

    def tell(self) -> None:
        """Ask it to come to an end (SIGTERM)."""
        os.kill(self.number, signal.SIGTERM)


def _write(number: int, line: str) -> None:
    os.write(number, f"{line}\n".encode())


def _end_with(work: Callable[[], None]) -> None:
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
    finally:
        # Nothing of the parent's is flushed or closed here.
        os._exit(code)


def in_child(work: Callable[[], T]) -> T:
    """What ``work`` comes to, worked out in a process of its own. Raises RuntimeError."""
    reader, writer = os.pipe()
    number = os.fork()
    if number == 0:
        os.close(reader)

        def answer() -> None:
            with os.fdopen(writer, "wb") as out:
                out.write(pickle.dumps(work()))

        _end_with(answer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answered:
        data = answered.read()
    os.waitpid(number, 0)
    if not data:
        raise RuntimeError("the process ended without an answer")
    # It was written by our own child a moment ago.
    found: T = pickle.loads(data)
    return found
