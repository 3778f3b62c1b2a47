"""One run from a seed, or from a script of its moves: trouble, then quiet, then the truth."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.simulation.carrier import Carrier
from tests.simulation.closing import is_month_over
from tests.simulation.device import SimDevice
from tests.simulation.durable import check_durable
from tests.simulation.edges import DAY_US, MINUTE_US, Crash
from tests.simulation.faults import MONTH, Faults
from tests.simulation.invariants import check_everything, check_step
from tests.simulation.narrow import narrow
from tests.simulation.network import CALM
from tests.simulation.people import People
from tests.simulation.reading import columns_read_once, signatures_checked_once
from tests.simulation.seldom import seldom
from tests.simulation.sharing import check_neighbours, waits
from tests.simulation.stage import Broken, Stage, Tally

QUIET_ROUNDS = 10
_PASSES_US = (50_000, 2_000_000, 30_000_000, 5 * MINUTE_US)
_PATIENCE_DAYS = (2, 2, 32)
"""After so long a neighbour hands up what its author does not, and then waits no more."""
_NARROW = 0.2
"""Of the runs in which batches, pages and slices hold next to nothing."""
_FORCED = 0.06
"""Of the steps of a run in which a trouble is forced."""


class Move(NamedTuple):
    """What happened in a step: everything about it follows from its number and these two words.

    Moves can be left out of a script without changing what the others draw.
    """

    number: int
    device: str
    act: str
    """``work``, ``sync``, ``start``, or the name of a trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a seed ended; ``broken`` names the invariant, '' when all held."""

    seed: int
    trace: str
    tally: Tally
    step: int = 0
    broken: str = ""
    message: str = ""
    moves: tuple[Move, ...] = ()


def simulate(
    seed: int,
    tell: Callable[[str], None] | None = None,
    *,
    forced: Sequence[str] = (),
    script: Sequence[Move] | None = None,
) -> Outcome:
    """Run one seed; ``tell`` hears every event.

    ``forced`` names troubles that happen more often; with a ``script`` its moves are made again,
    and nothing else.
    """
    with signatures_checked_once(), columns_read_once():
        return _simulate(Stage(seed, tell), forced, script)


def _simulate(stage: Stage, forced: Sequence[str], script: Sequence[Move] | None) -> Outcome:
    run = _Run(stage, forced)
    broken = message = ""
    try:
        run.all(script)
    except Broken as why:
        broken, message = why.invariant, str(why)
    except (
        Exception,
        Crash,
    ) as why:  # What nobody expected is a failure of its seed, not of the run.
        place = traceback.extract_tb(why.__traceback__)[-1]
        broken, message = "raised", f"{why!r} in {place.name}"
    finally:
        stage.tally.steps = stage.step
        stage.release()
    return Outcome(
        seed=stage.seed,
        trace=stage.trace,
        tally=stage.tally,
        step=stage.step,
        broken=broken,
        message=message,
        moves=tuple(run.moves) if broken else (),
    )


class _Run:
    def __init__(self, stage: Stage, forced: Sequence[str]) -> None:
        self._stage = stage
        self._chance = stage.chance
        self._forced = tuple(forced)
        self._carrier = Carrier(stage)
        self._faults = Faults(stage, self._carrier)
        self._people = People(stage)
        self.moves: list[Move] = []

    def all(self, script: Sequence[Move] | None) -> None:
        """All steps. Raises Broken."""
        steps = self._chance.randint(60, 120)
        self._stage.network.weather = self._faults.weather()
        if self._chance.random() < _NARROW:
            self._stage.fire("narrow run")
            with narrow():
                self._all(steps, script)
        else:
            self._all(steps, script)

    def _all(self, steps: int, script: Sequence[Move] | None) -> None:
        for move in self._chosen(steps) if script is None else self._again(script):
            self.moves.append(move)
            self._make(move)
        self._settle()

    def _begin(self, number: int) -> None:
        """Chance begins anew in every step, so that no step depends on what others drew."""
        self._stage.step = number
        self._chance.seed(f"seed {self._stage.seed} step {number}")
        self._stage.world.now_us += self._chance.choice(_PASSES_US)
        self._faults.heal()

    def _chosen(self, steps: int) -> Iterator[Move]:
        for number in range(1, steps + 1):
            self._begin(number)
            device = self._chance.choice(list(self._stage.devices.values()))
            luck = self._chance.randrange(100)
            if device.store is None:
                act = "start"
            elif self._forced and self._chance.random() < _FORCED:
                act = self._chance.choice(self._forced)
            elif luck < 64:
                act = "work"
            elif luck < 84:
                act = "sync"
            else:
                act = self._faults.choose()
            if device.store is not None and is_month_over(self._stage.seed, number):
                act = MONTH.name
            if device.store is not None:
                act = seldom(self._stage.seed, number) or act
            yield Move(number, device.label, act)

    def _again(self, script: Sequence[Move]) -> Iterator[Move]:
        for move in script:
            self._begin(move.number)
            yield move

    def _make(self, move: Move) -> None:
        stage, chance = self._stage, self._chance
        chance.seed(f"seed {stage.seed} step {move.number} {move.device} {move.act}")
        device = stage.devices.get(move.device)
        if device is None:
            return
        if device.store is None:
            self._faults.reopen(device)
        elif move.act == "work":
            self._people.work(device)
        elif move.act == "sync":
            self._carrier.begin(device)
        elif move.act != "start":
            self._faults.strike(device, move.act)
        for _ in range(chance.randrange(8)):
            self._carrier.deliver()
        check_step(device)

    def _settle(self) -> None:
        """Faults end; everybody syncs until nothing moves, and all must be well."""
        stage = self._stage
        stage.network.weather = CALM
        self._faults.end()
        self._carrier.is_calm = True
        stage.network.let_all_arrive()
        while self._carrier.deliver():
            pass
        self._until_quiet()
        for days in _PATIENCE_DAYS:
            if any(waits(device) for device in self._trusted()):
                stage.fire("neighbour missed")
                stage.world.now_us += days * DAY_US
                self._until_quiet()
        check_neighbours(stage)
        stage.tally.fired.update(check_everything(stage.devices, stage.office, stage.promised))
        check_durable(stage)
        stage.say("all well", stage.office.heads())

    def _trusted(self) -> list[SimDevice]:
        return [device for device in self._stage.devices.values() if not device.is_revoked]

    def _until_quiet(self) -> None:
        """Rounds of syncs until nothing moves. Raises Broken."""
        stage = self._stage
        devices = self._trusted()
        quiet = 0
        for turn in range(QUIET_ROUNDS * len(devices)):
            stage.step += 1
            stage.world.now_us += MINUTE_US
            moved = self._carrier.whole(devices[turn % len(devices)])
            quiet = 0 if moved else quiet + 1
            if quiet == len(devices):
                return
        raise Broken("T05", "queues not empty after the last round")
