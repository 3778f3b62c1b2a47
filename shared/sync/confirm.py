"""Applying pulled pages to a device: head office's rows and own rows become one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update

from shared.journal.document import Value
from shared.sync.appending import Replica
from shared.sync.covering import covered_rows, drop_zeros
from shared.sync.digest import digest_of, row_digest
from shared.sync.holding import (
    Tally,
    extra_row,
    granted_scopes,
    remove_rows,
    scope_cursor,
    unseen_row,
)
from shared.sync.incoming import incoming
from shared.sync.limits import SLICE_ROWS, SLICE_RUNS
from shared.sync.messages import Page, Run
from shared.sync.moved import Scopes, forget_moved, moved_of, remember_moved
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.replica import add_to_balances, load_rows
from shared.sync.statements import ONE_ROW, Row, insert_rows, upsert
from shared.sync.tables import Replicated, Schema, TableRole

_ENCODER = msgspec.msgpack.Encoder()
_COVERING = 50
"""An opening row counts as so many others, so that a run of them is a slice of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a sync came upon that a person or a developer must know.

    ``LEDGER_DIFFERS`` head office's ledger row was another one and replaced ours; ``ROW_REVERSED``
    head office posted our slot without this row; ``TYPED_LOST`` what was typed here was overtaken;
    ``RECORD_DIFFERS`` head office never sent back what was typed here; ``DIGEST_MISMATCH`` scope
    and head office differ; ``ROWS_REPAIRED`` the rows that differed were taken from head office;
    ``BALANCES_MENDED`` balances were not the sum of their moves; ``SCOPE_FETCHED_ANEW`` and
    ``SCOPE_DIFFERS`` what follows when repairing rows was not enough; ``ROWS_SWEPT`` rows that a
    scope fetched anew no longer had.
    """

    code: str
    scope: str
    table: str = ""
    row_id: str = ""
    slot: int = 0
    detail: str = ""
    """Column names or figures, never what they hold about a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one slice did: ids touched by table, how many rows came, what was found."""

    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: int = 0
    findings: tuple[Finding, ...] = ()


Step = Callable[[Connection], Applied]
"""One slice: everything in it, its cursor too, is one transaction of the caller's."""


def page_steps(replica: Replica, own: Own, page: Page) -> list[Step]:
    """The slices of a page, to be run in order, each in a transaction of its own.

    A slice whose rows are held already does nothing, so a page may be applied again. A page of
    another generation, or of a scope that was lost meanwhile, does nothing either.
    """
    slices = _slices(replica.schema, page.runs) or [[]]
    return [partial(_apply, replica, own, page, runs) for runs in slices]


def together(steps: Sequence[Step]) -> Step:
    """Several small slices as one: all of them, with all their cursors, or none."""

    def work(connection: Connection) -> Applied:
        done = [step(connection) for step in steps]
        touched: dict[str, set[str]] = {}
        for applied in done:
            for table, ids in applied.touched.items():
                touched.setdefault(table, set()).update(ids)
        return Applied(
            touched={table: frozenset(ids) for table, ids in touched.items()},
            rows=sum(applied.rows for applied in done),
            findings=tuple(finding for applied in done for finding in applied.findings),
        )

    return work


def _slices(schema: Schema, runs: Sequence[Run]) -> list[list[Run]]:
    """Consecutive runs together, up to what the writer may be held for."""
    slices: list[list[Run]] = []
    rows = 0
    for run in runs:
        size = (len(run.ids) + len(run.removed)) * _weight(schema, run.table)
        if not slices or rows + size > SLICE_ROWS or len(slices[-1]) == SLICE_RUNS:
            slices.append([])
            rows = 0
        slices[-1].append(run)
        rows += size
    return slices


def _weight(schema: Schema, name: str) -> int:
    """Bringing a search index in step takes as long again as the row itself."""
    table = schema.tables.get(name)
    if table is not None and table.opens:
        return _COVERING
    if table is None or table.derive is None:
        return 1
    return 2 if table.role is TableRole.RECORD else 1


def _apply(
    replica: Replica, own: Own, page: Page, runs: Sequence[Run], connection: Connection
) -> Applied:
    cursor = connection.execute(_CURSOR, {"of": page.scope}).one_or_none()
    if cursor is None or cursor.generation != page.generation:
        return Applied()
    slice_ = Slice(connection, replica, own, page)
    is_last = not runs or runs[-1] is page.runs[-1]
    for run in runs:
        if run.until > cursor.seq:
            slice_.apply(run)
    reached = page.until if is_last else runs[-1].until
    if reached > cursor.seq:
        moved = {"of": page.scope, "reached": reached}
        if cursor.seq:
            connection.execute(_MOVE, moved)
        else:
            connection.execute(_BEGIN, moved | {"head": page.head})
    # An older page, applied again, must not compare its old digest with newer rows.
    is_news = reached > cursor.seq or (not runs and page.until == cursor.seq)
    if is_last and is_news and page.until == page.head:
        slice_.finish()
    return slice_.done()


class Slice:
    """Runs being applied together: collects tallies, touched ids and findings."""

    covers = True
    """Opening rows take what they stand for away; a repair names every row that goes itself."""

    def __init__(self, connection: Connection, replica: Replica, own: Own, page: Page) -> None:
        self.connection = connection
        self.replica = replica
        self.page = page
        self.own = OwnSlots(connection, replica.registry, own)
        self.tally = Tally(granted_scopes(connection))
        self.touched: dict[str, set[str]] = {}
        self.findings: list[Finding] = []
        self.rows = 0

    def done(self) -> Applied:
        """Write the tallies back and say what happened."""
        self.tally.store(self.connection)
        touched = {table: frozenset(ids) for table, ids in self.touched.items() if ids}
        for name, ids in touched.items():
            table = self.replica.schema.tables.get(name)
            if table is not None and table.derive is not None:
                table.derive(self.connection, sorted(ids))
        return Applied(touched=touched, rows=self.rows, findings=tuple(self.findings))

    def find(self, code: str, table: str, row_id: str, slot: int = 0, detail: str = "") -> None:
        self.findings.append(
            Finding(
                code=code,
                scope=self.page.scope,
                table=table,
                row_id=row_id,
                slot=slot,
                detail=detail,
            )
        )

    def apply(self, run: Run) -> None:
        """Put one run into the replica."""
        self.rows += len(run.ids) + len(run.removed)
        table = self.replica.schema.tables.get(run.table)
        if table is None:
            self._keep_aside(run)
            return
        rows = incoming(table, run)
        known = _known(self.connection, table, [*run.ids, *run.removed])
        touched = self.touched.setdefault(table.name, set())
        touched.update(run.ids, known)
        fresh = [row for row in rows if row["id"] not in known] if known else rows
        self._insert(table, fresh)
        if table.opens and fresh and self.covers:
            self._cover(table, fresh)
        old = [(known[row["id"]], row) for row in rows if row["id"] in known] if known else []
        if table.role is TableRole.LEDGER:
            self._confirm_ledger(table, old)
        else:
            self._confirm_records(table, old)
        self._remove(table, [known[row_id] for row_id in run.removed if row_id in known])
        self._mark_seen(table.name, run)

    @cached_property
    def _is_fetched_anew(self) -> bool:
        """Whether rows of this scope still wait to come again; looked up once a slice."""
        return self.connection.execute(_ANY_UNSEEN, {"of": self.page.scope}).scalar() is not None

    def _insert(self, table: Replicated, rows: Sequence[Row]) -> None:
        if not rows:
            return
        scopes, change = table.scopes, self.tally.change
        for row in rows:
            change(scopes(row), 0, row["_digest"])
        insert_rows(self.connection, table.table, rows)
        add_to_balances(self.connection, table, rows, self.replica.owns)

    def _cover(self, table: Replicated, openings: Sequence[Row]) -> None:
        assert table.opens
        schema, own, slots = self.replica.schema, self.own.of, self.own
        rows = covered_rows(self.connection, schema, table, openings, own, slots)
        if not rows:
            return
        ledger = schema[table.opens.table]
        for row in rows:
            self.tally.change(ledger.scopes(row), row["_digest"], 0)
        remove_rows(self.connection, ledger, rows, self.replica.owns)
        drop_zeros(self.connection, ledger, rows)
        self.touched.setdefault(ledger.name, set()).update(row["id"] for row in rows)

    def _confirm_ledger(self, table: Replicated, pairs: Sequence[tuple[Row, Row]]) -> None:
        confirmed: list[Row] = []
        replaced: list[tuple[Row, Row]] = []
        for old, row in pairs:
            if old["_slot"] == 0 and old["_digest"] == row["_digest"]:
                continue
            self.tally.change(table.scopes(old), old["_digest"], 0)
            self.tally.change(table.scopes(row), 0, row["_digest"])
            confirmed.append(row)
            if row_digest(table, old["id"], old, old["_extra"]) != row["_digest"]:
                replaced.append((old, row))
                self.find("LEDGER_DIFFERS", table.name, row["id"], old["_slot"])
        upsert(self.connection, table.table, ("id",), confirmed)
        if replaced:
            owns = self.replica.owns
            add_to_balances(self.connection, table, [old for old, _ in replaced], owns, sign=-1)
            add_to_balances(self.connection, table, [row for _, row in replaced], owns)

    def _confirm_records(self, table: Replicated, pairs: Sequence[tuple[Row, Row]]) -> None:
        changed: list[Row] = []
        moved: dict[str, Scopes] = {}
        counted = self.counted(table, [old for old, _ in pairs])
        for old, row in pairs:
            if old["_slot"] == 0 and old["_digest"] == row["_digest"]:
                continue
            scopes = table.scopes(row)
            self.tally.change(counted[old["id"]], old["_digest"], 0)
            self.tally.change(scopes, 0, row["_digest"])
            if old["_slot"] > self.page.posted_n:
                if self._post_again(table, row) and table.scopes(row) != scopes:
                    moved[row["id"]] = scopes
            elif old["_slot"] > 0:
                self._tell_lost(table, old["_slot"], row)
            changed.append(row)
        upsert(self.connection, table.table, ("id",), changed)
        forget_moved(self.connection, table, [old for old, _ in pairs])
        remember_moved(self.connection, table, moved)

    def counted(self, table: Replicated, rows: Sequence[Row]) -> dict[str, Scopes]:
        """The scopes each row counts in, by id, also of rows an own document moved."""
        edited = any(row["_slot"] and row["_digest"] for row in rows)
        moved = moved_of(self.connection, table) if edited else {}
        return {row["id"]: moved.get(row["id"]) or table.scopes(row) for row in rows}

    def _post_again(self, table: Replicated, row: Row) -> bool:
        """Own slots head office had not posted go on top; its digest stays the counted one."""
        again = self.own.after(self.page.posted_n, table.name, row["id"])
        for n, write in again:
            row.update(write.values)
            row["_slot"] = n
        return bool(again)

    def _tell_lost(self, table: Replicated, slot: int, row: Row) -> None:
        for write in self.own.writes(slot):
            if write.table == table.name and write.id == row["id"]:
                lost = [name for name, value in write.values.items() if row[name] != value]
                if lost:
                    self.find("TYPED_LOST", table.name, row["id"], slot, ",".join(sorted(lost)))

    def _remove(self, table: Replicated, rows: Sequence[Row]) -> None:
        """Tombstones: a row that moved to another scope and came by that already stays."""
        counted = self.counted(table, rows)
        gone: list[Row] = []
        for row in rows:
            if self.page.scope not in (scopes := counted[row["id"]]):
                continue
            if table.role is TableRole.LEDGER and row["_slot"] > self.page.posted_n:
                continue
            self.tally.change(scopes, row["_digest"], 0)
            gone.append(row)
        if not gone:
            return
        remove_rows(self.connection, table, gone, self.replica.owns)
        forget_moved(self.connection, table, gone)
        if table.role is TableRole.RECORD:
            blank = {**table.defaults, "_digest": 0, "_slot": 0, "_extra": b""}
            again = [{"id": row["id"], **blank} for row in gone if row["_slot"] > 0]
            self._upsert_again(table, again)

    def _upsert_again(self, table: Replicated, rows: Iterable[Row]) -> None:
        kept = [row for row in rows if self._post_again(table, row)]
        upsert(self.connection, table.table, ("id",), kept)

    def _keep_aside(self, run: Run) -> None:
        """A table of a later version: its rows are kept and counted, and read after an update."""
        order = sorted(range(len(run.columns)), key=lambda i: run.columns[i])
        rows: list[Row] = []
        for at, row_id in enumerate(run.ids):
            pairs = [(run.columns[i], run.cells[i][at]) for i in order if run.cells[i][at]]
            digest = digest_of(run.table, row_id, pairs)
            cells = _ENCODER.encode(dict(pairs))
            rows.append({**self._extra(run.table, row_id), "cells": cells, "row_digest": digest})
        self._uncount_extras(run)
        for row in rows:
            self.tally.change((self.page.scope,), 0, row["row_digest"])
        upsert(self.connection, extra_row, ("scope", "table_name", "id"), rows)

    def _extra(self, table: str, row_id: str) -> dict[str, Value]:
        return {"scope": self.page.scope, "table_name": table, "id": row_id}

    def _uncount_extras(self, run: Run) -> None:
        for row_id in (*run.ids, *run.removed):
            where = [extra_row.c[name] == v for name, v in self._extra(run.table, row_id).items()]
            digest = self.connection.execute(select(extra_row.c.row_digest).where(*where)).scalar()
            if digest is not None:
                self.tally.change((self.page.scope,), digest, 0)
                self.connection.execute(delete(extra_row).where(*where))

    def _mark_seen(self, table: str, run: Run) -> None:
        if not self._is_fetched_anew:
            return
        self.connection.exec_driver_sql(
            "DELETE FROM unseen_row WHERE scope = ? AND table_name = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (self.page.scope, table, _json([*run.ids, *run.removed])),
        )

    def finish(self) -> None:
        """At the head of a scope: sweep, and compare count and digest."""
        self._sweep()
        self.tally.store(self.connection)
        count, digest = self.connection.execute(_COUNTED, {"of": self.page.scope}).one()
        if (count, digest) != (self.page.count, self.page.digest):
            detail = f"here {count}/{digest} there {self.page.count}/{self.page.digest}"
            self.find("DIGEST_MISMATCH", "", "", 0, detail)

    def _uncount(self, table: Replicated, rows: Sequence[Row]) -> None:
        """Own documents changed these: the rows stay, the version that counted is gone."""
        counted = self.counted(table, rows)
        forget_moved(self.connection, table, rows)
        for row in rows:
            self.tally.change(counted[row["id"]], row["_digest"], 0)
        upsert(self.connection, table.table, ("id",), [row | {"_digest": 0} for row in rows])

    def _sweep(self) -> None:
        of = {"of": self.page.scope}
        by_table: dict[str, set[str]] = {}
        for name, row_id in self.connection.execute(_UNSEEN, of):
            by_table.setdefault(name, set()).add(row_id)
        for name, ids in by_table.items():
            table = self.replica.schema[name]
            rows = list(load_rows(self.connection, table, ids).values())
            self._remove(table, [row for row in rows if row["_slot"] == 0])
            self._uncount(table, [row for row in rows if row["_slot"] and row["_digest"]])
            self.touched.setdefault(name, set()).update(ids)
            self.find("ROWS_SWEPT", name, "", 0, str(len(ids)))
        if by_table:
            self.connection.execute(_FORGET_UNSEEN, of)


# Built once: making a statement costs more than running it.
_CURSOR_OF = scope_cursor.c.scope == bindparam("of")
_CURSOR = select(scope_cursor.c.generation, scope_cursor.c.seq).where(_CURSOR_OF)
_MOVE = update(scope_cursor).where(_CURSOR_OF).values(seq=bindparam("reached"))
_BEGIN = _MOVE.values(begun=bindparam("head"))
_COUNTED = select(scope_cursor.c["count"], scope_cursor.c.digest).where(_CURSOR_OF)
_UNSEEN_OF = unseen_row.c.scope == bindparam("of")
_ANY_UNSEEN = select(unseen_row.c.id).where(_UNSEEN_OF).limit(ONE_ROW)
_UNSEEN = select(unseen_row.c.table_name, unseen_row.c.id).where(_UNSEEN_OF)
_FORGET_UNSEEN = delete(unseen_row).where(_UNSEEN_OF)


def _known(connection: Connection, table: Replicated, ids: Sequence[str]) -> dict[str, Row]:
    """The whole rows that are here already; none, at the price of one look, in a first sync."""
    found = connection.exec_driver_sql(
        f'SELECT id FROM "{table.name}" WHERE id IN (SELECT value FROM json_each(?))',
        (_json(ids),),
    )
    here = {row[0] for row in found.all()}
    return load_rows(connection, table, here) if here else {}


def _json(ids: Sequence[str]) -> str:
    return msgspec.json.encode(ids).decode()
