"""A copy of a disk goes on under a new incarnation: the same documents, in new links."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from shared.journal.chain import GENESIS, Slot, seal
from shared.journal.tables import journal
from shared.sync.appending import Author
from shared.sync.holding import cursors, granted_scopes, remove_rows, restart_scope
from shared.sync.limits import SLOT_MAX
from shared.sync.replica import Owns
from shared.sync.tables import Schema

ONLY_HERE = SLOT_MAX
"""Slot of rows whose document head office keeps aside: no pull and no later slot touches them."""


def relinked(
    connection: Connection, author: Author, from_incarnation: int, since_n: int
) -> list[Slot]:
    """The slots after ``since_n`` of the former incarnation as the first ones of the author's.

    Bytes, signatures and printed numbers are what they were. What was forgotten (its bytes are
    durable at head office) is not linked again.
    """
    c = journal.c
    rows = connection.execute(
        select(c.stored)
        .where(
            c.device_id == author.device_id,
            c.incarnation == from_incarnation,
            c.n > since_n,
            c.stored != b"",
        )
        .order_by(c.n)
    )
    slots: list[Slot] = []
    previous = GENESIS
    for n, stored in enumerate(rows.scalars(), 1):
        slot = seal(
            author.key,
            device_id=author.device_id,
            incarnation=author.incarnation,
            n=n,
            previous=previous,
            stored=stored,
        )
        slots.append(slot)
        previous = slot.link_hash
    return slots


def relink(
    connection: Connection,
    schema: Schema,
    owns: Owns,
    device_id: str,
    from_incarnation: int,
    slots: Sequence[Slot],
) -> None:
    """Put ``slots`` in the place of the last ones of the former incarnation, in one transaction.

    Rows that wait for their confirmation wait under the new slots; all scopes are compared anew.
    """
    c = journal.c
    former = (c.device_id == device_id, c.incarnation == from_incarnation)
    last = connection.execute(select(c.n).where(*former).order_by(c.n.desc()).limit(1)).scalar()
    since_n = (last or 0) - len(slots)
    kept = connection.execute(
        select(c.n).where(*former, c.verdict == "kept", c.n <= since_n)
    ).scalars().all()  # fmt: skip
    _let_go(connection, schema, owns, since_n, kept)
    _move_rows(connection, schema, since_n, kept)
    _move_slots(connection, device_id, from_incarnation, since_n, slots)
    for cursor in cursors(connection):
        restart_scope(connection, schema, cursor.scope, cursor.generation)


def _let_go(
    connection: Connection, schema: Schema, owns: Owns, since_n: int, kept: Sequence[int]
) -> None:
    """Rows a desk wrote for others stand where they belong; no scope brings them here again."""
    granted = granted_scopes(connection)
    for table in schema.tables.values():
        slot = table.table.c["_slot"]
        query = select(table.table).where(slot > 0, slot <= since_n, slot.not_in(kept))
        found = [dict(row) for row in connection.execute(query).mappings()]
        gone = [row for row in found if granted.isdisjoint(table.scopes(row))]
        if gone:
            remove_rows(connection, table, gone, owns)


def _move_rows(connection: Connection, schema: Schema, since_n: int, kept: Sequence[int]) -> None:
    """Rows of slots head office has come again by its scopes; later ones get their new slot."""
    for name, replicated in schema.tables.items():
        slot = replicated.table.c["_slot"]
        table = update(replicated.table)
        if kept:
            connection.execute(table.where(slot.in_(kept)).values(_slot=ONLY_HERE))
        connection.execute(table.where(slot > 0, slot <= since_n).values(_slot=0))
        moved = f'UPDATE "{name}" SET _slot = _slot - ? WHERE _slot > ? AND _slot < ?'
        connection.exec_driver_sql(moved, (since_n, since_n, ONLY_HERE))


def _move_slots(
    connection: Connection,
    device_id: str,
    from_incarnation: int,
    since_n: int,
    slots: Sequence[Slot],
) -> None:
    c = journal.c
    last = connection.execute(
        select(journal).where(
            c.device_id == device_id, c.incarnation == from_incarnation, c.n > since_n
        ).order_by(c.n)
    ).mappings().all()  # fmt: skip
    if not slots:
        return
    new = slots[0].incarnation
    # What a start that was cut short left behind, and what is linked anew.
    connection.execute(delete(journal).where(c.device_id == device_id, c.incarnation == new))
    connection.execute(
        delete(journal).where(
            c.device_id == device_id, c.incarnation == from_incarnation, c.n > since_n
        )
    )
    rows = [
        {
            **row,
            "incarnation": slot.incarnation,
            "n": slot.n,
            "link_hash": slot.link_hash,
            "link_signature": slot.link_signature,
            "verdict": "stored",
            "code": "",
        }
        for row, slot in zip(last, slots, strict=True)
    ]
    connection.execute(insert(journal), rows)
