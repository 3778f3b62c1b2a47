"""Where head office's version of a record counts while an own document has moved the row."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from shared.sync.statements import Row, rows_of
from shared.sync.tables import Replicated, local_table, text_column

moved_row = local_table(
    "moved_row",
    text_column("table_name", primary_key=True),
    text_column("id", primary_key=True),
    text_column("scopes"),
)
"""Records that an own document took to other scopes before head office said so: until it does,
the row's digest counts in the scopes of the version it belongs to, one in each line."""

Scopes = tuple[str, ...]


class Moved(NamedTuple):
    """One such row: where its columns say it is, and where its digest counts."""

    now: Scopes
    counted: Scopes
    digest: int


def remember_moved(
    connection: Connection, table: Replicated, counted: Mapping[str, Scopes]
) -> None:
    """These rows left the scopes they count in; of several moves the first one tells those."""
    if counted:
        rows = [
            {"table_name": table.name, "id": row_id, "scopes": "\n".join(scopes)}
            for row_id, scopes in counted.items()
        ]
        connection.execute(_REMEMBER, rows)


def forget_moved(connection: Connection, table: Replicated, rows: Iterable[Row]) -> None:
    """Head office's version of these came, or they went; rows as they stood before."""
    gone = [
        {"of": table.name, "row_id": row["id"]} for row in rows if row["_slot"] and row["_digest"]
    ]
    if gone:
        connection.execute(_FORGET, gone)


def moved_of(connection: Connection, table: Replicated) -> dict[str, Scopes]:
    """The scopes the moved rows of a table count in, by id."""
    found = connection.execute(_MOVED, {"of": table.name}).all()
    return {row_id: tuple(scopes.split("\n")) for row_id, scopes in found}


def moved_rows(connection: Connection, table: Replicated) -> list[Moved]:
    """The moved rows of a table, for putting right what was summed up by the columns."""
    counted = moved_of(connection, table)
    rows = rows_of(connection, table.table, sorted(counted)) if counted else ()
    return [Moved(table.scopes(row), counted[row["id"]], row["_digest"]) for row in rows]


_OF = moved_row.c.table_name == bindparam("of")
_REMEMBER = insert(moved_row).prefix_with("OR IGNORE")
_FORGET = delete(moved_row).where(_OF, moved_row.c.id == bindparam("row_id"))
_MOVED = select(moved_row.c.id, moved_row.c.scopes).where(_OF)
