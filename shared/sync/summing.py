"""Count and digest of many rows at once, added up by the database."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from shared.journal.document import Value
from shared.sync.tables import Replicated


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
) -> list[tuple[tuple[str, ...], int, int]]:
    """(scopes, number of rows, sum of their digests) of what ``source`` (SQL) selects from.

    A scope rule reads few columns and nothing else: rows that are equal in these are in the same
    scopes. Which columns it reads is found by asking it; ``columns`` are those there are.
    """
    asked: list[str] = []
    while True:
        listed = "".join(f'"{column}", ' for column in asked)
        grouped = f" GROUP BY {listed.removesuffix(', ')}" if asked else ""
        # In two halves: the sum of whole digests is too large for the database.
        rows = connection.exec_driver_sql(
            f"SELECT {listed}count(*), sum(_digest >> 32), sum(_digest & 4294967295)"
            f" FROM {source}{grouped}"
        ).all()
        found: list[tuple[tuple[str, ...], int, int]] = []
        for *cells, count, high, low in rows:
            if not count:
                continue
            row = _Asked(dict(zip(asked, cells, strict=True)), table.defaults)
            row_scopes = table.scopes(row)
            wanted = [column for column in dict.fromkeys(row.missing) if column in columns]
            if wanted:
                asked += wanted
                break
            found.append((row_scopes, count, (high << 32) + low))
        else:
            return found
