"""At start: journal and spool are made equal, whichever of them lost its end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, or_, select, tuple_, update
from sqlalchemy import bindparam as bind

from desktop.store.identity import (
    Identity,
    identity_of,
    load_identity,
    store_identity,
    store_state,
)
from desktop.store.mending import mend_journal
from desktop.store.missed_forks import catch_up, names_later
from desktop.store.reposting import Reconciled, is_at_odds, repost
from desktop.store.spool import Spool
from desktop.store.spooling import slot_records, whole_spool
from desktop.store.tables import spool_position
from shared.journal.chain import GENESIS, Slot
from shared.journal.spool import (
    Damage,
    RecordType,
    Spooled,
    SpoolForgotten,
    SpoolHead,
    SpoolIdentity,
    SpoolKept,
    SpoolSlot,
    encode_record,
    read_spool,
    standing,
)
from shared.journal.tables import journal
from shared.sync.appending import Replica, head_of
from shared.sync.statements import at_most, upsert


class Place(NamedTuple):
    """A place in a spool, and the bytes before it: another file has others there."""

    size: int
    mark: bytes


class _Position(NamedTuple):
    place: Place
    incarnation: int
    n: int


_NOWHERE = _Position(Place(0, b""), 0, 0)
_MARK_BYTES = 32
"""Of a record's end: the signature of a slot or of a receipt, which no other file has there."""


def reconcile(
    connection: Connection,
    replica: Replica,
    spool: Spool,
    *,
    identity_record: SpoolIdentity | None,
    now_us: int,
) -> Reconciled:
    """Make journal and spool equal. The caller commits; the spool is changed at once.

    A torn end of the spool is cut at its last good record when the journal has that slot, else
    its bytes are kept under another name and reported; so is a spool with damage inside. A file of
    another day, shorter than it was or with other bytes where it was equal, is read from its
    beginning and kept under another name, too: it may know neither whose it is now nor what head
    office said since. ``identity_record`` begins a spool that was lost.
    """
    done = Reconciled()
    position = _position(connection)
    identity = load_identity(connection)
    is_same = _has(spool, position.place)
    is_other = spool.size() > 0 and not is_same
    # A place that an earlier program noted has no bytes: the whole file is read once.
    start = position.place.size if identity and is_same and position.place.mark else 0
    spooled = read_spool(spool.load(start))
    is_rebuilt = identity is None
    if identity is None:
        spooled = replace(spooled, records=standing(spooled.records))
        identity_record = _last_identity(spooled)
        if identity_record is None:
            return done
        identity = identity_of(identity_record)
        store_identity(connection, identity)
    elif names_later(spooled, identity):
        spooled, start = read_spool(spool.load()), 0
        if later := catch_up(connection, replica, identity, spooled):
            identity = replace(identity, incarnation=later.incarnation)
            identity_record, is_rebuilt = later, True
    if is_other or _is_faulty(connection, identity, spooled):
        # Before anything follows from the journal: the new spool, and what a slot stands behind.
        whole = read_spool(spool.load()) if start else spooled
        registry, found = replica.registry, done.findings
        mend_journal(connection, registry, identity, whole, now_us, found, is_ending=False)
    repost(connection, replica, identity, spooled, now_us, done)
    _note(connection, identity, spooled, is_rebuilt=is_rebuilt)
    _drop_linked_anew(connection, identity)
    last = _last_spooled(spooled, identity, position if start else _NOWHERE)
    aside = _mend(connection, identity, spool, start, spooled, done, identity_record)
    if is_other and identity_record is not None:
        aside = aside or _aside(spool, spooled)
    done.respooled = _respool(connection, identity, spool, last, identity_record, aside)
    store_position(connection, identity, end_of(spool))
    return done


def end_of(spool: Spool) -> Place:
    """Where a spool ends now."""
    size = spool.size()
    start = max(size - _MARK_BYTES, 0)
    return Place(size, spool.load(start, size - start))


def _has(spool: Spool, place: Place) -> bool:
    """Whether this is the file of that place, gone on since: not put back, and not begun anew."""
    if spool.size() < place.size:
        return False
    return spool.load(place.size - len(place.mark), len(place.mark)) == place.mark


def store_position(connection: Connection, identity: Identity, place: Place) -> None:
    """Remember that journal and spool are equal up to here."""
    n, _ = head_of(connection, identity.device_id, identity.incarnation)
    row = {"id": 1, "incarnation": identity.incarnation, "n": n, **place._asdict()}
    upsert(connection, spool_position, ("id",), [row])


def _position(connection: Connection) -> _Position:
    row = connection.execute(
        select(
            spool_position.c.size,
            spool_position.c.mark,
            spool_position.c.incarnation,
            spool_position.c.n,
        )
    ).one_or_none()
    if row is None:
        return _NOWHERE
    return _Position(Place(row.size, row.mark), row.incarnation, row.n)


def _last_identity(spooled: Spooled) -> SpoolIdentity | None:
    """A rebuilt database learns from the spool who it is; the last such record counts."""
    records = [p.record for p in spooled.records if isinstance(p.record, SpoolIdentity)]
    good = [record for record in records if record.good()]
    return good[-1] if good else None


def _drop_linked_anew(connection: Connection, identity: Identity) -> None:
    """Of a document that was linked anew the former slot goes: the journal holds it once.

    One that nobody can read has no uid; its bytes and their signature tell it.
    """
    connection.execute(
        _LINKED_ANEW, {"of": identity.device_id, "incarnation": identity.incarnation}
    )


_c = journal.c
_AGAIN = and_(_c.device_id == bind("of"), _c.incarnation == bind("incarnation"))
_LINKED_ANEW = delete(journal).where(
    _c.device_id == bind("of"),
    _c.incarnation < bind("incarnation"),
    or_(
        and_(_c.uid != "", _c.uid.in_(select(_c.uid).where(_AGAIN))),
        tuple_(_c.hash, _c.signature).in_(select(_c.hash, _c.signature).where(_AGAIN)),
    ),
)


def _note(
    connection: Connection, identity: Identity, spooled: Spooled, *, is_rebuilt: bool
) -> None:
    """What head office had said. Its receipts count for a database that was rebuilt alone: one that
    is there knows later ones, and that a restored head office withdrew some (I11)."""
    for placed in spooled.records:
        record = placed.record
        if not isinstance(record, SpoolHead | SpoolKept):
            continue
        if record.incarnation != identity.incarnation:
            continue
        if isinstance(record, SpoolKept):
            set_kept(connection, identity, {record.n: record.code})
        elif is_rebuilt:
            store_state(
                connection,
                acknowledged_n=record.n,
                acknowledged_hash=record.link_hash,
                head_signature=record.signature,
            )


def set_kept(connection: Connection, identity: Identity, codes: dict[int, str]) -> None:
    """Own slots head office keeps aside, with the reason's code."""
    for n, code in codes.items():
        connection.execute(
            update(journal)
            .where(
                journal.c.device_id == identity.device_id,
                journal.c.incarnation == identity.incarnation,
                journal.c.n == n,
            )
            .values(verdict="kept", code=code)
        )


def _last_spooled(spooled: Spooled, identity: Identity, before: _Position) -> int:
    last = before.n if before.incarnation == identity.incarnation else 0
    for placed in spooled.records:
        record = placed.record
        if not isinstance(record, SpoolSlot | SpoolForgotten):
            continue
        if record.incarnation == identity.incarnation:
            last = record.n
    return last


def _mend(
    connection: Connection,
    identity: Identity,
    spool: Spool,
    start: int,
    spooled: Spooled,
    done: Reconciled,
    identity_record: SpoolIdentity | None,
) -> str:
    """Cut a torn end; when more is wrong, the name under which the file is to be kept aside."""
    if not spooled.damages and not any(f.code.startswith("SPOOL_") for f in done.findings):
        return ""
    torn = _half_written(connection, identity, spooled)
    if torn is not None and not done.findings:
        spool.cut(start + torn.start)
        return ""
    for damage in spooled.damages:
        done.find("SPOOL_DAMAGED", max(damage.n, 0), f"bytes {start + damage.start}")
    return "" if identity_record is None else _aside(spool, spooled)


def _aside(spool: Spool, spooled: Spooled) -> str:
    return f"spool.aside-{spool.size()}-{len(spooled.records)}"


def _half_written(connection: Connection, identity: Identity, spooled: Spooled) -> Damage | None:
    """The end of a spool that a crash cut short, if it is no more than that."""
    torn = spooled.torn_tail()
    head, _ = head_of(connection, identity.device_id, identity.incarnation)
    # The journal commits first, so a half-written record is one the journal has.
    is_known = torn is not None and not (torn.record_type == RecordType.SLOT and torn.n > head)
    return torn if is_known else None


def _is_faulty(connection: Connection, identity: Identity, spooled: Spooled) -> bool:
    """Whether more is wrong than an end that a crash cut short."""
    if spooled.damages and _half_written(connection, identity, spooled) is None:
        return True
    return is_at_odds(connection, identity, spooled)


def _respool(
    connection: Connection,
    identity: Identity,
    spool: Spool,
    last: int,
    identity_record: SpoolIdentity | None,
    aside: str,
) -> int:
    """Write what the spool lacks; all of it into a new file when the old one is kept aside."""
    if spool.size() > 0 and not aside:
        records = slot_records(connection, identity.device_id, identity.incarnation, last)
        data = b"".join(map(encode_record, records))
    elif identity_record is not None:
        records = slot_records(connection, identity.device_id)
        data = whole_spool(connection, identity, identity_record)
    else:
        return 0
    if aside:
        # At once: while the database is rebuilt from it, the spool is the only copy.
        spool.set_aside(aside, data)
    elif data:
        spool.append(data)
    return len(records)


def journal_slots(
    connection: Connection,
    device_id: str,
    incarnation: int = 0,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[Slot]:
    """Own slots of an incarnation (0 = of all) after ``after``, in order, at most ``limit``."""
    of = {"device_id": device_id, "after": after, "most": -1 if limit is None else limit}
    if incarnation:
        rows = connection.execute(_SLOTS_OF, of | {"incarnation": incarnation})
    else:
        rows = connection.execute(_SLOTS, of)
    return [Slot(*row) for row in rows.all()]


def link_at(connection: Connection, identity: Identity, n: int) -> bytes:
    """The link hash of an own slot; GENESIS before the first, b'' for one that is not here."""
    if n == 0:
        return GENESIS
    of = {"device_id": identity.device_id, "incarnation": identity.incarnation, "n": n}
    return connection.execute(_LINK_AT, of).scalar() or b""


def next_to_send(connection: Connection, identity: Identity, first: int, there: int) -> int:
    """From ``first`` on the next own slot whose bytes are here; those behind ``there``, where head
    office ends, count without looking."""
    of = {"device_id": identity.device_id, "incarnation": identity.incarnation}
    found = connection.execute(_NEXT_WITH_BYTES, of | {"first": first, "there": there}).scalar()
    return found or max(first, there + 1)


# Built once: making a statement costs more than running it.
_NEXT_WITH_BYTES = select(func.min(journal.c.n)).where(
    journal.c.device_id == bind("device_id"),
    journal.c.incarnation == bind("incarnation"),
    journal.c.n.between(bind("first"), bind("there")),
    journal.c.stored != b"",
)
_LINK_AT = select(journal.c.link_hash).where(
    journal.c.device_id == bind("device_id"),
    journal.c.incarnation == bind("incarnation"),
    journal.c.n == bind("n"),
)
_ALL_SLOTS = select(*(journal.c[name] for name in Slot._fields)).where(
    journal.c.device_id == bind("device_id"), journal.c.n > bind("after")
)
_SLOTS = _ALL_SLOTS.order_by(journal.c.incarnation, journal.c.n).limit(at_most("most"))
_SLOTS_OF = (
    _ALL_SLOTS.where(journal.c.incarnation == bind("incarnation"))
    .order_by(journal.c.incarnation, journal.c.n)
    .limit(at_most("most"))
)
