"""What a device holds of each scope: cursors, counts and digests; gaining and losing a scope."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    literal_column,
    select,
    update,
)

from shared.sync.digest import MODULUS
from shared.sync.moved import moved_of, moved_row, moved_rows
from shared.sync.replica import Owns, add_to_balances
from shared.sync.statements import Row, insert_rows, rows_of
from shared.sync.summing import rows_by_scopes, sums_by_scopes
from shared.sync.tables import (
    Replicated,
    Schema,
    blob_column,
    integer_column,
    local_table,
    text_column,
)

scope_cursor = local_table(
    "scope_cursor",
    text_column("scope", primary_key=True),
    integer_column("generation"),
    integer_column("seq"),
    integer_column("count"),
    integer_column("digest"),
    integer_column("begun"),
)
"""The scopes this device is granted: how far it holds each, and count and digest of the confirmed
rows in it. A row counts in every granted scope it belongs to, by whichever it arrived. ``begun``
is the scope's head when it was begun from nothing: what was removed before never came here."""

extra_row = local_table(
    "extra_row",
    text_column("scope", primary_key=True),
    text_column("table_name", primary_key=True),
    text_column("id", primary_key=True),
    blob_column("cells"),
    integer_column("row_digest"),
)
"""Rows of tables a later version will know, so that nothing that was sent is lost."""

unseen_row = local_table(
    "unseen_row",
    text_column("scope", primary_key=True),
    text_column("table_name", primary_key=True),
    text_column("id", primary_key=True),
)
"""While a scope is fetched anew: confirmed rows that did not come again yet."""

TABLES = (scope_cursor, extra_row, unseen_row, moved_row)

UNCONFIRMED: ColumnElement[bool] = literal_column("_slot > 0")
"""Written as it stands in the partial index, so that SQLite uses it."""


class Tally:
    """Changes of count and digest per scope, written back at once."""

    def __init__(self, granted: Iterable[str]) -> None:
        self.granted = frozenset(granted)
        self._sums: dict[str, list[int]] = {}

    def change(self, scopes: Iterable[str], before: int, after: int) -> None:
        """A row of these scopes went from digest ``before`` to ``after`` (0 = not counted)."""
        self.add(scopes, (after != 0) - (before != 0), after - before)

    def add(self, scopes: Iterable[str], count: int, digest: int) -> None:
        """Several rows of these scopes at once: how many more, and the sum of their digests."""
        for scope in scopes:
            if scope in self.granted:
                sums = self._sums.setdefault(scope, [0, 0])
                sums[0] += count
                sums[1] += digest

    def store(self, connection: Connection) -> None:
        """Add what was collected to the cursors; the collection is empty afterwards."""
        for scope, (count, digest) in sorted(self._sums.items()):
            held = connection.execute(_COUNTED, {"of": scope}).one()
            values = {
                "of": scope,
                "new_count": held[0] + count,
                "new_digest": (held[1] + digest) % MODULUS,
            }
            connection.execute(_COUNT, values)
        self._sums = {}


def granted_scopes(connection: Connection) -> frozenset[str]:
    """The scopes this device holds, complete or not."""
    return frozenset(connection.execute(_GRANTED).scalars())


def cursors(connection: Connection) -> Sequence[Any]:
    """Rows (scope, generation, seq, count, digest) in order of the scope's name."""
    return connection.execute(_CURSORS).all()


def gain_scopes(connection: Connection, schema: Schema, generations: Mapping[str, int]) -> None:
    """Begin to hold scopes: rows that other scopes brought already are counted, and go at the
    head unless they come again. Who brought them may be behind, or be fetched anew itself."""
    rows: list[Row] = [
        {"scope": scope, "generation": generation, "seq": 0, "count": 0, "digest": 0}
        for scope, generation in generations.items()
    ]
    insert_rows(connection, scope_cursor, rows)
    restart_scopes(connection, schema, generations)


def restart_scopes(connection: Connection, schema: Schema, generations: Mapping[str, int]) -> None:
    """Fetch scopes anew: their rows stay, and those that do not come again go at the head.

    All at once: every row is looked at one time, however many scopes begin anew.
    """
    wanted = frozenset(generations)
    connection.execute(delete(unseen_row).where(unseen_row.c.scope.in_(wanted)))
    connection.execute(delete(extra_row).where(extra_row.c.scope.in_(wanted)))
    # Also what own documents changed since: head office may not have the version that counts.
    told = "_slot = 0 OR _digest <> 0"
    for table in tables_with(connection, schema, told):
        # Own documents took these elsewhere: they count where head office's version says.
        moved = moved_of(connection, table)
        found = rows_by_scopes(connection, table, told, lambda scopes: bool(wanted & {*scopes}))
        placed = [*moved.items(), *(one for one in found if one[0] not in moved)]
        rows: list[Row] = [
            {"scope": scope, "table_name": table.name, "id": row_id}
            for row_id, scopes in placed
            for scope in scopes
            if scope in wanted
        ]
        insert_rows(connection, unseen_row, rows)
    begun = [{"of": scope, "new": generation} for scope, generation in generations.items()]
    if begun:
        connection.execute(_BEGIN_ANEW, begun)
    recount(connection, schema, wanted)


def restart_scope(connection: Connection, schema: Schema, scope: str, generation: int) -> None:
    """Fetch one scope anew."""
    restart_scopes(connection, schema, {scope: generation})


def recount(connection: Connection, schema: Schema, scopes: Iterable[str]) -> None:
    """Count and digest of scopes, added up again from every row that counts in them, also those
    an own document changed since."""
    wanted = frozenset(scopes)
    of = {"scopes": sorted(wanted)}
    connection.execute(_COUNT_ANEW, of)
    tally = Tally(wanted)
    for table in tables_with(connection, schema, "_digest <> 0"):
        source = f'"{table.name}" WHERE _digest <> 0'
        for row_scopes, count, digest in sums_by_scopes(connection, table, table.columns, source):
            tally.add(row_scopes, count, digest)
        for now, counted, digest in moved_rows(connection, table):
            tally.change(now, digest, 0)
            tally.change(counted, 0, digest)
    for scope, digest in connection.execute(_EXTRAS, of).all():
        tally.change((scope,), 0, digest)
    tally.store(connection)


def tables_with(
    connection: Connection,
    schema: Schema,
    condition: str,
    values: Mapping[str, int] | None = None,
) -> list[Replicated]:
    """The tables that hold any row for which ``condition`` (SQL) is true, by one look at all.

    ``values`` are those of the names ``:x`` in the condition.
    """
    statement = _looks(tuple(schema.tables), condition)
    found = connection.exec_driver_sql(statement, dict(values or {})).scalars()
    return [schema[name] for name in found]


@lru_cache(maxsize=64)
def _looks(names: tuple[str, ...], condition: str) -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\" WHERE {condition})"
        for name in names
    )


def lose_scope(
    connection: Connection, schema: Schema, scope: str, owns: Owns
) -> dict[str, list[str]]:
    """Give a scope back: its rows go, unless another scope or an unsent document needs them.

    Returns the ids that went, by table.
    """
    connection.execute(delete(scope_cursor).where(scope_cursor.c.scope == scope))
    connection.execute(delete(extra_row).where(extra_row.c.scope == scope))
    connection.execute(delete(unseen_row).where(unseen_row.c.scope == scope))
    granted = granted_scopes(connection)
    gone: dict[str, list[str]] = {}
    for table in tables_with(connection, schema, "_slot = 0"):
        found = rows_by_scopes(
            connection,
            table,
            "_slot = 0",
            lambda scopes: scope in scopes and granted.isdisjoint(scopes),
        )
        if ids := [row_id for row_id, _scopes in found]:
            gone[table.name] = ids
            # Only balances ask for more than ids.
            rows = rows_of(connection, table.table, ids) if table.counted else _of_ids(ids)
            remove_rows(connection, table, rows, owns)
    return gone


def _of_ids(ids: Sequence[str]) -> list[Row]:
    return [{"id": one} for one in ids]


def remove_rows(connection: Connection, table: Replicated, rows: Sequence[Row], owns: Owns) -> None:
    """Delete rows and take a ledger's amounts out of the balances; scopes are not recounted."""
    connection.execute(
        delete(table.table).where(table.table.c.id == bindparam("gone")),
        [{"gone": row["id"]} for row in rows],
    )
    add_to_balances(connection, table, rows, owns, sign=-1)
    if table.derive:
        table.derive(connection, [row["id"] for row in rows])


def rebuild_balances(connection: Connection, schema: Schema, owns: Owns) -> None:
    """Sum every ledger again, because this device now keeps other ends."""
    for table in schema.tables.values():
        for balance in table.balances:
            connection.execute(delete(balance.table))
    for table in schema.tables.values():
        if table.counted:
            found = connection.execute(select(table.table)).mappings()
            for rows in found.partitions(5_000):
                add_to_balances(connection, table, [dict(row) for row in rows], owns)


# Built once: making a statement costs more than running it.
_GRANTED = select(scope_cursor.c.scope)
_CURSORS = select(scope_cursor).order_by(scope_cursor.c.scope)
_OF = scope_cursor.c.scope == bindparam("of")
_COUNTED = select(scope_cursor.c["count"], scope_cursor.c.digest).where(_OF)
_COUNT = (
    update(scope_cursor)
    .where(_OF)
    .values({"count": bindparam("new_count"), "digest": bindparam("new_digest")})
)
_COUNT_ANEW = (
    update(scope_cursor)
    .where(scope_cursor.c.scope.in_(bindparam("scopes", expanding=True)))
    .values(count=0, digest=0)
)
_EXTRAS = select(extra_row.c.scope, extra_row.c.row_digest).where(
    extra_row.c.scope.in_(bindparam("scopes", expanding=True))
)
_BEGIN_ANEW = update(scope_cursor).where(_OF).values(generation=bindparam("new"), seq=0, begun=0)
