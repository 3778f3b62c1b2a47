"""After a restore: what head office knows of itself until the devices have given back theirs.

While it recovers, documents are stored and posted, but nothing is said to them: the answer may
stand in a document that comes back later, and a decided request is never decided again (I13).
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, func, select, update

from shared.channel.tables import device as enrolled
from shared.core.ids import uid_text
from shared.journal.document import Document
from shared.journal.kind import Registry
from shared.journal.tables import journal
from shared.sync.statements import Row, insert_rows, upsert
from shared.tasks.documents import TaskOpened, params_of
from sync_server.store.locks import RECOVERY, RETURNING, lock
from sync_server.store.migrations import tell
from sync_server.store.recovery import (
    RECOVERED_FROM,
    RECOVERING_SINCE,
    is_recovering,
    recovered_from_us,
)
from sync_server.store.tables import (
    envelope,
    reported,
    returned,
    scope_head,
    snapshot,
    unsettled,
)
from sync_server.sync.envelopes import Piece
from sync_server.sync.head_office import (
    HeadOffice,
    Posted,
    Written,
    draft_of,
    enter,
    settle,
    write,
)
from sync_server.sync.repair import repair_all
from sync_server.sync.replaying import replay_records

INCARNATION = "incarnation"
"""Which incarnation head office's own journals are in; absent = the first."""
_NAMED_MAX = 20
_AT_ONCE = 500
"""Documents answered together at the end of a recovery: what they become is held in memory."""


def begin_recovery(
    connection: Connection,
    *,
    epoch: str,
    incarnation: int,
    generation: int,
    made_at_us: int,
    now_us: int,
) -> None:
    """A restored database is a new epoch: its own journals go on in a new incarnation, every
    scope begins a new generation, and devices are asked for what they hold.

    ``made_at_us`` is when the backup was made. Nothing of an earlier recovery is left, unless the
    backup was made in the midst of it: then this one goes on with it. What came back before is
    known, and asked for is what was lost since the earlier backup.
    """
    goes_on = _goes_on(connection)
    if goes_on:
        made_at_us = min(made_at_us, recovered_from_us(connection))
    tell(connection, "epoch", epoch)
    tell(connection, INCARNATION, str(incarnation))
    tell(connection, RECOVERING_SINCE, str(now_us))
    tell(connection, RECOVERED_FROM, str(made_at_us))
    connection.execute(update(scope_head).values(generation=generation))
    for table in (envelope, reported) if goes_on else (envelope, reported, returned):
        connection.execute(delete(table))
    # Their files are not part of a backup; they are made again by themselves.
    connection.execute(delete(snapshot))


def _goes_on(connection: Connection) -> bool:
    """Whether the backup was made while head office recovered."""
    return is_recovering(connection)


def put_off(connection: Connection, pieces: Sequence[Piece]) -> None:
    """Remember documents nothing was said to yet, in the order of their arrival."""
    rows: list[Row] = [
        {"device_id": one.device_id, "incarnation": one.incarnation, "n": one.n} for one in pieces
    ]
    insert_rows(connection, unsettled, rows)


def note_report(connection: Connection, device_id: str, now_us: int) -> None:
    """A device has given back all it holds."""
    upsert(connection, reported, ("device_id",), [{"device_id": device_id, "at_us": now_us}])


def awaited(connection: Connection) -> list[str]:
    """Devices that are trusted and have not reported since the restore, in the order of ids."""
    rows = connection.execute(
        select(enrolled.c.id)
        .where(
            enrolled.c.revoked_at_us == 0,
            enrolled.c.id.not_in(select(reported.c.device_id)),
        )
        .order_by(enrolled.c.id)
    )
    return list(rows.scalars())


def finish(
    connection: Connection, hq: HeadOffice, now_us: int, *, signed_off_by: str = ""
) -> list[str]:
    """Say what was put off, and call the figures whole again; who was not waited for.

    The last step before the commit. What no device held is told by a task, by its numbers. Nothing
    where somebody ended it meanwhile.
    """
    lock(connection, RETURNING)
    lock(connection, RECOVERY)
    if not is_recovering(connection):
        return []
    missing = awaited(connection)
    gaps = lost_slots(connection)
    written = Written([], replay_records(connection, hq))
    for waiting in _put_off(connection, hq.replica.registry):
        written.add(settle(connection, hq, waiting, now_us))
        written.add(repair_all(connection, hq, waiting, now_us))
    connection.execute(delete(unsettled))
    connection.execute(delete(reported))
    tell(connection, RECOVERING_SINCE, "")
    if missing or gaps:
        task = TaskOpened(
            code="RECOVERED_IN_PART" if missing else "RECOVERED_WITH_GAPS",
            subject=hq.epoch,
            params=params_of(
                {
                    "devices": " ".join(missing[:_NAMED_MAX]),
                    "count": len(gaps),
                    "slots": " ".join(gaps[:_NAMED_MAX]),
                    "by": signed_off_by,
                }
            ),
        )
        written.add(write(connection, hq, [draft_of(hq, task, now_us)], now_us))
    enter(connection, hq, written)
    return missing


def lost_slots(connection: Connection) -> list[str]:
    """Slots of former journals that nobody gave back, though later ones came, as ``HQ/1 17``."""
    c = returned.c
    rows = connection.execute(
        select(c.device_id, c.incarnation, c.n).order_by(c.device_id, c.incarnation, c.n)
    ).all()
    if not rows:
        return []
    j = journal.c
    last = select(j.device_id, j.incarnation, func.max(j.n)).group_by(j.device_id, j.incarnation)
    heads = {(device_id, incarnation): n for device_id, incarnation, n in connection.execute(last)}
    found: list[str] = []
    for row in rows:
        place = (row.device_id, row.incarnation)
        found += [f"{place[0]}/{place[1]} {n}" for n in range(heads.get(place, 0) + 1, row.n)]
        heads[place] = max(heads.get(place, 0), row.n)
    return found


def _put_off(connection: Connection, registry: Registry) -> Iterator[list[Posted]]:
    """The documents nothing was said to, some at a time, as they would have come in."""
    c, j = unsettled.c, journal.c
    statement = (
        select(c.place, j.stored)
        .join(
            unsettled,
            (c.device_id == j.device_id) & (c.incarnation == j.incarnation) & (c.n == j.n),
        )
        .order_by(c.place)
        .limit(_AT_ONCE)
    )
    last = 0
    while rows := connection.execute(statement.where(c.place > last)).all():
        last = rows[-1].place
        found: list[Posted] = []
        for _place, stored in rows:
            document: Document = registry.decode(stored)
            writes = registry.post(document)
            found.append(Posted(document.header, document.body, writes))
        yield found


def remember(
    connection: Connection, document: Document, place: tuple[str, int, int], *, is_posted: bool
) -> None:
    """Where a document that came back stood, and which one it answers again: none, kept aside."""
    header = document.header
    row = {
        "uid": uid_text(header.uid),
        "device_id": place[0],
        "incarnation": place[1],
        "n": place[2],
        "predecessor": uid_text(header.predecessor) if header.predecessor and is_posted else "",
    }
    insert_rows(connection, returned, [row])
