"""Putting differing rows right: head office's version of exactly those, own unsent ones kept."""

from collections.abc import Sequence
from functools import partial

import msgspec
from sqlalchemy import Connection, select

from shared.sync.appending import Replica
from shared.sync.balancing import mend_balances
from shared.sync.comparing import true_digest
from shared.sync.confirm import Applied, Slice, Step
from shared.sync.holding import granted_scopes, recount, scope_cursor
from shared.sync.incoming import incoming
from shared.sync.messages import Page, Run
from shared.sync.moved import Scopes, forget_moved, remember_moved
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.replica import load_rows
from shared.sync.statements import Row, upsert
from shared.sync.tables import Replicated

_OF_THE_REPAIR = frozenset({"LEDGER_DIFFERS"})
"""Told of a pulled row as a defect; of a repair it is what it was for."""


def repair_step(replica: Replica, own: Own, page: Page) -> Step:
    """Take rows of a scope as head office has them; those in ``removed`` are not there.

    The cursor stays where it is. What own unsent documents posted goes on top again, and rows of
    kept documents stay as they are.
    """
    return partial(_repair, replica, own, page)


def recount_step(replica: Replica) -> Step:
    """Count and digest of every scope held, added up from what stands there."""

    def work(connection: Connection) -> Applied:
        recount(connection, replica.schema, granted_scopes(connection))
        return Applied()

    return work


def balances_step(replica: Replica) -> Step:
    """Every kept balance, added up from its moves; ``rows`` is how many were wrong."""

    def work(connection: Connection) -> Applied:
        ledgers = [table for table in replica.schema.tables.values() if table.balances]
        mended = {one.name: mend_balances(connection, one, replica.owns) for one in ledgers}
        touched = {
            balance.table.name: frozenset[str]()
            for one in ledgers
            if mended[one.name]
            for balance in one.balances
        }
        return Applied(touched=touched, rows=sum(mended.values()))

    return work


def _repair(replica: Replica, own: Own, page: Page, connection: Connection) -> Applied:
    query = select(scope_cursor.c.generation).where(scope_cursor.c.scope == page.scope)
    if connection.execute(query).scalar() != page.generation:
        return Applied()
    kept = OwnSlots(connection, replica.registry, own)
    slice_ = Slice(connection, replica, own, page)
    slice_.covers = False
    for run in page.runs:
        table = replica.schema.tables.get(run.table)
        if table is None:
            slice_.apply(run)
            continue
        rows = list(load_rows(connection, table, {*run.ids, *run.removed}).values())
        aside = kept.kept(row["_slot"] for row in rows)
        _admit(connection, table, rows, slice_)
        _count_only(table, [row for row in rows if row["_slot"] in aside], run, slice_)
        slice_.apply(_without(run, {row["id"] for row in rows if row["_slot"] in aside}))
        after = load_rows(connection, table, {*run.ids}).values()
        mend_balances(connection, table, replica.owns, [*rows, *after])
    done = slice_.done()
    findings = tuple(one for one in done.findings if one.code not in _OF_THE_REPAIR)
    return Applied(touched=done.touched, rows=done.rows, findings=findings)


def _admit(connection: Connection, table: Replicated, rows: Sequence[Row], slice_: Slice) -> None:
    """A row that is not what its digest says counts as what it is, so that it is seen to differ."""
    wrong = []
    for row in rows:
        digest = true_digest(table, row)
        if row["_digest"] and digest != row["_digest"]:
            slice_.tally.change(table.scopes(row), row["_digest"], digest)
            row["_digest"] = digest
            wrong.append(row)
    upsert(connection, table.table, ("id",), wrong)


def _count_only(table: Replicated, rows: Sequence[Row], run: Run, slice_: Slice) -> None:
    """Of a kept document's row only the digest of head office's version is taken."""
    there = {row["id"]: row for row in incoming(table, run)}
    counted = slice_.counted(table, rows)
    forget_moved(slice_.connection, table, rows)
    moved: dict[str, Scopes] = {}
    for row in rows:
        slice_.tally.change(counted[row["id"]], row["_digest"], 0)
        version = there.get(row["id"])
        row["_digest"] = version["_digest"] if version else 0
        if version:
            scopes = table.scopes(version)
            slice_.tally.change(scopes, 0, version["_digest"])
            if scopes != table.scopes(row):
                moved[row["id"]] = scopes
    upsert(slice_.connection, table.table, ("id",), rows)
    remember_moved(slice_.connection, table, moved)


def _without(run: Run, ids: set[str]) -> Run:
    if not ids:
        return run
    places = [place for place, row_id in enumerate(run.ids) if row_id not in ids]
    return msgspec.structs.replace(
        run,
        ids=[run.ids[place] for place in places],
        cells=[[column[place] for place in places] for column in run.cells],
        removed=[row_id for row_id in run.removed if row_id not in ids],
    )
