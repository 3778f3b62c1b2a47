"""What all parts of a run share: head office, devices, the network, chance, and what is told."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sync_server.store.durable import JournalMark
from tests.simulation.device import Place, SimDevice
from tests.simulation.edges import Crash, SimDisk, World, new_disk
from tests.simulation.head_office import SimHeadOffice
from tests.simulation.house import FOUNDED, PLACES, START_US, House, templates
from tests.simulation.network import Network

_FOUNDED_SHARE = 0.35
"""Of the runs with a shop that begins by itself."""
_WORKERS_SHARE = 0.25
"""Of the runs in which head office has two workers."""


@dataclass
class Tally:
    """What a run did; sums over runs are printed."""

    steps: int = 0
    documents: int = 0
    syncs: int = 0
    fired: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Backup:
    """Head office's disk as it was."""

    disk: SimDisk
    made_at_us: int


class Broken(Exception):
    """An invariant does not hold."""

    def __init__(self, invariant: str, message: str) -> None:
        super().__init__(message)
        self.invariant = invariant


def must(holds: bool, invariant: str, message: str) -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(invariant, message)


class Stage:
    """The house of one seed with three to six devices."""

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.chance = random.Random(f"seed {seed}")
        self.tally = Tally()
        self.step = 0
        self._tell = tell
        self._trace = hashlib.sha256()
        self.world = World(START_US + self.chance.randrange(86_400_000_000))
        self.house = templates()
        # From chance of its own, here and below: who takes part otherwise is what it was without.
        workers = 1 + (random.Random(f"seed {seed}/workers").random() < _WORKERS_SHARE)
        disk = new_disk(self.house.office)
        self.office = SimHeadOffice.start(disk, self.world, str(seed), workers=workers)
        self.backups: list[Backup] = []
        self.proved: list[JournalMark] = []
        """How far journals stand in the oldest backup head office may be restored from."""
        self.durable: dict[tuple[str, int], JournalMark] = {}
        """The last slot of each journal that stood in a backup a drill proved."""
        self.promised: dict[str, set[str]] = {}
        """Documents head office had before it was restored: who holds their bytes, by uid."""
        self.network = Network(self.chance, self.tally.fired)
        places = [*PLACES[:2], *self.chance.sample(PLACES[2:], self.chance.randint(1, 4))]
        self.devices = {place.device_id: self._device(place, self.house) for place in places}
        if random.Random(f"seed {seed}/founded").random() < _FOUNDED_SHARE:
            founded = SimDevice.make(FOUNDED, self.house.empty, self.world, str(seed))
            self.devices[FOUNDED.device_id] = founded

    def _device(self, place: Place, house: House) -> SimDevice:
        """Most devices have synced before; the others meet head office in this run."""
        is_new = self.chance.random() < 0.25
        template = house.empty if is_new else house.synced[place.device_id]
        return SimDevice.make(place, template, self.world, str(self.seed))

    def say(self, *parts: object) -> None:
        """Goes into the trace hash, and to who listens."""
        line = " ".join(map(str, parts))
        self._trace.update(line.encode() + b"\n")
        if self._tell:
            self._tell(f"{self.step:4d} {line}")

    def fire(self, name: str) -> None:
        """Something that must happen sometimes happened."""
        self.tally.fired[name] += 1

    def durable_n(self, device_id: str, incarnation: int) -> int:
        """Up to which slot a journal stands in a proved backup; 0 = nothing."""
        mark = self.durable.get((device_id, incarnation))
        return mark.n if mark else 0

    @property
    def trace(self) -> str:
        """The hash of all that happened."""
        return self._trace.hexdigest()

    def guarded(self, device: SimDevice, act: Callable[[], None]) -> bool:
        """Let the device act; False when its process ended in it."""
        try:
            act()
        except Crash:
            self.crash(device, device.fuse.blown[-1])
            return False
        finally:
            self.tally.fired.update(device.fuse.failed[device.failures :])
            device.failures = len(device.fuse.failed)
        return True

    def crash(self, device: SimDevice, place: str) -> None:
        """The device's process ends."""
        self.say(device.label, "crash", place)
        self.fire(f"crash {place}")
        if device.conversation is not None:
            self.fire("crash in sync")
        device.crash()

    def release(self) -> None:
        """The run is over."""
        for device in self.devices.values():
            device.release()
        for backup in self.backups:
            backup.disk.release()
        self.office.disk.release()
