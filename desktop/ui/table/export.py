"""What a table shows, as a workbook."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from desktop.printing.excel import Cell, CellKind, ExcelColumn, ExcelSheet, write_xlsx
from desktop.ui.table.columns import Column, Kind

_KINDS: Final = {
    Kind.TEXT: CellKind.TEXT,
    Kind.CODE: CellKind.CODE,
    Kind.NUMBER: CellKind.CODE,
    Kind.MONEY: CellKind.MONEY,
    Kind.PRICE: CellKind.UNIT_PRICE,
    Kind.QTY: CellKind.QUANTITY,
    Kind.RATIO: CellKind.RATIO,
    Kind.COUNT: CellKind.COUNT,
    Kind.DAY: CellKind.DATE,
    Kind.INSTANT: CellKind.INSTANT,
    Kind.CHECK: CellKind.TEXT,
}


def workbook(
    columns: Sequence[Column], rows: Sequence[Any], *, name: str = "", total_title: str = ""
) -> bytes:
    """The rows as they stand, typed: codes stay text, figures stay exact (O05)."""
    sheet = ExcelSheet(
        name=name or "Qutong",
        columns=tuple(
            ExcelColumn(
                title=one.title,
                kind=_KINDS[one.kind],
                currency=one.currency,
                zone=one.zone,
                is_summed=one.has_total,
            )
            for one in columns
        ),
        rows=_cells(columns, rows),
        total_title=total_title,
    )
    return write_xlsx(sheet)


def _cells(columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [_cell(column, column.get(row)) for column in columns]


def _cell(column: Column, value: Any) -> Cell:
    if column.kind is Kind.CHECK:
        return "✓" if value else ""
    if value is None or isinstance(value, int):
        return value
    return str(value)
