"""The change feed: per scope, which rows changed in commit order, with count and digest."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, text, update
from sqlalchemy import bindparam as bind
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from shared.sync.digest import add
from shared.sync.messages import ScopeHead
from shared.sync.replica import Change
from shared.sync.statements import insert_rows
from shared.sync.tables import Schema, TableRole
from sync_server.store.tables import (
    LEDGER_ROW,
    RECORD_ROW,
    REMOVED_ROW,
    feed,
    feed_table,
    scope_head,
)
from sync_server.sync.covering import Left, cover, months_entered, scopes_of_months

FIRST_GENERATION = 1
_CHUNK = 500


class _Entry(NamedTuple):
    """One row that moves forward in one scope, with its digests there (0 = absent)."""

    scope: str
    table: str
    row_id: str
    state: int
    before: int
    after: int


class Marked(NamedTuple):
    """A scope that moved: its number in the feed, and its new head."""

    scope_id: int
    head: int


def mark(connection: Connection, schema: Schema, changes: Sequence[Change]) -> dict[str, Marked]:
    """Enter changes into the feeds of their scopes; returns those that moved, by name.

    It must be the last step before the commit: the scopes stay locked from here on, so that
    their sequence is the order of commits. Within a scope ledger rows come before record rows,
    each in the order of ``changes``, so that pages get long runs of one table.
    """
    entered = months_entered(schema, changes)
    left: list[Left] = []
    if entered:
        left = _cover(connection, schema, changes, entered)
        # What the same commit brought is told behind the opening rows: they do not stand for it.
        ledgers = {opens.table for name in entered if (opens := schema[name].opens)}
        changes = sorted(changes, key=lambda one: one.table in ledgers)
    ledger: list[_Entry] = []
    records: list[Change] = []
    for change in changes:
        if schema[change.table].role is TableRole.LEDGER:
            ledger += [
                _Entry(scope, change.table, change.id, LEDGER_ROW, 0, change.after)
                # Who orders of themselves is two parties in one scope: the row is there once.
                for scope in dict.fromkeys(change.scopes)
            ]
        else:
            records.append(change)
    ledger += [_Entry(*one[:3], LEDGER_ROW, 0, one.digest) for one in left]
    names = sorted({change.table for change in changes} | {one.table for one in left})
    tables = _numbers_of_tables(connection, names)
    entries = ledger + _record_entries(connection, tables, _folded(records))
    return _enter(connection, tables, entries)


def _cover(
    connection: Connection,
    schema: Schema,
    changes: Sequence[Change],
    entered: dict[str, list[str]],
) -> list[Left]:
    """Rows leave for their closed month; all scopes are locked first, in order."""
    wanted = scopes_of_months(connection, schema, entered)
    wanted.update(scope for change in changes for scope in change.scopes)
    _locked_heads(connection, sorted(wanted))
    return cover(connection, schema, entered)


def _folded(changes: Iterable[Change]) -> list[Change]:
    """One change per row: from what it was first to what it is now, at its last place."""
    folded: dict[tuple[str, str], Change] = {}
    for change in changes:
        earlier = folded.pop((change.table, change.id), None)
        before = earlier.before if earlier else change.before
        folded[change.table, change.id] = Change(
            change.table, change.id, change.scopes, before, change.after
        )
    return list(folded.values())


def _record_entries(
    connection: Connection, tables: dict[str, int], changes: Sequence[Change]
) -> list[_Entry]:
    """A row enters scopes, stays in them or leaves them: what each scope has to be told."""
    standing = _standing(connection, tables, changes)
    entries: list[_Entry] = []
    for change in changes:
        held = standing.get((change.table, change.id), set())
        now = change.scopes if change.after else ()
        for scope in sorted(held.difference(now)):
            entries.append(_Entry(scope, change.table, change.id, REMOVED_ROW, change.before, 0))
        for scope in now:
            before = change.before if scope in held else 0
            entries.append(_Entry(scope, change.table, change.id, RECORD_ROW, before, change.after))
    return entries


def _standing(
    connection: Connection, tables: dict[str, int], changes: Sequence[Change]
) -> dict[tuple[str, str], set[str]]:
    """The scopes each of these record rows stands in until now."""
    ids: dict[str, list[str]] = {}
    for change in changes:
        if change.before:
            ids.setdefault(change.table, []).append(change.id)
    found: dict[tuple[str, str], set[str]] = {}
    for table, row_ids in ids.items():
        for start in range(0, len(row_ids), _CHUNK):
            rows = connection.execute(
                _SCOPES_OF_ROWS,
                {"table_id": tables[table], "row_ids": row_ids[start : start + _CHUNK]},
            ).all()
            for row_id, scope in rows:
                found.setdefault((table, row_id), set()).add(scope)
    return found


def _enter(
    connection: Connection, tables: dict[str, int], entries: Sequence[_Entry]
) -> dict[str, Marked]:
    if not entries:
        return {}
    heads = _locked_heads(connection, sorted({entry.scope for entry in entries}))
    inserts: list[dict[str, int | str]] = []
    moves: list[dict[str, int | str]] = []
    for entry in entries:
        head = heads[entry.scope]
        head["head"] += 1
        head["count"] += bool(entry.after) - bool(entry.before)
        head["digest"] = add(head["digest"], entry.before, entry.after)
        (moves if entry.state else inserts).append(
            {
                "scope_id": head["b_scope_id"],
                "seq": head["head"],
                "table_id": tables[entry.table],
                "row_id": entry.row_id,
                "state": entry.state,
            }
        )
    insert_rows(connection, feed, inserts)
    if moves:
        connection.execute(_MOVE[connection.dialect.name], moves)
    connection.execute(_SET_HEAD, list(heads.values()))
    return {scope: Marked(head["b_scope_id"], head["head"]) for scope, head in heads.items()}


def _locked_heads(connection: Connection, scopes: Sequence[str]) -> dict[str, dict[str, int]]:
    """The heads of these scopes, in sorted order, held until the transaction ends."""
    found = _select_heads(connection, scopes, lock=True)
    missing = [scope for scope in scopes if scope not in found]
    if missing:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        fresh = {"generation": FIRST_GENERATION, "head": 0, "count": 0, "digest": 0}
        connection.execute(
            make(scope_head).on_conflict_do_nothing(index_elements=["scope"]),
            [{"scope": scope, **fresh} for scope in missing],
        )
        found = _select_heads(connection, scopes, lock=True)
    return found


def _select_heads(
    connection: Connection, scopes: Sequence[str], *, lock: bool
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for start in range(0, len(scopes), _CHUNK):
        for scope, scope_id, head, count, digest in connection.execute(
            _LOCKED_SUMS if lock else _SUMS, {"scopes": list(scopes[start : start + _CHUNK])}
        ):
            found[scope] = {
                "b_scope_id": scope_id,
                "head": head,
                "count": count,
                "digest": digest,
            }
    return found


def lock_heads(connection: Connection, scopes: Sequence[str]) -> None:
    """Let nobody move these scopes until the transaction ends."""
    _locked_heads(connection, sorted(scopes))


def set_sums(connection: Connection, scope: str, count: int, digest: int) -> None:
    """Write down what a scope holds; the caller has it locked."""
    connection.execute(
        update(scope_head).where(scope_head.c.scope == scope).values(count=count, digest=digest)
    )


def _numbers_of_tables(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    numbers = {name: table_id for table_id, name in table_names(connection).items()}
    missing = [name for name in names if name not in numbers]
    if not missing:
        return numbers
    make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    connection.execute(
        make(feed_table).on_conflict_do_nothing(index_elements=["name"]),
        [{"name": name} for name in missing],
    )
    return {name: table_id for table_id, name in table_names(connection).items()}


def table_names(connection: Connection) -> dict[int, str]:
    """The tables behind the short numbers of feed entries."""
    return {row[0]: row[1] for row in connection.execute(_TABLES).all()}


def heads_of(connection: Connection, scopes: Sequence[str]) -> list[ScopeHead]:
    """How far these scopes go, in the order asked; one that holds nothing yet is at 0."""
    found: dict[str, ScopeHead] = {}
    for start in range(0, len(scopes), _CHUNK):
        for head in _heads(connection, scopes[start : start + _CHUNK]):
            found[head.scope] = head
    return [found.get(scope) or empty_head(scope) for scope in scopes]


def all_heads(connection: Connection) -> list[ScopeHead]:
    """Every scope's head, in the order of their names."""
    return _heads(connection, None)


def _heads(connection: Connection, scopes: Sequence[str] | None) -> list[ScopeHead]:
    rows = (
        connection.execute(_ALL_HEADS)
        if scopes is None
        else connection.execute(_SOME_HEADS, {"scopes": list(scopes)})
    )
    return [
        ScopeHead(
            scope=scope, generation=generation, head=head, count=count, digest=digest, floor=floor
        )
        for scope, generation, head, count, digest, floor in rows
    ]


def empty_head(scope: str) -> ScopeHead:
    """The head of a scope in which nothing has happened yet."""
    return ScopeHead(scope=scope, generation=FIRST_GENERATION, head=0, count=0, digest=0)


def scope_number(connection: Connection, scope: str) -> int:
    """The short number of a scope in feed entries; 0 when nothing ever happened in it."""
    query = select(scope_head.c.scope_id).where(scope_head.c.scope == scope)
    return connection.execute(query).scalar() or 0


_ALL_HEADS = select(
    *(scope_head.c[name] for name in ("scope", "generation", "head", "count", "digest", "floor"))
).order_by(scope_head.c.scope)
_SOME_HEADS = _ALL_HEADS.where(scope_head.c.scope.in_(bind("scopes", expanding=True)))
_TABLES = select(feed_table.c.table_id, feed_table.c.name)
_SUMS = (
    select(*(scope_head.c[name] for name in ("scope", "scope_id", "head", "count", "digest")))
    .where(scope_head.c.scope.in_(bind("scopes", expanding=True)))
    .order_by(scope_head.c.scope)
)
_LOCKED_SUMS = _SUMS.with_for_update()
_SCOPES_OF_ROWS = (
    select(feed.c.row_id, scope_head.c.scope)
    .join(scope_head, scope_head.c.scope_id == feed.c.scope_id)
    .where(
        feed.c.table_id == bind("table_id"),
        feed.c.row_id.in_(bind("row_ids", expanding=True)),
        # As text, so that the partial index is recognised.
        text(f"feed.state = {RECORD_ROW}"),
        text(f"feed.state > {LEDGER_ROW}"),
    )
)
_KEY = ("table_id", "row_id", "scope_id")
_WHERE = text(f"state > {LEDGER_ROW}")


_SQLITE = sqlite_insert(feed)
_POSTGRESQL = postgresql_insert(feed)
_MOVE = {
    "sqlite": _SQLITE.on_conflict_do_update(
        index_elements=_KEY,
        index_where=_WHERE,
        set_={"seq": _SQLITE.excluded.seq, "state": _SQLITE.excluded.state},
    ),
    "postgresql": _POSTGRESQL.on_conflict_do_update(
        index_elements=_KEY,
        index_where=_WHERE,
        set_={"seq": _POSTGRESQL.excluded.seq, "state": _POSTGRESQL.excluded.state},
    ),
}
_SET_HEAD = (
    update(scope_head)
    .where(scope_head.c.scope_id == bind("b_scope_id"))
    .values(head=bind("head"), count=bind("count"), digest=bind("digest"))
)
