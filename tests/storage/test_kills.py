"""T12 in its short form: the long one is ``python -m tests.storage --kills 2000``."""

import subprocess
import sys


def test_a_till_and_a_server_that_are_killed_lose_nothing_they_had_told() -> None:
    line = [sys.executable, "-m", "tests.storage", "--kills", "4", "--server-kills", "1"]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stdout.count(" 0 faults")) == (0, 2), ran.stdout + ran.stderr
