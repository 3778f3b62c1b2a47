"""Tables as Excel workbooks: typed columns, codes as text, exact figures, never a formula (O05)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from desktop.printing.xlsx import (
    Figures,
    Part,
    letters,
    marked,
    open_workbook,
    serial_day,
    serial_instant,
)
from shared.core.errors import RuleViolation
from shared.core.money import minor_digits
from shared.core.rounding import MICRO

ROWS_MAX: Final = 1_048_574
"""What a sheet holds beside its titles and its sums."""
_ROWS_AT_ONCE: Final = 500
_MEASURED_ROWS: Final = 200


class CellKind(StrEnum):
    """What a column holds, and so how its cells are written."""

    TEXT = "text"
    CODE = "code"
    """Text that looks like a number and must keep its zeros; no warning triangle is shown."""
    MONEY = "money"
    """Minor units of the column's currency."""
    UNIT_PRICE = "unit_price"
    """Millionths of the major unit."""
    QUANTITY = "quantity"
    """Millionths of the base unit."""
    RATIO = "ratio"
    """Millionths, shown as per cent."""
    COUNT = "count"
    DATE = "date"
    """ISO text, 2026-11-21."""
    INSTANT = "instant"
    """Microseconds UTC, shown in the column's zone; 0 is empty."""


Cell = str | int | None
"""None and '' are empty cells; 0 is a nought, except for an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcelColumn:
    """One typed column."""

    title: str
    kind: CellKind = CellKind.TEXT
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    is_summed: bool = False
    """Its total stands in the last row; for money, quantities and counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcelSheet:
    """A table and its name; rows are read once, so they may be streamed from a query."""

    name: str
    columns: tuple[ExcelColumn, ...]
    rows: Iterable[Sequence[Cell]]
    total_title: str = ""
    """Stands before the sums, such as 合计; '' = no row of sums."""
    notes: tuple[str, ...] = ()
    """Under the table: how old the figures are, what is missing, which filters were on."""


def write_xlsx(sheet: ExcelSheet) -> bytes:
    """The workbook as bytes.

    Raises: RuleViolation EXCEL_TOO_LONG beyond a million rows, EXCEL_ROW_UNEVEN for a row of
    another length than the columns, EXCEL_CELL_UNFIT for a text in a column of figures.
    """
    file = BytesIO()
    write_xlsx_to(sheet, file)
    return file.getvalue()


def save_xlsx(sheet: ExcelSheet, path: Path) -> None:
    """Writes the workbook beside its place and moves it there whole; raises as write_xlsx."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            write_xlsx_to(sheet, file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_xlsx_to(sheet: ExcelSheet, file: BinaryIO) -> None:
    """Writes the workbook into an open file; raises as write_xlsx."""
    rows = iter(sheet.rows)
    first = list(islice(rows, _MEASURED_ROWS))
    writers = [_Writer(column, at) for at, column in enumerate(sheet.columns)]
    with open_workbook(file, sheet.name, [_figures(column) for column in sheet.columns]) as part:
        part.begin([_width(one, at, first) for at, one in enumerate(sheet.columns)])
        part.titles([column.title for column in sheet.columns])
        count = _rows(part, writers, first, 0)
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            count = _rows(part, writers, batch, count)
        _end(part, sheet, writers, count)


def _rows(
    part: Part, writers: Sequence["_Writer"], rows: Sequence[Sequence[Cell]], done: int
) -> int:
    """Writes some rows; gives how many there are now."""
    if done + len(rows) > ROWS_MAX:
        raise RuleViolation("EXCEL_TOO_LONG", most=ROWS_MAX)
    for at, row in enumerate(rows, done + 2):
        if len(row) != len(writers):
            raise RuleViolation("EXCEL_ROW_UNEVEN", row=at)
    begin = done + 2
    # Column by column: the kind of a column is asked once for many cells.
    cells = [
        writer.cells(begin, values)
        for writer, values in zip(writers, zip(*rows, strict=True), strict=bool(rows))
    ]
    lines = map("".join, zip(*cells, strict=True))
    part.write("".join(f'<row r="{at}">{line}</row>' for at, line in enumerate(lines, begin)))
    return done + len(rows)


def _end(part: Part, sheet: ExcelSheet, writers: Sequence["_Writer"], count: int) -> None:
    below = count + 2
    if sheet.total_title:
        part.sums(below, [writer.sum_text() for writer in writers], sheet.total_title)
        below += 1
    for at, note in enumerate(sheet.notes, below + 1):
        part.note(at, note)
    part.end(count, len(writers))


class _Writer:
    """Turns the values of one column into cells and keeps their sum."""

    def __init__(self, column: ExcelColumn, at: int) -> None:
        self.column = column
        self.letters = letters(at)
        self.total = 0
        self._style = f's="{at + Part.FIRST_COLUMN_STYLE}"'
        self._places = _places(column)
        self._scale = 10**self._places

    def cells(self, begin: int, values: Sequence[Cell]) -> list[str]:
        """The cells of some rows, '' for empty ones."""
        match self.column.kind:
            case CellKind.TEXT | CellKind.CODE:
                return self._texts(begin, values)
            case CellKind.DATE:
                return self._days(begin, values)
            case _:
                return self._figures(begin, values)

    def _texts(self, begin: int, values: Sequence[Cell]) -> list[str]:
        name, middle = f'<c r="{self.letters}', f'" {self._style} t="inlineStr"><is>'
        return [
            f"{name}{row}{middle}{marked(str(value))}</is></c>" if value not in _EMPTY else ""
            for row, value in enumerate(values, begin)
        ]

    def _days(self, begin: int, values: Sequence[Cell]) -> list[str]:
        name, middle = f'<c r="{self.letters}', f'" {self._style}><v>'
        try:
            return [
                f"{name}{row}{middle}{serial_day(str(value))}</v></c>"
                if value not in _EMPTY
                else ""
                for row, value in enumerate(values, begin)
            ]
        except ValueError:
            raise RuleViolation("EXCEL_CELL_UNFIT", column=self.column.title) from None

    def _figures(self, begin: int, values: Sequence[Cell]) -> list[str]:
        name, middle = f'<c r="{self.letters}', f'" {self._style}><v>'
        whole = [value for value in values if isinstance(value, int)]
        if len(whole) + sum(value in _EMPTY for value in values) != len(values):
            raise RuleViolation("EXCEL_CELL_UNFIT", column=self.column.title)
        self.total += sum(whole)
        rows: Iterable[int] = range(begin, begin + len(values))
        if len(whole) < len(values):
            rows = [row for row, value in zip(rows, values, strict=True) if value not in _EMPTY]
        figures = zip(rows, map(self.figure, whole), strict=True)
        cells = {row: f"{name}{row}{middle}{figure}</v></c>" for row, figure in figures if figure}
        return [cells.get(row, "") for row in range(begin, begin + len(values))]

    def figure(self, value: int) -> str:
        """Decimal text straight from the integer: no binary fraction in between."""
        places = self._places
        if self.column.kind is CellKind.INSTANT:
            return serial_instant(value, self.column.zone) if value else ""
        if not places:
            return str(value)
        whole, rest = divmod(value if value >= 0 else -value, self._scale)
        text = f"{whole}.{rest:0{places}d}"
        return text if value >= 0 else f"-{text}"

    def sum_text(self) -> str:
        """The column's total as a figure; '' where none is asked."""
        return self.figure(self.total) if self.column.is_summed else ""


_EMPTY: Final = (None, "")
_WHOLE: Final = (CellKind.COUNT, CellKind.INSTANT, CellKind.TEXT, CellKind.CODE, CellKind.DATE)
_MICRO_PLACES: Final = len(str(MICRO)) - 1


def _places(column: ExcelColumn) -> int:
    if column.kind is CellKind.MONEY:
        return minor_digits(column.currency)
    return 0 if column.kind in _WHOLE else _MICRO_PLACES


def _figures(column: ExcelColumn) -> Figures:
    match column.kind:
        case CellKind.MONEY:
            places = minor_digits(column.currency)
            return Figures(pattern="#,##0" + ("." + "0" * places if places else ""))
        case CellKind.UNIT_PRICE:
            return Figures(pattern="#,##0.00####")
        case CellKind.QUANTITY:
            # General, not #,##0.###: that leaves a lone point behind whole numbers.
            return Figures(pattern="General")
        case CellKind.RATIO:
            return Figures(pattern="0.0###%")
        case CellKind.COUNT:
            return Figures(pattern="#,##0")
        case CellKind.DATE:
            return Figures(pattern="yyyy-mm-dd")
        case CellKind.INSTANT:
            return Figures(pattern="yyyy-mm-dd hh:mm:ss")
        case _:
            return Figures(pattern="@", is_text=True)


def _width(column: ExcelColumn, at: int, rows: Sequence[Sequence[Cell]]) -> int:
    """Room for the title with its filter arrow and for the longest of the first rows."""
    widest = _columns(column.title) + 3
    fixed = {CellKind.DATE: 11, CellKind.INSTANT: 19}.get(column.kind)
    if fixed:
        return max(widest, fixed + 1)
    for row in rows:
        if at < len(row) and row[at] is not None:
            text = str(row[at])
            # Thousands commas and the point of a figure take place that the integer has not.
            extra = 0 if isinstance(row[at], str) else 3
            widest = max(widest, _columns(text) + extra + 1)
    return min(widest, 60)


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(1 if sign < "\u0300" else 2 for sign in text)
