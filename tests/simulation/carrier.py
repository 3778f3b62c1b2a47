"""Carries syncs: a device's requests to head office and the answers back, or not."""

import hashlib
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from desktop.sync.engine import Ask
from shared.core.errors import QutongError, Unavailable
from shared.sync.messages import (
    Envelope,
    EnvelopesAnswer,
    Hello,
    HelloAnswer,
    Message,
    Push,
    PushItem,
    Return,
    pack,
    unpack,
)
from tests.simulation.clocks import belief_of, check_clock
from tests.simulation.device import SimDevice
from tests.simulation.durable import check_let_go, let_go, note_told
from tests.simulation.edges import Crash
from tests.simulation.head_office import SimHeadOffice
from tests.simulation.joining import try_to_join
from tests.simulation.network import Packet
from tests.simulation.stage import Broken, Stage, must

_BENIGN = frozenset({"NETWORK", "SYNC_UNSETTLED", "MESSAGE_UNREADABLE", "MESSAGE_TOO_LARGE"})
"""How a sync may end while there are faults; anything else is one of ours."""
_EXPECTED = frozenset({"TYPED_LOST", "ROWS_SWEPT"})
"""Findings that tell a person something; the others tell of a defect."""


_OF_MISLED = frozenset({"ANSWER_WRONG", "GENERATION_CHANGED"})
"""How a sync may end that was given the answer to an earlier request."""
_OF_RESTORES = frozenset({"HEAD_OFFICE_RESTORED"})
"""Findings once head office was restored."""
_OF_CHANGES = frozenset(
    {"DIGEST_MISMATCH", "ROWS_REPAIRED", "SCOPE_FETCHED_ANEW", "SCOPE_DIFFERS", "BALANCES_MENDED"}
)
"""Findings on a device whose rows were changed behind its back."""
_OF_COPIES = frozenset({"DEVICE_FORKED"})
"""Findings on a device whose disk was restored or copied."""


class Carrier:
    """The line between the devices and head office of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.is_calm = False
        """Whether joining succeeds at once."""

    def begin(self, device: SimDevice) -> None:
        """A device begins a sync, unless it is in one or cut off."""
        alone: list[bool] = []
        if not self._stage.guarded(device, lambda: self._look(device, alone)) or not alone:
            return
        if alone[0] or device.is_forgotten:
            try_to_join(self._stage, device, is_calm=self.is_calm)
        elif device.conversation is None and not device.is_cut_off:
            self._stage.tally.syncs += 1
            self._stage.guarded(device, lambda: self._begin(device))

    def _look(self, device: SimDevice, alone: list[bool]) -> None:
        """Who it is stands on its disk, which may fail just then."""
        try:
            alone.append(device.is_alone)
        except QutongError as why:
            self._over(device, why)

    def _begin(self, device: SimDevice) -> None:
        try:
            self._ask(device, device.begin_sync())
        except QutongError as why:
            self._over(device, why)

    def whole(self, device: SimDevice) -> int:
        """A sync from start to end, with nothing else in between; how much moved."""
        before = len(device.summaries)
        self._in_touch(device)
        if device.conversation is not None:
            self.lost(device, Unavailable("NETWORK"))
        self._go_through(device)
        if device.is_forgotten:
            self._in_touch(device)
            self._go_through(device)
        if len(device.summaries) == before:
            raise Broken("sync", f"{device.label} came to no end")
        summary = device.summaries[-1]
        return (
            summary.returned
            + summary.pushed
            + summary.pulled
            + len(summary.gained)
            + len(summary.lost)
        )

    def _in_touch(self, device: SimDevice) -> None:
        """Whoever is at it hands a code in until head office knows it."""
        while device.is_alone or device.is_forgotten:
            self.begin(device)

    def _go_through(self, device: SimDevice) -> None:
        self.begin(device)
        while self.deliver():
            pass

    def lost(self, device: SimDevice, error: QutongError) -> None:
        """The awaited answer does not come."""
        if device.conversation is not None:
            self._stage.guarded(device, lambda: self._fail(device, error))

    def deliver(self) -> bool:
        """One packet arrives; False when none is in flight."""
        packet = self._stage.network.next()
        if packet is None:
            return False
        device = self._stage.devices[packet.device]
        if packet.is_up:
            self._arrive(packet, device)
        elif self._is_awaited(packet, device):
            self._stage.guarded(device, lambda: self._answered(device, packet))
        return True

    @staticmethod
    def _is_awaited(packet: Packet, device: SimDevice) -> bool:
        """A copy's answer is nobody's, and so is one to a sync that is over."""
        is_open = device.conversation is not None and device.asked == packet.asked
        return is_open and not packet.is_copy

    def _ask(self, device: SimDevice, ask: Ask | None) -> None:
        if ask is None:
            self._done(device)
            return
        device.awaited, device.asked_at_us = ask, self._stage.world.now_us
        self._must_have_bytes(device, ask.message)
        data = pack(ask.message)
        self._stage.say(device.label, "asks", ask.path, _short(data))
        packet = Packet(
            device=device.label, asked=device.asked, path=ask.path, is_up=True, data=data
        )
        if not self._stage.network.send(packet):
            self.lost(device, Unavailable("NETWORK"))

    @staticmethod
    def _must_have_bytes(device: SimDevice, message: Message) -> None:
        """I12: what was let go is never asked for again."""
        given: Sequence[PushItem | Envelope] = ()
        if isinstance(message, Push):
            given = message.items
        elif isinstance(message, Return):
            given = message.envelopes
        must(all(one.stored for one in given), "I12", f"{device.label} sends what it let go")

    def _done(self, device: SimDevice) -> None:
        summary = device.summaries[-1]
        kept = sorted(summary.kept)
        self._stage.say(device.label, "synced", summary.pushed, summary.pulled, kept)
        for finding in summary.findings:
            if finding.code not in _EXPECTED and not _follows(
                device, self._stage.office, finding.code
            ):
                raise Broken("I4", f"{device.label} found {finding}")
            self._stage.fire(finding.code)
        happened = {
            "scope gained": summary.gained,
            "scope lost": summary.lost,
            "kept": summary.kept,
        }
        for name, of in happened.items():
            if of:
                self._stage.fire(name)
        let_go(self._stage, device)

    def _fail(self, device: SimDevice, error: QutongError) -> None:
        try:
            self._ask(device, device.fail(error))
        except QutongError as why:
            self._over(device, why)

    def _answered(self, device: SimDevice, packet: Packet) -> None:
        if packet.error is not None:
            self._fail(device, packet.error)
            return
        assert device.awaited is not None
        device.is_misled |= packet.is_earlier
        try:
            answer = unpack(packet.data, device.awaited.answer)
        except QutongError as why:
            # The transport tells the talk, as of a line that broke.
            self._fail(device, why)
            return
        try:
            ask = self._taken(device, answer, packet)
            self._ask(device, ask)
        except QutongError as why:
            self._over(device, why)

    def _taken(self, device: SimDevice, answer: Message, packet: Packet) -> Ask | None:
        """What the device asks next; it knows the time a little better after a hello."""
        if isinstance(answer, EnvelopesAnswer) and answer.keep_since_us:
            check_let_go(self._stage, answer.keep_since_us)
        if not isinstance(answer, HelloAnswer):
            return device.take(answer)
        assert device.awaited is not None
        assert isinstance(device.awaited.message, Hello)
        proved = self._stage.durable_n(device.name, device.awaited.message.incarnation)
        # The answer of an earlier hello may speak of a journal the device has left since.
        if not packet.is_earlier or answer.durable_n <= proved:
            note_told(self._stage, device, device.awaited.message.incarnation, answer)
        took_us = self._stage.world.now_us - device.asked_at_us
        before = belief_of(device)
        ask = device.take(answer)
        check_clock(self._stage, device, before, packet.clock_us, took_us)
        return ask

    def _over(self, device: SimDevice, why: QutongError) -> None:
        self._stage.say(device.label, "sync over", why)
        self._stage.fire(f"sync over {why.code}")
        is_misled = device.is_misled and why.code in _OF_MISLED
        if device.is_revoked and why.code == "DEVICE_REVOKED":
            return
        if device.place.is_founded and self._stage.office.restores and why.code == "BAD_SIGNATURE":
            # Restored to before it joined: it asks for a code as on its first day.
            device.is_forgotten = True
            return
        if why.code not in _BENIGN and not is_misled and not device.has_failed(why.code):
            raise Broken("sync", f"{device.label}: {why}") from why

    def _arrive(self, packet: Packet, device: SimDevice) -> None:
        is_awaited = self._is_awaited(packet, device)
        answer = self._handled(packet)
        is_sent = answer is not None and not device.is_cut_off
        if is_awaited and not (is_sent and answer and self._stage.network.send(answer)):
            self.lost(device, Unavailable("NETWORK"))

    def _handled(self, packet: Packet) -> Packet | None:
        """Head office's answer; None when its process ended in it."""
        stage = self._stage
        data, refusal = b"", None
        try:
            name = stage.devices[packet.device].name
            data = stage.office.handle(name, packet.path, packet.data)
        except Crash:
            place = stage.office.disk.fuse.blown[-1]
            stage.fire(f"server crash {place}")
            stage.say("HQ crash", place)
            return None
        except DBAPIError as why:
            if not stage.office.disk.fuse.failed:
                raise
            stage.fire(f"server {stage.office.disk.fuse.failed[-1]}")
            stage.say("HQ", packet.path, type(why).__name__)
            return None
        except QutongError as error:
            refusal = error
        if packet.is_cut and refusal is None:
            raise Broken("truncated", f"head office took half of {packet.path}")
        stage.say("HQ", packet.path, packet.device, refusal or _short(data))
        return Packet(
            device=packet.device,
            asked=packet.asked,
            path=packet.path,
            is_up=False,
            data=data,
            error=refusal,
            clock_us=stage.office.clock.offset_us,
        )


def _follows(device: SimDevice, office: SimHeadOffice, code: str) -> bool:
    """Whether a finding tells of what was done to this device's disk, or to head office's."""
    if code in _OF_RESTORES and office.restores:
        return True
    if code in _OF_CHANGES and device.is_changed:
        return True
    return device.is_copied and code in _OF_COPIES


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
