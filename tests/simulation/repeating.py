"""T02: the same seed is the same run, in other processes and under other hash seeds."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.simulation.run import simulate

_ROOT = Path(__file__).parents[2]
HASH_SEEDS = ("0", "1", "4294967295")
"""Each process orders its sets in another way; runs must not notice."""
_PROGRAM = "import sys; from tests.simulation.repeating import tell; tell(*map(int, sys.argv[1:]))"


def tell(first: int, count: int) -> None:
    """One line for each seed: its trace, and what broke."""
    for seed in range(first, first + count):
        outcome = simulate(seed)
        print(seed, outcome.trace, outcome.broken or "-", flush=True)


def differing(
    first: int, count: int, hash_seeds: Sequence[str] = HASH_SEEDS, at_once: int = 1
) -> tuple[list[int], int]:
    """The seeds that were another run in some process, and how many were compared.

    ``at_once`` processes run beside each other. Raises CalledProcessError when one of them fails.
    """
    told: list[list[str]] = []
    for start in range(0, len(hash_seeds), at_once):
        part = [_begun(one, first, count) for one in hash_seeds[start : start + at_once]]
        told += [_ended(process) for process in part]
    seeds = range(first, first + count)
    complete = [lines for lines in told if len(lines) == count]
    assert len(complete) == len(hash_seeds), "a process told too little"
    by_seed = zip(seeds, *complete, strict=True)
    return [seed for seed, *lines in by_seed if len(set(lines)) > 1], count


def _begun(hash_seed: str, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(first), str(count)],
        cwd=_ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def _ended(process: subprocess.Popen[str]) -> list[str]:
    told, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return told.splitlines()
