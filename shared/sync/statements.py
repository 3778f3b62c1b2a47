"""The few statements every document runs, written once per table and engine and then reused.

Building a statement costs more than running it on SQLite; these texts are kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Table,
    bindparam,
    literal_column,
    make_url,
)
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

Row = dict[str, Any]

_IDS_MAX = 512
"""Looked up by one statement."""

ONE_ROW: ColumnElement[int] = literal_column("1", Integer)
"""A LIMIT of one as it stands in the text: SQLite plans a statement anew each time it is given a
LIMIT by itself, and that costs more than a small statement."""


def at_most(name: str) -> ColumnElement[int]:
    """A LIMIT whose value is given by name: as a sum, for which SQLite plans nothing anew."""
    return bindparam(name, type_=Integer) + literal_column("0", Integer)


_MARKS = {"sqlite": "?", "postgresql": "%s"}


def create_table(connection: Connection, table: Table) -> None:
    """Make a table that is not there, and its indexes."""
    for text in _creation(table, connection.dialect.name):
        connection.exec_driver_sql(text)


@lru_cache(maxsize=1024)
def _creation(table: Table, dialect_name: str) -> tuple[str, ...]:
    dialect = make_url(f"{dialect_name}://").get_dialect()()
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    made: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    return tuple(str(one.compile(dialect=dialect)) for one in made)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        _run(connection, _insert(table, tuple(rows[0]), connection.dialect.name), rows)


def upsert(connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, or overwrite those that stand under the same key."""
    if rows:
        dialect = connection.dialect.name
        _run(connection, _upsert(table, tuple(key), tuple(rows[0]), dialect), rows)


def add_rows(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    sums: Sequence[str],
    rows: Sequence[Row],
) -> None:
    """Insert rows, or add their ``sums`` to what stands under the same key."""
    if rows:
        dialect = connection.dialect.name
        statement = _add(table, tuple(key), tuple(sums), tuple(rows[0]), dialect)
        _run(connection, statement, rows)


def rows_of(
    connection: Connection, table: Table, ids: Sequence[str], *, lock: bool = False
) -> list[Row]:
    """The whole rows of these ids, in no order; with ``lock`` nobody else changes them."""
    names = _names(table)
    found: list[Row] = []
    for start in range(0, len(ids), _IDS_MAX):
        part = _padded(tuple(ids[start : start + _IDS_MAX]))
        statement = _select(table, len(part), lock, connection.dialect.name)
        # All at once: row by row a result costs more than the database.
        rows = connection.exec_driver_sql(statement, part).all()
        found += [dict(zip(names, row, strict=True)) for row in rows]
    return found


def _padded(ids: tuple[str, ...]) -> tuple[str, ...]:
    """As many ids as a power of two, the last one repeated: a database keeps a statement ready for
    each length it is asked for, and five hundred of each table are more than its rows (T33)."""
    size = min(1 << (len(ids) - 1).bit_length(), _IDS_MAX)
    return ids + ids[-1:] * (size - len(ids))


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if len(rows) == 1:
        connection.exec_driver_sql(statement, tuple(rows[0].values()))
    else:
        # By name: a row that was read and a row just made list the same columns in other orders.
        names = tuple(rows[0])
        in_order = itemgetter(*names) if len(names) > 1 else lambda row: tuple(row.values())
        connection.exec_driver_sql(statement, list(map(in_order, rows)))


@lru_cache(maxsize=1024)
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@lru_cache(maxsize=1024)
def _insert(table: Table, names: tuple[str, ...], dialect: str) -> str:
    marks = ", ".join([_MARKS[dialect]] * len(names))
    return f'INSERT INTO "{table.name}" ({_quoted(names)}) VALUES ({marks})'


@lru_cache(maxsize=1024)
def _upsert(table: Table, key: tuple[str, ...], names: tuple[str, ...], dialect: str) -> str:
    others = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    act = f"UPDATE SET {others}" if others else "NOTHING"
    return f"{_insert(table, names, dialect)} ON CONFLICT ({_quoted(key)}) DO {act}"


@lru_cache(maxsize=1024)
def _add(
    table: Table, key: tuple[str, ...], sums: tuple[str, ...], names: tuple[str, ...], dialect: str
) -> str:
    grown = ", ".join(f'"{s}" = "{table.name}"."{s}" + excluded."{s}"' for s in sums)
    return f"{_insert(table, names, dialect)} ON CONFLICT ({_quoted(key)}) DO UPDATE SET {grown}"


@lru_cache(maxsize=1024)
def _select(table: Table, count: int, lock: bool, dialect: str) -> str:
    names = _quoted(_names(table))
    marks = ", ".join([_MARKS[dialect]] * count)
    last = " FOR UPDATE" if lock and dialect == "postgresql" else ""
    return f'SELECT {names} FROM "{table.name}" WHERE "id" IN ({marks}){last}'
