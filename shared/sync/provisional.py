"""Rows of neighbours' documents that stand here until head office sends them, or does not.

Such a row has the slot PROVISIONAL and counts in no scope. Only rows that are not here are made:
what head office sent, and what own documents wrote, stays as it is. So the copy that comes by a
pull replaces it like an own row, and taking it back is deleting it.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from shared.journal.document import Write
from shared.journal.kind import Registry
from shared.sync.appending import Replica
from shared.sync.bounds import excess
from shared.sync.holding import granted_scopes, remove_rows
from shared.sync.own_slots import NONSENSE
from shared.sync.replica import apply_writes, load_rows
from shared.sync.statements import Row
from shared.sync.tables import TableRole

PROVISIONAL: Final = -1
"""Neither confirmed (0) nor an own slot."""

Touched = dict[str, set[str]]


def writes_of(replica: Replica, stored: bytes) -> list[Write]:
    """What a document makes here; nothing when this program cannot read or bear it."""
    try:
        writes = _posted(replica.registry, stored)
        return [] if excess(replica.schema, writes) else writes
    except NONSENSE:
        return []


def _posted(registry: Registry, stored: bytes) -> list[Write]:
    return registry.post(registry.decode(stored))


def post_provisionally(
    connection: Connection, replica: Replica, writes: Sequence[Write]
) -> Touched:
    """Put in what is missing here of the rows of one document; the ids that were, by table.

    Of a document with a ledger row that head office sent already nothing is missing: what is not
    here was removed there.
    """
    if is_confirmed(connection, replica, writes):
        return {}
    return fill_in(connection, replica, writes)


def fill_in(connection: Connection, replica: Replica, writes: Sequence[Write]) -> Touched:
    """Put in which of these rows are missing here and may be held; the ids that were, by table."""
    granted = granted_scopes(connection)
    wanted: list[Write] = []
    for name, group in _by_table(writes).items():
        table = replica.schema[name]
        here = load_rows(connection, table, {one.id for one in group})
        is_ledger = table.role is TableRole.LEDGER
        for write in group:
            row = here.get(write.id)
            if row is not None and (is_ledger or row["_slot"] != PROVISIONAL):
                continue
            whole = {**table.defaults, **(row or {}), **write.values}
            if row is not None or not granted.isdisjoint(table.scopes(whole)):
                wanted.append(write)
    apply_writes(connection, replica.schema, wanted, slot=PROVISIONAL, owns=replica.owns)
    return _ids(wanted)


def is_confirmed(connection: Connection, replica: Replica, writes: Sequence[Write]) -> bool:
    """Whether head office sent a ledger row of the document: only that document makes it."""
    return any(
        row["_slot"] == 0
        for name, group in _by_table(writes).items()
        if replica.schema[name].role is TableRole.LEDGER
        for row in load_rows(connection, replica.schema[name], {one.id for one in group}).values()
    )


def provisional_rows(
    connection: Connection, replica: Replica, writes: Sequence[Write]
) -> dict[str, list[Row]]:
    """The document's rows that still wait for head office, by table."""
    found: dict[str, list[Row]] = {}
    for name, group in _by_table(writes).items():
        rows = load_rows(connection, replica.schema[name], {one.id for one in group}).values()
        if waiting := [row for row in rows if row["_slot"] == PROVISIONAL]:
            found[name] = waiting
    return found


def take_back(connection: Connection, replica: Replica, writes: Sequence[Write]) -> Touched:
    """Remove the document's rows that still wait; the ids that went, by table."""
    gone: Touched = {}
    for name, rows in provisional_rows(connection, replica, writes).items():
        remove_rows(connection, replica.schema[name], rows, replica.owns)
        gone[name] = {row["id"] for row in rows}
    return gone


def merge(into: Touched, more: Touched) -> None:
    """Add ids to ids."""
    for name, ids in more.items():
        into.setdefault(name, set()).update(ids)


def _by_table(writes: Iterable[Write]) -> dict[str, list[Write]]:
    groups: dict[str, list[Write]] = {}
    for write in writes:
        groups.setdefault(write.table, []).append(write)
    return groups


def _ids(writes: Iterable[Write]) -> Touched:
    ids: Touched = {}
    for write in writes:
        ids.setdefault(write.table, set()).add(write.id)
    return ids
