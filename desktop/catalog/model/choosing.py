"""What the columns of a sheet mean: understood, chosen by a person, remembered for the next one."""

import json
from collections.abc import Sequence
from typing import Protocol

from shared.core.errors import QutongError
from shared.core.importing import ColumnMapping, Field, Problem, Sheet, nearest_table

Doubted = tuple[Problem, bool]
"""A doubt about a cell, and whether it kept its row out."""


class Memory(Protocol):
    """Where the mapping is remembered."""

    def get(self, key: str, default: str = "") -> str: ...

    def put(self, key: str, value: str) -> None: ...


class ColumnChoices:
    """The choices of one sheet at a time, header → field."""

    def __init__(self, memory: Memory, key: str, fields: Sequence[Field]) -> None:
        self._memory = memory
        self._key = key
        self._fields = fields
        self._chosen: dict[str, str] = {}

    def begin(self) -> None:
        """Another file: what was said of the last one of its kind holds."""
        self._chosen = dict(json.loads(self._memory.get(self._key, "{}")))

    def choose(self, mapping: ColumnMapping | None, header: str, field: str) -> None:
        """Say what a column is; '' leaves it out. A field has one column."""
        if mapping is not None:
            self._chosen = mapping.choices() | self._chosen
        self._chosen = {
            other: meant for other, meant in self._chosen.items() if meant != field or not field
        }
        self._chosen[header] = field

    def fitting(self, sheets: Sequence[Sheet]) -> dict[str, str]:
        """What was said of headers these sheets have."""
        headers = {cell.strip() for sheet in sheets for row in sheet.rows[:20] for cell in row}
        return {header: field for header, field in self._chosen.items() if header in headers}

    def seen(self, sheets: Sequence[Sheet]) -> ColumnMapping | None:
        """What a person can be asked about, where a required column was not understood."""
        names = {one.name for one in self._fields} | {""}
        chosen = {header: field for header, field in self.fitting(sheets).items() if field in names}
        try:
            return nearest_table(sheets, self._fields, chosen)
        except QutongError:
            return None

    def remember(self, mapping: ColumnMapping) -> None:
        """Keep what the columns of a file that was taken mean."""
        self._memory.put(self._key, json.dumps(mapping.choices(), ensure_ascii=False))


def told_columns(mapping: ColumnMapping | None) -> list[tuple[str, str]]:
    """Every header of a file with what it is taken for, '' = left out."""
    if mapping is None:
        return []
    every = sorted((*mapping.columns, *mapping.unknown), key=lambda one: one.index)
    return [(one.header, one.field) for one in every]


def name_in(sheets: Sequence[Sheet], mapping: ColumnMapping | None, row_number: int) -> str:
    """What a row of a file calls its goods, whether it can be taken or not."""
    at = mapping.index("name") if mapping else None
    sheet = next((one for one in sheets if mapping and one.name == mapping.sheet), None)
    if at is None or sheet is None or not 0 < row_number <= len(sheet.rows):
        return ""
    cells = sheet.rows[row_number - 1]
    return cells[at].strip() if at < len(cells) else ""
