"""``python -m tests.demo``: a day of the demo brand, printed as a day book and proved.

``--check DIR`` proves a folder that an earlier run left, without playing the day again.
"""

import sys
import time
from pathlib import Path

from tests.demo import afternoon, morning, noon
from tests.demo.book import DayBook
from tests.demo.day import Day
from tests.demo.stage import a_stage


def main() -> int:
    start = time.monotonic()
    book = DayBook()
    with a_stage(Path("build/demo")) as stage:
        day = Day(stage=stage, book=book)
        for scene in (*morning.SCENES, *noon.SCENES, *afternoon.SCENES):
            s = time.monotonic()
            scene(day)
            print(f"   {time.monotonic() - s:.1f}s", file=sys.stderr)
    print(day.found)
    print(time.monotonic() - start)
    return 0


if __name__ == "__main__":
    sys.exit(main())
