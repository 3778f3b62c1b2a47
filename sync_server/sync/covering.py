"""Opening rows enter a site's feed: what they stand for leaves it for the scope of its month.

It happens in the commit that enters them, whether head office closes a month or a device gives the
closing back after a restore.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update
from sqlalchemy import bindparam as bind

from shared.core.errors import Conflict
from shared.journal.document import Write
from shared.sync import scopes
from shared.sync.covering import Key, is_closable, key_of
from shared.sync.digest import MODULUS, row_digest
from shared.sync.replica import Change, load_rows
from shared.sync.statements import Row, insert_rows
from shared.sync.tables import Replicated, Schema
from sync_server.store.tables import LEDGER_ROW, feed, feed_table, scope_head


class Left(NamedTuple):
    """A row that came after those an opening stands for, and is told anew behind it."""

    scope: str
    table: str
    row_id: str
    digest: int


@dataclass(slots=True)
class _Opening:
    """An opening row, and the rows found for it."""

    month: str
    business_day: str
    amount: int
    row_count: int
    rows: list[Row] = field(default_factory=list)


def months_entered(schema: Schema, changes: Sequence[Change]) -> dict[str, list[str]]:
    """The ids of new opening rows, by table."""
    found: dict[str, list[str]] = {}
    for change in changes:
        if schema[change.table].opens:
            found.setdefault(change.table, []).append(change.id)
    return found


def scopes_of_months(
    connection: Connection, schema: Schema, entered: Mapping[str, Sequence[str]]
) -> set[str]:
    """The scopes that rows leave and enter because of opening rows."""
    found: set[str] = set()
    for name, ids in entered.items():
        for row in load_rows(connection, schema[name], set(ids)).values():
            found.add(scopes.site(row["site_id"]))
            found.add(scopes.closed_month(row["site_id"], row["month"]))
    return found


def cover(
    connection: Connection, schema: Schema, entered: Mapping[str, Sequence[str]]
) -> list[Left]:
    """Take what these opening rows stand for out of their sites' feeds, which the caller holds.

    Raises Conflict MONTH_DIFFERS when other rows stand here than were added up.
    """
    left: list[Left] = []
    for name, ids in entered.items():
        table = schema[name]
        rows = load_rows(connection, table, set(ids)).values()
        for site_id in sorted({row["site_id"] for row in rows}):
            of_site = [row for row in rows if row["site_id"] == site_id]
            found, late = _matched(connection, schema, table, of_site)
            _leave(connection, schema, table, site_id, found, late)
            ledger = _ledger(schema, table)
            scope = scopes.site(site_id)
            left += [Left(scope, ledger.name, row["id"], row["_digest"]) for row in late]
    return left


def fits(connection: Connection, schema: Schema, writes: Sequence[Write]) -> bool:
    """Whether the rows that posted opening rows stand for are here, and open."""
    by_table: dict[str, list[Row]] = {}
    for write in writes:
        if schema[write.table].opens:
            by_table.setdefault(write.table, []).append({**write.values, "id": write.id})
    try:
        for name, rows in by_table.items():
            for site_id in {row["site_id"] for row in rows}:
                of_site = [row for row in rows if row["site_id"] == site_id]
                _matched(connection, schema, schema[name], of_site)
    except Conflict:
        return False
    return True


def _ledger(schema: Schema, table: Replicated) -> Replicated:
    assert table.opens
    return schema[table.opens.table]


def standing(
    connection: Connection, schema: Schema, table: Replicated, site_id: str, until: str
) -> list[Row]:
    """The open rows a month of a site may be closed with, in the order they came; with ``seq``."""
    ledger, opens = _ledger(schema, table), table.opens
    assert opens
    columns = [ledger.table.c[name] for name in ("id", "_digest", *ledger.columns)]
    statement = (
        select(feed.c.seq, *columns)
        .select_from(feed)
        .join(scope_head, scope_head.c.scope_id == feed.c.scope_id)
        .join(feed_table, feed_table.c.table_id == feed.c.table_id)
        .join(ledger.table, ledger.table.c.id == feed.c.row_id)
        .where(
            scope_head.c.scope == scopes.site(site_id),
            feed_table.c.name == ledger.name,
            feed.c.state == LEDGER_ROW,
            ledger.table.c.site_id == site_id,
            ledger.table.c.business_day <= until,
            ledger.table.c.period == "",
        )
        .order_by(feed.c.seq)
    )
    found = [dict(row) for row in connection.execute(statement).mappings()]
    return [row for row in found if is_closable(ledger, row) and not opens.stays(row)]


def _matched(
    connection: Connection, schema: Schema, table: Replicated, openings: Sequence[Row]
) -> tuple[list[_Opening], list[Row]]:
    """Opening rows with the first rows of their keys, as many as they were made of; and the rows
    with these keys that came later. Raises Conflict MONTH_DIFFERS."""
    opens = table.opens
    assert opens
    wanted: dict[Key, list[_Opening]] = {}
    for row in sorted(openings, key=lambda one: one["business_day"]):
        one = _Opening(row["month"], row["business_day"], row[opens.amount], row["row_count"])
        wanted.setdefault(key_of(opens, row), []).append(one)
    until = max(row["business_day"] for row in openings)
    site_id = openings[0]["site_id"]
    late: list[Row] = []
    for row in standing(connection, schema, table, site_id, until):
        dated = [
            one
            for one in wanted.get(key_of(opens, row), ())
            if row["business_day"] <= one.business_day
        ]
        if not dated:
            continue
        free = next((one for one in dated if len(one.rows) < one.row_count), None)
        (late if free is None else free.rows).append(row)
    found = [one for some in wanted.values() for one in some]
    for one in found:
        amount = sum(row[opens.amount] for row in one.rows)
        if (len(one.rows), amount) != (one.row_count, one.amount):
            raise Conflict("MONTH_DIFFERS", site_id=site_id, month=one.month)
    return found, late


def _leave(
    connection: Connection,
    schema: Schema,
    table: Replicated,
    site_id: str,
    found: Sequence[_Opening],
    late: Sequence[Row],
) -> None:
    ledger = _ledger(schema, table)
    by_month: dict[str, list[Row]] = {}
    for one in found:
        by_month.setdefault(one.month, []).extend(one.rows)
    site_scope = scopes.site(site_id)
    gone = [*late, *(row for rows in by_month.values() for row in rows)]
    _take_out(connection, site_scope, gone)
    for month, rows in sorted(by_month.items()):
        closed = [row | {"period": month} for row in sorted(rows, key=lambda one: int(one["seq"]))]
        for row in closed:
            row["_digest"] = row_digest(ledger, row["id"], row, row.get("_extra", b""))
        _set_period(connection, ledger, closed)
        _put_in(connection, ledger, scopes.closed_month(site_id, month), closed)


def _take_out(connection: Connection, scope: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    head = connection.execute(_HEAD, {"of": scope}).one()
    connection.execute(
        delete(feed).where(feed.c.scope_id == bind("in"), feed.c.seq == bind("at")),
        [{"in": head.scope_id, "at": row["seq"]} for row in rows],
    )
    digest = (head.digest - sum(row["_digest"] for row in rows)) % MODULUS
    _set_head(connection, head.scope_id, head.head, head.held - len(rows), digest)


def _put_in(connection: Connection, ledger: Replicated, scope: str, rows: Sequence[Row]) -> None:
    head = connection.execute(_HEAD, {"of": scope}).one()
    number = connection.execute(
        select(feed_table.c.table_id).where(feed_table.c.name == ledger.name)
    ).scalar_one()
    entries: list[Row] = [
        {
            "scope_id": head.scope_id,
            "seq": seq,
            "table_id": number,
            "row_id": row["id"],
            "state": LEDGER_ROW,
        }
        for seq, row in enumerate(rows, head.head + 1)
    ]
    insert_rows(connection, feed, entries)
    digest = (head.digest + sum(row["_digest"] for row in rows)) % MODULUS
    _set_head(connection, head.scope_id, head.head + len(rows), head.held + len(rows), digest)


def _set_period(connection: Connection, ledger: Replicated, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(
            update(ledger.table)
            .where(ledger.table.c.id == bind("of"))
            .values({"period": bind("month"), "_digest": bind("hash")}),
            [{"of": row["id"], "month": row["period"], "hash": row["_digest"]} for row in rows],
        )


def _set_head(connection: Connection, scope_id: int, head: int, count: int, digest: int) -> None:
    connection.execute(
        update(scope_head)
        .where(scope_head.c.scope_id == scope_id)
        .values({"head": head, "count": count, "digest": digest})
    )


_HEAD = select(
    scope_head.c.scope_id,
    scope_head.c.head,
    scope_head.c["count"].label("held"),
    scope_head.c.digest,
).where(scope_head.c.scope == bind("of"))
