"""Sheets for import tests: workbooks as Excel writes them, and bare rows."""

import io
from collections.abc import Callable, Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from shared.core.importing import Sheet


def workbook(fill: Callable[[Worksheet], None]) -> bytes:
    """The bytes of an xlsx whose first sheet `fill` has written."""
    book = openpyxl.Workbook()
    fill(book.active)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of an xlsx."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook_of(*rows: Sequence[object]) -> bytes:
    """The bytes of an xlsx with these rows."""

    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(list(row))

    return workbook(fill)


def sheet_of(*rows: Sequence[str]) -> list[Sheet]:
    """One sheet of text, as reading a file gives it."""
    return [Sheet(name="Sheet1", rows=tuple(map(tuple, rows)))]
