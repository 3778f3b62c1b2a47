"""A machine whose wall clock shows the story's time: sets it, then runs a program as it stands.

``python -m tests.demo.machine CLOCK MODULE …`` is ``python -m MODULE …`` on that machine.
"""

import mmap
import runpy
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

OFFSET = struct.Struct("<q")
"""What the clock file holds: how far the story is ahead of the real time, in microseconds."""


def story_time(clock: Path) -> Callable[[], int]:
    """The wall clock of a machine in the story, as ``time.time_ns`` tells it."""
    real = time.time_ns
    with clock.open("rb") as file:
        shown = mmap.mmap(file.fileno(), OFFSET.size, access=mmap.ACCESS_READ)
    return lambda: real() + OFFSET.unpack_from(shown)[0] * 1_000


def main() -> None:
    """Set the clock and run the module."""
    clock, module, *arguments = sys.argv[1:]
    time.time_ns = story_time(Path(clock))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
