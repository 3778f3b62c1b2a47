"""What goes wrong beside the network: the explicit list of troubles a run may meet."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.core.errors import QutongError, Unavailable
from tests.simulation import channel_trade, closing, disasters, durable, revising, updating
from tests.simulation.carrier import Carrier
from tests.simulation.device import SimDevice
from tests.simulation.edges import DAY_US, Crash
from tests.simulation.house import ACCOUNT_OF
from tests.simulation.invariants import check_device
from tests.simulation.network import Weather
from tests.simulation.people import People
from tests.simulation.publishing import misbehave, open_organisation, withdraw_goods
from tests.simulation.sharing import StoreLines
from tests.simulation.stage import Stage

_CRASH_PLACES = (
    "any",
    "statement",
    "before commit",
    "after commit",
    "before spool",
    "torn spool",
    "after spool",
)
_OFFICE_PLACES = ("statement", "before commit", "after commit")
_DISK_PLACES = ("statement", "before commit", "after commit", "before spool")
_JUMP_US = 120_000_000
_YEARS_US = 10 * 365 * DAY_US


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that may happen to a running device, or to head office; how likely it is."""

    name: str
    weight: int
    act: "Callable[[Faults, SimDevice], None]"


class Faults:
    """Seeded trouble for the devices and head office of a stage."""

    def __init__(self, stage: Stage, carrier: Carrier) -> None:
        self.stage = stage
        self.carrier = carrier
        self.chance = stage.chance
        self._cut_until: dict[str, int] = {}
        self._lines = StoreLines(stage)

    def weather(self) -> Weather:
        """Some runs have a calm network, most have not."""
        worse = self.chance.choice((0, 1, 1, 2, 3))
        plain = Weather()
        return Weather(**{name: worse * getattr(plain, name) for name in Weather.__slots__})

    def choose(self) -> str:
        """The name of one trouble."""
        (found,) = self.chance.choices(TROUBLES, [one.weight for one in TROUBLES])
        return found.name

    def strike(self, device: SimDevice, name: str) -> None:
        """Let it happen."""
        _BY_NAME[name].act(self, device)

    def light(self, device: SimDevice) -> None:
        """Its process will end at some touch of the disk soon."""
        place = self.chance.choice(_CRASH_PLACES)
        most = 80 if place in ("any", "statement") else 6
        device.fuse.light(place, self.chance.randint(1, most))

    def fail_disk(self, device: SimDevice) -> None:
        """Its disk will be full, or fail, for a moment or for a while."""
        place = self.chance.choice(_DISK_PLACES)
        most = 60 if place == "statement" else 4
        error = self.chance.choice(("full", "faulty"))
        device.fuse.fail(error, place, self.chance.randint(1, most), self.chance.choice((1, 1, 3)))

    def fail_office(self, _device: SimDevice) -> None:
        """Head office's process ends, or its disk fails, in one of the next requests."""
        place = self.chance.choice(_OFFICE_PLACES)
        steps = self.chance.randint(1, 60 if place == "statement" else 3)
        fuse = self.stage.office.disk.fuse
        if self.chance.random() < 0.3:
            fuse.fail(self.chance.choice(("full", "faulty")), place, steps, 1)
        else:
            fuse.light(place, steps)

    def cut(self, device: SimDevice) -> None:
        """Its line is cut for some time."""
        stage = self.stage
        device.is_cut_off = True
        self._cut_until[device.label] = stage.step + self.chance.randint(5, 40)
        stage.fire("partition")
        stage.say(device.label, "cut off")
        if stage.network.lose(device.label):
            self.carrier.lost(device, Unavailable("NETWORK"))

    def clock(self, device: SimDevice) -> None:
        """Its clock jumps, stands still, or is years off; or head office's is."""
        luck = self.chance.randrange(10)
        clock, name = device.clock, "clock jump"
        if luck < 4:
            clock.offset_us += self.chance.randrange(-_JUMP_US, _JUMP_US)
        elif luck < 6:
            clock.offset_us += self.chance.choice((-1, 1)) * self.chance.randrange(_YEARS_US)
            name = "clock years off"
        elif luck < 8:
            clock.frozen_us = self.stage.world.now_us
            name = "clock stands still"
        elif luck < 9:
            clock.frozen_us, clock.offset_us = None, 0
            name = "clock mended"
        else:
            office = self.stage.office.clock
            office.offset_us += self.chance.randrange(-_JUMP_US, _JUMP_US)
            name = "clock of head office"
        self.stage.fire(name)
        self.stage.say(device.label, name, clock.offset_us)

    def revise(self, device: SimDevice) -> None:
        """Orders change after they were granted, while their accounts answer what they saw."""
        people = People(self.stage)
        for desk in disasters.desks(self.stage)[:1]:
            people.do(desk, revising.revise)
        if device.store is not None and device.place.site_id in ACCOUNT_OF:
            people.do(device, revising.answer)

    def copy_desk(self) -> None:
        """A disk of head office's is copied just after goods were sent off at it."""
        known = disasters.desks(self.stage)
        if known:
            desk = self.chance.choice(known)
            People(self.stage).do(desk, channel_trade.ship)
            if desk.store is not None:
                disasters.keep_copy(self.stage, desk)

    def clone_in_sync(self, device: SimDevice) -> None:
        """A copy of its disk begins elsewhere while it waits for an answer."""
        self.carrier.begin(device)
        if device.conversation is not None:
            disasters.clone(self.stage, device)

    def share(self) -> None:
        """Two devices of a store exchange documents over the store's own line."""
        self._lines.share()

    def mend_clocks(self) -> None:
        """Somebody sets every clock right that told of itself."""
        for device in self.stage.devices.values():
            if device.is_suspect:
                device.clock.frozen_us, device.clock.offset_us = None, 0
                self.stage.fire("clock mended")
                self.stage.say(device.label, "clock mended")

    def misbehave(self, device: SimDevice) -> None:
        """A slot no program of ours would write."""

        def act() -> None:
            try:
                n = misbehave(device.running, self.chance, self.stage.world.now_us, device.poison)
            except (QutongError, OSError):
                # Its disk failed just then.
                return
            self.stage.fire("poison")
            self.stage.say(device.label, "poison", n)

        self.stage.guarded(device, act)

    def stop(self, device: SimDevice) -> None:
        """Its process ends while nothing happens."""
        self.stage.crash(device, "at rest")

    def heal(self) -> None:
        """Lines whose time has come are whole again."""
        for name, until in list(self._cut_until.items()):
            if self.stage.step >= until:
                del self._cut_until[name]
                self.stage.devices[name].is_cut_off = False
                self.stage.say(name, "back")

    def reopen(self, device: SimDevice) -> None:
        """A device that is down starts again, which may go wrong too."""
        disasters.lose_a_file(self.stage, device)
        luck = self.chance.random()
        device.fuse.renew()
        if luck < 0.1:
            device.fuse.light("any", self.chance.randint(1, 60))
        elif luck < 0.15:
            self.fail_disk(device)
        try:
            device.open()
        except (Crash, QutongError) as why:
            self.stage.fire("crash while opening" if isinstance(why, Crash) else "did not open")
            self.stage.say(device.label, "did not open", why)
            device.crash()
            return
        opened = device.running.opened
        self.stage.say(device.label, "open", opened.reposted, opened.respooled)
        for name, count in (("reposted", opened.reposted), ("respooled", opened.respooled)):
            if count:
                self.stage.fire(f"slot {name}")
        check_device(device)

    def end(self) -> None:
        """No more faults: lines are whole, fuses are out, everybody is up."""
        stage = self.stage
        stage.office.disk.fuse.renew()
        for device in stage.devices.values():
            device.is_cut_off = False
            device.fuse.renew()
            if device.store is None:
                device.open()


TROUBLES: tuple[Trouble, ...] = (
    Trouble("crash soon", 13, Faults.light),
    Trouble("disk fails soon", 4, Faults.fail_disk),
    Trouble("cut off", 6, Faults.cut),
    Trouble("clock", 5, Faults.clock),
    Trouble("poison", 6, Faults.misbehave),
    Trouble("head office fails soon", 6, Faults.fail_office),
    Trouble("crash", 4, Faults.stop),
    Trouble("row changed", 2, lambda faults, device: disasters.change_row(faults.stage, device)),
    Trouble("copy kept", 3, lambda faults, device: disasters.keep_copy(faults.stage, device)),
    Trouble("restored", 1, lambda faults, device: disasters.restore(faults.stage, device)),
    Trouble("backup made", 3, lambda faults, _: disasters.back_up_head_office(faults.stage)),
    Trouble(
        "head office restored", 1, lambda faults, _: disasters.restore_head_office(faults.stage)
    ),
    Trouble("revoked", 1, lambda faults, device: disasters.revoke(faults.stage, device)),
    Trouble("cloned", 1, lambda faults, device: disasters.clone(faults.stage, device)),
)
"""By name, as a script of a run names them."""
MONTH = Trouble("month closed", 0, lambda faults, _: closing.close_month(faults.stage))
"""Chosen by chance of its own: runs without it are what they were."""
SELDOM: tuple[Trouble, ...] = (
    Trouble("program updated", 0, lambda faults, one: updating.update_device(faults.stage, one)),
    Trouble("head office updated", 0, lambda faults, _: updating.update_head_office(faults.stage)),
    Trouble("clocks mended", 0, lambda faults, _: faults.mend_clocks()),
    Trouble("restore drill", 0, lambda faults, _: durable.drill(faults.stage)),
    Trouble("goods withdrawn", 0, lambda faults, _: withdraw_goods(faults.stage)),
    Trouble("orders revised", 0, Faults.revise),
    Trouble("desk copied", 0, lambda faults, _: faults.copy_desk()),
    Trouble("desk put back", 0, lambda faults, _: disasters.put_desk_back(faults.stage)),
    Trouble("organisation", 0, lambda faults, _: open_organisation(faults.stage)),
    Trouble("one file put back", 0, lambda faults, one: disasters.put_file_back(faults.stage, one)),
    Trouble("cloned in sync", 0, Faults.clone_in_sync),
    Trouble("old database lost", 0, lambda faults, _: disasters.lose_old_database(faults.stage)),
    Trouble("weeks pass", 0, lambda faults, _: durable.let_weeks_pass(faults.stage)),
    Trouble("store shares", 0, lambda faults, _: faults.share()),
)
"""As ``seldom`` chooses them, by chance of its own, too."""
_BY_NAME = {one.name: one for one in (*TROUBLES, MONTH, *SELDOM)}
