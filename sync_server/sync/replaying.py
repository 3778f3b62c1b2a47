"""After a restore documents come back in any order: what they change together is put in order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, or_, select

from shared.core.ids import uid_text
from shared.journal.document import Document, Header, Write
from shared.journal.tables import journal
from shared.sync.replica import Change, apply_writes
from shared.sync.tables import TableRole
from sync_server.store.tables import returned, unsettled
from sync_server.sync.head_office import HeadOffice

_Key = tuple[str, str]
"""Table and id."""
_AT_ONCE = 500
"""Documents held while they are read."""


@dataclass(slots=True)
class _Came:
    """A document that came since the restore, and the record rows it sets."""

    header: Header
    place: tuple[str, int, int]
    writes: list[Write]
    at_us: int = 0

    def only(self, keys: AbstractSet[_Key]) -> "_Came":
        """The same with the rows of these keys alone."""
        return replace(self, writes=[one for one in self.writes if _key(one) in keys])


def _key(write: Write) -> _Key:
    return write.table, write.id


def replay_records(connection: Connection, hq: HeadOffice) -> list[Change]:
    """Post record rows that several of these documents set once more, in the order of events.

    A decision that came back before the order it decides must not be undone by it. Ledger rows
    stand whatever their order. An answer follows what it answers, a journal its own slots;
    apart from that the clocks decide.
    """
    # Read twice: of weeks of many shops, what is written once is not held.
    touched = Counter(key for one in _came(connection, hq) for key in set(map(_key, one.writes)))
    shared = {key for key, documents in touched.items() if documents > 1}
    came = [one.only(shared) for one in _came(connection, hq)]
    writes = [write for one in _in_order(came) for write in one.writes]
    return apply_writes(connection, hq.replica.schema, writes, slot=0, owns=hq.replica.owns)


def _came(connection: Connection, hq: HeadOffice) -> Iterator[_Came]:
    """Returned ones, those nothing was said to yet, and head office's own since the restore."""
    j, u, r = journal.c, unsettled.c, returned.c
    since = (
        # Of all its workers: what another one wrote may stand behind what came back, too.
        or_(j.device_id == "HQ", j.device_id.startswith("HQ-")),
        j.incarnation == hq.author.incarnation,
    )
    rows = connection.execute(
        select(j.device_id, j.incarnation, j.n, j.stored)
        .outerjoin(
            unsettled,
            and_(u.device_id == j.device_id, u.incarnation == j.incarnation, u.n == j.n),
        )
        .outerjoin(returned, r.uid == j.uid)
        .where(
            j.verdict == "stored",
            or_(u.place.is_not(None), r.uid.is_not(None), and_(*since)),
        )
        .order_by(j.device_id, j.incarnation, j.n)
        .execution_options(yield_per=_AT_ONCE)
    )
    schema = hq.replica.schema
    for row in rows:
        document: Document = hq.replica.registry.decode(row.stored)
        writes = [
            write
            for write in hq.replica.registry.post(document)
            if schema[write.table].role is TableRole.RECORD
        ]
        if writes:
            yield _Came(document.header, (row.device_id, row.incarnation, row.n), writes)


def _in_order(came: Sequence[_Came]) -> list[_Came]:
    """By the clock, corrected by what must have been before."""
    latest: dict[tuple[str, int], int] = {}
    by_uid: dict[str, _Came] = {}
    for one in came:
        journal_of = one.place[:2]
        one.at_us = max(one.header.happened_at_us, latest.get(journal_of, 0))
        latest[journal_of] = one.at_us
        by_uid[uid_text(one.header.uid)] = one
    for one in sorted(came, key=lambda one: one.at_us):
        before = one.header.predecessor
        first = by_uid.get(uid_text(before)) if before else None
        if first is not None and first.at_us >= one.at_us:
            one.at_us = first.at_us + 1
    return sorted(came, key=lambda one: (one.at_us, one.place))
