"""The simulator itself: it repeats exactly, holds on sound code, finds and shrinks what is planted.

The long runs are commands: ``python -m tests.simulation --nightly`` and ``--plants``.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.journal.chain import SigningKey, VerifyKey
from tests.simulation.airplane import fly
from tests.simulation.command import FORCED, main
from tests.simulation.edges import new_disk
from tests.simulation.events import EVENTS
from tests.simulation.faults import SELDOM, TROUBLES
from tests.simulation.house import PLACES, templates
from tests.simulation.planting import noting_reached
from tests.simulation.plants import PLANTS
from tests.simulation.reading import signatures_checked_once
from tests.simulation.run import simulate
from tests.simulation.shrinking import FOUND, Shrinking, read

ROOT = Path(__file__).parents[3]
SEEDS_PER_PLANT = 4
SOON_FOUND = (
    "confirm adds again",
    "drop kept",
    "foreign site stored",
    "all is authorised",
    "said twice",
    "skip confirm",
)
"""A few of the plants: those a run or two find."""


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace_in_other_processes_with_other_hash_seeds() -> None:
    quick = _trace_in_a_process("1")
    plain = _trace_in_a_process("2", QUTONG_SIM_PLAIN="1")

    assert quick == plain, "also when SQLAlchemy carries every statement itself"


def _trace_in_a_process(hash_seed: str, **said: str) -> str:
    program = (
        "from tests.simulation.run import simulate;"
        "outcomes = [simulate(seed) for seed in (5,)];"
        "print([(one.trace, one.broken) for one in outcomes])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed} | said,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "''" in done.stdout
    return done.stdout


def test_another_seed_is_another_run() -> None:
    one, other = simulate(1), simulate(2)

    assert (one.message, other.message) == ("", "")
    assert one.trace != other.trace
    assert one.tally.steps >= 60


@pytest.mark.slow
@pytest.mark.parametrize("name", SOON_FOUND)
def test_a_planted_bug_is_found_within_a_few_seeds(name: str) -> None:
    templates()
    with PLANTS[name]():
        found = next(
            (seed for seed in range(SEEDS_PER_PLANT) if simulate(seed).broken), SEEDS_PER_PLANT
        )

    assert found < SEEDS_PER_PLANT


@pytest.mark.slow
def test_goods_that_leave_a_scope_leave_who_holds_it() -> None:
    sound = simulate(0, forced=("goods withdrawn",))
    with PLANTS["no tombstones"]():
        planted = simulate(0, forced=("goods withdrawn",))

    assert sound.tally.fired["goods withdrawn"]
    assert (sound.broken, planted.broken) == ("", "I4")


def test_there_are_as_many_plants_and_events_as_were_promised() -> None:
    assert len(PLANTS) >= 40
    assert len(set(EVENTS)) == len(EVENTS) >= 60


def test_a_disk_over_a_used_place_holds_its_template_and_nothing_of_the_disk_before() -> None:
    first = new_disk(templates().office)
    first.look("INSERT INTO about (name, value) VALUES ('of', 'the first')")
    place = first.place
    first.release()
    second = new_disk(templates().office)

    assert second.place is place
    assert not second.look("SELECT value FROM about WHERE name = 'of'")
    assert second.look("SELECT count(*) FROM device") == [(len(PLACES),)]
    with pytest.raises(AssertionError, match="gone"):
        first.cursor()
    second.release()


def test_a_place_whose_tables_changed_is_not_used_again() -> None:
    first = new_disk(templates().office)
    place = first.place
    first.look("CREATE TABLE later (id TEXT)")
    first.release()
    second = new_disk(templates().office)

    assert second.place is not place
    assert not second.look("SELECT name FROM sqlite_schema WHERE name = 'later'")
    second.release()


def test_what_a_plant_signs_is_looked_at() -> None:
    key, link = SigningKey.from_seed(bytes(32)), bytes(32)
    with PLANTS["heads signed by nobody"](), signatures_checked_once():
        assert not VerifyKey(key.public).head_good(link, key.sign_head(link))
    with signatures_checked_once():
        assert VerifyKey(key.public).head_good(link, key.sign_head(link))


@pytest.mark.parametrize("name", PLANTS)
def test_what_a_plant_switches_off_is_there(name: str) -> None:
    assert PLANTS[name].original is not None


def test_a_run_tells_which_plants_it_came_to() -> None:
    plants = {name: PLANTS[name] for name in ("confirm adds again", "join is once")}
    with noting_reached(plants) as reached:
        alone = simulate(1)

    assert reached == {"confirm adds again"}
    assert alone.trace == simulate(1).trace


def test_what_is_forced_for_a_promise_is_a_trouble() -> None:
    names = {one.name for one in (*TROUBLES, *SELDOM)}

    assert {name for forced in FORCED.values() for name in forced} <= names


def test_a_failing_seed_is_told_with_the_command_that_repeats_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["--seed", "0", "--plant", "skip confirm"])

    told = capsys.readouterr().out
    assert code == 1
    assert "seed 0 step " in told
    assert '--seed 0 --trace --plant "skip confirm"' in told
    assert told.splitlines()[-1] == "0 passed, 1 failed"


def test_a_failing_run_shrinks_to_moves_that_fail_the_same_way() -> None:
    templates()
    with PLANTS["skip confirm"]():
        found = simulate(0)
        script = Shrinking(found, runs_max=6).script("skip confirm")
        again = script.outcome()

    assert len(script.moves) < len(found.moves)
    assert again.broken == found.broken


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_found_once_is_mended(path: Path) -> None:
    outcome = read(path).outcome()

    assert (outcome.broken, outcome.message) == ("", "")


def test_a_store_works_for_thirty_days_without_a_network_and_delivers_it_in_one_sync() -> None:
    flight = fly(sales=30)

    assert flight.done["sell"] == 30
    assert flight.done["run_shift"] >= 30
    assert flight.pushed >= 300
