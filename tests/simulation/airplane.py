"""A store in airplane mode: weeks of all its work without a network, then one sync (Q01).

``python -m tests.simulation.airplane --sales 15000``: nobody is asked anything, nothing is
refused, and head office has all of it after one sync.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from desktop.sync.engine import Ask, drive, sync
from shared.core.ids import uuid7
from shared.sync.messages import Message, pack, unpack
from tests.simulation import channel_trade, counting, selling, tilling
from tests.simulation.carrier import Carrier
from tests.simulation.device import SimDevice
from tests.simulation.invariants import check_device, check_everything
from tests.simulation.selling import NothingToDo
from tests.simulation.stage import Stage, must
from tests.simulation.workload import Act

DAYS = 30
_DAY_US = 86_400_000_000
_TILL = "SH01.01"
_DAY: tuple[tuple[Act, int], ...] = (
    (tilling.run_shift, 2),
    (selling.move, 2),
    (selling.bring_back, 2),
    (selling.dispatch, 1),
    (selling.receive_transfer, 1),
    (channel_trade.submit, 1),
    (channel_trade.receive, 1),
    (counting.open_count, 1),
    (counting.count_zone, 2),
    (counting.reveal, 1),
    (counting.post_count, 1),
    (tilling.run_shift, 3),
)
"""What happens every day beside the sales: act and how often."""


class Flight(NamedTuple):
    """What came of it."""

    done: Counter[str]
    pushed: int
    seconds: float
    """Of the one sync."""


def fly(sales: int, seed: int = 0) -> Flight:
    """Work for 30 days without a network, land, and sync once. Raises Broken."""
    stage = Stage(seed)
    try:
        device = stage.devices[_TILL]
        carrier = Carrier(stage)
        carrier.is_calm = True
        carrier.whole(device)
        device.is_cut_off = True
        done = _work(stage, device, sales)
        check_device(device)
        device.is_cut_off = False
        began_s = time.monotonic()
        pushed = _land(stage, device)
        seconds = time.monotonic() - began_s
        for other in stage.devices.values():
            while carrier.whole(other):
                pass
        carrier.whole(device)
        check_everything(stage.devices, stage.office, stage.promised)
        return Flight(done, pushed, seconds)
    finally:
        stage.release()


def _work(stage: Stage, device: SimDevice, sales: int) -> Counter[str]:
    done: Counter[str] = Counter()
    chance = random.Random(f"airplane {stage.seed}")
    for day in range(DAYS):
        acts = [act for act, times in _DAY for _ in range(times)]
        acts += [selling.sell] * ((day + 1) * sales // DAYS - day * sales // DAYS)
        chance.shuffle(acts)
        for act in acts:
            stage.world.now_us += _DAY_US // (len(acts) + 1)
            done[act.__name__] += _do(stage, device, act, chance)
    return done


def _do(stage: Stage, device: SimDevice, act: Act, chance: random.Random) -> int:
    uid = uuid7(stage.world.now_us, device.randomness)
    before = len(device.confirmed)
    try:
        device.run("wang", lambda session: act(session, chance, uid))
    except NothingToDo:
        return 0
    must(len(device.confirmed) > before, "Q01", f"{act.__name__} was not done")
    return 1


def _land(stage: Stage, device: SimDevice) -> int:
    """One sync, whatever it takes; how many documents went up in it."""

    def send(ask: Ask) -> Message:
        data = stage.office.handle(device.name, ask.path, pack(ask.message))
        return unpack(data, ask.answer)

    summary = drive(sync(device.running, device.clock), send)
    must(summary.pushed == len(device.confirmed), "Q01", f"{summary.pushed} documents went up")
    must(not summary.kept, "Q01", f"head office keeps {summary.kept}")
    return summary.pushed


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was done and how long landing took; 0 when all of it is at head office."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.airplane")
    parser.add_argument("--sales", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    flight = fly(chosen.sales, chosen.seed)
    for name, times in sorted(flight.done.items()):
        print(f"{name} {times}")
    print(f"{flight.pushed} documents in one sync of {flight.seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
