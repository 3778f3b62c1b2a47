"""Handing rows down: the stretch of a scope's feed after a cursor, as column-major runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Select, Table, and_, select
from sqlalchemy import bindparam as bind

from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.journal.document import Value
from shared.journal.tables import journal
from shared.sync.appending import head_of
from shared.sync.limits import (
    INCARNATION_MAX,
    OPENINGS_RUN,
    PAGE_CHARS_MAX,
    PAGE_ROWS,
    PAGE_ROWS_MAX,
    PULL_SCOPES_MAX,
    RUN_ROWS,
)
from shared.sync.messages import Page, Pages, Pull, PullMany, Run, ScopeHead, fold
from shared.sync.statements import ONE_ROW, at_most
from shared.sync.tables import Replicated, Schema
from sync_server.store.devices import Device
from sync_server.store.tables import REMOVED_ROW, feed, scope_head
from sync_server.sync.feed import heads_of, table_names
from sync_server.sync.page_cache import SHARED, FoldedPage, PageCache

_Entry = tuple[int, int, str, int]
"""seq, table number, row id, state."""


def page(
    connection: Connection,
    schema: Schema,
    device_scopes: Sequence[str],
    device: Device,
    pull: Pull,
    cache: PageCache | None = None,
) -> Page:
    """The next changes of a scope in commit order, with the values the rows have now.

    Raises AccessDenied SCOPE_UNKNOWN for a scope that is not the device's or does not exist;
    Conflict GENERATION_CHANGED when the cursor belongs to an earlier life of the scope, or is so
    old that removals after it are forgotten.
    """
    if pull.scope not in device_scopes:
        raise AccessDenied("SCOPE_UNKNOWN")
    (head,) = heads_of(connection, [pull.scope])
    is_other = pull.generation != head.generation or pull.after > head.head
    if is_other or _is_forgotten(head, pull.after, pull.begun):
        raise Conflict("GENERATION_CHANGED", generation=head.generation)
    if cache is not None and pull.is_folded and pull.scope.startswith(SHARED):
        made = _folded_page(connection, schema, head, pull, cache)
        bare = _page(head, [], posted_n(connection, device, pull.incarnation), pull.after)
        return msgspec.structs.replace(bare, until=made.until, folded=made.folded)
    runs = list(_runs(connection, schema, pull.scope, pull.after, _Room(_limit(pull.limit))))
    return _page(head, runs, posted_n(connection, device, pull.incarnation), pull.after)


def pages(
    connection: Connection,
    schema: Schema,
    device_scopes: Sequence[str],
    device: Device,
    pull: PullMany,
) -> Pages:
    """The next changes of several scopes, until the limit of rows is reached.

    A scope that is not the device's, does not exist, has another generation or a cursor that is
    too old is left out.
    Raises RuleViolation TOO_MANY_SCOPES.
    """
    if len(pull.cursors) > PULL_SCOPES_MAX:
        raise RuleViolation("TOO_MANY_SCOPES", limit=PULL_SCOPES_MAX)
    own = [cursor for cursor in pull.cursors if cursor.scope in device_scopes]
    heads = heads_of(connection, [cursor.scope for cursor in own])
    highest = posted_n(connection, device, pull.incarnation)
    room = _Room(_limit(pull.limit))
    found: list[Page] = []
    for cursor, head in zip(own, heads, strict=True):
        is_known = cursor.generation == head.generation and cursor.seq <= head.head
        if is_known and not _is_forgotten(head, cursor.seq, 0):
            runs = list(_runs(connection, schema, cursor.scope, cursor.seq, room))
            if not runs and cursor.seq < head.head:
                break
            found.append(_page(head, runs, highest, cursor.seq))
    return Pages(pages=found)


@dataclass(slots=True)
class _Room:
    """What an answer may still hold; its first row fits always, or a device would stand still."""

    rows: int
    chars: int = PAGE_CHARS_MAX
    is_untouched: bool = True

    def takes(self, entries: int, run: Run) -> bool:
        """Whether a run of so many entries fits; then its room is used."""
        chars = _chars(run)
        if chars > self.chars and not (self.is_untouched and entries == 1):
            return False
        self.rows -= entries
        self.chars -= chars
        self.is_untouched = False
        return True


def _chars(run: Run) -> int:
    """The letters of a run, a number as eight."""
    letters = sum(map(len, run.ids)) + sum(map(len, run.removed))
    for column in run.cells:
        letters += sum(len(cell) if isinstance(cell, str) else 8 for cell in column)
    return letters


def _limit(asked: int) -> int:
    return min(asked if asked > 0 else PAGE_ROWS, PAGE_ROWS_MAX)


def _page(head: ScopeHead, runs: list[Run], highest: int, after: int) -> Page:
    return Page(
        scope=head.scope,
        generation=head.generation,
        until=runs[-1].until if runs else head.head,
        head=head.head,
        count=head.count,
        digest=head.digest,
        posted_n=highest,
        runs=runs,
        after=after,
    )


def _folded_page(
    connection: Connection, schema: Schema, head: ScopeHead, pull: Pull, cache: PageCache
) -> FoldedPage:
    """The runs of a page, the bytes that were made for another device when they are still so."""
    limit = _limit(pull.limit)
    place = (head.scope, head.generation, pull.after, limit, head.head)
    found = cache.find(place)
    if found is None:
        runs = list(_runs(connection, schema, head.scope, pull.after, _Room(limit)))
        found = FoldedPage(fold(runs), runs[-1].until if runs else head.head)
        cache.keep(place, found)
    return found


def _is_forgotten(head: ScopeHead, after: int, begun: int) -> bool:
    """Whether removals this cursor has not seen are forgotten. Who began the scope after them
    was never sent the rows they removed."""
    return 0 < after < head.floor and begun < head.floor


def posted_n(connection: Connection, device: Device, incarnation: int) -> int:
    """The highest slot of this incarnation (0 = the latest) whose rows are in the feeds."""
    if incarnation:
        if not 0 < incarnation <= INCARNATION_MAX:
            raise RuleViolation("BAD_SLOT", n=0)
        return head_of(connection, device.device_id, incarnation)[0]
    return connection.execute(_POSTED_N, {"device_id": device.device_id}).scalar() or 0


def _runs(
    connection: Connection, schema: Schema, scope: str, after: int, room: _Room
) -> Iterator[Run]:
    if room.rows <= 0 or room.chars <= 0:
        return
    scope_id = connection.execute(_SCOPE_ID, {"scope": scope}).scalar() or 0
    keys = {"scope_id": scope_id, "after": after, "row_limit": room.rows}
    # All at once: row by row a result costs more than the database.
    entries = cast(Sequence[_Entry], connection.execute(_ENTRIES, keys).all())
    if not entries:
        return
    names = table_names(connection)
    stretch = {"scope_id": scope_id, "after": after, "until": entries[-1][0]}
    cells: dict[int, dict[str, Sequence[Value]]] = {}
    for number in {entry[1] for entry in entries}:
        statement = _rows_statement(schema[names[number]].table, schema[names[number]].columns)
        rows = connection.execute(statement, stretch | {"table_id": number}).all()
        cells[number] = cast(dict[str, Sequence[Value]], {row[0]: row for row in rows})
    for number, group in groupby(entries, key=_table_of):
        stretch_of_table = list(group)
        # Each opening row takes many others away: in small steps, so that a till goes on selling.
        at_once = RUN_ROWS if not schema[names[number]].opens else min(OPENINGS_RUN, RUN_ROWS)
        start = 0
        while start < len(stretch_of_table):
            part = stretch_of_table[start : start + at_once]
            run = _run(schema[names[number]], part, cells[number])
            while not room.takes(len(part), run):
                if len(part) == 1:
                    return
                part = part[: len(part) // 2]
                run = _run(schema[names[number]], part, cells[number])
            yield run
            start += len(part)


_table_of: Callable[[_Entry], int] = lambda entry: entry[1]  # noqa: E731


def _run(table: Replicated, entries: Sequence[_Entry], cells: dict[str, Sequence[Value]]) -> Run:
    """Column by column; a column that is at its default in every row is left out."""
    ids = [row_id for _, _, row_id, state in entries if state != REMOVED_ROW]
    columns: list[str] = []
    values: list[list[Value]] = []
    by_column = zip(*(cells[row_id] for row_id in ids), strict=True)
    next(by_column, None)
    for name, column in zip(table.columns, by_column, strict=False):
        default = table.defaults[name]
        if column.count(default) != len(column):
            columns.append(name)
            values.append(list(column))
    return Run(
        table=table.name,
        until=entries[-1][0],
        ids=ids,
        columns=columns,
        cells=values,
        removed=[row_id for _, _, row_id, state in entries if state == REMOVED_ROW],
    )


@lru_cache(maxsize=256)
def _rows_statement(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """id and business columns, in the order of ``names``, of a table's rows in a stretch."""
    columns = [table.c[name] for name in ("id", *names)]
    joined = and_(
        feed.c.row_id == table.c.id,
        feed.c.table_id == bind("table_id"),
        feed.c.state != REMOVED_ROW,
    )
    return (
        select(*columns)
        .select_from(feed)
        .join(table, joined)
        .where(
            feed.c.scope_id == bind("scope_id"),
            feed.c.seq > bind("after"),
            feed.c.seq <= bind("until"),
        )
    )


_POSTED_N = (
    select(journal.c.n)
    .where(journal.c.device_id == bind("device_id"))
    .order_by(journal.c.incarnation.desc(), journal.c.n.desc())
    .limit(ONE_ROW)
)
_SCOPE_ID = select(scope_head.c.scope_id).where(scope_head.c.scope == bind("scope"))
_ENTRIES = (
    select(feed.c.seq, feed.c.table_id, feed.c.row_id, feed.c.state)
    .where(feed.c.scope_id == bind("scope_id"), feed.c.seq > bind("after"))
    .order_by(feed.c.seq)
    .limit(at_most("row_limit"))
)
