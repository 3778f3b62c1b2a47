"""Many rows by their scopes: count and digest added up by the database, ids picked by it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from shared.journal.document import Value
from shared.sync.tables import Replicated

Scopes = tuple[str, ...]
Cells = tuple[Any, ...]


class _Asked(dict[str, Value]):
    """A row's values that notes which columns a scope rule asks for beyond them."""

    def __init__(self, values: Mapping[str, Value], defaults: Mapping[str, Value]) -> None:
        super().__init__(values)
        self.missing: list[str] = []
        self._defaults = defaults

    def __missing__(self, column: str) -> Value:
        self.missing.append(column)
        return self._defaults[column]


def sums_by_scopes(
    connection: Connection, table: Replicated, columns: Collection[str], source: str
) -> list[tuple[Scopes, int, int]]:
    """(scopes, number of rows, sum of their digests) of what ``source`` (SQL) selects from.

    A scope rule reads few columns and nothing else: rows that are equal in these are in the same
    scopes. Which columns it reads is found by asking it; ``columns`` are those there are.
    """
    # In two halves: the sum of whole digests is too large for the database.
    sums = "count(*), sum(_digest >> 32), sum(_digest & 4294967295)"
    _asked, groups = _groups(connection, table, columns, source, sums)
    return [(scopes, count, (high << 32) + low) for _, scopes, (count, high, low) in groups]


def rows_by_scopes(
    connection: Connection, table: Replicated, condition: str, picks: Callable[[Scopes], bool]
) -> Iterator[tuple[str, Scopes]]:
    """(id, scopes) of the rows for which ``condition`` (SQL) is true and whose scopes are picked.

    One look at the columns of the scope rule; a second one at the rows only where some are picked.
    """
    source = f'"{table.name}" WHERE {condition}'
    asked, groups = _groups(connection, table, table.columns, source, "count(*)")
    picked = {cells: scopes for cells, scopes, _count in groups if picks(scopes)}
    if not picked:
        return
    listed = ", ".join(f'"{column}"' for column in ("id", *asked))
    for row_id, *cells in connection.exec_driver_sql(f"SELECT {listed} FROM {source}"):
        if scopes := picked.get(tuple(cells)):
            yield row_id, scopes


def _groups(
    connection: Connection,
    table: Replicated,
    columns: Collection[str],
    source: str,
    figures: str,
) -> tuple[list[str], list[tuple[Cells, Scopes, Cells]]]:
    """The columns the scope rule reads, and (their values, scopes, figures) of the rows that are
    equal in them; the first of the figures is how many they are."""
    asked: list[str] = []
    while True:
        listed = "".join(f'"{column}", ' for column in asked)
        grouped = f" GROUP BY {listed.removesuffix(', ')}" if asked else ""
        rows = connection.exec_driver_sql(f"SELECT {listed}{figures} FROM {source}{grouped}").all()
        found: list[tuple[Cells, Scopes, Cells]] = []
        for values in rows:
            cells, told = tuple(values[: len(asked)]), tuple(values[len(asked) :])
            if not told[0]:
                continue
            row = _Asked(dict(zip(asked, cells, strict=True)), table.defaults)
            scopes = table.scopes(row)
            wanted = [column for column in dict.fromkeys(row.missing) if column in columns]
            if wanted:
                asked += wanted
                break
            found.append((cells, scopes, told))
        else:
            return asked, found
