"""Documents between the devices of a store: what is given, what is taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from desktop.store.identity import Identity, load_state
from desktop.store.tables import envelope, neighbour_document, neighbour_journal
from shared.channel.queries import device_of
from shared.core.ids import uid_text
from shared.journal.chain import VerifyKey
from shared.journal.document import Header
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.confirm import Applied, Step
from shared.sync.limits import DOCUMENT_BYTES_MAX, INCARNATION_MAX, SLOT_MAX
from shared.sync.neighbours import PASSED_BYTES_GOAL, PASSED_MAX, Mark, Passed, Place
from shared.sync.own_slots import NONSENSE
from shared.sync.provisional import (
    Touched,
    merge,
    post_provisionally,
    writes_of,
)
from shared.sync.statements import upsert

_DAY_US: Final = 24 * 3600 * 1_000_000
RECENT_US: Final = 2 * _DAY_US
"""What head office has is given all the same for so long: a neighbour may be the one cut off."""
_SLICE: Final = 20
"""Documents posted in one write: a sale waits for one of them, not for a message of 200."""


# What is given


def own_after(
    connection: Connection, identity: Identity, place: Place, now_us: int
) -> list[Passed]:
    """The next own documents after a place in this journal; all recent ones when it is another's.

    Bytes that were let go are durable at head office and not given any more.
    """
    c = journal.c
    mine = (c.device_id == identity.device_id, c.incarnation == identity.incarnation)
    since = _since(connection, mine, now_us)
    if place.n and _uid_at(connection, identity, place) == place.uid:
        since = max(since, place.n)
    rows = connection.execute(
        select(c.n, c.uid, c.stored, c.signature)
        .where(*mine, c.n > since, c.verdict == "stored", c.stored != b"")
        .order_by(c.n)
        .limit(PASSED_MAX)
    )
    given, size = list[Passed](), 0
    for row in rows:
        size += len(row.stored)
        if given and size > PASSED_BYTES_GOAL:
            break
        given.append(
            Passed(
                device_id=identity.device_id,
                incarnation=identity.incarnation,
                n=row.n,
                uid=row.uid,
                stored=row.stored,
                signature=row.signature,
            )
        )
    return given


def _since(connection: Connection, mine: tuple[Any, ...], now_us: int) -> int:
    """Head office has the slots up to here, and for longer than anybody may be behind."""
    old = select(func.max(journal.c.n)).where(*mine, journal.c.stored_at_us < now_us - RECENT_US)
    return min(load_state(connection).acknowledged_n, connection.execute(old).scalar() or 0)


def _uid_at(connection: Connection, identity: Identity, place: Place) -> str | None:
    if place.incarnation != identity.incarnation:
        return None
    c = journal.c
    return connection.execute(
        select(c.uid).where(
            c.device_id == identity.device_id,
            c.incarnation == place.incarnation,
            c.n == place.n,
        )
    ).scalar()


# What is taken in


@dataclass(frozen=True, slots=True)
class _Good:
    """A document whose author is known and whose signature is good."""

    passed: Passed
    header: Header


def taking_steps(
    replica: Replica, identity: Identity, documents: Sequence[Passed], now_us: int, *, is_host: bool
) -> list[Step]:
    """Hold documents of this store's other devices, and post what head office did not send yet:
    slices to be run in order, each in a transaction of its own.

    What is known, or is not signed by a device of this store, is passed over. ``rows`` is how
    many documents were new.
    """
    parts = [documents[at : at + _SLICE] for at in range(0, len(documents), _SLICE)]
    return [_taking(replica, identity, part, now_us, is_host=is_host) for part in parts]


def _taking(
    replica: Replica, identity: Identity, documents: Sequence[Passed], now_us: int, *, is_host: bool
) -> Step:

    def work(connection: Connection) -> Applied:
        touched: Touched = {}
        known = _known(connection, documents)
        count = 0
        for passed in documents:
            if passed.uid in known or not _is_good(connection, replica, identity, passed):
                continue
            known.add(passed.uid)
            made = _post(connection, replica, passed)
            merge(touched, made)
            _store(connection, passed, now_us, seq=_next(connection, is_host), is_open=bool(made))
            count += 1
        derive_touched(connection, replica, touched)
        return Applied(touched=frozen(touched), rows=count)

    return work


def _known(connection: Connection, documents: Sequence[Passed]) -> set[str]:
    uids = [one.uid for one in documents]
    known: set[str] = set()
    for column in (neighbour_document.c.uid, journal.c.uid):
        known.update(connection.execute(select(column).where(column.in_(uids))).scalars())
    return known


def _is_good(connection: Connection, replica: Replica, identity: Identity, passed: Passed) -> bool:
    if passed.device_id == identity.device_id or len(passed.stored) > DOCUMENT_BYTES_MAX:
        return False
    if not (0 <= passed.incarnation <= INCARNATION_MAX and 0 < passed.n <= SLOT_MAX):
        return False
    author = device_of(connection, passed.device_id)
    if author is None or author.is_revoked or author.site_id != identity.site_id:
        return False
    if not VerifyKey(author.public_key).document_good(passed.stored, passed.signature):
        return False
    try:
        header = replica.registry.decode(passed.stored).header
        kind = replica.registry.named(header.kind)
    except NONSENSE:
        # Of a later version, perhaps: it comes from head office after an update.
        return False
    return (
        uid_text(header.uid) == passed.uid
        and header.device_id == passed.device_id
        and header.site_id == identity.site_id
        and author.device_type in kind.authority.device_types
    )


def _post(connection: Connection, replica: Replica, passed: Passed) -> Touched:
    if _is_at_head_office(connection, passed):
        return {}
    writes = writes_of(replica, passed.stored)
    try:
        with connection.begin_nested():
            return post_provisionally(connection, replica, writes)
    except NONSENSE:
        return {}


def _is_at_head_office(connection: Connection, passed: Passed) -> bool:
    """Whether head office sent the document's bytes: then its rows came too, or went again."""
    e = envelope.c
    found = select(e.n).where(
        e.device_id == passed.device_id,
        e.incarnation == passed.incarnation,
        e.n == passed.n,
        e.signature == passed.signature,
    )
    return connection.execute(found).scalar() is not None


def _store(connection: Connection, passed: Passed, now_us: int, *, seq: int, is_open: bool) -> None:
    row = {
        "uid": passed.uid,
        "seq": seq,
        "device_id": passed.device_id,
        "incarnation": passed.incarnation,
        "n": passed.n,
        "stored": passed.stored,
        "signature": passed.signature,
        "received_at_us": now_us,
        "is_open": int(is_open),
    }
    connection.execute(insert(neighbour_document), [row])


def _next(connection: Connection, is_host: bool) -> int:
    if not is_host:
        return 0
    last = connection.execute(select(func.max(neighbour_document.c.seq))).scalar()
    return (last or 0) + 1


# The host's list


def list_own(connection: Connection, identity: Identity, now_us: int) -> int:
    """At the host: put the next own new documents, and what came while it was none, into the list.

    Returns how many it went through; 0 when all are there.
    """
    d = neighbour_document.c
    loose = select(d.uid).where(d.seq == 0).order_by(d.received_at_us, d.device_id, d.n)
    if uids := connection.execute(loose.limit(PASSED_MAX)).scalars().all():
        for uid in uids:
            seq = _next(connection, is_host=True)
            connection.execute(update(neighbour_document).where(d.uid == uid).values(seq=seq))
        return len(uids)
    given = own_after(connection, identity, place_of(connection, identity.device_id), now_us)
    if given:
        held = set(
            connection.execute(select(d.uid).where(d.uid.in_([g.uid for g in given]))).scalars()
        )
        for passed in given:
            if passed.uid not in held:
                seq = _next(connection, is_host=True)
                _store(connection, passed, now_us, seq=seq, is_open=False)
                # A journal that was put together from two files may have it twice.
                held.add(passed.uid)
        put_place(connection, given[-1])
    return len(given)


def place_of(connection: Connection, device_id: str) -> Place:
    """Up to where the host was given a device's journal."""
    row = connection.execute(
        select(neighbour_journal).where(neighbour_journal.c.device_id == device_id)
    ).one_or_none()
    return Place() if row is None else Place(incarnation=row.incarnation, n=row.n, uid=row.uid)


def put_place(connection: Connection, last: Passed) -> None:
    """Remember the last document a device gave, whether it was new or not."""
    row = {
        "device_id": last.device_id,
        "incarnation": last.incarnation,
        "n": last.n,
        "uid": last.uid,
    }
    upsert(connection, neighbour_journal, ("device_id",), [row])


def listed_after(
    connection: Connection, mark: Mark, device_id: str
) -> tuple[list[Passed], Mark, bool]:
    """What follows a mark in the host's list, but the asking device's own; the mark after it, and
    whether that is all. A mark of another list begins at the beginning."""
    d = neighbour_document.c
    is_known = _is_known_mark(connection, mark)
    mark = mark if is_known else Mark()
    rows = connection.execute(
        select(neighbour_document).where(d.seq > mark.seq).order_by(d.seq).limit(PASSED_MAX + 1)
    ).all()
    found, size = list[Passed](), 0
    for row in rows[:PASSED_MAX]:
        size += len(row.stored)
        if found and size > PASSED_BYTES_GOAL:
            return found, mark, False
        mark = Mark(seq=row.seq, uid=row.uid)
        if row.device_id != device_id:
            found.append(_passed(row))
    return found, mark, len(rows) <= PASSED_MAX


def has_after(connection: Connection, mark: Mark) -> bool:
    """Whether the host has anything after a mark."""
    if not _is_known_mark(connection, mark):
        return True
    last = connection.execute(select(func.max(neighbour_document.c.seq))).scalar()
    return (last or 0) > mark.seq


def _is_known_mark(connection: Connection, mark: Mark) -> bool:
    d = neighbour_document.c
    if not mark.seq:
        return True
    uid = connection.execute(select(d.uid).where(d.seq == mark.seq)).scalar()
    return uid == mark.uid


def _passed(row: Any) -> Passed:
    return Passed(
        device_id=row.device_id,
        incarnation=row.incarnation,
        n=row.n,
        uid=row.uid,
        stored=row.stored,
        signature=row.signature,
    )


def derive_touched(connection: Connection, replica: Replica, touched: Touched) -> None:
    """Bring indexes of our own in step with these rows."""
    for name, ids in touched.items():
        derive = replica.schema[name].derive
        if derive is not None and ids:
            derive(connection, sorted(ids))


def frozen(touched: Touched) -> dict[str, frozenset[str]]:
    """What was touched, as a step tells it."""
    return {name: frozenset(ids) for name, ids in touched.items() if ids}
