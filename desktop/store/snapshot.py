"""Loading a ready file of a scope: a new device copies rows instead of asking for pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, RowMapping, select, text, update

from shared.core.errors import Unavailable
from shared.journal.document import Value
from shared.sync.appending import Replica
from shared.sync.balancing import mend_balances
from shared.sync.confirm import Applied, page_steps
from shared.sync.holding import Tally, granted_scopes, scope_cursor, unseen_row
from shared.sync.limits import RUN_ROWS
from shared.sync.messages import Page, Run
from shared.sync.own_slots import Own
from shared.sync.summing import sums_by_scopes
from shared.sync.tables import Replicated

ATTACHED = "snapshot"
_DERIVED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a file says of itself."""

    scope: str
    generation: int
    seq: int
    count: int
    digest: int


def attach(connection: Connection, path: Path) -> None:
    """Open the file beside the database; outside of any transaction."""
    _driver(connection, f"ATTACH DATABASE ? AS {ATTACHED} KEY ''", (str(path),))


def detach(connection: Connection) -> None:
    """Close it again."""
    _driver(connection, f"DETACH DATABASE {ATTACHED}")


def _driver(connection: Connection, statement: str, values: Sequence[str] = ()) -> None:
    # Not through SQLAlchemy, which would begin the transaction that ATTACH forbids.
    driver_connection = connection.connection.dbapi_connection
    assert driver_connection is not None
    cursor = driver_connection.cursor()
    cursor.execute(statement, values)
    cursor.close()


def load(connection: Connection, replica: Replica, own: Own, scope: str) -> Applied:
    """Take the attached file's rows in; the caller commits rows and cursor together.

    A scope that is held in part already is left to its pages. Raises Unavailable
    SNAPSHOT_DAMAGED, and the caller rolls back.
    """
    about = _about(connection)
    cursor = connection.execute(
        select(scope_cursor).where(scope_cursor.c.scope == scope)
    ).one_or_none()
    if (
        cursor is None
        or cursor.seq
        or (about.scope, about.generation)
        != (
            scope,
            cursor.generation,
        )
    ):
        return Applied()
    names = _tables(connection)
    if _is_plain(connection, replica, names, scope):
        return _copy_all(connection, replica, [replica.schema[name] for name in names], about)
    return _apply_all(connection, replica, own, names, about)


def _about(connection: Connection) -> _About:
    check = connection.exec_driver_sql(f"PRAGMA {ATTACHED}.quick_check(1)").scalar()
    if check != "ok":
        raise Unavailable("SNAPSHOT_DAMAGED")
    row = connection.execute(text(f"SELECT * FROM {ATTACHED}.snapshot_about")).mappings().one()
    return _About(**{name: row[name] for name in _About.__slots__})


def _tables(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        f"SELECT name FROM {ATTACHED}.sqlite_schema"
        " WHERE type = 'table' AND name != 'snapshot_about' ORDER BY name"
    )
    return list(found.scalars().all())


def _columns(connection: Connection, name: str) -> list[str]:
    """The business columns the file has of a table."""
    found = connection.exec_driver_sql(
        "SELECT name FROM pragma_table_info(?, ?) WHERE name NOT IN ('id', '_digest')",
        (name, ATTACHED),
    )
    return list(found.scalars().all())


def _is_plain(connection: Connection, replica: Replica, names: Sequence[str], scope: str) -> bool:
    """Whether nothing has to be merged: all is known here, and none of it is here.

    Balances are added up from the moves afterwards, which is as right and faster.
    """
    seen = select(unseen_row.c.id).where(unseen_row.c.scope == scope).limit(1)
    if connection.execute(seen).first() is not None:
        return False
    for name in names:
        table = replica.schema.tables.get(name)
        if table is None:
            return False
        if not set(_columns(connection, name)) <= set(table.columns):
            return False
        here = connection.exec_driver_sql(
            f'SELECT 1 FROM main."{name}" AS h JOIN {ATTACHED}."{name}" AS t ON t.id = h.id LIMIT 1'
        )
        if here.first() is not None or _may_cover(connection, table):
            return False
    return True


def _may_cover(connection: Connection, table: Replicated) -> bool:
    """Whether opening rows may stand for rows that are here."""
    if table.opens is None:
        return False
    any_row = connection.exec_driver_sql(
        f'SELECT 1 FROM main."{table.opens.table}" WHERE site_id IN'
        f' (SELECT DISTINCT site_id FROM {ATTACHED}."{table.name}") LIMIT 1'
    )
    return any_row.first() is not None


def _copy_all(
    connection: Connection, replica: Replica, tables: Sequence[Replicated], about: _About
) -> Applied:
    tally = Tally(granted_scopes(connection))
    touched: dict[str, frozenset[str]] = {}
    for table in tables:
        touched[table.name] = frozenset(_copy(connection, table, tally))
    for table in replica.schema.tables.values():
        if table.balances and not touched.keys().isdisjoint(_counted_in(table)):
            mend_balances(connection, table, replica.owns)
    tally.store(connection)
    connection.execute(
        update(scope_cursor)
        .where(scope_cursor.c.scope == about.scope)
        .values(seq=about.seq, begun=about.seq)
    )
    return Applied(touched=touched, rows=sum(map(len, touched.values())))


def _counted_in(table: Replicated) -> set[str]:
    """The tables whose rows make up a ledger's balances here."""
    return {table.name, *(one.openings for one in table.balances)}


def _copy(connection: Connection, table: Replicated, tally: Tally) -> list[str]:
    columns = _columns(connection, table.name)
    listed = "".join(f'"{column}", ' for column in columns)
    source = f'{ATTACHED}."{table.name}"'
    connection.exec_driver_sql(
        f'INSERT INTO main."{table.name}" (id, {listed}_digest, _slot, _extra)'
        f" SELECT id, {listed}_digest, 0, x'' FROM {source}"
    )
    ids = list(connection.exec_driver_sql(f"SELECT id FROM {source}").scalars().all())
    for start in range(0, len(ids) if table.derive else 0, _DERIVED_AT_ONCE):
        assert table.derive is not None
        table.derive(connection, ids[start : start + _DERIVED_AT_ONCE])
    # A row may stand in other scopes of this device too.
    for row_scopes, count, digest in sums_by_scopes(connection, table, columns, source):
        tally.add(row_scopes, count, digest)
    return ids


def _apply_all(
    connection: Connection, replica: Replica, own: Own, names: Sequence[str], about: _About
) -> Applied:
    """Row by row, as if they had come as pages; no digest is compared before the pages that
    follow."""
    # What came after an opening row is not among what it stands for.
    tables = replica.schema.tables
    names = sorted(names, key=lambda name: not (name in tables and tables[name].opens))
    runs = [run for name in names for run in _runs(connection, name)]
    numbered = [_numbered(run, n) for n, run in enumerate(runs, 1)]
    if not numbered:
        return Applied()
    numbered[-1] = _numbered(numbered[-1], about.seq)
    page = Page(
        scope=about.scope,
        generation=about.generation,
        until=about.seq,
        head=about.seq + 1,
        count=about.count,
        digest=about.digest,
        posted_n=0,
        runs=numbered,
    )
    parts = [step(connection) for step in page_steps(replica, own, page)]
    where = scope_cursor.c.scope == about.scope
    connection.execute(update(scope_cursor).where(where).values(begun=about.seq))
    touched: dict[str, frozenset[str]] = {}
    for part in parts:
        for name, ids in part.touched.items():
            touched[name] = touched.get(name, frozenset()) | ids
    return Applied(
        touched=touched,
        rows=sum(part.rows for part in parts),
        findings=tuple(finding for part in parts for finding in part.findings),
    )


def _numbered(run: Run, until: int) -> Run:
    return Run(
        table=run.table,
        until=until,
        ids=run.ids,
        columns=run.columns,
        cells=run.cells,
        removed=run.removed,
    )


def _runs(connection: Connection, name: str) -> Iterator[Run]:
    columns = _columns(connection, name)
    rows: Iterator[RowMapping] = iter(
        connection.execute(text(f'SELECT * FROM {ATTACHED}."{name}"')).mappings()
    )
    while part := list(islice(rows, RUN_ROWS)):
        cells: list[list[Value]] = [[row[column] for row in part] for column in columns]
        yield Run(
            table=name,
            until=0,
            ids=[row["id"] for row in part],
            columns=columns,
            cells=cells,
            removed=[],
        )
