"""One run from one seed: people, faults and syncs, then quiet, then the whole truth."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.carrier import Carrier
from tests.simulation.edges import MINUTE_US
from tests.simulation.faults import Faults
from tests.simulation.invariants import check_everything
from tests.simulation.network import CALM
from tests.simulation.people import People
from tests.simulation.stage import Broken, Stage, Tally

_QUIET_ROUNDS = 10
_PASSES_US = (50_000, 2_000_000, 30_000_000, 5 * MINUTE_US)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a seed ended; ``broken`` names the invariant, '' when all held."""

    seed: int
    trace: str
    tally: Tally
    step: int = 0
    broken: str = ""
    message: str = ""


def simulate(seed: int, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed; ``tell`` hears every event."""
    stage = Stage(seed, tell)
    broken = message = ""
    try:
        _Run(stage).all()
    except Broken as why:
        broken, message = why.invariant, str(why)
    except Exception as why:  # What nobody expected is a failure of its seed, not of the run.
        place = traceback.extract_tb(why.__traceback__)[-1]
        broken, message = "raised", f"{why!r} in {place.name}"
    finally:
        stage.tally.steps = stage.step
        stage.release()
    return Outcome(
        seed=seed,
        trace=stage.trace,
        tally=stage.tally,
        step=stage.step,
        broken=broken,
        message=message,
    )


class _Run:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._chance = stage.chance
        self._carrier = Carrier(stage)
        self._faults = Faults(stage, self._carrier)
        self._people = People(stage)

    def all(self) -> None:
        """All steps. Raises Broken."""
        steps = self._chance.randint(60, 120)
        self._stage.network.weather = self._faults.weather()
        for _ in range(steps):
            self._stage.step += 1
            self._step()
        self._settle()

    def _step(self) -> None:
        self._stage.world.now_us += self._chance.choice(_PASSES_US)
        self._faults.heal()
        device = self._chance.choice(list(self._stage.devices.values()))
        luck = self._chance.randrange(100)
        if device.store is None:
            self._faults.reopen(device)
        elif luck < 64:
            self._people.work(device)
        elif luck < 84:
            self._carrier.begin(device)
        else:
            self._faults.strike(device)
        for _ in range(self._chance.randrange(8)):
            self._carrier.deliver()

    def _settle(self) -> None:
        """Faults end; everybody syncs until nothing moves, and all must be well."""
        stage = self._stage
        stage.network.weather = CALM
        self._faults.end()
        self._carrier.is_calm = True
        stage.network.let_all_arrive()
        while self._carrier.deliver():
            pass
        for _ in range(_QUIET_ROUNDS):
            stage.step += 1
            stage.world.now_us += MINUTE_US
            if not sum([self._carrier.whole(device) for device in stage.devices.values()]):
                stage.tally.fired.update(check_everything(stage.devices, stage.office))
                stage.say("all well", stage.office.heads())
                return
        raise Broken("T05", "queues not empty after the last round")
