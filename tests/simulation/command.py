"""The command line of the simulator: which seeds, which plants, and what is printed."""

import argparse
import gc
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.simulation.events import EVENTS, OFTEN, SEEDS_FOR_EVENTS, rare
from tests.simulation.faults import SELDOM, TROUBLES
from tests.simulation.house import templates
from tests.simulation.planting import noting_reached
from tests.simulation.plants import PLANTS
from tests.simulation.reading import forget
from tests.simulation.repeating import HASH_SEEDS, differing
from tests.simulation.run import Outcome, simulate
from tests.simulation.shrinking import Shrinking, read, write
from tests.simulation.stage import Tally

_CHUNK = 5
NIGHTLY_SEEDS = 8_000
PLANT_SEEDS = 8_000
PLANTS_FOUND_PERCENT = 95
_GROWING = (12, 50, 200, 1_000)
FORCED: dict[str, tuple[str, ...]] = {
    "T06": ("backup made", "head office restored"),
    "T07": ("copy kept", "restored"),
    "T08": ("cloned", "copy kept"),
    "T09": ("copy kept", "restored", "backup made", "head office restored"),
    "T17": ("program updated", "head office updated"),
    "Q06": ("store shares", "store shares", "copy kept", "restored", "cloned"),
    "I12": ("restore drill", "weeks pass", "weeks pass", "head office restored", "restored"),
}
"""Troubles that are forced for a promise: head office restored, device restored, cloned, both;
programs updated; devices that share with their store, lost and copied; bytes let go once a proved
backup has them."""
_FORCED_SEEDS = {
    "T06": 2_000,
    "T07": 500,
    "T08": 500,
    "T09": 500,
    "T17": 500,
    "Q06": 500,
    "I12": 500,
}


class Task(NamedTuple):
    """What a process of the pool is to run."""

    plant: str = ""
    forced: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run seeds; 0 when every invariant held and everything that must happen happened."""
    chosen = _parser().parse_args(arguments)
    if chosen.script:
        return _play(chosen.script)
    if chosen.same:
        return _repeat(chosen)
    if chosen.plants:
        return _find_plants(chosen)
    if chosen.nightly:
        return _nightly(chosen)
    first = chosen.first if chosen.seed is None else chosen.seed
    count = chosen.seeds if chosen.seed is None else 1
    forced = FORCED[chosen.force] if chosen.force in FORCED else tuple(filter(None, [chosen.force]))
    task = Task(chosen.plant or "", forced)
    least = 1 if count >= SEEDS_FOR_EVENTS and task == Task() else 0
    return _run(chosen, task, range(first, first + count), least)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="one seed, and nothing else")
    parser.add_argument("--trace", action="store_true", help="tell every event")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="run with a planted bug")
    parser.add_argument("--processes", type=int, default=2)
    names = sorted({*FORCED, *(one.name for one in (*TROUBLES, *SELDOM))})
    parser.add_argument("--force", default="", choices=["", *names], help="more of one trouble")
    parser.add_argument("--shrink", action="store_true", help="make a script of what fails")
    parser.add_argument("--script", type=Path, help="make the moves of a script again")
    parser.add_argument("--plants", action="store_true", help="how soon each plant is found")
    parser.add_argument("--within", type=int, default=PLANT_SEEDS, help="seeds for each plant")
    parser.add_argument("--same", type=int, default=0, help="so many seeds are the same run again")
    parser.add_argument("--nightly", action="store_true", help="all of it, for hours")
    return parser


def _repeat(chosen: argparse.Namespace) -> int:
    """The same seeds in processes with other hash seeds (T02)."""
    began_s = time.monotonic()
    others, count = differing(chosen.first, chosen.same, at_once=chosen.processes)
    for seed in others:
        print(f"seed {seed} is another run in another process")
    told = f"{count - len(others)} of {count} seeds are the same run in {len(HASH_SEEDS)} processes"
    print(f"{told}, seconds {time.monotonic() - began_s:.0f}")
    return 1 if others else 0


def _run(chosen: argparse.Namespace, task: Task, seeds: range, least: int) -> int:
    began_s = time.monotonic()
    cpu_s = 0.0
    outcomes: list[Outcome] = []
    for part, spent_s in _results(chosen, task, seeds):
        cpu_s += spent_s
        _tell_failures(part, task, is_shrunk=chosen.shrink)
        # Moves and messages of sound runs are not kept: a long run would hold millions.
        outcomes += part
    return _tell_sum(outcomes, cpu_s, time.monotonic() - began_s, least)


def _results(
    chosen: argparse.Namespace, task: Task, seeds: range
) -> Iterator[tuple[list[Outcome], float]]:
    """The seeds in chunks, whose results come in order."""
    if len(seeds) == 1 or chosen.trace or chosen.processes == 1:
        yield from (_some(task, chosen.trace, (seed,)) for seed in seeds)
        return
    chunks = [tuple(seeds[at : at + _CHUNK]) for at in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(chosen.processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_some, task, False), chunks)


def _some(task: Task, is_told: bool, seeds: tuple[int, ...]) -> tuple[list[Outcome], float]:
    """Run a few seeds; the seconds of this processor they took, set-up not counted."""
    # The house is sound; only what runs in it has the plant.
    _move_in()
    with PLANTS[task.plant]() if task.plant else nullcontext():
        began_s = time.process_time()
        tell = print if is_told else None
        outcomes = [_one(seed, task.forced, tell) for seed in seeds]
    return outcomes, time.process_time() - began_s


@lru_cache(maxsize=1)
def _move_in() -> None:
    """Once in a process: what is frozen is never given back, and a run is to be."""
    templates()
    gc.freeze()
    # Cycles of a run go when it is over: looking for them all the time is a tenth of it.
    gc.disable()


def _one(seed: int, forced: tuple[str, ...], tell: Callable[[str], None] | None) -> Outcome:
    try:
        return simulate(seed, tell, forced=forced)
    finally:
        if seed % _CHUNK == 0:
            gc.collect()


def _tell_failures(outcomes: Sequence[Outcome], task: Task, *, is_shrunk: bool) -> None:
    for one in outcomes:
        if not one.broken:
            continue
        again = f"python -m tests.simulation --seed {one.seed} --trace"
        again += f' --plant "{task.plant}"' if task.plant else ""
        named = [name for name, forced in FORCED.items() if forced == task.forced]
        again += f' --force "{(named or task.forced)[0]}"' if task.forced else ""
        print(f"seed {one.seed} step {one.step} {one.broken}: {one.message[:300]}")
        print(f"  again: {again}", flush=True)
        if is_shrunk:
            _shrink(one, task)


def _shrink(outcome: Outcome, task: Task) -> None:
    with PLANTS[task.plant]() if task.plant else nullcontext():
        script = Shrinking(outcome).script(task.plant)
    for move in script.moves:
        print(f"  {move.number:4d} {move.device} {move.act}")
    print(f"  {len(script.moves)} of {len(outcome.moves)} moves: {script.told}")
    if not task.plant:
        print(f"  kept as {write(script).name}", flush=True)


def _play(path: Path) -> int:
    script = read(path)
    with PLANTS[script.plant]() if script.plant else nullcontext():
        outcome = script.outcome(print)
    print(f"{outcome.broken or 'all well'} {outcome.message}")
    return 1 if outcome.broken else 0


def _tell_sum(outcomes: Sequence[Outcome], cpu_s: float, took_s: float, least: int) -> int:
    total = Tally()
    trace = hashlib.sha256()
    for one in sorted(outcomes, key=lambda outcome: outcome.seed):
        total.steps += one.tally.steps
        total.documents += one.tally.documents
        total.syncs += one.tally.syncs
        total.fired += one.tally.fired
        trace.update(one.trace.encode())
    print(f"events {_counts(total.fired)}")
    print(
        f"seeds {len(outcomes)}, steps {total.steps}, documents {total.documents},"
        f" syncs {total.syncs}, seconds {took_s:.1f},"
        f" seeds per CPU second {len(outcomes) / max(cpu_s, 0.001):.2f}, trace {trace.hexdigest()}"
    )
    seldom = rare(total.fired, least)
    for told in seldom:
        print(f"happened less than {least} times: {told}")
    failed = sum(1 for one in outcomes if one.broken) + len(seldom)
    sys.stdout.flush()
    print(f"{sum(1 for one in outcomes if not one.broken)} passed, {failed} failed")
    return 1 if failed else 0


def _counts(fired: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(fired.items()))


def found_at(name: str, first: int, within: int) -> Outcome | None:
    """The first run from ``first`` on in which a planted bug is found, and only it.

    None when none of the seeds before ``within`` finds it. A seed whose sound run never comes to
    what the plant replaces would run as it does without it, and is passed over.
    """
    _move_in()
    for seed in range(first, within):
        is_sound, reached = _sound_run(seed)
        if name not in reached:
            continue
        with PLANTS[name]():
            outcome = _one(seed, (), None)
        forget()
        # What a plant does where sound code fails proves nothing.
        if outcome.broken and is_sound:
            return replace(outcome, moves=())
    return None


@lru_cache(maxsize=PLANT_SEEDS)
def _sound_run(seed: int) -> tuple[bool, frozenset[str]]:
    """Whether a seed is green on sound code, and which plants it would come to."""
    with noting_reached(PLANTS) as reached:
        outcome = _one(seed, (), None)
    forget()
    return not outcome.broken, frozenset(reached)


def _find_plants(chosen: argparse.Namespace) -> int:
    """Each plant over more and more seeds, until one of them finds it: the soon found ones first,
    so that a run which is ended early has told most of the list."""
    left = [chosen.plant] if chosen.plant else sorted(PLANTS)
    count, began_s = len(left), time.monotonic()
    first = 0
    with ProcessPoolExecutor(chosen.processes, mp_context=get_context("spawn")) as pool:
        for within in (*(one for one in _GROWING if one < chosen.within), chosen.within):
            running = {pool.submit(found_at, name, first, within): name for name in left}
            for done in as_completed(running):
                if one := done.result():
                    left.remove(running[done])
                    told = f"seed {one.seed} {one.broken}: {one.message[:80]}"
                    print(f"{running[done]}: {told}", flush=True)
            print(f"within {within} seeds: {count - len(left)} of {count}", flush=True)
            first = within
    for name in left:
        print(f"{name}: not found")
    found = count - len(left)
    print(f"plants {found} of {count} found, seconds {time.monotonic() - began_s:.0f}")
    return 0 if found * 100 >= count * PLANTS_FOUND_PERCENT else 1


def _nightly(chosen: argparse.Namespace) -> int:
    """The long run; with ``--first`` it goes on at that seed."""
    print(f"{len(EVENTS)} events, each at least {OFTEN} times")
    end = chosen.first + NIGHTLY_SEEDS if chosen.seeds == 500 else chosen.first + chosen.seeds
    least = OFTEN if end - chosen.first >= NIGHTLY_SEEDS else 0
    codes = [_run(chosen, Task(), range(chosen.first, end), least)]
    for name, forced in FORCED.items():
        print(f"forced {name}: {', '.join(forced)}")
        count = min(_FORCED_SEEDS[name], end - chosen.first)
        codes.append(
            _run(chosen, Task(forced=forced), range(chosen.first, chosen.first + count), 0)
        )
    codes.append(_find_plants(chosen))
    return max(codes)
