"""The database's shape through time: forward only, a newer one than the program is refused."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, bindparam, inspect, select
from sqlalchemy.schema import CreateColumn

from shared.core.errors import Unavailable
from shared.journal.tables import METADATA as JOURNAL_METADATA
from shared.sync.statements import create_table, upsert
from shared.sync.tables import Schema
from sync_server.store.locks import SHAPE, lock
from sync_server.store.tables import METADATA, about

Step = Callable[[Connection, Schema, Sequence[Table]], None]


def _create(connection: Connection, schema: Schema, local: Sequence[Table]) -> None:
    here = set(inspect(connection).get_table_names())
    JOURNAL_METADATA.create_all(connection)
    METADATA.create_all(connection)
    for table in (*JOURNAL_METADATA.sorted_tables, *METADATA.sorted_tables):
        if table.name in here:
            _add_columns(connection, table)
    for table in (*schema.all_tables(), *local):
        _make_partial(table)
        if table.name in here:
            _add_columns(connection, table)
        else:
            create_table(connection, table)


def _make_partial(table: Table) -> None:
    """Indexes that are partial on a device are so here.

    Tables name SQLite's condition alone: naming PostgreSQL's loads its drivers into every desktop.
    """
    for index in table.indexes:
        where = index.dialect_options["sqlite"]["where"]
        if where is not None:
            index.dialect_options["postgresql"]["where"] = where


def _add_columns(connection: Connection, table: Table) -> None:
    """What a later program tells of a row begins at its default, which digests leave out."""
    here = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in here:
            definition = _definition(connection, column)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
    for index in table.indexes:
        index.create(connection, checkfirst=True)


def _definition(connection: Connection, column: Column[Any]) -> str:
    """How a column is added to rows that are there: what names no default begins empty."""
    made = str(CreateColumn(column).compile(dialect=connection.dialect))
    if column.nullable or column.server_default is not None:
        return made
    empty = _EMPTY_BYTES[connection.dialect.name]
    if not isinstance(column.type, LargeBinary):
        empty = "''" if isinstance(column.type, Text) else "0"
    return f"{made} DEFAULT {empty}"


def _by_bytes(connection: Connection, schema: Schema, local: Sequence[Table]) -> None:
    """Ids are compared by their bytes: PostgreSQL did so by the language it was set up in."""
    _create(connection, schema, local)
    if connection.dialect.name != "postgresql":
        return
    columns: dict[str, list[str]] = {}
    for table, column in connection.exec_driver_sql(_BY_LANGUAGE):
        columns.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"')
    for table, changes in columns.items():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')


_EMPTY_BYTES = {"sqlite": "x''", "postgresql": "''::bytea"}
_BY_LANGUAGE = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
        AND c.data_type = 'text' AND c.collation_name IS DISTINCT FROM 'C'
    ORDER BY c.table_name, c.ordinal_position
"""

STEPS: tuple[Step, ...] = (_create, _create, _create, _create, _create, _create, _by_bytes)
"""Step n brings a database of version n to version n + 1; all but the first add what is new."""


def migrate(connection: Connection, schema: Schema, local: Sequence[Table] = ()) -> None:
    """Bring an empty or older database to this program's version, in the caller's transaction.

    ``local`` are tables of the areas that are not replicated. Raises Unavailable
    DATABASE_NEWER when a later program wrote it: nothing is touched then.
    """
    lock(connection, SHAPE)
    version = schema_version(connection)
    if version > len(STEPS):
        raise Unavailable(
            "DATABASE_NEWER",
            found=version,
            known=len(STEPS),
            next_step="run the program that wrote it, or a later one; nothing was changed",
        )
    # An empty database starts with everything; there is nothing to bring forward.
    for step in STEPS[version:] if version else STEPS[:1]:
        step(connection, schema, local)
    tell(connection, "schema_version", str(len(STEPS)))


def is_current(connection: Connection) -> bool:
    """Whether this database has just this program's version."""
    return schema_version(connection) == len(STEPS)


def schema_version(connection: Connection) -> int:
    """The version of this database; 0 when it is empty."""
    if not inspect(connection).has_table(about.name):
        return 0
    return int(known(connection, "schema_version") or "0")


def known(connection: Connection, name: str) -> str:
    """A fact of this database, such as its ``epoch``; '' when it was never told."""
    return connection.execute(_KNOWN, {"name": name}).scalar() or ""


_KNOWN = select(about.c.value).where(about.c.name == bindparam("name"))


def tell(connection: Connection, name: str, value: str) -> None:
    """Write down a fact of this database."""
    upsert(connection, about, ("name",), [{"name": name, "value": value}])
