"""Durable marks: up to which slot a journal stands in a backup that was restored and proved.

A mark only ever moves forward: devices drop the bytes of old documents on its word (I11, I12).
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from shared.journal.tables import journal
from shared.sync.statements import upsert
from sync_server.store.tables import durable

VERIFIED_AT = "backup_verified_at_us"
VERIFIED_MADE_AT = "backup_verified_made_at_us"
"""Facts of the database: when a backup was proved last, and when the newest proved one was made (it
may be old when it is proved)."""


class Durable(NamedTuple):
    """A slot, and the link hash it has in the backup; (0, b'') when there is none."""

    n: int = 0
    link_hash: bytes = b""


class JournalMark(NamedTuple):
    """How far one journal goes in a backup."""

    device_id: str
    incarnation: int
    n: int
    link_hash: bytes


def durable_of(connection: Connection, device_id: str, incarnation: int) -> Durable:
    """What of this journal is durable."""
    journal_of = {"device_id": device_id, "incarnation": incarnation}
    row = connection.execute(_DURABLE_OF, journal_of).one_or_none()
    return Durable(row.n, row.link_hash) if row else Durable()


_DURABLE_OF = select(durable.c.n, durable.c.link_hash).where(
    durable.c.device_id == bindparam("device_id"),
    durable.c.incarnation == bindparam("incarnation"),
)


def all_marks(connection: Connection) -> list[JournalMark]:
    """Every mark, by device and incarnation."""
    rows = connection.execute(
        select(durable.c.device_id, durable.c.incarnation, durable.c.n, durable.c.link_hash)
        .order_by(durable.c.device_id, durable.c.incarnation)
    )  # fmt: skip
    return [JournalMark(*row) for row in rows]


def link_here(connection: Connection, device_id: str, incarnation: int, n: int) -> bytes:
    """The link hash of a slot head office holds; b'' when it does not."""
    found = connection.execute(
        select(journal.c.link_hash).where(
            journal.c.device_id == device_id,
            journal.c.incarnation == incarnation,
            journal.c.n == n,
        )
    ).scalar()
    return found or b""


def move_forward(connection: Connection, marks: Sequence[JournalMark]) -> int:
    """Write down new marks; one that would go back is passed over. Returns how many moved."""
    rows = [
        one._asdict()
        for one in marks
        if one.n > durable_of(connection, one.device_id, one.incarnation).n
    ]
    upsert(connection, durable, ("device_id", "incarnation"), rows)
    return len(rows)
