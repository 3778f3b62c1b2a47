"""One run from one seed: a house, its devices, faults, and what must hold all the while."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.sync.engine import Ask
from shared.core.errors import Conflict, QutongError, Unavailable
from shared.core.ids import uuid7
from shared.sync.appending import AlreadyAppended
from shared.sync.messages import pack, unpack
from tests.simulation.device import Place, SimDevice, UseCase
from tests.simulation.edges import MINUTE_US, Crash, World, new_disk
from tests.simulation.head_office import SimHeadOffice
from tests.simulation.house import PLACES, START_US, House, templates
from tests.simulation.invariants import Broken, check_device, check_everything
from tests.simulation.network import CALM, Network, Packet, Weather
from tests.simulation.publishing import misbehave
from tests.simulation.selling import NothingToDo
from tests.simulation.workload import Deed, choose

_QUIET_ROUNDS = 10
_CRASH_PLACES = (
    "any",
    "statement",
    "before commit",
    "after commit",
    "before spool",
    "torn spool",
    "after spool",
)
_BENIGN = frozenset({"NETWORK", "SYNC_UNSETTLED"})


@dataclass
class Tally:
    """What a run did; sums over runs are printed."""

    steps: int = 0
    documents: int = 0
    syncs: int = 0
    fired: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a seed ended; ``broken`` is '' when all held."""

    seed: int
    trace: str
    tally: Tally
    step: int = 0
    broken: str = ""
    message: str = ""


class Simulation:
    """The state of one run."""

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.chance = random.Random(f"seed {seed}")
        self.tally = Tally()
        self.step = 0
        self._tell = tell
        self._trace = hashlib.sha256()
        self.world = World(START_US + self.chance.randrange(86_400_000_000))
        house = templates()
        self.office = SimHeadOffice.start(new_disk(house.office), self.world, str(seed))
        self.network = Network(self.chance, self.tally.fired)
        self.devices = {
            place.device_id: self._device(place, house) for place in [*PLACES[:2], *self._guests()]
        }
        self.cut_until: dict[str, int] = {}

    def _guests(self) -> list[Place]:
        return self.chance.sample(list(PLACES[2:]), self.chance.randint(1, 4))

    def _device(self, place: Place, house: House) -> SimDevice:
        """Most devices have synced before; the others meet head office in this run."""
        is_new = self.chance.random() < 0.25
        template = house.empty if is_new else house.synced[place.device_id]
        return SimDevice.make(place, template, self.world, str(self.seed))

    # What is told

    def say(self, *parts: object) -> None:
        """Goes into the trace hash, and to who listens."""
        line = " ".join(map(str, parts))
        self._trace.update(line.encode() + b"\n")
        if self._tell:
            self._tell(f"{self.step:4d} {line}")

    @property
    def trace(self) -> str:
        """The hash of all that happened."""
        return self._trace.hexdigest()

    # The run

    def run(self) -> Outcome:
        """All steps, then quiet, then the whole truth."""
        steps = self.chance.randint(60, 120)
        try:
            self.network.weather = self._weather()
            for _ in range(steps):
                self.step += 1
                self._step()
            self._settle()
        except Broken as why:
            return self._outcome(why.invariant, str(why))
        finally:
            self.tally.steps = self.step
            for device in self.devices.values():
                device.release()
            self.office.disk.release()
        return self._outcome("", "")

    def _outcome(self, broken: str, message: str) -> Outcome:
        return Outcome(
            seed=self.seed,
            trace=self.trace,
            tally=self.tally,
            step=self.step,
            broken=broken,
            message=message,
        )

    def _weather(self) -> Weather:
        """Some runs are calm, most are not."""
        worse = self.chance.choice((0, 1, 1, 2, 3))
        plain = Weather()
        return Weather(**{name: worse * getattr(plain, name) for name in Weather.__slots__})

    def _step(self) -> None:
        self.world.now_us += self.chance.choice((50_000, 2_000_000, 30_000_000, 5 * MINUTE_US))
        self._heal()
        device = self.chance.choice(list(self.devices.values()))
        if device.store is None:
            self._reopen(device)
        else:
            self._something(device)
        for _ in range(self.chance.randrange(8)):
            self._deliver()

    def _something(self, device: SimDevice) -> None:
        luck = self.chance.randrange(100)
        if luck < 62:
            self._work(device)
        elif luck < 82:
            self._begin_sync(device)
        elif luck < 90:
            self._light(device)
        elif luck < 93:
            self._cut(device)
        elif luck < 95:
            device.clock.offset_us += self.chance.randrange(-120_000_000, 120_000_000)
            self.tally.fired["clock jump"] += 1
            self.say(device.name, "clock", device.clock.offset_us)
        elif luck < 97:
            self._misbehave(device)
        elif luck < 99:
            place = self.chance.choice(("statement", "before commit", "after commit"))
            self.office.disk.fuse.light(place, self.chance.randint(1, 30))
        else:
            self._crash(device, "at rest")

    # Faults

    def _light(self, device: SimDevice) -> None:
        """Its process will end at some touch of the disk soon."""
        place = self.chance.choice(_CRASH_PLACES)
        most = 80 if place in ("any", "statement") else 6
        device.fuse.light(place, self.chance.randint(1, most))

    def _cut(self, device: SimDevice) -> None:
        device.is_cut_off = True
        self.cut_until[device.name] = self.step + self.chance.randint(5, 40)
        self.tally.fired["partition"] += 1
        self.say(device.name, "cut off")
        if self.network.lose(device.name) and device.conversation is not None:
            self._lost(device)

    def _heal(self) -> None:
        for name, until in list(self.cut_until.items()):
            if self.step >= until:
                del self.cut_until[name]
                self.devices[name].is_cut_off = False
                self.say(name, "back")

    def _crash(self, device: SimDevice, place: str) -> None:
        self.say(device.name, "crash", place)
        self.tally.fired[f"crash {place}"] += 1
        if device.conversation is not None:
            self.tally.fired["crash in sync"] += 1
        device.crash()

    def _crashed(self, device: SimDevice) -> None:
        self._crash(device, device.fuse.blown[-1] if device.fuse.blown else "?")

    def _lose_something(self, device: SimDevice) -> None:
        """While it is down a disk may lose one of the two files, never both."""
        luck = self.chance.random()
        if luck < 0.12 and device.is_whole:
            device.lose_database(templates().empty)
            device.is_whole = False
            self.tally.fired["database lost"] += 1
            self.say(device.name, "lost its database")
        elif 0.12 <= luck < 0.18 and device.is_whole:
            device.spool.data = b""
            device.is_whole = False
            self.tally.fired["spool lost"] += 1
            self.say(device.name, "lost its spool")

    def _reopen(self, device: SimDevice) -> None:
        self._lose_something(device)
        if self.chance.random() < 0.1:
            device.fuse.light("any", self.chance.randint(1, 150))
        else:
            device.fuse.renew()
        try:
            device.open()
        except Crash:
            self.tally.fired["crash while opening"] += 1
            self.say(device.name, "crash while opening")
            device.crash()
            return
        opened = device.running.opened
        self.say(device.name, "open", opened.reposted, opened.respooled)
        for name, count in (("reposted", opened.reposted), ("respooled", opened.respooled)):
            if count:
                self.tally.fired[f"slot {name}"] += 1
        self._guarded(device, lambda: check_device(device))

    def _misbehave(self, device: SimDevice) -> None:
        self._guarded(device, lambda: self._plant_poison(device))

    def _plant_poison(self, device: SimDevice) -> None:
        now_us = self.world.now_us
        n = misbehave(device.running, self.chance, now_us, device.poison)
        self.tally.fired["poison"] += 1
        self.say(device.name, "poison", n)

    # People

    def _work(self, device: SimDevice) -> None:
        if device.to_repeat is not None:
            uid, usecase, author = device.to_repeat
            device.to_repeat = None
            self.tally.fired["form repeated"] += 1
            self._do(device, author, usecase, uid, "again", is_wrong=False)
            return
        for _ in range(_DEEDS_TRIED):
            deed, author = choose(device.place.device_type, device.place.people, self.chance)
            uid = uuid7(self.world.now_us, device.randomness)
            if deed.is_wrong:
                device.wrong.add(uid.hex())
            usecase = _bound(deed, random.Random(self.chance.random()), uid)
            try:
                self._do(device, author, usecase, uid, deed.act.__name__)
            except NothingToDo:
                continue
            return

    def _do(
        self,
        device: SimDevice,
        author: str,
        usecase: UseCase,
        uid: bytes,
        name: str,
        *,
        is_wrong: bool,
    ) -> None:
        device.to_repeat = (uid, usecase, author)
        if not self._guarded(device, lambda: self._act(device, author, usecase, name, is_wrong)):
            if self.chance.random() < 0.5:
                device.to_repeat = None
            return
        device.to_repeat = None
        if self.chance.random() < 0.08:
            self.tally.fired["double submit"] += 1
            self._guarded(device, lambda: self._act(device, author, usecase, "double", is_wrong))

    def _act(
        self, device: SimDevice, author: str, usecase: UseCase, name: str, is_wrong: bool
    ) -> None:
        before = len(device.confirmed)
        try:
            device.run(author, usecase)
        except NothingToDo:
            raise
        except AlreadyAppended:
            self.tally.fired["already appended"] += 1
            self.say(device.name, name, "already")
            return
        except QutongError as why:
            raise Broken("use case", f"{device.name} {name}: {why}") from why
        new = device.confirmed[before:]
        if is_wrong:
            self.tally.fired["against the rules"] += 1
        self.tally.documents += len(new)
        self.tally.fired[f"did {name}"] += 1
        self.say(device.name, author, name, *(f"{one.n}:{one.hash.hex()[:12]}" for one in new))

    def _guarded(self, device: SimDevice, act: Callable[[], None]) -> bool:
        """Let the device act; False when its process ended in it."""
        try:
            act()
        except Crash:
            self._crashed(device)
            return False
        return True

    # Sync

    def _begin_sync(self, device: SimDevice) -> None:
        if device.conversation is not None or device.is_cut_off:
            return
        self.tally.syncs += 1
        self._guarded(device, lambda: self._ask(device, device.begin_sync()))

    def _ask(self, device: SimDevice, ask: Ask | None) -> None:
        if ask is None:
            self._done(device)
            return
        device.awaited = ask
        packet = Packet(
            device=device.name,
            asked=device.asked,
            path=ask.path,
            is_up=True,
            data=pack(ask.message),
        )
        self.say(device.name, "asks", ask.path, hashlib.sha256(packet.data).hexdigest()[:12])
        if not self.network.send(packet):
            self._lost(device)

    def _done(self, device: SimDevice) -> None:
        summary = device.summaries[-1]
        self.say(device.name, "synced", summary.pushed, summary.pulled, sorted(summary.kept))
        for finding in summary.findings:
            if finding.code not in ("TYPED_LOST", "ROWS_SWEPT"):
                raise Broken("I4", f"{device.name} found {finding}")
            self.tally.fired[finding.code] += 1
        happened = {
            "scope gained": summary.gained,
            "scope lost": summary.lost,
            "kept": summary.kept,
        }
        self.tally.fired.update(name for name, of in happened.items() if of)

    def _lost(self, device: SimDevice) -> None:
        """The request or its answer did not arrive: the transport gives up."""
        self._guarded(device, lambda: self._fail(device, Unavailable("NETWORK")))

    def _fail(self, device: SimDevice, error: QutongError) -> None:
        if device.conversation is None:
            return
        try:
            self._ask(device, device.fail(error))
        except QutongError as why:
            self._over(device, why)

    def _over(self, device: SimDevice, why: QutongError) -> None:
        self.say(device.name, "sync over", why)
        if why.code not in _BENIGN:
            raise Broken("sync", f"{device.name}: {why}") from why

    def _deliver(self) -> bool:
        packet = self.network.next()
        if packet is None:
            return False
        device = self.devices[packet.device]
        if packet.is_up:
            self._arrive(packet, device)
        elif device.conversation is not None and device.asked == packet.asked:
            self._guarded(device, lambda: self._answered(device, packet))
        return True

    def _arrive(self, packet: Packet, device: SimDevice) -> None:
        """At head office; a copy's answer is nobody's."""
        is_awaited = (
            not packet.is_copy and device.conversation is not None and device.asked == packet.asked
        )
        answer = self._handled(packet)
        if answer is None or device.is_cut_off:
            if is_awaited:
                self._lost(device)
        elif is_awaited and not self.network.send(answer):
            self._lost(device)

    def _handled(self, packet: Packet) -> Packet | None:
        """Head office's answer; None when its process ended in it."""
        down = dict(device=packet.device, asked=packet.asked, path=packet.path, is_up=False)
        try:
            data = self.office.handle(packet.device, packet.path, packet.data)
        except Crash:
            place = self.office.disk.fuse.blown[-1]
            self.tally.fired[f"server crash {place}"] += 1
            self.say("HQ crash", place)
            return None
        except QutongError as error:
            self.say("HQ refuses", packet.device, packet.path, error)
            if packet.is_copy and isinstance(error, Conflict):
                self.tally.fired["copy refused"] += 1
            return Packet(**down, error=error)
        self.say("HQ", packet.path, packet.device, hashlib.sha256(data).hexdigest()[:12])
        return Packet(**down, data=data)

    def _answered(self, device: SimDevice, packet: Packet) -> None:
        if packet.error is not None:
            self._fail(device, packet.error)
            return
        assert device.awaited is not None
        try:
            self._ask(device, device.take(unpack(packet.data, device.awaited.answer)))
        except QutongError as why:
            self._over(device, why)

    # The end

    def _settle(self) -> None:
        """Faults end; everybody syncs until nothing moves, and all must be well."""
        self.network.weather = CALM
        self.office.disk.fuse.renew()
        self.network.let_all_arrive()
        for device in self.devices.values():
            device.is_cut_off = False
            device.fuse.renew()
            if device.store is None:
                device.open()
        while self._deliver():
            pass
        for _ in range(_QUIET_ROUNDS):
            self.step += 1
            self.world.now_us += MINUTE_US
            if not sum([self._sync_whole(device) for device in self.devices.values()]):
                check_everything(self.devices, self.office)
                self.say("all well", self.office.heads())
                return
        raise Broken("T05", "queues not empty after the last round")

    def _sync_whole(self, device: SimDevice) -> int:
        """A sync from start to end; how much moved."""
        before = len(device.summaries)
        if device.conversation is not None:
            self._fail(device, Unavailable("NETWORK"))
        self._begin_sync(device)
        while self._deliver():
            pass
        if len(device.summaries) == before:
            raise Broken("sync", f"{device.name} came to no end")
        summary = device.summaries[-1]
        return summary.pushed + summary.pulled + len(summary.gained) + len(summary.lost)


def _bound(deed: Deed, chance: random.Random, uid: bytes) -> UseCase:
    """The use case of a form: done twice it says the same."""
    state = chance.getstate()

    def usecase(session: object) -> None:
        chance.setstate(state)
        deed.act(session, chance, uid)

    return usecase


def simulate(seed: int, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed."""
    return Simulation(seed, tell).run()
