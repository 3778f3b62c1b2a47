"""Where a device's rows differ: count and digest of tables, stretches and rows, and rows by id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.sync.digest import MODULUS
from shared.sync.limits import DIGEST_PARTS, DIGEST_ROWS, PAGE_CHARS_MAX, ROWS_ASKED_MAX
from shared.sync.messages import AskDigests, AskRows, Digests, Part, RowsAnswer, Run, ScopeHead
from shared.sync.replica import load_rows
from shared.sync.statements import Row
from shared.sync.tables import Replicated, Schema
from sync_server.store.devices import Device
from sync_server.store.tables import REMOVED_ROW
from sync_server.sync.feed import heads_of, lock_heads, scope_number, set_sums, table_names
from sync_server.sync.pull import posted_n

_MARKS = {"sqlite": "?", "postgresql": "%s"}
_BY_BYTES = {"sqlite": "", "postgresql": ' COLLATE "C"'}
"""Ids are compared by their bytes on every replica, whatever language the database speaks."""


def parts(
    connection: Connection, schema: Schema, device_scopes: Sequence[str], ask: AskDigests
) -> Digests:
    """Count and digest of each part of a scope, of a table or of a stretch of its ids.

    Raises AccessDenied SCOPE_UNKNOWN; Conflict GENERATION_CHANGED.
    """
    head = _own_head(connection, device_scopes, ask.scope, ask.generation)
    if not ask.table:
        return _answer(head, tables_of(connection, schema, ask.scope))
    stretch = _stretch_of(connection, schema, ask)
    if stretch is None:
        return _answer(head, [], is_rows=True)
    rows = stretch.rows(DIGEST_ROWS + 1)
    if len(rows) <= DIGEST_ROWS:
        return _answer(head, rows, is_rows=True)
    return _answer(head, stretch.parts(DIGEST_PARTS))


def rows(
    connection: Connection,
    schema: Schema,
    device_scopes: Sequence[str],
    device: Device,
    ask: AskRows,
) -> RowsAnswer:
    """Rows of a scope by their ids; one of another scope looks like one that is not there.

    Rows that have no room in the answer are neither in it nor told as removed. Raises AccessDenied
    SCOPE_UNKNOWN; Conflict GENERATION_CHANGED; RuleViolation TOO_MANY_ROWS.
    """
    if len(ask.ids) > ROWS_ASKED_MAX:
        raise RuleViolation("TOO_MANY_ROWS", limit=ROWS_ASKED_MAX)
    _own_head(connection, device_scopes, ask.scope, ask.generation)
    table = schema.tables.get(ask.table)
    found = load_rows(connection, table, set(ask.ids)) if table else {}
    here = {
        row_id: row
        for row_id, row in sorted(found.items())
        if table and ask.scope in table.scopes(row)
    }
    removed = sorted(set(ask.ids) - here.keys())
    here = _first(here)
    columns = table.columns if table else ()
    run = Run(
        table=ask.table,
        until=0,
        ids=list(here),
        columns=list(columns),
        cells=[[row[name] for row in here.values()] for name in columns],
        removed=removed,
    )
    return RowsAnswer(posted_n=posted_n(connection, device, ask.incarnation), run=run)


def _first(rows: dict[str, Row]) -> dict[str, Row]:
    """As many rows as an answer has room for, one at least."""
    room = PAGE_CHARS_MAX
    found: dict[str, Row] = {}
    for row_id, row in rows.items():
        room -= sum(len(cell) if isinstance(cell, str) else 8 for cell in row.values())
        if found and room < 0:
            break
        found[row_id] = row
    return found


def tables_of(connection: Connection, schema: Schema, scope: str) -> list[Part]:
    """Count and digest of what each table holds in a scope, added up from its rows."""
    number = scope_number(connection, scope)
    found = []
    for table_id, name in sorted(table_names(connection).items(), key=lambda one: one[1]):
        if name in schema:
            stretch = _Stretch(connection, schema[name], number, table_id)
            found += stretch.parts(1)
    return found


def is_head_wrong(answer: Digests) -> bool:
    """Whether what the tables add up to is not what the scope's head says."""
    total = sum(part.digest for part in answer.parts) % MODULUS
    return (sum(part.count for part in answer.parts), total) != (answer.count, answer.digest)


def mend_head(connection: Connection, schema: Schema, scope: str) -> None:
    """Add a scope's rows up again, while nobody else changes it; the caller commits."""
    lock_heads(connection, [scope])
    found = tables_of(connection, schema, scope)
    digest = sum(part.digest for part in found) % MODULUS
    set_sums(connection, scope, sum(part.count for part in found), digest)


def _own_head(
    connection: Connection, device_scopes: Sequence[str], scope: str, generation: int
) -> ScopeHead:
    if scope not in device_scopes:
        raise AccessDenied("SCOPE_UNKNOWN")
    (head,) = heads_of(connection, [scope])
    if generation != head.generation:
        raise Conflict("GENERATION_CHANGED", generation=head.generation)
    return head


def _answer(head: ScopeHead, found: list[Part], *, is_rows: bool = False) -> Digests:
    return Digests(
        generation=head.generation,
        head=head.head,
        count=head.count,
        digest=head.digest,
        parts=found,
        is_rows=is_rows,
    )


def _stretch_of(connection: Connection, schema: Schema, ask: AskDigests) -> "_Stretch | None":
    numbers = {name: number for number, name in table_names(connection).items()}
    if ask.table not in schema or ask.table not in numbers:
        return None
    return _Stretch(
        connection,
        schema[ask.table],
        scope_number(connection, ask.scope),
        numbers[ask.table],
        ask.after,
        ask.until,
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The rows a table has in a scope, with ids after ``after`` up to ``until`` ('' = the end)."""

    connection: Connection
    table: Replicated
    scope_id: int
    table_id: int
    after: str = ""
    until: str = ""

    def rows(self, limit: int) -> list[Part]:
        """The first rows, each with its digest."""
        statement, keys = self._select("t.id, t._digest", self._ordered())
        found = self._all(f"{statement} ORDER BY {self._ordered()} LIMIT {limit:d}", keys)
        return [Part(name=row[0], count=1, digest=row[1]) for row in found]

    def parts(self, number: int) -> list[Part]:
        """So many stretches of equally many rows; none when there are no rows."""
        key = self._ordered()
        if number == 1:
            statement, keys = self._select(f"1 AS tile, {key} AS id, t._digest AS digest", key)
        else:
            tile = f"ntile({number:d}) OVER (ORDER BY {key}) AS tile"
            statement, keys = self._select(f"{tile}, {key} AS id, t._digest AS digest", key)
        # In two halves: the sum of whole digests is too large for the database.
        found = self._all(
            "SELECT tile, max(id), count(*), sum(digest >> 32), sum(digest & 4294967295)"
            f" FROM ({statement}) AS tiled GROUP BY tile ORDER BY tile",
            keys,
        )
        return [
            Part(
                name=self.table.name if number == 1 else last,
                count=count,
                digest=((int(high) << 32) + int(low)) % MODULUS,
            )
            for _, last, count, high, low in found
        ]

    def _ordered(self) -> str:
        return f"t.id{_BY_BYTES[self.connection.dialect.name]}"

    def _select(self, what: str, key: str) -> tuple[str, tuple[int | str, ...]]:
        mark = _MARKS[self.connection.dialect.name]
        where = f"f.scope_id = {mark} AND f.table_id = {mark} AND f.state <> {REMOVED_ROW:d}"
        keys: tuple[int | str, ...] = (self.scope_id, self.table_id)
        for bound, sign in ((self.after, ">"), (self.until, "<=")):
            if bound:
                where += f" AND {key} {sign} {mark}"
                keys = (*keys, bound)
        source = f'feed AS f JOIN "{self.table.name}" AS t ON t.id = f.row_id'
        return f"SELECT {what} FROM {source} WHERE {where}", keys

    def _all(self, statement: str, keys: Iterable[int | str]) -> Sequence[Any]:
        return self.connection.exec_driver_sql(statement, tuple(keys)).all()
