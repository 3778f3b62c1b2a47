"""Letting go of the bytes of old documents, once head office holds them durably (I12).

A slot keeps its place, its hashes, its signatures, its id and kind: the chain verifies as before,
and the rows it posted stay. What goes is the stored document, in the journal and in the spool.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from desktop.store.errors import disk_error
from desktop.store.identity import Identity, load_state
from desktop.store.local import LocalStore
from desktop.store.recovery import link_at
from desktop.store.tables import durable_mark, spool_position
from shared.journal.chain import Slot
from shared.journal.kind import Registry
from shared.journal.spool import (
    SpoolSlot,
    encode_record,
    read_spool,
    spool_forgotten,
)
from shared.journal.tables import journal
from shared.sync.limits import HELD_US
from shared.sync.tables import Schema

SLICE = 200
"""Slots of one transaction, so that the writer is held some milliseconds."""
T = TypeVar("T")
Place = tuple[int, int]
"""Incarnation and slot."""


class Writers(Protocol):
    """What forgetting needs of the store; LocalStore and Store both are one."""

    def on_writer(self, act: Callable[[LocalStore], T]) -> T:
        """Act on the store, alone."""


class Mark(NamedTuple):
    """A slot head office called durable, and when it first said so; microseconds by its clock."""

    n: int
    told_at_us: int


def note_durable(
    connection: Connection, identity: Identity, n: int, link_hash: bytes, now_us: int
) -> bool:
    """Remember that this journal is durable up to ``n``; True when that is news.

    ``now_us`` is head office's time when it said so. It is believed when the slot is the one that
    stands here, and never goes back (I11).
    """
    if n <= durable_n(connection, identity) or link_at(connection, identity, n) != link_hash:
        return False
    row = {"incarnation": identity.incarnation, "n": n, "told_at_us": now_us}
    connection.execute(insert(durable_mark), [row])
    _drop_passed(connection, identity.incarnation, now_us)
    return True


def durable_n(connection: Connection, identity: Identity) -> int:
    """Up to which slot of the present incarnation head office holds all durably; 0 = nothing."""
    found = connection.execute(
        select(func.max(durable_mark.c.n)).where(durable_mark.c.incarnation == identity.incarnation)
    ).scalar()
    return int(found or 0)


def _drop_passed(connection: Connection, incarnation: int, now_us: int) -> None:
    """Of the marks that are old enough only the last one says anything."""
    old = (
        durable_mark.c.incarnation == incarnation,
        durable_mark.c.told_at_us <= now_us - HELD_US,
    )
    last = connection.execute(select(func.max(durable_mark.c.n)).where(*old)).scalar()
    if last:
        connection.execute(delete(durable_mark).where(*old, durable_mark.c.n < last))


def durable_long_enough(marks: Iterable[Mark], now_us: int) -> int:
    """THE GUARD of I12: up to this slot bytes may go; 0 = none.

    Only what head office called durable 35 days ago, both times by its own clock: this one may
    jump between two looks at that.
    """
    return max((one.n for one in marks if one.told_at_us <= now_us - HELD_US), default=0)


def forgettable(
    connection: Connection,
    registry: Registry,
    schema: Schema,
    identity: Identity,
    now_us: int,
    *,
    after: Place = (0, 0),
    limit: int = SLICE,
) -> list[Place]:
    """The next own slots behind ``after`` whose bytes may go, in order.

    Not those head office keeps aside, nor those whose rows wait for their confirmation, nor the
    last printed number of a series, from which a rebuilt database goes on counting.
    """
    found: list[Place] = []
    c = journal.c
    for incarnation, marks in sorted(_marks(connection).items()):
        upto = durable_long_enough(marks, now_us)
        is_present = incarnation == identity.incarnation
        if is_present:
            upto = min(upto, load_state(connection).acknowledged_n)
        if upto == 0 or incarnation < after[0]:
            continue
        stay = _unconfirmed(connection, schema, upto) if is_present else set()
        stay |= _last_numbers(connection, registry, identity.device_id, incarnation)
        rows = connection.execute(
            select(c.n)
            .where(
                c.device_id == identity.device_id,
                c.incarnation == incarnation,
                c.n > (after[1] if incarnation == after[0] else 0),
                c.n <= upto,
                c.verdict == "stored",
                c.stored_at_us <= now_us - HELD_US,
                c.stored != b"",
            )
            .order_by(c.n)
            .limit(limit - len(found) + len(stay))
        )
        found += [(incarnation, n) for n in rows.scalars() if n not in stay]
        found = found[:limit]
        if len(found) >= limit:
            break
    return found


def _marks(connection: Connection) -> Mapping[int, Sequence[Mark]]:
    found: dict[int, list[Mark]] = {}
    for row in connection.execute(select(durable_mark)):
        found.setdefault(row.incarnation, []).append(Mark(row.n, row.told_at_us))
    return found


def _unconfirmed(connection: Connection, schema: Schema, upto: int) -> set[int]:
    """Slots up to ``upto`` whose rows head office has not sent back yet."""
    return set(connection.execute(_waiting(schema), {"upto": upto}).scalars())


@lru_cache(maxsize=8)
def _waiting(schema: Schema) -> CompoundSelect[Any]:
    slots = [one.table.c["_slot"] for one in schema.tables.values()]
    upto: BindParameter[int] = bindparam("upto")
    return union_all(*(select(slot).where(slot > 0, slot <= upto).distinct() for slot in slots))


def _last_numbers(
    connection: Connection, registry: Registry, device_id: str, incarnation: int
) -> set[int]:
    c = journal.c
    rows = connection.execute(
        select(c.kind, func.max(c.n))
        .where(c.device_id == device_id, c.incarnation == incarnation, c.kind != "")
        .group_by(c.kind)
    )
    last: dict[str, int] = {}
    for name, n in rows:
        if series := registry.named(name).series:
            last[series] = max(last.get(series, 0), n)
    return set(last.values())


def forget(store: Writers, now_us: int, go_on: Callable[[], bool] = lambda: True) -> int:
    """Let go of all bytes that may go, slice by slice, then of the spool's; how many slots.

    ``now_us`` is head office's time as it said last. Between slices ``go_on`` may end it; the rest
    goes the next time. Raises Unavailable DISK_FULL…
    """
    total = 0
    place: Place = (0, 0)
    while go_on():
        places = store.on_writer(partial(_forget_slice, now_us=now_us, after=place))
        if not places:
            break
        total += len(places)
        place = places[-1]
    if total:
        _rewrite_spool(store)
    return total


def _forget_slice(local: LocalStore, now_us: int, after: Place) -> list[Place]:
    identity, replica = local.enrolled, local.replica

    def work(connection: Connection) -> list[Place]:
        places = forgettable(
            connection, replica.registry, replica.schema, identity, now_us, after=after
        )
        c = journal.c
        for incarnation in {one for one, _ in places}:
            slots = [n for one, n in places if one == incarnation]
            connection.execute(
                update(journal)
                .where(
                    c.device_id == identity.device_id,
                    c.incarnation == incarnation,
                    c.n.in_(slots),
                )
                .values(stored=b"")
            )
        return places

    return local.transact(work)


def _rewrite_spool(store: Writers) -> None:
    """What the journal let go, the spool lets go, too; a crash leaves the old spool or the new.

    It is written anew beside the writer; only the last step, with what came since, is the
    writer's. A damaged spool is left to the next start.
    """

    def look(local: LocalStore) -> tuple[bytes, dict[Place, tuple[Slot, str, str]]]:
        return local.spool.load(), local.read(lambda c: _forgotten(c, local.enrolled))

    data, gone = store.on_writer(look)
    records = _without_bytes(data, gone)
    if records is not None and len(records) < len(data):
        store.on_writer(lambda local: _swap(local, records, len(data)))


def _forgotten(connection: Connection, identity: Identity) -> dict[Place, tuple[Slot, str, str]]:
    columns = [journal.c[name] for name in (*Slot._fields, "uid", "kind")]
    rows = connection.execute(
        select(*columns).where(journal.c.device_id == identity.device_id, journal.c.stored == b"")
    )
    found: dict[Place, tuple[Slot, str, str]] = {}
    for *cells, uid, kind in rows:
        slot = Slot(*cells)
        if slot.is_forgotten:
            found[slot.incarnation, slot.n] = (slot, uid, kind)
    return found


def _without_bytes(data: bytes, gone: Mapping[Place, tuple[Slot, str, str]]) -> bytes | None:
    spooled = read_spool(data)
    if spooled.damages:
        return None
    parts: list[bytes] = []
    for placed in spooled.records:
        record = placed.record
        part = data[placed.start : placed.end]
        if isinstance(record, SpoolSlot):
            known = gone.get((record.incarnation, record.n))
            if known is not None and known[0].link_hash == record.link_hash:
                part = encode_record(spool_forgotten(*known))
        parts.append(part)
    return b"".join(parts)


def _swap(local: LocalStore, records: bytes, upto: int) -> None:
    local.checkpoint()
    # Places in the old file mean nothing in the new one; without any, a start reads it all.
    nowhere = update(spool_position).values(size=0, incarnation=0, n=0, mark=b"")
    local.transact(lambda connection: connection.execute(nowhere))
    try:
        local.spool.rewrite(records, upto)
    except OSError as error:
        raise disk_error(error) from error
    local.checkpoint()
