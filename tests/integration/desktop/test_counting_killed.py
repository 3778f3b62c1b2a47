"""A counter's program is killed in the middle of a zone: nothing that sounded is lost (H10)."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from desktop.stocktake.model.counting import CountingModel
from desktop.store.desk import Desk
from shared.channel.rules import founder_id
from shared.core.rounding import MICRO
from tests.integration.desktop.counting_process import a_client

KILLED_AFTER = 137


def scanned_until_killed(home: Path) -> int:
    """How many scans the program had answered when it was killed."""
    command = [sys.executable, "-m", "tests.integration.desktop.counting_process", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = 0
        for line in process.stdout:
            answered = int(line)
            if answered == KILLED_AFTER:
                process.send_signal(signal.SIGKILL)
        process.wait()
    return answered


def test_killed_after_scan_137_the_program_starts_again_with_all_of_them(tmp_path: Path) -> None:
    answered = scanned_until_killed(tmp_path)
    assert answered >= KILLED_AFTER

    async def look() -> int:
        client = a_client(tmp_path)
        identity = client.store.identity
        assert identity is not None
        desk = Desk(client.store)
        model = CountingModel(desk, identity.site_id, founder_id(identity.site_id))
        desk.close()
        client.close()
        return model.pieces_micro // MICRO

    # A scan may be on disk before its line was written, never the other way round.
    assert asyncio.run(look()) in (answered, answered + 1)
