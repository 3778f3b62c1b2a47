"""Head office closes months: opening rows stand at the sites for rows that devices held."""

import random

from sqlalchemy import func, select

from shared.closing.queries import closed_month
from shared.closing.rules import next_month
from shared.core.errors import Conflict
from shared.journal.tables import journal
from sync_server.store.durable import JournalMark
from sync_server.sync.closing import close_months
from tests.simulation.device import FOUNDED_SITE
from tests.simulation.disasters import back_up_head_office
from tests.simulation.house import SITES
from tests.simulation.stage import Stage

_RUNS = 0.4
"""Of the runs in which months are closed."""
_STEPS = 0.1
"""Of the steps of such a run."""
_FIRST = "2025-12"


def is_month_over(seed: int, step: int) -> bool:
    """Whether a step closes a month; drawn apart from everything else."""
    if random.Random(f"seed {seed}/months").random() >= _RUNS:
        return False
    return random.Random(f"seed {seed}/months/{step}").random() < _STEPS


def close_month(stage: Stage) -> None:
    """Prove a backup, close the next month of every site with what was proved last, or both.

    Months are closed while they run, so that whatever comes afterwards comes late.
    """
    fuse = stage.office.disk.fuse
    fuse.is_asleep = True
    luck = stage.chance.random()
    if not stage.proved or luck < 0.6:
        _prove(stage)
    if stage.proved and luck > 0.25:
        for site_id in (*SITES, FOUNDED_SITE):
            _close(stage, site_id)
    fuse.is_asleep = False


def _close(stage: Stage, site_id: str) -> None:
    office = stage.office
    try:
        with office.database.write() as connection:
            last = closed_month(connection, site_id)
            month = next_month(last) if last else _FIRST
            now_us = office.clock.now_us()
            found = close_months(connection, office.hq, site_id, month, now_us, proved=stage.proved)
    except Conflict as why:
        stage.say("HQ month", site_id, why.code)
        stage.fire(f"told {why.code}")
        return
    if found:
        stage.fire("next month closed" if last else "month closed")
    told = (f"{one.month}:{one.row_count}/{one.openings}" for one in found)
    stage.say("HQ month", site_id, *told)


def _prove(stage: Stage) -> None:
    """A backup is restored and proved; nobody goes back to an older one."""
    older, stage.backups = stage.backups, []
    back_up_head_office(stage)
    if not stage.backups:
        # A run in which somebody was revoked restores nothing.
        stage.backups = older
        return
    for backup in older:
        backup.disk.release()
    c = journal.c
    with stage.office.database.read() as connection:
        heads = connection.execute(
            select(c.device_id, c.incarnation, func.max(c.n)).group_by(c.device_id, c.incarnation)
        ).all()
    stage.proved = [JournalMark(*head, b"") for head in heads]
    stage.fire("backup proved")
