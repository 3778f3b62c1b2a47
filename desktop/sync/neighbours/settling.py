"""What became at head office of documents that neighbours gave: closed, taken back, let go of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, update

from desktop.store.identity import load_state
from desktop.store.tables import envelope, neighbour_document
from desktop.sync.conversation import SyncStore
from desktop.sync.neighbours.documents import derive_touched, frozen
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.confirm import Applied
from shared.sync.holding import granted_scopes
from shared.sync.limits import ENVELOPE_BYTES_GOAL, ENVELOPES_MAX
from shared.sync.messages import Envelope
from shared.sync.provisional import (
    Touched,
    is_confirmed,
    merge,
    post_provisionally,
    provisional_rows,
    take_back,
    writes_of,
)
from shared.tasks.tables import kept_document

_DAY_US: Final = 24 * 3600 * 1_000_000
HELD_US: Final = 7 * _DAY_US
"""How long bytes are held that nobody waits for."""
PATIENCE_US: Final = 30 * _DAY_US
"""What head office has not sent so long after a sync first lacked it, though it was handed up in
its author's place, is taken back."""
OFFER_US: Final = _DAY_US
"""What its author has not sent for so long is handed up by who holds it, once in as long."""
_LONG_AGO: Final = 1
"""Since when head office lacks what its author's journal passed by: it is handed up at once, and
taken back when its rows do not come then."""

_BACK_SLICE: Final = 20
_CLOSED_SLICE: Final = 500
"""Documents of one write: a sale waits for one of them, not for weeks of neighbours' sales."""

_d = neighbour_document
_OPEN = select(_d).where(_d.c.is_open == 1).order_by(_d.c.received_at_us, _d.c.n)


def settle_neighbours(store: SyncStore, now_us: int) -> None:
    """The end of a sync whose scopes are all at their heads: what head office did not send though
    it had the document, or that it keeps aside, is taken back here; what it sent is closed.

    Journals reach head office in their order. So a document is decided there once a later one of
    the same journal came from there; where nothing says that it was this one, it is handed up
    before it is taken back. ``now_us`` is head office's time as it said last: a clock of
    this machine that was years off until today would make everything old at once.
    """
    replica = store.on_writer(lambda local: local.replica)
    # Beside the writer: a store that was weeks without head office has thousands to look at.
    found = store.read(lambda connection: _Look(connection, replica, now_us).found())
    if not found.seen:
        return
    for back in _slices(found.back, _BACK_SLICE):
        store.apply(partial(_take_back, replica, found, back, now_us))
    for closed in _slices(found.closed, _CLOSED_SLICE):
        store.apply(partial(_close, closed, now_us))
    store.apply(partial(_note, found.doubted, now_us))


def _slices(uids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [uids[at : at + size] for at in range(0, len(uids), size)]


@dataclass(slots=True)
class _Found:
    """What is to become of the open documents, by uid."""

    seen: set[str] = field(default_factory=set)
    closed: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    """They stay, and write to rows of what goes."""
    doubted: list[str] = field(default_factory=list)


class _Waiting(NamedTuple):
    """A document that has rows here which wait for head office's."""

    row: Any
    ids: frozenset[tuple[str, str]]
    is_lost: bool
    """No scope held here has the rows any more."""


class _Look:
    """One look at the open documents."""

    def __init__(self, connection: Connection, replica: Replica, now_us: int) -> None:
        self._connection = connection
        self._replica = replica
        self._now_us = now_us
        self._granted = granted_scopes(connection)
        self._reached: dict[tuple[str, int], int] = {}
        """Up to which slot head office decided each journal, as far as is known here."""
        self._found = _Found()

    def found(self) -> _Found:
        """What is to be closed, taken back or handed up."""
        going = set[tuple[str, str]]()
        # All first: a later document may say that an earlier one is decided.
        for one in [self._waiting(row) for row in self._connection.execute(_OPEN)]:
            if one is not None and (self._is_decided(one.row) or one.is_lost):
                self._found.back.append(one.row.uid)
                going |= one.ids
        if going:
            self._found.again = self._writing(going)
        return self._found

    def _waiting(self, row: Any) -> _Waiting | None:
        self._found.seen.add(row.uid)
        posted = writes_of(self._replica, row.stored)
        key = (row.device_id, row.incarnation)
        if key not in self._reached:
            self._reached[key] = self._held(*key)
        if row.n > self._reached[key] and is_confirmed(self._connection, self._replica, posted):
            self._reached[key] = row.n
        rows = provisional_rows(self._connection, self._replica, posted)
        if not rows:
            self._found.closed.append(row.uid)
            return None
        scopes = {
            scope
            for name, several in rows.items()
            for one in several
            for scope in self._replica.schema[name].scopes(one)
        }
        ids = frozenset((name, one["id"]) for name, several in rows.items() for one in several)
        return _Waiting(row, ids, is_lost=self._granted.isdisjoint(scopes))

    def _held(self, device_id: str, incarnation: int) -> int:
        e = envelope.c
        query = select(func.max(e.n)).where(e.device_id == device_id, e.incarnation == incarnation)
        return self._connection.execute(query).scalar() or 0

    def _is_decided(self, row: Any) -> bool:
        if row.n <= self._reached[row.device_id, row.incarnation]:
            if self._is_there(row):
                return True
            if not row.offered_us:
                self._found.doubted.append(row.uid)
        if 0 < row.since_us < self._now_us - PATIENCE_US and row.offered_us:
            return True
        k = kept_document.c
        aside = select(k.id).where(k.device_id == row.device_id, k.uid == row.uid)
        return self._connection.execute(aside.limit(1)).scalar() is not None

    def _is_there(self, row: Any) -> bool:
        """Whether head office is known to have this very document. It may have another one in its
        slot: the author's disk was put back and wrote on, and this one its neighbours have."""
        same = select(envelope.c.n).where(
            envelope.c.device_id == row.device_id, envelope.c.signature == row.signature
        )
        return self._connection.execute(same.limit(1)).scalar() is not None

    def _writing(self, ids: set[tuple[str, str]]) -> list[str]:
        """Which documents that stay write to one of these rows."""
        gone = {*self._found.back, *self._found.closed}
        return [
            row.uid
            for row in self._connection.execute(_OPEN)
            if row.uid not in gone
            and any((w.table, w.id) in ids for w in writes_of(self._replica, row.stored))
        ]


def _take_back(
    replica: Replica, found: _Found, back: Sequence[str], now_us: int, connection: Connection
) -> Applied:
    touched: Touched = {}
    for stored in _stored(connection, back):
        merge(touched, take_back(connection, replica, writes_of(replica, stored)))
    if touched:
        # Another open document may have written to a row that went; also one that came meanwhile.
        is_open = select(_d.c.uid).where(_d.c.is_open == 1)
        came = set(connection.execute(is_open).scalars()) - found.seen
        for stored in _stored(connection, [*found.again, *sorted(came)]):
            posted = writes_of(replica, stored)
            again = [w for w in posted if w.id in touched.get(w.table, ())]
            merge(touched, post_provisionally(connection, replica, again))
    derive_touched(connection, replica, touched)
    _close(back, now_us, connection)
    return Applied(touched=frozen(touched), rows=len(back))


def _stored(connection: Connection, uids: Sequence[str]) -> list[bytes]:
    """The bytes of documents, in the order they were received in."""
    rows = [
        row
        for part in _slices(uids, _CLOSED_SLICE)
        for row in connection.execute(
            select(_d.c.received_at_us, _d.c.n, _d.c.stored).where(_d.c.uid.in_(part))
        )
    ]
    return [row.stored for row in sorted(rows)]


def _close(uids: Sequence[str], now_us: int, connection: Connection) -> Applied:
    connection.execute(
        update(_d).where(_d.c.uid == bindparam("of")).values(is_open=0, since_us=now_us),
        [{"of": uid} for uid in uids],
    )
    return Applied(rows=len(uids))


def _note(doubted: Sequence[str], now_us: int, connection: Connection) -> Applied:
    """Since when head office lacks what stays open; and what is held long enough goes."""
    connection.execute(update(_d).where(_d.c.since_us == 0).values(since_us=now_us))
    for uid in doubted:
        connection.execute(update(_d).where(_d.c.uid == uid).values(since_us=_LONG_AGO))
    _prune(connection, now_us)
    return Applied()


def is_due(connection: Connection, device_id: str, now_us: int) -> bool:
    """Whether there is anything to settle or to hand up though nothing came from head office."""
    d = _d.c
    is_new = d.since_us == 0
    query = select(d.uid).where(d.is_open == 1, is_new | _is_unheard(device_id, now_us)).limit(1)
    return connection.execute(query).scalar() is not None


def _is_unheard(device_id: str, now_us: int) -> ColumnElement[bool]:
    d = _d.c
    return and_(
        d.device_id != device_id,
        d.since_us > 0,
        d.since_us < now_us - OFFER_US,
        d.offered_us < now_us - OFFER_US,
    )


def unheard(connection: Connection, device_id: str, now_us: int) -> list[Envelope]:
    """Documents of neighbours that head office should have by now, the oldest first; as many as go
    together. Their authors may be dead, or were put back from an older day."""
    rows = connection.execute(_OPEN.where(_is_unheard(device_id, now_us)).limit(ENVELOPES_MAX))
    found: list[Envelope] = []
    size = 0
    for row in rows:
        size += len(row.stored)
        if found and size > ENVELOPE_BYTES_GOAL:
            break
        found.append(
            Envelope(
                device_id=row.device_id,
                incarnation=row.incarnation,
                n=row.n,
                stored=row.stored,
                signature=row.signature,
                stored_at_us=row.received_at_us,
            )
        )
    return found


def note_offered(connection: Connection, offered: Sequence[Envelope], now_us: int) -> None:
    """They were handed up; the next sync brings their rows, where head office took them."""
    d = _d.c
    for one in offered:
        same = (d.device_id == one.device_id, d.signature == one.signature)
        connection.execute(update(_d).where(*same).values(offered_us=now_us))


def _prune(connection: Connection, now_us: int) -> None:
    """Let go of what nobody waits for; the last of the list stays, marks are compared with it."""
    d = _d.c
    last = select(func.max(d.seq)).scalar_subquery()
    unsent = select(journal.c.uid).where(
        journal.c.uid == d.uid, journal.c.n > load_state(connection).acknowledged_n
    )
    connection.execute(
        delete(_d).where(
            d.is_open == 0,
            d.since_us < now_us - HELD_US,
            (d.seq == 0) | (d.seq < last),
            ~unsent.exists(),
        )
    )
