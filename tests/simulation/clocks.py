"""T16: what a device believes of its clock is as true as it says, and a wrong one is told."""

from typing import NamedTuple

from desktop.store.identity import load_identity
from desktop.sync.alarms import alarms
from tests.simulation.device import SimDevice
from tests.simulation.stage import Stage, must

_SUSPECT_US = 5 * 60_000_000
"""A clock that is off by more is told (sync design, alarms)."""
_ROUNDED_US = 1
_BELIEF = "SELECT clock_offset_us, clock_doubt_us FROM sync_state"


class Belief(NamedTuple):
    """How far head office's clock is ahead of the device's, and by how much that may be wrong."""

    offset_us: int
    doubt_us: int


def belief_of(device: SimDevice) -> Belief:
    """What stands on the device's disk."""
    found = device.disk.look(_BELIEF)
    return Belief(*found[0]) if found else Belief(0, 0)


def check_clock(
    stage: Stage, device: SimDevice, before: Belief, office_offset_us: int, took_us: int
) -> None:
    """After a hello: the belief is within its doubt of the truth, and the alarm is as it must be.

    ``office_offset_us`` is how far head office's clock was off when it answered, ``took_us`` how
    long the answer took. An earlier, closer look stays in force while this one does not speak
    against it: its doubt is then that of the time of the look.
    """
    belief = belief_of(device)
    truth_us = office_offset_us - (device.clock.now_us() - stage.world.now_us)
    doubt_us = belief.doubt_us + _ROUNDED_US + (took_us if belief == before else 0)
    is_true = abs(belief.offset_us - truth_us) <= doubt_us
    must(is_true, "T16", f"{device.label} believes {belief}, the truth is {truth_us}")
    is_told = "CLOCK_SUSPECT" in _alarms(device)
    most_us = _SUSPECT_US + belief.doubt_us + doubt_us
    least_us = _SUSPECT_US + belief.doubt_us - doubt_us
    must(is_told or abs(truth_us) <= most_us, "T16", f"{device.label} is silent at {truth_us}")
    must(not is_told or abs(truth_us) > least_us, "T16", f"{device.label} complains at {truth_us}")
    if is_told != device.is_suspect:
        device.is_suspect = is_told
        stage.fire("CLOCK_SUSPECT" if is_told else "CLOCK_SUSPECT over")
        stage.say(device.label, "clock", "suspect" if is_told else "trusted", truth_us)


def _alarms(device: SimDevice) -> set[str]:
    """What the device tells, looked at beside its process."""
    fuse = device.fuse
    fuse.is_asleep = True
    try:
        return device.running.read(
            lambda connection: {
                alarm.code
                for identity in [load_identity(connection)]
                if identity is not None
                for alarm in alarms(connection, identity, device.clock.now_us())
            }
        )
    finally:
        fuse.is_asleep = False
