"""What goes wrong beside the network: processes end, lines are cut, files are lost, clocks jump."""

from shared.core.errors import Unavailable
from tests.simulation.carrier import Carrier
from tests.simulation.device import SimDevice
from tests.simulation.edges import Crash
from tests.simulation.invariants import check_device
from tests.simulation.network import Weather
from tests.simulation.publishing import misbehave
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
_JUMP_US = 120_000_000


class Faults:
    """Seeded trouble for the devices and head office of a stage."""

    def __init__(self, stage: Stage, carrier: Carrier) -> None:
        self._stage = stage
        self._carrier = carrier
        self._chance = stage.chance
        self._cut_until: dict[str, int] = {}

    def weather(self) -> Weather:
        """Some runs have a calm network, most have not."""
        worse = self._chance.choice((0, 1, 1, 2, 3))
        plain = Weather()
        return Weather(**{name: worse * getattr(plain, name) for name in Weather.__slots__})

    def strike(self, device: SimDevice) -> None:
        """One of the faults a running device, or head office, may meet."""
        luck = self._chance.randrange(20)
        if luck < 7:
            self._light(device)
        elif luck < 10:
            self._cut(device)
        elif luck < 12:
            device.clock.offset_us += self._chance.randrange(-_JUMP_US, _JUMP_US)
            self._stage.fire("clock jump")
            self._stage.say(device.name, "clock", device.clock.offset_us)
        elif luck < 15:
            self._stage.guarded(device, lambda: self._misbehave(device))
        elif luck < 18:
            place = self._chance.choice(_OFFICE_PLACES)
            most = 60 if place == "statement" else 3
            self._stage.office.disk.fuse.light(place, self._chance.randint(1, most))
        else:
            self._stage.crash(device, "at rest")

    def _light(self, device: SimDevice) -> None:
        """Its process will end at some touch of the disk soon."""
        place = self._chance.choice(_CRASH_PLACES)
        most = 80 if place in ("any", "statement") else 6
        device.fuse.light(place, self._chance.randint(1, most))

    def _cut(self, device: SimDevice) -> None:
        stage = self._stage
        device.is_cut_off = True
        self._cut_until[device.name] = stage.step + self._chance.randint(5, 40)
        stage.fire("partition")
        stage.say(device.name, "cut off")
        if stage.network.lose(device.name):
            self._carrier.lost(device, Unavailable("NETWORK"))

    def heal(self) -> None:
        """Lines whose time has come are whole again."""
        for name, until in list(self._cut_until.items()):
            if self._stage.step >= until:
                del self._cut_until[name]
                self._stage.devices[name].is_cut_off = False
                self._stage.say(name, "back")

    def reopen(self, device: SimDevice) -> None:
        """A device that is down starts again, which may go wrong too."""
        self._lose_a_file(device)
        if self._chance.random() < 0.1:
            device.fuse.light("any", self._chance.randint(1, 60))
        else:
            device.fuse.renew()
        try:
            device.open()
        except Crash:
            self._stage.fire("crash while opening")
            self._stage.say(device.name, "crash while opening")
            device.crash()
            return
        opened = device.running.opened
        self._stage.say(device.name, "open", opened.reposted, opened.respooled)
        for name, count in (("reposted", opened.reposted), ("respooled", opened.respooled)):
            if count:
                self._stage.fire(f"slot {name}")
        self._stage.guarded(device, lambda: check_device(device))

    def _lose_a_file(self, device: SimDevice) -> None:
        """While it is down a disk may lose one of the two files, never both."""
        luck = self._chance.random()
        if not device.is_whole or luck >= 0.18:
            return
        device.is_whole = False
        if luck < 0.12:
            device.lose_database(self._stage.house.empty)
            name = "database lost"
        else:
            device.spool.data = b""
            name = "spool lost"
        self._stage.fire(name)
        self._stage.say(device.name, name)

    def _misbehave(self, device: SimDevice) -> None:
        n = misbehave(device.running, self._chance, self._stage.world.now_us, device.poison)
        self._stage.fire("poison")
        self._stage.say(device.name, "poison", n)

    def end(self) -> None:
        """No more faults: lines are whole, fuses are out, everybody is up."""
        stage = self._stage
        stage.office.disk.fuse.renew()
        for device in stage.devices.values():
            device.is_cut_off = False
            device.fuse.renew()
            if device.store is None:
                device.open()
