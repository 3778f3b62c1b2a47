"""The idle scrubber: what lies on the disk is read again, little by little, and compared.

The database's own check does not see a flipped bit in a value. Rows of head office are compared
with their digest, rows of own documents with the document, documents with hash, link and
signature, the spool's records with their sums. What nobody sends again is read whether it can be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection, select

from desktop.store.checking import kept_tables, read_as_text
from desktop.store.errors import disk_error
from desktop.store.identity import Identity
from desktop.store.local import LocalStore
from desktop.store.mending import Mended, are_sound, is_linked, is_sound, mend
from desktop.store.recovery import link_at
from desktop.store.row_mending import (
    any_text,
    index_anew,
    is_damaged,
    is_indexed_well,
    is_text,
    mend_rows,
    own_slots_of,
)
from desktop.store.spool import Spool
from desktop.store.tables import scrub_cursor
from shared.journal.chain import GENESIS, Slot, VerifyKey
from shared.journal.spool import Spooled, SpoolSlot, read_spool
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.confirm import Finding
from shared.sync.statements import upsert

ROWS_AT_ONCE = 400
SLOTS_AT_ONCE = 100
BYTES_AT_ONCE = 64 * 1024
_JOURNAL, _SPOOL = "journal", "spool"

T = TypeVar("T")


class ScrubStore(Protocol):
    """What the scrubber needs of a store; LocalStore and Store both are one."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that only reads."""

    def on_writer(self, act: Callable[[LocalStore], T]) -> T:
        """Act on the store, alone."""


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a round came: the part, and the last key or number seen in it."""

    part: str = _JOURNAL
    key: str = ""
    number: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class _About:
    """The device, and what its files hold."""

    identity: Identity
    replica: Replica
    kept: Sequence[str]
    """Tables nobody sends again; the journal is compared with the spool instead."""


@dataclass(slots=True)
class _Looked:
    """A slice that was read, and where the next one begins."""

    next: _Place
    has_bad_slot: bool = False
    bad_ids: list[str] = field(default_factory=list)
    is_badly_indexed: bool = False


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What a call came to."""

    findings: Sequence[Finding] = ()
    rounds: int = 0
    """How often everything was read to its end, since ever."""
    wants_sync: bool = False
    """Whether rows wait to be fetched from head office again."""


def scrub(store: ScrubStore, slices: int = 1, go_on: Callable[[], bool] = lambda: True) -> Scrubbed:
    """Read the next slices and mend what is damaged; what was found stands in sync_finding.

    Between slices ``go_on`` is asked whether there is still nothing better to do.

    Raises Unavailable NOT_ENROLLED, DATABASE_DAMAGED and what the disk says.
    """
    about = store.on_writer(_about)
    place = store.read(_load_place)
    findings: list[Finding] = []
    for _ in range(slices):
        if not go_on():
            break
        looked = _look(store, about, place)
        if looked.has_bad_slot:
            findings += store.on_writer(mend_files)
        if looked.bad_ids:
            findings += store.on_writer(partial(mend_rows, part=place.part, ids=looked.bad_ids))
        if looked.is_badly_indexed:
            findings += store.on_writer(partial(index_anew, part=place.part))
        place = looked.next
    store.on_writer(partial(_keep_place, place=place))
    wants_sync = any(one.code == "ROW_DAMAGED" for one in findings)
    return Scrubbed(tuple(findings), place.rounds, wants_sync)


def _about(local: LocalStore) -> _About:
    kept = [name for name in kept_tables(local.layout) if name != journal.name]
    return _About(local.enrolled, local.replica, kept)


def _load_place(connection: Connection) -> _Place:
    c = scrub_cursor.c
    row = connection.execute(select(c.part, c.key, c.number, c.rounds)).one_or_none()
    return _Place(*row) if row else _Place()


def _keep_place(local: LocalStore, place: _Place) -> None:
    row = {
        "id": 1,
        "part": place.part,
        "key": place.key,
        "number": place.number,
        "rounds": place.rounds,
    }
    local.transact(lambda connection: upsert(connection, scrub_cursor, ("id",), [row]))


def _look(store: ScrubStore, about: _About, place: _Place) -> _Looked:
    if place.part == _SPOOL:
        return store.on_writer(lambda local: _look_at_spool(local, about, place))
    look = _look_at_rows
    if place.part == _JOURNAL:
        look = _look_at_journal
    elif place.part in about.kept:
        look = _look_at_kept
    return store.read(lambda connection: look(connection, about, place))


def _after(about: _About, place: _Place) -> _Place:
    """The beginning of the next part; behind the last one a new round."""
    parts = [_JOURNAL, _SPOOL, *about.kept, *sorted(about.replica.schema.tables)]
    later = list(parts[parts.index(place.part) + 1 :]) if place.part in parts else []
    if later:
        return _Place(later[0], rounds=place.rounds)
    return _Place(rounds=place.rounds + 1)


# Documents


def _look_at_journal(connection: Connection, about: _About, place: _Place) -> _Looked:
    incarnation, identity = int(place.key or 1), about.identity
    if not place.key and not place.number and not is_indexed_well(connection, _JOURNAL):
        return _Looked(replace(place, key="1"), is_badly_indexed=True)
    c = journal.c
    own = (c.device_id == identity.device_id, c.incarnation == incarnation)
    # Texts that stand beside a slot are read for themselves: whether they can be.
    columns = [c[name] for name in (*Slot._fields, "uid", "kind", "verdict", "code")]
    query = select(*columns).where(*own, c.n > place.number).order_by(c.n).limit(SLOTS_AT_ONCE)
    slots = [Slot(*row[: len(Slot._fields)]) for row in connection.execute(query)]
    before = select(c.link_hash).where(*own, c.n == place.number)
    previous = connection.execute(before).scalar() if place.number else GENESIS
    key, n = VerifyKey(identity.public_key), place.number
    is_bad = False
    for slot in slots:
        # Of a former incarnation only what was not linked anew is left.
        has_gap = slot.n != n + 1
        if has_gap and incarnation == identity.incarnation:
            is_bad = True
        if not has_gap:
            is_bad |= not is_sound(slot, previous or GENESIS, key)
        previous, n = slot.link_hash, slot.n
    if len(slots) == SLOTS_AT_ONCE:
        following = replace(place, key=str(incarnation), number=n)
    elif incarnation < identity.incarnation:
        following = replace(place, key=str(incarnation + 1), number=0)
    else:
        following = _after(about, place)
    return _Looked(following, has_bad_slot=is_bad)


def _look_at_spool(local: LocalStore, about: _About, place: _Place) -> _Looked:
    try:
        size = local.spool.size()
        data, spooled = _piece(local.spool, place.number, size)
    except OSError as error:
        raise disk_error(error) from error
    is_end = place.number + len(data) >= size
    reached = spooled.records[-1].end if spooled.records else 0
    # A record cut by the end of what was read is read whole with the next slice.
    damages = [one for one in spooled.damages if is_end or one.start < reached]
    slots = [one.record for one in spooled.records if isinstance(one.record, SpoolSlot)]
    is_bad = bool(damages) or local.read(lambda connection: _differs(connection, slots))
    if is_end:
        return _Looked(_after(about, place), has_bad_slot=is_bad)
    return _Looked(replace(place, number=place.number + reached), has_bad_slot=is_bad)


def _piece(spool: Spool, start: int, size: int) -> tuple[bytes, Spooled]:
    """What is read of a spool at once: a record at least, and not all that lies behind a large
    one, for which everybody would wait."""
    most = BYTES_AT_ONCE
    while True:
        data = spool.load(start, most)
        spooled = read_spool(data)
        if spooled.records or start + len(data) >= size:
            return data, spooled
        most *= 2


def _differs(connection: Connection, records: Sequence[SpoolSlot]) -> bool:
    """Whether the journal has another slot in the place of one of these."""
    if not records:
        return False
    c, first, last = journal.c, records[0], records[-1]
    found = connection.execute(
        select(c.incarnation, c.n, c.link_hash).where(
            c.device_id == first.device_id, c.n.between(first.n, last.n)
        )
    )
    links = {(row.incarnation, row.n): row.link_hash for row in found}
    return any(links.get((r.incarnation, r.n), r.link_hash) != r.link_hash for r in records)


class ChainBroken(Exception):
    """Own slots do not follow one another: head office would take none of them as they are."""


def sound_slots(
    store: ScrubStore, identity: Identity, read: Callable[[Connection], Sequence[Slot]]
) -> tuple[bytes, Sequence[Slot]]:
    """Own slots about to be sent and the link before them, mended from the spool when they are not
    as they were written.

    A flipped bit would have them kept aside at head office, while the spool has them whole.
    Raises ChainBroken when neither file has.
    """

    def look(local: LocalStore) -> tuple[bytes, Sequence[Slot]]:
        def work(connection: Connection) -> tuple[bytes, Sequence[Slot]]:
            slots = read(connection)
            return link_at(connection, identity, slots[0].n - 1) if slots else b"", slots

        return local.read(work)

    before, slots = store.on_writer(look)
    if not are_sound(slots, before, identity.public_key):
        store.on_writer(mend_files)
        before, slots = store.on_writer(look)
        if not is_linked(slots, before, identity.public_key):
            raise ChainBroken
    return before, slots


def mend_files(local: LocalStore) -> list[Finding]:
    """Compare journal and spool whole, and mend each from the other; what was found.

    Raises Unavailable SPOOL_FAULTY, DISK_FULL… with both files as they were.
    """
    identity, record = local.enrolled, local.identity_record()
    # What the spool is still to be given is no damage of it.
    local.complete_spool()

    def work(connection: Connection) -> Mended:
        spooled = read_spool(local.spool.load())
        done = mend(connection, local.replica.registry, identity, spooled, record, local.now_us())
        local.store_findings(connection, done.findings)
        return done

    try:
        done = local.transact(work)
        if done.aside:
            local.spool.set_aside(done.aside, done.spool)
    except OSError as error:
        raise disk_error(error) from error
    return done.findings


# Rows


def _look_at_rows(connection: Connection, about: _About, place: _Place) -> _Looked:
    table = about.replica.schema.tables.get(place.part)
    if table is None:
        return _Looked(_after(about, place))
    if not place.key and not is_indexed_well(connection, table.name):
        return _Looked(place, is_badly_indexed=True)
    key = table.table.c.id
    query = select(table.table).where(key > place.key).order_by(key).limit(ROWS_AT_ONCE)
    with any_text(connection):
        rows = [dict(row) for row in connection.execute(query).mappings()]
    slots = own_slots_of(connection, about.identity, about.replica)
    bad = [str(row["id"]) for row in rows if is_damaged(table, row, slots)]
    if len(rows) < ROWS_AT_ONCE:
        return _Looked(_after(about, place), bad_ids=bad)
    # Rows whose id is no text are deleted now; nobody could ask for what comes after them.
    reached = [row["id"] for row in rows if is_text(row["id"])]
    return _Looked(replace(place, key=str(reached[-1] if reached else place.key)), bad_ids=bad)


def _look_at_kept(connection: Connection, about: _About, place: _Place) -> _Looked:
    if not is_indexed_well(connection, place.part):
        return _Looked(_after(about, place), is_badly_indexed=True)
    read_as_text(connection, place.part)
    return _Looked(_after(about, place))
