"""What stood only in a damaged database: as much of it as can be read is taken over."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

from desktop.store.engine import open_damaged
from desktop.store.settings import OF_THE_ROWS
from desktop.store.tables import draft, lease_term, payment, pin_trial, setting, time_alone
from shared.sync.confirm import Finding
from shared.sync.statements import Row, upsert

TAKEN_OVER: Final = (draft, setting, payment)
"""What people typed or set and no spool and no head office has; all else comes again."""
GUARDS: Final = (pin_trial, time_alone, lease_term)
"""Who guesses PINs, or is long without head office, gains no patience by a damaged file."""


def take_over(connection: Connection, aside: Path) -> list[Finding]:
    """Take over what can be read of the file that was moved aside; the caller commits.

    Returns what a person is told.
    """
    found = [Finding(code="DATABASE_MOVED_ASIDE", scope="", detail=aside.name)]
    old = open_damaged(aside)
    lost: list[str] = []
    try:
        for table in (*TAKEN_OVER, *GUARDS):
            rows, is_whole = _readable(old, table)
            if table is setting:
                rows = [row for row in rows if row["key"] not in OF_THE_ROWS]
            upsert(connection, table, [one.name for one in table.primary_key], rows)
            if not is_whole and table in TAKEN_OVER:
                lost.append(table.name)
    finally:
        old.dispose()
    if lost:
        found.append(Finding(code="DRAFTS_LOST", scope="", detail=", ".join(lost)))
    return found


def _readable(old: Engine, table: Table) -> tuple[Sequence[Row], bool]:
    """The rows that can be read, and whether that is all of them."""
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    ids = [str(column.name) for column in table.primary_key]
    rows: dict[tuple[object, ...], Row] = {}
    # From both ends: what lies behind a damaged page is reached from the other one.
    for way in ("ASC", "DESC"):
        try:
            for row in _rows(old, f'SELECT * FROM "{table.name}" ORDER BY {key} {way}'):
                rows[tuple(row[name] for name in ids)] = {
                    column.name: row[column.name] for column in table.columns
                }
            return list(rows.values()), True
        except (DBAPIError, UnicodeDecodeError, KeyError):
            continue
    return list(rows.values()), False


def _rows(old: Engine, statement: str) -> Iterator[Row]:
    with old.connect() as connection:
        for row in connection.exec_driver_sql(statement).mappings():
            yield dict(row)
