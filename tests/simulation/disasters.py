"""Disks that are lost, put back to what they were, or copied: a device's and head office's."""

import random

from shared.journal.spool import SpoolSlot, read_spool
from tests.simulation.device import Copy, SimDevice
from tests.simulation.edges import new_disk
from tests.simulation.stage import Stage

_LOST_DATABASE = 0.12
_LOST_FILE = 0.18


def lose_a_file(stage: Stage, device: SimDevice) -> None:
    """While it is down a disk may lose one of the two files, never both."""
    luck = stage.chance.random()
    if not device.is_whole or luck >= _LOST_FILE:
        return
    device.is_whole = False
    if luck < _LOST_DATABASE:
        _must_be_in_spool(device)
        device.lose_database(stage.house.empty)
        name = "database lost"
    else:
        device.spool.data = b""
        name = "spool lost"
    stage.fire(name)
    stage.say(device.label, name)


def _must_be_in_spool(device: SimDevice) -> None:
    """What only the database held was told to nobody as done; head office may have it."""
    spooled = {
        placed.record.link_hash
        for placed in read_spool(device.spool.data).records
        if isinstance(placed.record, SpoolSlot)
    }
    here = {row[0] for row in device.disk.look("SELECT link_hash FROM journal")}
    if here - spooled:
        device.is_copied = True


def keep_copy(stage: Stage, device: SimDevice) -> None:
    """Somebody copies its disk: a backup of the whole machine."""
    device.kept_copy = _copy(device)
    stage.fire("copy kept")
    stage.say(device.label, "copy kept", len(device.confirmed))


def _copy(device: SimDevice) -> Copy:
    return Copy(device.template(), len(device.confirmed), frozenset(device.printed))


def restore(stage: Stage, device: SimDevice) -> None:
    """Its disk is put back to a copy of some time ago: all of it, or one of the two files."""
    kept = device.kept_copy
    if kept is None:
        keep_copy(stage, device)
        return
    what = stage.chance.choice(("disk", "disk", "database", "spool"))
    stage.crash(device, "at rest")
    if what == "disk":
        device.go_back(kept)
    elif device.is_whole and not device.is_copied:
        device.is_whole = False
        if what == "database":
            _must_be_in_spool(device)
            device.lose_database(kept.template)
        else:
            device.spool.data = kept.template.spool
    stage.fire(f"{what} restored")
    stage.say(device.label, what, "restored")


def clone(stage: Stage, device: SimDevice) -> None:
    """A second machine begins with a copy of its disk, whatever the first one was just doing."""
    if device.copy or device.place.is_founded or f"{device.name}'" in stage.devices:
        return
    is_open = device.conversation is not None
    kept = device.kept_copy if device.kept_copy and stage.chance.random() < 0.5 else _copy(device)
    second = SimDevice.clone(device, kept, stage.world, f"{stage.seed}/{stage.step}")
    stage.devices[second.label] = second
    stage.fire("disk cloned in sync" if is_open else "disk cloned")
    stage.say(second.label, "cloned", kept.confirmed)


def restore_head_office(stage: Stage, chance: random.Random) -> None:
    """Head office's disk is lost; it stands again over one of its backups."""
    office = stage.office
    if not office.backups:
        return
    backup = chance.choice(office.backups)
    office.backups = [one for one in office.backups if one.made_at_us <= backup.made_at_us]
    office.restore(new_disk(backup.disk), backup.made_at_us)
    stage.fire("head office restored")
    stage.say("HQ restored", (stage.world.now_us - backup.made_at_us) // 1_000_000)
