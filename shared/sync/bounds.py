"""What a document may hold: beyond it a device does not write it, and head office keeps it.

A fact that is merely wrong is posted and becomes a task. What stands here would harm others: text
that no database or page takes, sums that overflow for everybody, names that no index holds.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from shared.journal.document import Header, Value, Write
from shared.sync.limits import (
    DOCUMENT_CHARS_MAX,
    DOCUMENT_ROWS_MAX,
    HEADER_CHARS_MAX,
    ID_CHARS_MAX,
    INSTANT_MAX_US,
    KEY_CHARS_MAX,
    LEDGER_AMOUNT_MAX,
    ROW_CHARS_MAX,
)
from shared.sync.tables import Replicated, Schema

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def header_excess(header: Header) -> str:
    """BAD_HEADER when a field of the header is none that a device writes; '' when all are."""
    texts = (header.site_id, header.author_id, header.approver_id, header.number)
    is_good = (
        all(len(text) <= HEADER_CHARS_MAX and text.isprintable() for text in texts)
        and _is_day(header.business_day)
        and 0 <= header.happened_at_us <= INSTANT_MAX_US
        and abs(header.clock_doubt_us) <= INSTANT_MAX_US
        and len(header.predecessor) in (0, 16)
    )
    return "" if is_good else "BAD_HEADER"


@lru_cache(maxsize=256)
def _is_day(text: str) -> bool:
    """Whether it is a date of the calendar, or none: months are closed and weeks counted by it."""
    if not text:
        return True
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def excess(schema: Schema, writes: Sequence[Write]) -> str:
    """The code of the limit that a document's rows pass; '' when they are within all.

    DOCUMENT_TOO_LARGE, TEXT_UNUSABLE (zero bytes), TEXT_TOO_LONG, AMOUNT_TOO_LARGE.
    """
    if len(writes) > DOCUMENT_ROWS_MAX:
        return "DOCUMENT_TOO_LARGE"
    # Each value once: lines repeat most of what they hold.
    different: set[Value] = set().union(*(write.values.values() for write in writes))
    texts = [value for value in different if isinstance(value, str)]
    texts += [write.id for write in writes]
    if "\0" in "".join(texts):
        return "TEXT_UNUSABLE"
    longest = max(map(len, texts), default=0)
    # Letters are counted only where the longest text in every cell would be too many.
    cells = sum(len(write.values) + 1 for write in writes)
    if longest * cells > DOCUMENT_CHARS_MAX and sum(map(_letters, writes)) > DOCUMENT_CHARS_MAX:
        return "DOCUMENT_TOO_LARGE"
    if longest > KEY_CHARS_MAX and any(
        _is_too_long(schema[write.table], write) for write in writes
    ):
        return "TEXT_TOO_LONG"
    return "AMOUNT_TOO_LARGE" if _moved(schema, writes) > LEDGER_AMOUNT_MAX else ""


def _moved(schema: Schema, writes: Sequence[Write]) -> int:
    """The largest amount the document moves in any ledger, both ways added up."""
    columns: dict[str, set[str]] = {}
    amounts: dict[str, int] = {}
    for name, _, values in writes:
        if name not in columns:
            columns[name] = {balance.amount for balance in schema[name].balances}
        for column in columns[name]:
            amounts[name] = amounts.get(name, 0) + abs(int(values.get(column, 0)))
    return max(amounts.values(), default=0)


def _is_too_long(table: Replicated, write: Write) -> bool:
    if len(write.id) > ID_CHARS_MAX or _letters(write) > ROW_CHARS_MAX:
        return True
    return any(_length(write.values.get(name, "")) > KEY_CHARS_MAX for name in _keys(table))


def _keys(table: Replicated) -> set[str]:
    """The columns by which rows or sums of them are found."""
    names = {str(column.name) for index in table.table.indexes for column in index.columns}
    for balance in table.balances:
        names |= {balance.from_column, balance.to_column, *balance.keys}
    return names


def _letters(write: Write) -> int:
    return len(write.id) + sum(map(_length, write.values.values()))


def _length(value: Value) -> int:
    return len(value) if isinstance(value, str) else 0
