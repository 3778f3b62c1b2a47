"""Opening rows on a device: what they stand for goes in the transaction in which they come."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.replica import load_rows
from shared.sync.statements import Row
from shared.sync.tables import Opens, Replicated, Schema

Key = tuple[Value, ...]


def key_of(opens: Opens, row: Mapping[str, Value]) -> Key:
    """The site and what else rows have in common that one opening row stands for."""
    return (row["site_id"], *(row[name] for name in opens.keys))


def is_closable(ledger: Replicated, row: Mapping[str, Value]) -> bool:
    """Whether a row is a site's alone and open: what others hold too stays as it is."""
    return ledger.scopes(row) == (scopes.site(str(row["site_id"])),)


def covered_rows(
    connection: Connection,
    schema: Schema,
    table: Replicated,
    openings: Sequence[Row],
    own: Own,
    slots: OwnSlots,
) -> list[Row]:
    """The ledger rows that opening rows which just came stand for.

    Confirmed rows with their keys and days came before them; own ones that wait are among them up
    to the slot the closing names, unless head office keeps their document aside.
    """
    opens = table.opens
    assert opens is not None
    until: dict[Key, str] = {}
    closings: set[str] = set()
    for row in openings:
        key = key_of(opens, row)
        until[key] = max(until.get(key, ""), row["business_day"])
        closings.add(row["document"])
    ledger = schema[opens.table]
    found = [
        row
        for row in _candidates(connection, ledger, opens, openings)
        if row["business_day"] <= until.get(key_of(opens, row), "") and is_closable(ledger, row)
    ]
    waiting = [row["_slot"] for row in found if row["_slot"] > 0]
    if not waiting:
        return [row for row in found if row["_slot"] == 0]
    reached = max(
        opens.included(connection, one, own.device_id, own.incarnation) for one in closings
    )
    kept = slots.kept(waiting)
    return [
        row
        for row in found
        if row["_slot"] == 0 or (0 < row["_slot"] <= reached and row["_slot"] not in kept)
    ]


def _candidates(
    connection: Connection, ledger: Replicated, opens: Opens, openings: Iterable[Row]
) -> list[Row]:
    """Rows of these sites and first keys up to the last day."""
    sites: dict[str, set[str]] = {}
    last = ""
    for row in openings:
        sites.setdefault(row["site_id"], set()).add(row[opens.keys[0]])
        last = max(last, row["business_day"])
    found: list[Row] = []
    for site_id, firsts in sites.items():
        statement = (
            f'SELECT id FROM "{ledger.name}" WHERE site_id = ? AND business_day <= ?'
            f' AND "{opens.keys[0]}" IN (SELECT value FROM json_each(?))'
        )
        listed = msgspec.json.encode(sorted(firsts)).decode()
        ids = connection.exec_driver_sql(statement, (site_id, last, listed)).scalars()
        found += load_rows(connection, ledger, set(ids)).values()
    return found


def is_covered(connection: Connection, schema: Schema, ledger: Replicated, row: Row) -> bool:
    """Whether an opening row that is here may stand for a ledger's row: its key and day fit.

    A copy of a disk links documents anew that head office has: by their slots nobody can tell.
    """
    for table in schema.tables.values():
        opens = table.opens
        if opens is None or opens.table != ledger.name or not is_closable(ledger, row):
            continue
        c = table.table.c
        same = [c[name] == row[name] for name in ("site_id", *opens.keys)]
        query = select(c.id).where(*same, c.business_day >= row["business_day"]).limit(1)
        if connection.execute(query).first() is not None:
            return True
    return False


def drop_zeros(connection: Connection, ledger: Replicated, rows: Sequence[Row]) -> None:
    """Sums of days that are told as a month from now on are nothing any more."""
    for balance in ledger.balances:
        names = ("end", *balance.keys)
        where = " AND ".join(f'"{name}" = ?' for name in names)
        keys = {
            (row[column], *(row[key] for key in balance.keys))
            for row in rows
            for column in (balance.from_column, balance.to_column)
        }
        connection.exec_driver_sql(
            f'DELETE FROM "{balance.table.name}" WHERE {where} AND came_in = 0 AND went_out = 0',
            sorted(keys),
        )
