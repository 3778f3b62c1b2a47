"""The command line of the simulator: which seeds, which plant, and what is printed."""

import argparse
import gc
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context

from tests.simulation.house import templates
from tests.simulation.plants import PLANTS
from tests.simulation.run import Outcome, simulate
from tests.simulation.stage import Tally

FAULTS = (
    "HQ count_corrected",
    "HQ order_decided accepted",
    "HQ order_decided cancelled",
    "HQ price_version_rejected PARENT_MOVED",
    "HQ request_refused ALREADY_DECIDED",
    "HQ request_refused CREDIT",
    "clock jump",
    "crash after commit",
    "crash after spool",
    "crash at rest",
    "crash before commit",
    "crash before spool",
    "crash in sync",
    "crash statement",
    "crash torn spool",
    "crash while opening",
    "database lost",
    "double submit",
    "drop answer",
    "drop request",
    "duplicate request",
    "form repeated",
    "partition",
    "poison",
    "reorder",
    "reset after commit",
    "scope gained",
    "scope lost",
    "server crash after commit",
    "server crash before commit",
    "server crash statement",
    "slot reposted",
    "slot respooled",
    "spool lost",
    "straggler",
)
"""What must have happened in any run of many seeds: faults, and head office's rarer answers."""
SEEDS_FOR_FAULTS = 100
_CHUNK = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run seeds; 0 when every invariant held and every fault fired."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="one seed, and nothing else")
    parser.add_argument("--trace", action="store_true", help="tell every event")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="run with a planted bug")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    first = chosen.first if chosen.seed is None else chosen.seed
    count = chosen.seeds if chosen.seed is None else 1
    plant: str = chosen.plant or ""
    began_s = time.monotonic()
    cpu_s = 0.0
    outcomes: list[Outcome] = []
    if count == 1 or chosen.trace or chosen.processes == 1:
        results = (_some(plant, chosen.trace, (seed,)) for seed in range(first, first + count))
        for part, spent_s in results:
            outcomes += part
            cpu_s += spent_s
            _tell_failures(part, plant)
    else:
        for part, spent_s in _in_processes(plant, range(first, first + count), chosen.processes):
            outcomes += part
            cpu_s += spent_s
            _tell_failures(part, plant)
    return _tell_sum(outcomes, cpu_s, time.monotonic() - began_s)


def _in_processes(
    plant: str, seeds: range, processes: int
) -> Iterator[tuple[list[Outcome], float]]:
    """The seeds in chunks, whose results come in order."""
    chunks = [tuple(seeds[at : at + _CHUNK]) for at in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_some, plant, False), chunks)


def _some(plant: str, is_told: bool, seeds: tuple[int, ...]) -> tuple[list[Outcome], float]:
    """Run a few seeds; the seconds of this processor they took, set-up not counted."""
    # The house is sound; only what runs in it has the plant.
    templates()
    gc.freeze()
    # Cycles of a run go when it is over: looking for them all the time is a tenth of it.
    gc.disable()
    with PLANTS[plant]() if plant else nullcontext():
        began_s = time.process_time()
        tell = print if is_told else None
        outcomes = [_one(seed, tell) for seed in seeds]
    return outcomes, time.process_time() - began_s


def _one(seed: int, tell: Callable[[str], None] | None) -> Outcome:
    try:
        return simulate(seed, tell)
    finally:
        gc.collect()


def _tell_failures(outcomes: Sequence[Outcome], plant: str) -> None:
    for one in outcomes:
        if one.broken:
            again = f"python -m tests.simulation --seed {one.seed} --trace"
            again += f' --plant "{plant}"' if plant else ""
            print(f"seed {one.seed} step {one.step} {one.broken}: {one.message[:300]}")
            print(f"  again: {again}", flush=True)


def _tell_sum(outcomes: Sequence[Outcome], cpu_s: float, took_s: float) -> int:
    total = Tally()
    trace = hashlib.sha256()
    for one in sorted(outcomes, key=lambda outcome: outcome.seed):
        total.steps += one.tally.steps
        total.documents += one.tally.documents
        total.syncs += one.tally.syncs
        total.fired += one.tally.fired
        trace.update(one.trace.encode())
    print(f"faults {_counts(total.fired)}")
    print(
        f"seeds {len(outcomes)}, steps {total.steps}, documents {total.documents},"
        f" syncs {total.syncs}, seconds {took_s:.1f},"
        f" seeds per CPU second {len(outcomes) / max(cpu_s, 0.001):.2f}, trace {trace.hexdigest()}"
    )
    silent = _silent(total.fired) if len(outcomes) >= SEEDS_FOR_FAULTS else []
    for name in silent:
        print(f"never fired: {name}")
    failed = sum(1 for one in outcomes if one.broken) + len(silent)
    sys.stdout.flush()
    print(f"{sum(1 for one in outcomes if not one.broken)} passed, {failed} failed")
    return 1 if failed else 0


def _silent(fired: Counter[str]) -> list[str]:
    return [name for name in FAULTS if not fired[name]]


def _counts(fired: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(fired.items()))
