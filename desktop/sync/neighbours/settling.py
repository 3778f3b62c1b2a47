"""What became at head office of documents that neighbours gave: closed, taken back, let go of."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from desktop.store.identity import load_state
from desktop.store.tables import envelope, neighbour_document
from desktop.sync.neighbours.documents import derive_touched, frozen
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.confirm import Applied, Step
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

_d = neighbour_document
_OPEN = select(_d).where(_d.c.is_open == 1).order_by(_d.c.received_at_us, _d.c.n)


def settle_neighbours(replica: Replica, now_us: int) -> Step:
    """The end of a sync whose scopes are all at their heads: what head office did not send though
    it had the document, or that it keeps aside, is taken back here; what it sent is closed.

    Journals reach head office in their order. So a document is decided there once a later one of
    the same journal came from there; where nothing says that it was this one, it is handed up
    before it is taken back. ``now_us`` is head office's time as it said last: a clock of
    this machine that was years off until today would make everything old at once.
    """

    def work(connection: Connection) -> Applied:
        rows = connection.execute(_OPEN).all()
        if not rows:
            return Applied()
        connection.execute(update(_d).where(_d.c.since_us == 0).values(since_us=now_us))
        settling = _Settling(connection, replica, now_us)
        settling.run(rows)
        _prune(connection, now_us)
        return Applied(touched=frozen(settling.touched), rows=len(settling.closed))

    return work


class _Settling:
    """One look at the open documents."""

    def __init__(self, connection: Connection, replica: Replica, now_us: int) -> None:
        self.connection = connection
        self.replica = replica
        self.now_us = now_us
        self.granted = granted_scopes(connection)
        self.touched: Touched = {}
        self.closed: list[str] = []
        self.doubted: list[str] = []

    def run(self, rows: Sequence[Any]) -> None:
        """Close and take back what can be."""
        writes = {row.uid: writes_of(self.replica, row.stored) for row in rows}
        reached = self._reached(rows, writes)
        left = []
        for row in rows:
            posted = writes[row.uid]
            if not provisional_rows(self.connection, self.replica, posted):
                self.closed.append(row.uid)
            elif self._is_decided(row, reached) or self._is_lost(posted):
                merge(self.touched, take_back(self.connection, self.replica, posted))
                self.closed.append(row.uid)
            else:
                left.append(posted)
        if self.touched:
            # Another open document may have written to a row that went.
            for posted in left:
                again = [w for w in posted if w.id in self.touched.get(w.table, ())]
                merge(self.touched, post_provisionally(self.connection, self.replica, again))
        derive_touched(self.connection, self.replica, self.touched)
        closed = {"is_open": 0, "since_us": self.now_us}
        for uid in self.closed:
            self.connection.execute(update(_d).where(_d.c.uid == uid).values(closed))
        for uid in self.doubted:
            self.connection.execute(update(_d).where(_d.c.uid == uid).values(since_us=_LONG_AGO))

    def _reached(self, rows: Sequence[Any], writes: dict[str, Any]) -> dict[tuple[str, int], int]:
        """Up to which slot head office decided each journal, as far as is known here."""
        reached: dict[tuple[str, int], int] = {}
        for row in rows:
            key = (row.device_id, row.incarnation)
            if key not in reached:
                reached[key] = self._held(*key)
            if row.n > reached[key] and is_confirmed(
                self.connection, self.replica, writes[row.uid]
            ):
                reached[key] = row.n
        return reached

    def _held(self, device_id: str, incarnation: int) -> int:
        e = envelope.c
        query = select(func.max(e.n)).where(e.device_id == device_id, e.incarnation == incarnation)
        return self.connection.execute(query).scalar() or 0

    def _is_decided(self, row: Any, reached: dict[tuple[str, int], int]) -> bool:
        if row.n <= reached[row.device_id, row.incarnation]:
            if self._is_there(row):
                return True
            if not row.offered_us:
                self.doubted.append(row.uid)
        if 0 < row.since_us < self.now_us - PATIENCE_US and row.offered_us:
            return True
        k = kept_document.c
        aside = select(k.id).where(k.device_id == row.device_id, k.uid == row.uid)
        return self.connection.execute(aside.limit(1)).scalar() is not None

    def _is_there(self, row: Any) -> bool:
        """Whether head office is known to have this very document. It may have another one in its
        slot: the author's disk was put back and wrote on, and this one its neighbours have."""
        same = select(envelope.c.n).where(
            envelope.c.device_id == row.device_id, envelope.c.signature == row.signature
        )
        return self.connection.execute(same.limit(1)).scalar() is not None

    def _is_lost(self, posted: Sequence[Any]) -> bool:
        """Whether no scope held here has the rows any more."""
        found = provisional_rows(self.connection, self.replica, posted)
        return all(
            self.granted.isdisjoint(self.replica.schema[name].scopes(row))
            for name, rows in found.items()
            for row in rows
        )


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
