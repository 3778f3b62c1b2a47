"""Disks that are lost, put back to what they were, or copied: a device's and head office's."""

from dataclasses import replace

from shared.areas import SCHEMA
from shared.channel.documents import DeviceRevoked
from shared.journal.spool import SpoolForgotten, SpoolSlot, read_spool
from shared.sync.digest import MODULUS, row_digest
from shared.sync.tables import TableRole
from sync_server.enrolment.joining import make_join_code
from tests.simulation.device import Copy, SimDevice
from tests.simulation.edges import DAY_US, new_disk
from tests.simulation.reading import Reader, document_of
from tests.simulation.stage import Backup, Stage

_LOST_DATABASE = 0.12
_LOST_FILE = 0.18
_NEEDED = ("SH01.01", "hq.01")


def lose_a_file(stage: Stage, device: SimDevice) -> None:
    """While it is down a disk may lose one of the two files, never both."""
    luck = stage.chance.random()
    if not device.is_whole or luck >= _LOST_FILE:
        return
    if luck < _LOST_DATABASE:
        _lose_database(stage, device)
        return
    device.is_whole = False
    device.spool.data = b""
    stage.fire("spool lost")
    stage.say(device.label, "spool lost")


def _lose_database(stage: Stage, device: SimDevice) -> None:
    device.is_whole = False
    _must_be_in_spool(device)
    device.lose_database(stage.house.empty)
    # What was typed and not done is gone with it.
    device.open_form = None
    _forget_promises(stage, device)
    stage.fire("database lost")
    stage.say(device.label, "database lost")


def lose_old_database(stage: Stage) -> None:
    """The database of a device that let go of bytes cannot be read again: the spool, which does
    not hold those either, is all there is."""
    found = [one for one in stage.devices.values() if one.store and one.disk.look(_LET_GO)]
    if found:
        device = stage.chance.choice(found)
        stage.crash(device, "at rest")
        _lose_database(stage, device)


def _must_be_in_spool(device: SimDevice) -> None:
    """What only the database held was told to nobody as done; head office may have it."""
    spooled = {
        placed.record.link_hash
        for placed in read_spool(device.spool.data).records
        if isinstance(placed.record, SpoolSlot | SpoolForgotten)
    }
    here = {row[0] for row in device.disk.look("SELECT link_hash FROM journal")}
    if here - spooled:
        device.is_copied = True


def _forget_promises(stage: Stage, device: SimDevice) -> None:
    """What it held for head office is gone with its database."""
    for holders in stage.promised.values():
        holders.discard(device.label)


def keep_copy(stage: Stage, device: SimDevice) -> None:
    """Somebody copies its disk: a backup of the whole machine."""
    device.kept_copy = _copy(device)
    stage.fire("copy kept")
    stage.say(device.label, "copy kept", len(device.confirmed))


def _copy(device: SimDevice) -> Copy:
    return Copy(device.template(), len(device.confirmed), frozenset(device.printed))


def put_desk_back(stage: Stage) -> None:
    """One of head office's desks gets the disk of an earlier day."""
    known = [one for one in desks(stage) if one.kept_copy]
    if known:
        restore(stage, stage.chance.choice(known), "disk")


def put_file_back(stage: Stage, device: SimDevice) -> None:
    """One of its two files is as it was some time ago, the other is of today."""
    restore(stage, device, stage.chance.choice(("database", "spool")))


def desks(stage: Stage) -> list[SimDevice]:
    """Head office's own, as far as they are up."""
    found = stage.devices.values()
    return [one for one in found if one.place.device_type == "hq" and one.store is not None]


def restore(stage: Stage, device: SimDevice, what: str = "") -> None:
    """Its disk is put back to a copy of some time ago: all of it, or one of the two files."""
    kept = device.kept_copy
    if kept is None:
        keep_copy(stage, device)
        return
    what = what or stage.chance.choice(("disk", "disk", "database", "spool"))
    stage.crash(device, "at rest")
    _forget_promises(stage, device)
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
    if (
        device.copy
        or device.is_revoked
        or device.place.is_founded
        or f"{device.name}'" in stage.devices
    ):
        return
    is_open = device.conversation is not None
    kept = device.kept_copy if device.kept_copy and stage.chance.random() < 0.5 else _copy(device)
    second = SimDevice.clone(device, kept, stage.world, f"{stage.seed}/{stage.step}")
    stage.devices[second.label] = second
    stage.fire("disk cloned in sync" if is_open else "disk cloned")
    stage.say(second.label, "cloned", kept.confirmed)


def back_up_head_office(stage: Stage) -> None:
    """Head office makes a backup of its database."""
    if any(device.is_revoked for device in stage.devices.values()):
        return
    backup = Backup(new_disk(stage.office.disk), stage.world.now_us)
    stage.backups.append(backup)
    stage.fire("backup made")
    stage.say("HQ backup")


def restore_head_office(stage: Stage) -> None:
    """Head office's disk is lost, perhaps days later; it stands again over one of its backups."""
    office, chance = stage.office, stage.chance
    if not stage.backups:
        back_up_head_office(stage)
        return
    backup = chance.choice(stage.backups)
    if not any(device.is_alone for device in stage.devices.values() if device.store):
        stage.world.now_us += chance.choice((0, 0, 1, 30)) * DAY_US
    _note_promises(stage)
    office.restore(new_disk(backup.disk), backup.made_at_us)
    _report_absent(stage)
    write_another_code(stage)
    stage.fire("head office restored")
    stage.say("HQ restored", (stage.world.now_us - backup.made_at_us) // 1_000_000)


def _note_promises(stage: Stage) -> None:
    """What the devices hold for head office has to be there again in the end."""
    for device in stage.devices.values():
        for stored, hashed in device.disk.look("SELECT stored, signature FROM envelope"):
            document = document_of(stored)
            if document is not None and hashed:
                uid = document.header.uid.hex()
                stage.promised.setdefault(uid, set()).add(device.label)


def _report_absent(stage: Stage) -> None:
    """Devices that take no part in this run hold nothing."""
    present = {device.name for device in stage.devices.values()}
    with stage.office.database.write() as connection:
        for (name,) in stage.office.disk.look("SELECT id FROM device"):
            if name not in present:
                connection.exec_driver_sql("INSERT INTO reported VALUES (?, 1)", (name,))


def write_another_code(stage: Stage) -> None:
    """Codes for shops that join hold for days only: head office gives another one by telephone."""
    office = stage.office
    with office.database.write() as connection:
        code = make_join_code(
            connection, office.randomness, account_id="D2", now_us=stage.world.now_us
        )
    stage.house = replace(stage.house, join_code=code)


def revoke(stage: Stage, device: SimDevice) -> None:
    """Head office trusts a device no more: its next request is refused, what it holds stays."""
    others = [one for one in stage.devices.values() if one.is_revoked or one.name == device.name]
    if len(others) > 1 or stage.backups or device.is_alone or device.name in _NEEDED:
        return
    body = DeviceRevoked(device_id=device.name, site_id=device.place.site_id, reason="stolen")
    stage.office.publish_unharmed(body)
    device.is_revoked = True
    stage.fire("device revoked")
    stage.say(device.label, "revoked")


def change_row(stage: Stage, device: SimDevice) -> None:
    """A confirmed row is not what head office sent, and the device counts it as it is: what a
    defect in applying pages would leave behind."""
    known = [
        (table, row[0])
        for table in SCHEMA.tables.values()
        if table.role is TableRole.RECORD and "name" in table.columns
        for row in device.disk.look(f'SELECT id FROM "{table.name}" WHERE _slot = 0 ORDER BY id')
    ]
    if not known:
        return
    table, row_id = stage.chance.choice(known)
    held = Reader().table(device.disk, table)[row_id]
    values = dict(held.fact.values)
    values["name"] = f"{values['name']}?"
    digest = 0
    if stage.chance.random() < 0.3:
        device.disk.look(f'DELETE FROM "{table.name}" WHERE id = ?', row_id)
    else:
        digest = row_digest(table, row_id, values)
        change = f'UPDATE "{table.name}" SET name = ?, _digest = ? WHERE id = ?'
        device.disk.look(change, values["name"], digest, row_id)
    for scope in held.fact.scopes:
        for count, total in device.disk.look(_HELD, scope):
            counted = (count - (digest == 0), (total - held.digest + digest) % MODULUS)
            device.disk.look(_HOLD, *counted, scope)
    device.is_changed = True
    stage.fire("row changed on the disk")
    stage.say(device.label, "changed", table.name)


_LET_GO = "SELECT 1 FROM journal WHERE stored = x'' LIMIT 1"
_HELD = "SELECT count, digest FROM scope_cursor WHERE scope = ?"
_HOLD = "UPDATE scope_cursor SET count = ?, digest = ? WHERE scope = ?"
