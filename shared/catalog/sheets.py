"""Bytes of a csv, xlsx or xls file as sheets of text cells, within limits on every side."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import python_calamine as calamine

from shared.catalog.sheet_files import (
    CELL_LENGTH_MAX,
    FILE_BYTES_MAX,
    checked_xls,
    repacked_xlsx,
    text_rows,
    too_large,
)
from shared.core.importing import Sheet, is_total, violation_with_advice
from shared.core.text import excerpt

_ZIP: Final = b"PK"
_COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_EXACT_MAX: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; a longer one has lost some."""


def read_sheets(content: bytes, file_name: str) -> tuple[Sheet, ...]:
    """The visible sheets of a file, in its order; its kind is told by the bytes, not the name.

    A number becomes the decimal text that it is read back from, without binary arithmetic: the
    cell 6901234567892.0 is ``6901234567892``, 10.282 is ``10.282``; beyond 15 digits it is
    written as a power of ten, which no reader of codes takes. Dates are ISO text. A cell merged
    over several rows of one column stands in each of them.

    Raises: RuleViolation SHEET_TYPE_UNKNOWN, SHEET_UNREADABLE, SHEET_LOCKED, SHEET_TOO_LARGE,
    SHEET_TEXT_UNREADABLE, SHEET_QUOTES_BROKEN, SHEET_EMPTY; each names the file and, in `next`,
    what to do.
    """
    name = excerpt(file_name.replace("\\", "/").rpartition("/")[2], 80)
    if len(content) > FILE_BYTES_MAX:
        raise too_large(name, "bytes", FILE_BYTES_MAX)
    if not content.strip():
        raise violation_with_advice("SHEET_EMPTY", file=name)
    if content.startswith(_ZIP):
        sheets = _workbook(repacked_xlsx(content, name), name)
    elif content.startswith(_COMPOUND):
        sheets = _workbook(checked_xls(content, name), name)
    else:
        rows = text_rows(content, name)
        if _is_cut_off(content, rows):
            raise violation_with_advice("SHEET_UNREADABLE", file=name, row=len(rows))
        sheets = (_text_sheet(name.rpartition(".")[0] or name, rows),)
    for sheet in sheets:
        _check_cells(sheet, name)
    return sheets


def read_pasted(text: str) -> Sheet:
    """Cells copied from a spreadsheet, as the clipboard gives them (E04).

    Raises: RuleViolation SHEET_TYPE_UNKNOWN, SHEET_QUOTES_BROKEN, SHEET_TOO_LARGE.
    """
    content = text.encode("utf-8", "replace")
    if len(content) > FILE_BYTES_MAX:
        raise too_large("clipboard", "bytes", FILE_BYTES_MAX)
    sheet = _text_sheet("clipboard", text_rows(content, "clipboard"))
    _check_cells(sheet, "clipboard")
    return sheet


def number_text(written: str) -> str:
    """The plain decimal text of a number as Python writes it: `5.0` → `5`, `1e-07` → `0.0000001`.

    A number beyond 15 digits keeps its power of ten, because digits may be lost.
    """
    number = Decimal(written)
    if not number.is_finite():
        return written
    if abs(number) >= _EXACT_MAX:
        return f"{number:E}" if "E" in f"{number:E}" else f"{number}E+0"
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _workbook(content: bytes, file_name: str) -> tuple[Sheet, ...]:
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return tuple(
                _sheet(book.get_sheet_by_name(one.name))
                for one in book.sheets_metadata
                if one.visible == calamine.SheetVisibleEnum.Visible
                and one.typ == calamine.SheetTypeEnum.WorkSheet
            )
    except calamine.PasswordError as error:
        raise violation_with_advice("SHEET_LOCKED", file=file_name) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise violation_with_advice("SHEET_UNREADABLE", file=file_name) from error
    except BaseException as error:
        # The reader's own assertions about damaged files arrive as this and nothing else.
        if type(error).__name__ == "PanicException":
            raise violation_with_advice("SHEET_UNREADABLE", file=file_name) from error
        raise


def _sheet(source: calamine.CalamineSheet) -> Sheet:
    rows = [[_cell_text(cell) for cell in row] for row in source.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in source.merged_cell_ranges or ():
        if left == right and top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = row[left] or rows[top][left]
    return Sheet(name=source.name, rows=tuple(map(tuple, rows)))


def _cell_text(cell: object) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case dt.datetime():
            return cell.isoformat(" ", "seconds")
        case dt.date() | dt.time():
            return cell.isoformat()
        case dt.timedelta():
            return str(cell)
        case _:
            return number_text(repr(cell))


def _text_sheet(name: str, rows: Sequence[Sequence[str]]) -> Sheet:
    return Sheet(name=name, rows=tuple(map(tuple, rows)))


def _is_cut_off(content: bytes, rows: Sequence[Sequence[str]]) -> bool:
    """A copy that broke off ends inside a row: fewer cells than above, and no end of line."""
    if len(rows) < 2 or content.rstrip(b"\0")[-1:] in (b"\n", b"\r"):
        return False
    return 1 <= len(rows[-1]) < len(rows[-2]) and not is_total(rows[-1][0])


def _check_cells(sheet: Sheet, file_name: str) -> None:
    for row in sheet.rows:
        if any(len(cell) > CELL_LENGTH_MAX for cell in row):
            raise too_large(file_name, "letters in a cell", CELL_LENGTH_MAX)
