"""Bringing a database file to this program's version: forward only, one transaction, or nothing."""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Select, Table, insert, select, update
from sqlalchemy.schema import CreateColumn

from desktop.store.layout import Layout
from desktop.store.tables import LOCAL, spool_position
from shared.core.errors import Unavailable
from shared.journal.document import Value
from shared.sync.adopting import adopt_extras
from shared.sync.appending import Replica
from shared.sync.holding import granted_scopes, recount
from shared.sync.replica import everything
from shared.sync.statements import Row, create_table, upsert
from shared.sync.tables import Replicated

SCHEMA_VERSION = 1
Migration = Callable[[Connection], None]
MIGRATIONS: Mapping[int, Migration] = {}
"""From a version to the next one, where adding tables and columns is not enough."""

_UNCONFIRMED = "__unconfirmed"
"""Ends the name of the index that finds the rows head office has not sent back yet."""
_EXTRA = msgspec.msgpack.Decoder(dict[str, Value])
_ENCODER = msgspec.msgpack.Encoder()
_NAMES = msgspec.json.Decoder(list[str])


def version_of(connection: Connection) -> int:
    """The version a file was last written by; 0 for an empty one."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def refuse_newer(connection: Connection, known: int = SCHEMA_VERSION) -> None:
    """Raises Unavailable DATABASE_NEWER: only a program of at least that version may open it."""
    found = version_of(connection)
    if found > known:
        raise Unavailable("DATABASE_NEWER", found=found, known=known)


def migrate(
    connection: Connection,
    layout: Layout,
    *,
    to: int = SCHEMA_VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> bool:
    """Bring the file to this program's tables; the caller commits.

    True when an older file gained some, or rows of a later head office, so that balances have to be
    summed again. Raises Unavailable DATABASE_NEWER.
    """
    refuse_newer(connection, to)
    version = version_of(connection)
    for step in range(version, to):
        # An empty file starts with everything; there is nothing to bring forward.
        if version and step in migrations:
            migrations[step](connection)
    gained = _add_tables_and_columns(connection, layout)
    for prepare in layout.prepare:
        prepare(connection)
    # A program that was put back to an earlier version took what it did not know for a later one's.
    is_other = _change_known(connection, layout)
    if version and (gained or is_other):
        gained |= _adopt(connection, layout)
        if gained:
            recount(connection, layout.schema, granted_scopes(connection))
    if version != to:
        # A start that changes nothing writes nothing: the disk may be full.
        connection.exec_driver_sql(f"PRAGMA user_version = {to}")
    mark = schema_mark(connection)
    if mark != told_schema_mark(connection):
        connection.exec_driver_sql(f"PRAGMA application_id = {mark}")
    return bool(version) and gained


def schema_mark(connection: Connection) -> int:
    """Of the words tables and indexes are described by: a flipped bit in them makes another column
    or table, which the database has nothing against."""
    # Without what the database makes of its own accord.
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'"
    )
    words = sorted("\n".join(word or "" for word in row) for row in rows)
    return zlib.crc32("\n".join(words).encode()) & 0x7FFF_FFFF or 1


def told_schema_mark(connection: Connection) -> int:
    """What the mark was when this file was last brought forward; 0 when nobody has said."""
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _change_known(connection: Connection, layout: Layout) -> bool:
    """Remember which columns this program knows; whether the last one knew others."""
    tables = layout.schema.tables.values()
    names = [f"{table.name}.{column}" for table in tables for column in table.columns]
    known = hashlib.blake2b(" ".join(sorted(names)).encode(), digest_size=16).hexdigest()
    before = connection.execute(select(spool_position.c.known)).scalar()
    if before is None:
        row = {"id": 1, "size": 0, "incarnation": 0, "n": 0, "mark": b"", "known": known}
        connection.execute(insert(spool_position), [row])
    elif before != known:
        connection.execute(update(spool_position).values(known=known))
    return before != known


def _add_tables_and_columns(connection: Connection, layout: Layout) -> bool:
    here = _columns_here(connection)
    changed = False
    for table in _all_tables(layout):
        if table.name not in here:
            create_table(connection, table)
            changed = True
        else:
            changed |= _add_columns(connection, table, here[table.name])
    for name in sorted(layout.schema.tables.keys() - _with_unconfirmed_index(connection)):
        connection.exec_driver_sql(
            f'CREATE INDEX "{name}{_UNCONFIRMED}" ON "{name}" (_slot) WHERE _slot > 0'
        )
    return changed


def _with_unconfirmed_index(connection: Connection) -> set[str]:
    names = connection.exec_driver_sql(
        f"SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB '*{_UNCONFIRMED}'"
    )
    return {name.removesuffix(_UNCONFIRMED) for name in names.scalars()}


def _all_tables(layout: Layout) -> Sequence[Table]:
    tables = [*LOCAL, *layout.schema.all_tables(), *layout.local]
    return list({table.name: table for table in tables}.values())


@lru_cache(maxsize=1024)
def _names(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns)


def _columns_here(connection: Connection) -> dict[str, set[str]]:
    # A line for each table and not for each of its columns, of which there are thousands.
    rows = connection.exec_driver_sql(
        "SELECT m.name, (SELECT json_group_array(p.name) FROM pragma_table_info(m.name) AS p)"
        " FROM sqlite_schema AS m WHERE m.type = 'table'"
    )
    return {table: set(_NAMES.decode(names)) for table, names in rows.all()}


def _add_columns(connection: Connection, table: Table, here: set[str]) -> bool:
    if _names(table) <= here:
        return False
    missing = [column for column in table.columns if column.name not in here]
    for column in missing:
        definition = str(CreateColumn(column).compile(dialect=connection.dialect))
        if isinstance(column.type, LargeBinary) and column.server_default is None:
            # Rows that are there already have no bytes; without saying so SQLite refuses.
            definition += " DEFAULT x''"
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
    for index in table.indexes:
        index.create(connection, checkfirst=True)
    return True


def _adopt(connection: Connection, layout: Layout) -> bool:
    """What a later head office sent before this program knew it moves to where it belongs.

    Returns whether there was any.
    """
    # Balances are summed again by the store, once it knows which ends this device keeps.
    replica = Replica(registry=layout.registry, schema=layout.schema, owns=everything)
    is_any = bool(adopt_extras(connection, replica))
    for table in layout.schema.tables.values():
        is_any |= _adopt_columns(connection, table)
    return is_any


@lru_cache(maxsize=1024)
def _with_extra(table: Table) -> Select[Any]:
    return select(table).where(table.c["_extra"] != b"")


def _adopt_columns(connection: Connection, table: Replicated) -> bool:
    rows: list[Row] = []
    found = connection.execute(_with_extra(table.table))
    for row in found.mappings():
        extra = _EXTRA.decode(row["_extra"])
        known = {name: value for name, value in extra.items() if name in table.defaults}
        rest = {name: value for name, value in extra.items() if name not in known}
        if known:
            packed = _ENCODER.encode(rest) if rest else b""
            rows.append({**row, **known, "_extra": packed})
    upsert(connection, table.table, ("id",), rows)
    return bool(rows)
