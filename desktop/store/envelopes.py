"""Bytes of others' documents this device holds for head office, in case it has to be restored."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from desktop.store.tables import envelope, envelope_cursor
from shared.journal.tables import journal
from shared.sync.holding import granted_scopes
from shared.sync.messages import Envelope, EnvelopeCursor, EnvelopesAnswer
from shared.sync.own_slots import Own
from shared.sync.statements import upsert

MARGIN_US = 24 * 3600 * 1_000_000
"""Given back from so long before the backup on: clocks, and commits that were on their way."""


def cursors_of(connection: Connection, scopes: Sequence[str]) -> list[EnvelopeCursor]:
    """Up to where the bytes of these scopes are held."""
    rows = connection.execute(_PLACES, {"scopes": list(scopes)})
    known: dict[str, int] = {row.scope: row.after for row in rows}
    return [EnvelopeCursor(scope=scope, after=known.get(scope, 0)) for scope in sorted(scopes)]


def hold(connection: Connection, answer: EnvelopesAnswer) -> None:
    """Keep what came, with the cursors that say so, and let go of what is durable long since."""
    held = granted_scopes(connection)
    cursors = [one for one in answer.cursors if one.scope in held]
    if not cursors:
        return
    rows = [
        {
            "device_id": one.device_id,
            "incarnation": one.incarnation,
            "n": one.n,
            "scope": cursors[0].scope,
            "stored": one.stored,
            "signature": one.signature,
            "stored_at_us": one.stored_at_us,
        }
        for one in answer.envelopes
    ]
    upsert(connection, envelope, ("device_id", "incarnation", "n"), rows)
    places = [{"scope": one.scope, "after": one.after} for one in cursors]
    upsert(connection, envelope_cursor, ("scope",), places)
    connection.execute(_LET_GO, {"since_us": answer.keep_since_us})


# Built once: making a statement costs more than running it.
_PLACES = select(envelope_cursor.c.scope, envelope_cursor.c.after).where(
    envelope_cursor.c.scope.in_(bindparam("scopes", expanding=True))
)
_LET_GO = delete(envelope).where(
    envelope.c.stored_at_us < bindparam("since_us"),
    envelope.c.returned_at_us < bindparam("since_us"),
)


def note_returned(connection: Connection, since_us: int, now_us: int) -> None:
    """What was given back stands at head office from now on: no earlier backup there has it."""
    given = update(envelope).where(envelope.c.stored_at_us > since_us)
    connection.execute(given.values(returned_at_us=now_us))


def begin_anew(connection: Connection) -> None:
    """Head office was restored: its places are others now; what is held stays."""
    connection.execute(delete(envelope_cursor))


def lose(connection: Connection, scope: str) -> None:
    """A scope that is lost takes its bytes along."""
    connection.execute(delete(envelope).where(envelope.c.scope == scope))
    connection.execute(delete(envelope_cursor).where(envelope_cursor.c.scope == scope))


def to_give_back(
    connection: Connection, since_us: int, after: tuple[int, str, int, int], limit: int
) -> list[Envelope]:
    """What head office stored after ``since_us``, in that order, behind a place in it."""
    rows = connection.exec_driver_sql(
        "SELECT stored_at_us, device_id, incarnation, n, stored, signature FROM envelope"
        " WHERE stored_at_us > ? AND (stored_at_us, device_id, incarnation, n) > (?, ?, ?, ?)"
        " ORDER BY stored_at_us, device_id, incarnation, n LIMIT ?",
        (since_us, *after, limit),
    )
    return [
        Envelope(
            stored_at_us=row[0],
            device_id=row[1],
            incarnation=row[2],
            n=row[3],
            stored=row[4],
            signature=row[5],
        )
        for row in rows
    ]


def former_slots(
    connection: Connection, own: Own, after: tuple[int, int], limit: int
) -> list[Envelope]:
    """What this device wrote in incarnations before its own, behind a place in them, as far as its
    bytes are here and head office did not keep it aside."""
    of = {
        "device_id": own.device_id,
        "own": own.incarnation,
        "after": after[0],
        "n": after[1],
        "most": limit,
    }
    return [Envelope(**row) for row in connection.execute(_FORMER, of).mappings()]


_FORMER = (
    select(*(journal.c[name] for name in Envelope.__struct_fields__))
    .where(
        journal.c.device_id == bindparam("device_id"),
        journal.c.incarnation < bindparam("own"),
        tuple_(journal.c.incarnation, journal.c.n) > tuple_(bindparam("after"), bindparam("n")),
        journal.c.stored != b"",
        journal.c.verdict != "kept",
    )
    .order_by(journal.c.incarnation, journal.c.n)
    .limit(bindparam("most"))
)
