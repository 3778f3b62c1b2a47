"""After an update: what a later head office had sent before moves to where it belongs."""

import msgspec
from sqlalchemy import Connection, delete, select

from shared.journal.document import Value
from shared.sync.appending import Replica
from shared.sync.holding import extra_row
from shared.sync.replica import add_to_balances, load_rows
from shared.sync.statements import Row, upsert
from shared.sync.tables import Replicated

_ENCODER = msgspec.msgpack.Encoder()


def adopt_extras(connection: Connection, replica: Replica) -> list[str]:
    """After an update: rows kept aside for a table that is known now move into it.

    Returns the tables that gained rows. Counts of all scopes are the caller's to renew.
    """
    gained: list[str] = []
    names = connection.execute(select(extra_row.c.table_name).distinct()).scalars().all()
    for name in names:
        table = replica.schema.tables.get(name)
        if table is None:
            continue
        rows = _extras_of(connection, table)
        # A program that knew the table was put back to one that does not: its rows are here still.
        here = load_rows(connection, table, {row["id"] for row in rows})
        upsert(connection, table.table, ("id",), [_over(here.get(row["id"]), row) for row in rows])
        new = [row for row in rows if row["id"] not in here]
        add_to_balances(connection, table, new, replica.owns)
        connection.execute(delete(extra_row).where(extra_row.c.table_name == name))
        if table.derive:
            table.derive(connection, [str(row["id"]) for row in rows])
        gained.append(name)
    return gained


def _over(old: Row | None, row: Row) -> Row:
    """Head office's row in the place of one; what an own document changed since stays."""
    if old is None or old["_slot"] == 0:
        return row
    return old | {"_digest": row["_digest"]}


def _extras_of(connection: Connection, table: Replicated) -> list[Row]:
    query = select(extra_row).where(extra_row.c.table_name == table.name)
    rows: dict[str, Row] = {}
    for found in connection.execute(query.order_by(extra_row.c.scope)):
        cells: dict[str, Value] = msgspec.msgpack.decode(found.cells)
        known = {name: value for name, value in cells.items() if name in table.defaults}
        rest = {name: value for name, value in cells.items() if name not in known}
        rows[found.id] = {
            **table.defaults,
            **known,
            "id": found.id,
            "_digest": found.row_digest,
            "_slot": 0,
            "_extra": _ENCODER.encode(rest) if rest else b"",
        }
    return list(rows.values())
