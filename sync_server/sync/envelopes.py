"""Bytes beside rows: who holds a document's rows also holds what its author signed.

Head office's own documents, and those of neighbours, come back from there when head office is
restored from a backup that is older than they are (sync, "up", 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from shared.channel.tables import device as enrolled
from shared.journal.document import Write
from shared.journal.tables import journal
from shared.sync import scopes as scope_names
from shared.sync.limits import ENVELOPE_BYTES_GOAL, ENVELOPES_MAX, HELD_US, PULL_SCOPES_MAX
from shared.sync.messages import (
    Cursor,
    Envelope,
    EnvelopeCursor,
    Envelopes,
    EnvelopesAnswer,
    ScopeHead,
)
from shared.sync.replica import Change
from shared.sync.statements import ONE_ROW, Row, at_most, insert_rows
from sync_server.store.devices import Device
from sync_server.store.durable import VERIFIED_MADE_AT
from sync_server.store.migrations import known
from sync_server.store.recovery import is_recovering
from sync_server.store.tables import durable, envelope, scope_head
from sync_server.sync.feed import Marked

_HEAD_OFFICE_ONLY = ("org:", "list:", scope_names.ALL)
"""Publications are large and many devices have their rows; head office's desktops hold them."""
_SITE = scope_names.site("")


class Piece(NamedTuple):
    """A slot that was just stored, and what it posted."""

    device_id: str
    incarnation: int
    n: int
    writes: Sequence[Write]


def note(
    connection: Connection,
    moved: Mapping[str, Marked],
    changes: Sequence[Change],
    own: Sequence[Piece],
    taken: Sequence[Piece],
) -> None:
    """Remember who is to hold the bytes of these documents: whoever holds all of their rows.

    ``moved`` are the scopes the same transaction moved; it still holds them.
    """
    if not moved:
        return
    scopes = {(change.table, change.id): change.scopes for change in changes}
    wanted = [(piece, scope) for piece in own for scope in _held_whole(piece, scopes)]
    found = [(piece, scope) for piece in taken for scope in _held_whole(piece, scopes)]
    crowded = _crowded(connection, {scope for _, scope in found if scope.startswith(_SITE)})
    wanted += [
        (piece, scope) for piece, scope in found if not scope.startswith(_SITE) or scope in crowded
    ]
    rows: list[Row] = [
        {
            "scope_id": moved[scope].scope_id,
            "seq": moved[scope].head,
            "device_id": piece.device_id,
            "incarnation": piece.incarnation,
            "n": piece.n,
        }
        for piece, scope in wanted
        if scope in moved
    ]
    insert_rows(connection, envelope, rows)


def _held_whole(piece: Piece, scopes: dict[tuple[str, str], tuple[str, ...]]) -> list[str]:
    """The scopes that hold every row the document made: nobody learns more from its bytes."""
    common: set[str] | None = None
    for write in piece.writes:
        of_row = scopes.get((write.table, write.id), ())
        common = set(of_row) if common is None else common.intersection(of_row)
    return sorted(common or ())


def _crowded(connection: Connection, scopes: set[str]) -> set[str]:
    """Sites with a second device: with one alone, nobody would hold its documents but itself."""
    sites = [scope.removeprefix(_SITE) for scope in scopes]
    if not sites:
        return set()
    rows = connection.execute(_WITH_SEVERAL, {"sites": sites})
    return {scope_names.site(site_id) for site_id in rows.scalars()}


def may_hold(device: Device, scope: str) -> bool:
    """Whether the device is to hold bytes of this scope, if the scope is its own."""
    return device.device_type == "hq" or not scope.startswith(_HEAD_OFFICE_ONLY)


def scopes_with_bytes(
    connection: Connection,
    device: Device,
    moved: Sequence[ScopeHead],
    cursors: Sequence[Cursor],
) -> list[str]:
    """Of the scopes that moved, those with documents of others after the device's cursors."""
    after = {cursor.scope: cursor.seq for cursor in cursors}
    return [
        head.scope
        for head in moved
        if may_hold(device, head.scope)
        and connection.execute(
            _ANY,
            {
                "scope": head.scope,
                "after": after.get(head.scope, 0),
                "device_id": device.device_id,
            },
        ).first()
        is not None
    ]


def answer(
    connection: Connection,
    device: Device,
    scopes: Iterable[str],
    asked: Envelopes,
    now_us: int,
) -> EnvelopesAnswer:
    """The bytes after the cursors, others' only, until the answer is full; and how far it goes.

    What was here for ``HELD_US`` when a verified backup was made is left out, and may be dropped;
    while head office recovers nothing is, for what others hold may not be here. Nor is it where
    that backup was made in time to come: a clock was wrong, and it proves nothing of today.
    """
    own = set(scopes)
    made_us = int(known(connection, VERIFIED_MADE_AT) or "0")
    since_us = (made_us if made_us <= now_us else 0) - HELD_US
    found: dict[tuple[str, int, int], Envelope] = {}
    cursors: list[EnvelopeCursor] = []
    room = ENVELOPE_BYTES_GOAL
    for cursor in asked.cursors[:PULL_SCOPES_MAX]:
        if cursor.scope not in own or not may_hold(device, cursor.scope):
            continue
        until, items, is_whole = _of_scope(connection, device, cursor, since_us, room)
        room -= sum(len(one.stored) for one in items)
        found |= {(one.device_id, one.incarnation, one.n): one for one in items}
        cursors.append(EnvelopeCursor(scope=cursor.scope, after=until, is_whole=is_whole))
        if room <= 0:
            break
    keep_since_us = 0 if is_recovering(connection) else max(since_us, 0)
    return EnvelopesAnswer(
        envelopes=list(found.values()), cursors=cursors, keep_since_us=keep_since_us
    )


def _of_scope(
    connection: Connection, device: Device, cursor: EnvelopeCursor, since_us: int, room: int
) -> tuple[int, list[Envelope], bool]:
    """What one commit brought goes together, so that a cursor never stands within it."""
    place = {"scope": cursor.scope, "after": cursor.after, "device_id": device.device_id}
    wanted = place | {"since_us": since_us, "most": ENVELOPES_MAX + 1}
    rows = connection.execute(_AFTER, wanted).all()
    is_whole = len(rows) <= ENVELOPES_MAX
    if not is_whole:
        last = rows[-1].seq
        # The last commit may be cut; a commit larger than an answer is told as far as it goes.
        rows = [row for row in rows if row.seq != last] or rows[:-1]
    items: list[Envelope] = []
    until = cursor.after
    for row in rows:
        if room <= 0 and row.seq != until:
            return until, items, False
        room -= len(row.stored)
        until = row.seq
        items.append(
            Envelope(
                device_id=row.device_id,
                incarnation=row.incarnation,
                n=row.n,
                stored=row.stored,
                signature=row.signature,
                stored_at_us=row.stored_at_us,
            )
        )
    return until, items, is_whole


_WITH_SEVERAL = (
    select(enrolled.c.site_id)
    .where(
        enrolled.c.site_id.in_(bindparam("sites", expanding=True)), enrolled.c.revoked_at_us == 0
    )
    .group_by(enrolled.c.site_id)
    .having(func.count() > 1)
)
_ANY = (
    select(envelope.c.n)
    .join(scope_head, scope_head.c.scope_id == envelope.c.scope_id)
    .where(
        scope_head.c.scope == bindparam("scope"),
        envelope.c.seq > bindparam("after"),
        envelope.c.device_id != bindparam("device_id"),
    )
    .limit(ONE_ROW)
)
_AFTER = (
    select(
        *(envelope.c.seq, journal.c.device_id, journal.c.incarnation, journal.c.n),
        *(journal.c.stored, journal.c.signature, journal.c.stored_at_us),
    )
    .join(
        journal,
        and_(
            journal.c.device_id == envelope.c.device_id,
            journal.c.incarnation == envelope.c.incarnation,
            journal.c.n == envelope.c.n,
        ),
    )
    .outerjoin(
        durable,
        and_(
            durable.c.device_id == envelope.c.device_id,
            durable.c.incarnation == envelope.c.incarnation,
        ),
    )
    .where(
        envelope.c.scope_id
        == select(scope_head.c.scope_id)
        .where(scope_head.c.scope == bindparam("scope"))
        .scalar_subquery(),
        envelope.c.seq > bindparam("after"),
        envelope.c.device_id != bindparam("device_id"),
        or_(
            durable.c.n.is_(None),
            envelope.c.n > durable.c.n,
            journal.c.stored_at_us > bindparam("since_us"),
        ),
    )
    .order_by(envelope.c.seq, envelope.c.device_id, envelope.c.incarnation, envelope.c.n)
    .limit(at_most("most"))
)
