"""The simulator itself: it repeats exactly, holds on sound code, and finds what is planted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.command import FAULTS, main
from tests.simulation.house import templates
from tests.simulation.plants import PLANTS
from tests.simulation.run import simulate

ROOT = Path(__file__).parents[3]
SEEDS_PER_PLANT = 60


@pytest.mark.slow
def test_sound_code_keeps_every_invariant_over_a_few_seeds() -> None:
    outcomes = [simulate(seed) for seed in range(3)]

    assert [one.message for one in outcomes] == ["", "", ""]
    assert all(one.tally.steps >= 60 for one in outcomes)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace_in_other_processes_with_other_hash_seeds() -> None:
    traces = {_trace_in_a_process(hash_seed) for hash_seed in ("1", "2")}

    assert len(traces) == 1


def _trace_in_a_process(hash_seed: str) -> str:
    program = (
        "from tests.simulation.run import simulate;"
        "print(' '.join(simulate(seed).trace for seed in (5, 6)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_another_seed_is_another_run() -> None:
    assert simulate(1).trace != simulate(2).trace


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PLANTS))
def test_a_planted_bug_is_found_within_sixty_seeds(name: str) -> None:
    templates()
    with PLANTS[name]():
        found = next(
            (seed for seed in range(SEEDS_PER_PLANT) if simulate(seed).broken), SEEDS_PER_PLANT
        )

    assert found < SEEDS_PER_PLANT


def test_a_failing_seed_is_told_with_the_command_that_repeats_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["--seed", "0", "--plant", "skip confirm"])

    told = capsys.readouterr().out
    assert code == 1
    assert "seed 0 step " in told
    assert '--seed 0 --trace --plant "skip confirm"' in told
    assert told.splitlines()[-1] == "0 passed, 1 failed"


def test_every_fault_that_must_happen_has_its_name_once() -> None:
    assert len(set(FAULTS)) == len(FAULTS)
