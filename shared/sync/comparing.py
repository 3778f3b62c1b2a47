"""What a device counts in a scope, as head office compares it: by table, and row by row."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from shared.sync.digest import MODULUS, row_digest
from shared.sync.holding import extra_row, tables_with
from shared.sync.moved import moved_of, moved_rows
from shared.sync.statements import Row
from shared.sync.summing import sums_by_scopes
from shared.sync.tables import Replicated, Schema

Sums = dict[str, tuple[int, int]]
"""Count and digest by the name of a table."""


def table_sums(connection: Connection, schema: Schema, scope: str) -> Sums:
    """What this device counts in a scope, by table; tables of a later version too."""
    sums: Sums = {}
    for table in tables_with(connection, schema, "_digest <> 0"):
        source = f'"{table.name}" WHERE _digest <> 0'
        for scopes, count, digest in sums_by_scopes(connection, table, table.columns, source):
            if scope in scopes:
                _add(sums, table.name, count, digest)
        for now, counted, digest in moved_rows(connection, table):
            if (scope in now) != (scope in counted):
                sign = 1 if scope in counted else -1
                _add(sums, table.name, sign, sign * digest)
    extras = select(extra_row.c.table_name, extra_row.c.row_digest)
    for name, digest in connection.execute(extras.where(extra_row.c.scope == scope)):
        _add(sums, name, 1, digest)
    return {name: found for name, found in sums.items() if found != (0, 0)}


def _add(sums: Sums, name: str, count: int, digest: int) -> None:
    before = sums.get(name, (0, 0))
    sums[name] = (before[0] + count, (before[1] + digest) % MODULUS)


def row_digests(
    connection: Connection,
    schema: Schema,
    scope: str,
    name: str,
    *,
    after: str,
    until: str,
    limit: int,
) -> tuple[list[tuple[str, int]], str]:
    """(id, digest) of the next rows of a table that count in a scope, and how far that goes.

    Looks at ``limit`` rows with ids after ``after``, up to ``until`` ('' = the end); '' is said
    when nothing is left. The digest of a row that stands as head office sent it is worked out from
    what stands there, so that a change behind its back is seen.
    """
    table = schema.tables.get(name)
    if table is None:
        return _extra_digests(connection, scope, name, after, until), ""
    rows = _next_rows(connection, table, after, until, limit)
    moved = moved_of(connection, table)
    found = [
        (str(row["id"]), true_digest(table, row))
        for row in rows
        if row["_digest"] and scope in (moved.get(row["id"]) or table.scopes(row))
    ]
    return found, str(rows[-1]["id"]) if len(rows) == limit else ""


def true_digest(table: Replicated, row: Row) -> int:
    """The digest of head office's version of a row that is here.

    Of a row an own document changed since only the counted digest tells that version.
    """
    if row["_slot"]:
        return int(row["_digest"])
    return row_digest(table, row["id"], row, row["_extra"])


def _next_rows(
    connection: Connection, table: Replicated, after: str, until: str, limit: int
) -> Sequence[Row]:
    key = table.table.c.id
    query = select(table.table).where(key > after).order_by(key).limit(limit)
    if until:
        query = query.where(key <= until)
    return [dict(row) for row in connection.execute(query).mappings()]


def _extra_digests(
    connection: Connection, scope: str, name: str, after: str, until: str
) -> list[tuple[str, int]]:
    c = extra_row.c
    query = select(c.id, c.row_digest).where(c.scope == scope, c.table_name == name, c.id > after)
    if until:
        query = query.where(c.id <= until)
    return [(row.id, row.row_digest) for row in connection.execute(query.order_by(c.id))]
