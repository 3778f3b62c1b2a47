"""A file of rows that is open: read, its columns understood or asked for, its doubts by row."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from desktop.catalog.model.choosing import (
    ColumnChoices,
    Doubted,
    Memory,
    name_in,
    told_columns,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.catalog.sheets import read_sheets
from shared.core.errors import QutongError
from shared.core.importing import ColumnMapping, Field, Imported, Problem, Sheet

Row = TypeVar("Row")


class OpenedSheet(Watched, Generic[Row]):
    """One file at a time; what its rows are is said by who derives from it."""

    def __init__(
        self, desk: Desk, memory: Memory, remembered: str, fields: Sequence[Field]
    ) -> None:
        super().__init__()
        self._desk = desk
        self._choices = ColumnChoices(memory, remembered, fields)
        self._sheets: Sequence[Sheet] = ()
        self.file_name = ""
        self.found: Imported[Row] | None = None
        self.doubts: Sequence[Problem] = ()
        """Doubts beside those of the reader."""
        self.error: QutongError | None = None
        self._asked: ColumnMapping | None = None
        """The columns as they stand while a required one is missing."""

    async def _understood(self, chosen: Mapping[str, str]) -> Imported[Row]:
        """The rows of the file, with what a person said of its columns. Raises QutongError."""
        raise NotImplementedError

    def _doubts_of(self, found: Imported[Row]) -> Sequence[Problem]:
        del found
        return ()

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file; what is wrong with the whole of it is kept as ``error``."""
        self.file_name, self.found, self.error, self._asked = name, None, None, None
        self._choices.begin()
        try:
            self._sheets = await self._desk.work(read_sheets, content, name)
        except QutongError as error:
            self._sheets, self.error = (), error
            self.changed()
            return
        await self._read()

    async def choose(self, header: str, field: str) -> None:
        """Say what a column of the file is; '' leaves it out. All rows are read again."""
        self._choices.choose(self._mapping, header, field)
        await self._read()

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Every header of the file with what it is taken for, '' = left out."""
        return told_columns(self._mapping)

    @property
    def problems(self) -> list[Doubted]:
        """Rows kept out first, then doubts about rows taken, each in the order of the file."""
        if self.found is None:
            return []
        doubts = sorted((*self.found.warnings, *self.doubts), key=lambda one: one.row_number)
        return [(one, True) for one in self.found.problems] + [(one, False) for one in doubts]

    def name_of(self, row_number: int) -> str:
        """What a row of the file calls its goods, taken or not."""
        return name_in(self._sheets, self._mapping, row_number)

    async def _read(self) -> None:
        chosen = self._choices.fitting(self._sheets)
        try:
            self.found = await self._understood(chosen)
            self.doubts = self._doubts_of(self.found)
            self.error = self._asked = None
        except QutongError as error:
            self.found, self.doubts, self.error = None, (), error
            self._asked = self._choices.seen(self._sheets)
        self.changed()

    @property
    def _mapping(self) -> ColumnMapping | None:
        return self.found.mapping if self.found else self._asked
