"""Daily sums: pushes note which days they touched, and a worker sums these days afterwards.

Summed within the push, every till of the house would wait for one scope's head.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from shared.core.ids import uid_text
from shared.journal.document import Write
from shared.reporting.posting import days_of, sum_day
from shared.reporting.tables import TABLES
from shared.sync.replica import apply_writes, load_rows
from shared.sync.statements import insert_rows
from sync_server.store.locks import DAYS, lock
from sync_server.store.tables import day_to_sum
from sync_server.sync import feed
from sync_server.sync.head_office import HeadOffice, Posted

DAYS_MAX = 8
"""Days summed in one transaction, so that a push waits some hundredths of a second for it at most;
what is left waits for the next one."""
_NOTES_MAX = 2_000
_AGE = "summed_at_us"


def note_days(connection: Connection, posted: Sequence[Posted]) -> None:
    """Write down which days these documents change; each under its own uid, so nobody waits."""
    rows = [
        {"uid": uid_text(one.header.uid), "site_id": site_id, "business_day": day}
        for one in posted
        for site_id, day in sorted(days_of(one.writes))
    ]
    insert_rows(connection, day_to_sum, rows)


def is_due(connection: Connection) -> bool:
    """Whether any day waits to be summed."""
    return connection.execute(select(day_to_sum.c.uid).limit(1)).first() is not None


def sum_days(connection: Connection, hq: HeadOffice, now_us: int) -> int:
    """Sum the days that were noted, at most DAYS_MAX; how many notes are done.

    It is the last step before the commit. One worker of a house at a time: the figure of a day is
    never one that another worker has read before its last sale.
    """
    schema = hq.replica.schema
    if any(table.name not in schema for table in TABLES):
        return 0
    lock(connection, DAYS)
    c = day_to_sum.c
    statement = select(c.uid, c.site_id, c.business_day).order_by(c.site_id, c.business_day)
    notes = connection.execute(statement.limit(_NOTES_MAX)).all()
    days = list(dict.fromkeys((row.site_id, row.business_day) for row in notes))[:DAYS_MAX]
    taken = set(days)
    done = [row.uid for row in notes if (row.site_id, row.business_day) in taken]
    writes: list[Write] = []
    for site_id, day in days:
        writes += sum_day(connection, site_id, day, now_us)
    changed = _changed(connection, hq, writes)
    if changed:
        changes = apply_writes(connection, schema, changed, slot=0, owns=hq.replica.owns)
        feed.mark(connection, schema, changes)
    for start in range(0, len(done), 500):
        connection.execute(delete(day_to_sum).where(c.uid.in_(done[start : start + 500])))
    return len(done)


def _changed(connection: Connection, hq: HeadOffice, writes: Sequence[Write]) -> list[Write]:
    """Those that say something new: a day of a thousand products moves the few that were sold."""
    by_table: dict[str, list[Write]] = {}
    for write in writes:
        by_table.setdefault(write.table, []).append(write)
    changed: list[Write] = []
    for name, group in by_table.items():
        here = load_rows(connection, hq.replica.schema[name], {one.id for one in group})
        for write in group:
            held = here.get(write.id)
            told = {key: value for key, value in write.values.items() if key != _AGE}
            if held is None or any(held[key] != value for key, value in told.items()):
                changed.append(write)
    return changed
