"""A copy of a disk goes on under a new incarnation: the same documents, in new links."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from shared.journal.chain import GENESIS, Slot, VerifyKey, seal
from shared.journal.tables import journal
from shared.sync.appending import Author
from shared.sync.holding import cursors, granted_scopes, remove_rows, restart_scopes, tables_with
from shared.sync.limits import SLOT_MAX
from shared.sync.replica import Owns
from shared.sync.tables import Schema

ONLY_HERE = SLOT_MAX
"""Slot of rows whose document head office keeps aside: no pull and no later slot touches them."""
_MOVING = 2 * SLOT_MAX
"""Added while rows change their slots, so that no new one is taken for an old one."""


class Relinked(NamedTuple):
    """A slot in its new place, and which one it was."""

    former_n: int
    slot: Slot


def relinked(
    connection: Connection, author: Author, from_incarnation: int, since_n: int
) -> list[Relinked]:
    """The slots after ``since_n`` of the former incarnation as the first ones of the author's.

    Bytes, signatures and printed numbers are what they were. What was forgotten (its bytes are
    durable at head office) is not linked again.
    """
    c = journal.c
    rows = connection.execute(
        select(c.n, c.stored, c.signature)
        .where(
            c.device_id == author.device_id,
            c.incarnation == from_incarnation,
            c.n > since_n,
            c.stored != b"",
        )
        .order_by(c.n)
    )
    found: list[Relinked] = []
    previous = GENESIS
    for n, row in enumerate(rows, 1):
        linked = seal(
            author.key,
            device_id=author.device_id,
            incarnation=author.incarnation,
            n=n,
            previous=previous,
            stored=row.stored,
        )
        # The author's signature, good or bad: linking anew says nothing of the document.
        found.append(Relinked(row.n, linked._replace(signature=row.signature)))
        previous = linked.link_hash
    return found


class Former(NamedTuple):
    """The journal slots were in before they were linked anew."""

    device_id: str
    incarnation: int
    received_n: int
    """The last slot head office acknowledged: rows of later ones stand nowhere else."""
    public_key: bytes


def relink(
    connection: Connection, schema: Schema, owns: Owns, former: Former, moved: Sequence[Relinked]
) -> None:
    """Put ``moved`` in the place of their former slots, in one transaction.

    Rows that wait for their confirmation wait under the new slots; all scopes are compared anew.
    Rows of a document that is damaged or lost stay as they are: head office will not have them,
    and nothing that can still be read of it may change them.
    """
    key = VerifyKey(former.public_key)
    places = {
        one.former_n: one.slot.n
        if key.document_good(one.slot.stored, one.slot.signature)
        else ONLY_HERE
        for one in moved
    }
    for n in _lost(connection, schema, former):
        places.setdefault(n, ONLY_HERE)
    _let_go(connection, schema, owns, list(places))
    _move_rows(connection, schema, places)
    _move_slots(connection, former.device_id, former.incarnation, moved)
    held = {cursor.scope: cursor.generation for cursor in cursors(connection)}
    restart_scopes(connection, schema, held)


def _lost(connection: Connection, schema: Schema, former: Former) -> set[int]:
    """Slots that are not linked anew although head office has no rows of them."""
    c = journal.c
    of = (c.device_id == former.device_id, c.incarnation == former.incarnation)
    kept = select(c.n).where(*of, c.verdict == "kept")
    found = set(connection.execute(kept).scalars())
    for table in tables_with(connection, schema, "_slot > 0"):
        found.update(n for n in _waiting(connection, table.name) if n > former.received_n)
    return found


def _waiting(connection: Connection, name: str) -> Sequence[int]:
    query = f'SELECT DISTINCT _slot FROM "{name}" WHERE _slot > 0 AND _slot < ?'
    return connection.exec_driver_sql(query, (ONLY_HERE,)).scalars().all()


def _let_go(connection: Connection, schema: Schema, owns: Owns, staying: Sequence[int]) -> None:
    """Rows a desk wrote for others stand where they belong; no scope brings them here again."""
    granted = granted_scopes(connection)
    for table in tables_with(connection, schema, "_slot > 0"):
        slot = table.table.c["_slot"]
        query = select(table.table).where(slot > 0, slot < ONLY_HERE, slot.not_in(staying))
        found = [dict(row) for row in connection.execute(query).mappings()]
        gone = [row for row in found if granted.isdisjoint(table.scopes(row))]
        if gone:
            remove_rows(connection, table, gone, owns)


def _move_rows(connection: Connection, schema: Schema, places: dict[int, int]) -> None:
    """Rows of slots head office has come again by its scopes; later ones get their new slot."""
    for table in tables_with(connection, schema, "_slot > 0"):
        name = f'"{table.name}"'
        new = {n: places.get(n, 0) + _MOVING for n in _waiting(connection, table.name)}
        for n, place in new.items():
            moved = f"UPDATE {name} SET _slot = ? WHERE _slot > 0 AND _slot = ?"
            connection.exec_driver_sql(moved, (place, n))
        settled = f"UPDATE {name} SET _slot = _slot - ? WHERE _slot >= ?"
        connection.exec_driver_sql(settled, (_MOVING, _MOVING))


def _move_slots(
    connection: Connection, device_id: str, incarnation: int, moved: Sequence[Relinked]
) -> None:
    if not moved:
        return
    c = journal.c
    last = {
        row["n"]: dict(row)
        for row in connection.execute(
            select(journal).where(
                c.device_id == device_id,
                c.incarnation == incarnation,
                c.n >= moved[0].former_n,
            )
        ).mappings()
    }
    # What a start that was cut short left behind, and what is linked anew.
    new = moved[0].slot.incarnation
    connection.execute(delete(journal).where(c.device_id == device_id, c.incarnation == new))
    connection.execute(
        delete(journal).where(
            c.device_id == device_id, c.incarnation == incarnation, c.n == bindparam("former_n")
        ),
        [{"former_n": one.former_n} for one in moved],
    )
    rows = [
        {
            **last[one.former_n],
            "incarnation": one.slot.incarnation,
            "n": one.slot.n,
            "hash": one.slot.hash,
            "link_hash": one.slot.link_hash,
            "link_signature": one.slot.link_signature,
            "verdict": "stored",
            "code": "",
        }
        for one in moved
    ]
    connection.execute(insert(journal), rows)
