"""I11 and I12: backups are restored and proved, weeks pass, and devices let old bytes go."""

from desktop.store.forgetting import forget
from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import QutongError
from shared.sync.limits import HELD_US
from shared.sync.messages import HelloAnswer
from sync_server.operations.backup_manifest import Manifest, figures_of
from sync_server.operations.drill import _lost_here, _marks
from sync_server.operations.verify import faults
from sync_server.store.durable import (
    VERIFIED_AT,
    VERIFIED_MADE_AT,
    JournalMark,
    all_marks,
    move_forward,
)
from sync_server.store.engine import Database
from sync_server.store.migrations import tell
from tests.simulation.device import SimDevice
from tests.simulation.disasters import back_up_head_office, write_another_code
from tests.simulation.edges import DAY_US, SimDisk, engine_over
from tests.simulation.head_office import EPOCH, HQ_KEY
from tests.simulation.stage import Backup, Stage, must

_PASSES_DAYS = (8, 36, 36, 50)
_SLACK_US = 3_600_000_000
"""What head office's clock may be off by: it jumps by minutes."""
_FORGOTTEN = (
    "SELECT incarnation, max(n) FROM journal WHERE device_id = ? AND stored = x''"
    " GROUP BY incarnation"
)
_STORED_BEFORE = (
    "SELECT device_id, incarnation, max(n) FROM journal WHERE stored_at_us < ?"
    " GROUP BY device_id, incarnation"
)
_LINK = "SELECT link_hash FROM journal WHERE device_id = ? AND incarnation = ? AND n = ?"


def drill(stage: Stage) -> None:
    """The newest backup is restored and proved; nobody goes back to an older one from here on.

    It is the part of the product's restore drill that comes after the files are there.
    """
    office = stage.office
    fuse = office.disk.fuse
    fuse.is_asleep = True
    if not stage.backups or stage.chance.random() < 0.6:
        back_up_head_office(stage)
    if stage.backups:
        _prove(stage, stage.backups[-1])
    fuse.is_asleep = False


def _prove(stage: Stage, backup: Backup) -> None:
    office = stage.office
    manifest = _manifest(backup)
    if (manifest.figures.epoch or EPOCH) != office.hq.epoch:
        stage.fire("drill of an earlier epoch refused")
        return
    if stage.chance.random() < 0.15:
        _must_be_whole(backup.disk)
        stage.fire("backup verified")
    marks = _marks(manifest)
    with office.database.write() as connection:
        before = all_marks(connection)
        lost = [*_lost_here(connection, marks), *_lost_there(backup.disk, before)]
        must(not lost, "I11", f"a drill found {lost[:3]}")
        moved = move_forward(connection, marks)
        tell(connection, VERIFIED_AT, str(office.clock.now_us()))
        tell(connection, VERIFIED_MADE_AT, str(backup.made_at_us))
    for older in stage.backups[:-1]:
        older.disk.release()
    stage.backups = [backup]
    stage.durable |= {one[:2]: one for one in marks if one.n > stage.durable_n(*one[:2])}
    stage.fire("restore drill")
    stage.say("HQ drill", moved)


def _manifest(backup: Backup) -> Manifest:
    with Database(engine_over(backup.disk)).read() as there:
        figures = figures_of(there)
    return Manifest(
        format=1,
        name="simulated",
        made_at_us=backup.made_at_us,
        program="",
        engine="sqlite",
        figures=figures,
        parts=[],
    )


def _lost_there(disk: SimDisk, marks: list[JournalMark]) -> list[str]:
    with Database(engine_over(disk)).read() as there:
        return list(_lost_here(there, marks, "the backup"))


def _must_be_whole(disk: SimDisk) -> None:
    """The product's verifier over the whole backup."""
    with Database(engine_over(disk)).read() as there:
        found = list(faults(there, REGISTRY, SCHEMA, HQ_KEY.public))
    must(not found, "I11", f"a restored backup has problems: {found[:3]}")


def let_weeks_pass(stage: Stage) -> None:
    """Nobody does anything for a long time."""
    days = stage.chance.choice(_PASSES_DAYS)
    stage.world.now_us += days * DAY_US
    fuse = stage.office.disk.fuse
    fuse.is_asleep = True
    write_another_code(stage)
    fuse.is_asleep = False
    stage.fire("weeks passed")
    stage.say("weeks passed", days)


def let_go(stage: Stage, device: SimDevice) -> None:
    """After a sync, once a day: the device lets go of what is durable for long enough."""
    now_us = device.clock.monotonic_us()
    if now_us < device.forgets_at_us or not device.disk.look("SELECT 1 FROM durable_mark LIMIT 1"):
        return
    device.forgets_at_us = now_us + DAY_US
    try:
        count = forget(device.running, device.summaries[-1].head_office_at_us)
    except QutongError as why:
        must(device.has_failed(why.code), "I12", f"{device.label} could not forget: {why}")
        stage.say(device.label, "forgets not", why)
        return
    if count:
        stage.fire("bytes forgotten")
        stage.say(device.label, "forgot", count)


def note_told(stage: Stage, device: SimDevice, incarnation: int, answer: HelloAnswer) -> None:
    """I11: head office calls durable what stands in a proved backup, and nothing more."""
    n = answer.durable_n
    if n:
        proved = stage.durable_n(device.name, incarnation)
        must(n <= proved, "I11", f"{device.label}: durable {n}, proved {proved}")
        said_us = answer.server_time_us - stage.world.start_us
        device.told_durable.append((incarnation, n, said_us))


def check_let_go(stage: Stage, keep_since_us: int) -> None:
    """I12: neighbours are told to let go of bytes that stand in a proved backup, and no others."""
    for name, incarnation, n in stage.office.disk.look(_STORED_BEFORE, keep_since_us):
        proved = stage.durable_n(name, incarnation)
        told = f"neighbours let go of {name}/{incarnation} slot {n}, proved {proved}"
        must(n <= proved, "I12", told)


def check_forgotten(device: SimDevice) -> None:
    """I12: bytes are here unless head office called them durable long enough ago."""
    latest_us = device.clock.monotonic_us() - HELD_US + _SLACK_US
    for incarnation, n in device.disk.look(_FORGOTTEN, device.name):
        is_old = any(
            of == incarnation and told_n >= n and at_us <= latest_us
            for of, told_n, at_us in device.told_durable
        )
        must(is_old, "I12", f"{device.label} forgot slot {n} of {incarnation} too early")


def check_durable(stage: Stage) -> None:
    """I11: what was durable once stands at head office, whatever it was restored from."""
    for name, incarnation, n, link_hash in stage.durable.values():
        found = stage.office.disk.look(_LINK, name, incarnation, n)
        must(found == [(link_hash,)], "I11", f"{name}/{incarnation} slot {n} was durable")
