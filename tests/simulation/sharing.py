"""The tills of a store share over its own line, head office or not: one is the host for a while."""

from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from desktop.store.local import LocalStore
from desktop.store.tables import neighbour_document
from desktop.sync.conversation import Ask
from desktop.sync.neighbours.host import Host
from desktop.sync.neighbours.sharing import Sharing
from shared.channel.queries import device_of
from shared.core.errors import QutongError, Unavailable
from shared.sync.messages import Message, pack, unpack
from tests.simulation.device import SimDevice
from tests.simulation.stage import Broken, Stage, must

STORE = "SH01"
_LOST = 0.08
_TWICE = 0.05
_BEGUN_ANEW = 0.4
_HELD = f"SELECT uid, device_id FROM {neighbour_document.name}"
_OPEN = f"SELECT 1 FROM {neighbour_document.name} WHERE is_open = 1 LIMIT 1"


@dataclass
class StoreLines:
    """What the processes of a store remember of each other; gone with either of them."""

    stage: Stage
    _known: dict[str, tuple[LocalStore, LocalStore, Sharing]] = field(default_factory=dict)

    def share(self) -> None:
        """Two devices of the store exchange what they have; either may end in it."""
        found = [one for one in self.stage.devices.values() if one.place.site_id == STORE]
        up = [one for one in found if one.store is not None]
        if len({one.name for one in up}) < 2:
            return
        host = self.stage.chance.choice(up)
        member = self.stage.chance.choice([one for one in up if one.name != host.name])
        self.stage.guarded(member, lambda: self._exchange(member, host))

    def _exchange(self, member: SimDevice, host: SimDevice) -> None:
        stage = self.stage
        try:
            done = self._sharing(member, host).exchange(_Line(stage, member, host).send)
        except QutongError as why:
            stage.fire(f"sharing over {why.code}")
            stage.say(member.label, "sharing over", why)
            if why.code != "NETWORK" and not _has_failed(why.code, member, host):
                raise Broken("sharing", f"{member.label}: {why}") from why
            return
        stage.fire("shared with a neighbour")
        if done.taken:
            stage.fire("taken from a neighbour")
        stage.say(member.label, "shared with", host.label, done.given, done.taken)

    def _sharing(self, member: SimDevice, host: SimDevice) -> Sharing:
        """What it knows of this host; nothing when one of the two was started anew."""
        known = self._known.get(member.label)
        is_same = known and known[0] is member.running and known[1] is host.running
        if known is None or not is_same or self.stage.chance.random() < _BEGUN_ANEW:
            known = (member.running, host.running, Sharing(member.running))
            self._known[member.label] = known
        return known[2]


@dataclass(frozen=True, slots=True)
class _Line:
    """The store's own network: requests and answers get lost or come twice."""

    stage: Stage
    member: SimDevice
    host: SimDevice

    def send(self, ask: Ask) -> Message:
        """The host's answer. Raises Unavailable NETWORK."""
        luck = self.stage.chance.random()
        if luck < _LOST:
            self.stage.fire("line of the store broke")
            raise Unavailable("NETWORK")
        answer = self._answered(ask)
        if luck < _LOST + _TWICE:
            answer = self._answered(ask)
        elif luck > 1 - _LOST:
            self.stage.fire("answer of the store's host lost")
            raise Unavailable("NETWORK")
        return unpack(pack(answer), ask.answer)

    def _answered(self, ask: Ask) -> Message:
        answers: list[Message] = []
        asked = unpack(pack(ask.message), type(ask.message))

        def act() -> None:
            running = self.host.running
            known = running.read(lambda one: device_of(one, self.member.name))
            if known is None or known.is_revoked:
                # The host's door: whom it does not know it does not hear.
                raise Unavailable("NETWORK")
            listening = Host(running, self.host.clock)
            listening.tend()
            answers.append(listening.answer(self.member.name, asked))

        try:
            if not self.stage.guarded(self.host, act):
                raise Unavailable("NETWORK")
        except DBAPIError as why:
            if not self.host.fuse.failed:
                raise
            raise Unavailable("NETWORK") from why
        return answers[0]


def _has_failed(code: str, *devices: SimDevice) -> bool:
    return any(one.has_failed(code) for one in devices)


def waits(device: SimDevice) -> bool:
    """Whether it holds documents of neighbours head office has not answered for."""
    return bool(device.disk.look(_OPEN))


def check_neighbours(stage: Stage) -> None:
    """I1, I4: what a device of a store holds of the others is at head office, whatever became of
    those, and none of it stands open here."""
    revoked = {one.name for one in stage.devices.values() if one.is_revoked}
    there = {uid for (uid,) in stage.office.disk.look("SELECT uid FROM journal")}
    for device in stage.devices.values():
        if device.is_revoked:
            continue
        must(not waits(device), "I4", f"{device.label} waits for a neighbour's document")
        for uid, author in device.disk.look(_HELD):
            is_lost = uid not in there and author not in revoked | {device.name}
            must(not is_lost, "I1", f"{device.label} holds {uid} of {author} alone")
