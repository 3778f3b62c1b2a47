"""Balances against the moves they are made of: added up again, and put right."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from shared.journal.document import Value
from shared.sync.replica import Owns
from shared.sync.statements import Row, upsert
from shared.sync.tables import Balance, Replicated

_Sums = dict[tuple[Value, ...], list[int]]
"""What came in and went out, by end and keys."""


def mend_balances(
    connection: Connection,
    table: Replicated,
    owns: Owns,
    rows: Sequence[Mapping[str, Value]] | None = None,
) -> int:
    """Add up a ledger's balances again, those of the ends of ``rows`` or all; how many differed."""
    return sum(_mend(connection, table, one, owns, rows) for one in table.counted)


def _mend(
    connection: Connection,
    table: Replicated,
    balance: Balance,
    owns: Owns,
    rows: Sequence[Mapping[str, Value]] | None,
) -> int:
    ends = _ends(balance, rows) if rows is not None else None
    sums = _summed(connection, table, balance, owns, ends)
    differing: list[Row] = []
    for key, kept in _kept(connection, balance, ends).items():
        true = sums.pop(key, [0, 0])
        if kept != true and owns(str(key[0])):
            differing.append(_row(balance, key, true))
    differing += [_row(balance, key, true) for key, true in sums.items() if true != [0, 0]]
    upsert(connection, balance.table, ("end", *balance.keys), differing)
    return len(differing)


def _row(balance: Balance, key: tuple[Value, ...], sums: Sequence[int]) -> Row:
    names = ("end", *balance.keys, "came_in", "went_out")
    return dict(zip(names, (*key, *sums), strict=True))


def _ends(balance: Balance, rows: Iterable[Mapping[str, Value]]) -> list[str]:
    columns = (balance.from_column, balance.to_column)
    return sorted({str(row[column]) for row in rows for column in columns})


def _summed(
    connection: Connection,
    table: Replicated,
    balance: Balance,
    owns: Owns,
    ends: Sequence[str] | None,
) -> _Sums:
    sums: _Sums = {}
    source = _source(table, balance)
    for place, column in enumerate((balance.to_column, balance.from_column)):
        listed = ", ".join(f'"{name}"' for name in (column, *balance.keys))
        statement = f'SELECT {listed}, sum("{balance.amount}") FROM {source}'
        for *key, amount in _all(connection, statement, column, ends, f" GROUP BY {listed}"):
            if owns(key[0]):
                sums.setdefault(tuple(key), [0, 0])[place] = amount
    return sums


def _source(table: Replicated, balance: Balance) -> str:
    """The ledger's rows, and the opening rows that stand for those which are not here."""
    if not balance.openings:
        return f'"{table.name}"'
    names = (balance.from_column, balance.to_column, *balance.keys, balance.amount)
    listed = ", ".join(f'"{name}"' for name in names)
    ledger = table.opens.table if table.opens else table.name
    parts = (f'SELECT {listed} FROM "{name}"' for name in (ledger, balance.openings))
    return f"({' UNION ALL '.join(parts)})"


def _kept(connection: Connection, balance: Balance, ends: Sequence[str] | None) -> _Sums:
    listed = ", ".join(f'"{name}"' for name in ("end", *balance.keys, "came_in", "went_out"))
    statement = f'SELECT {listed} FROM "{balance.table.name}"'
    found = _all(connection, statement, "end", ends, "")
    return {tuple(row[:-2]): [row[-2], row[-1]] for row in found}


def _all(
    connection: Connection, statement: str, column: str, ends: Sequence[str] | None, last: str
) -> Sequence[Any]:
    if ends is None:
        return connection.exec_driver_sql(statement + last).all()
    where = f' WHERE "{column}" IN (SELECT value FROM json_each(?))'
    listed = msgspec.json.encode(ends).decode()
    return connection.exec_driver_sql(statement + where + last, (listed,)).all()
