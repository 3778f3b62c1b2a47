"""A run of a page as whole rows: columns that are not known here are kept beside them."""

from collections.abc import Iterable, Sequence

import msgspec

from shared.journal.document import Value
from shared.sync.digest import digest_of
from shared.sync.messages import Run
from shared.sync.statements import Row
from shared.sync.tables import Replicated

_ENCODER = msgspec.msgpack.Encoder()


def incoming(table: Replicated, run: Run) -> list[Row]:
    """A run's columns as whole rows, with digest; columns not known here go to ``_extra``."""
    order = sorted(range(len(run.columns)), key=lambda i: run.columns[i])
    names = [run.columns[i] for i in order]
    columns = [run.cells[i] for i in order]
    if any(len(column) != len(run.ids) for column in columns):
        raise ValueError("a run's columns are not as long as its ids")
    base: Row = {**table.defaults, "_slot": 0, "_extra": b""}
    unknown = [name for name in names if name not in table.defaults]
    table_name = table.name
    rows: list[Row] = []
    for row_id, cells in zip(run.ids, _across(columns, len(run.ids)), strict=True):
        pairs = [pair for pair in zip(names, cells, strict=True) if pair[1]]
        row = base.copy()
        row.update(pairs)
        row["id"] = row_id
        row["_digest"] = digest_of(table_name, row_id, pairs)
        if unknown:
            extra = {name: row.pop(name) for name in unknown if name in row}
            row["_extra"] = _ENCODER.encode(extra) if extra else b""
        rows.append(row)
    return rows


def _across(columns: Sequence[Sequence[Value]], length: int) -> Iterable[tuple[Value, ...]]:
    if not columns:
        return [()] * length
    return zip(*columns, strict=True)
