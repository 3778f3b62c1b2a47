"""Files of sheets before anybody reads cells: zips and text made safe, in size and in form."""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from shared.core.errors import RuleViolation
from shared.core.importing import violation_with_advice

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
UNPACKED_BYTES_MAX: Final = 128 * 1024 * 1024
PARTS_MAX: Final = 1_000
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 500
CELLS_MAX: Final = 4_000_000
CELL_LENGTH_MAX: Final = 32_767
"""What a cell of Excel holds."""

_DAMAGED_ZIP = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError,
    RuntimeError, UnicodeDecodeError, ValueError,
)  # fmt: skip
_PLACE = rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,10})["']"""
_PLACED_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?" + _PLACE[2:] + rb"[^>]*(?<!/)>")
_PLACED_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?" + _PLACE[2:] + rb"[^>]*(?<!/)>")
_UNPLACED_CELL = re.compile(rb"<(?:\w+:)?c(?:\s(?:(?!\br\s*=)[^>])*)?(?<!/)>")

_DELIMITERS: Final = "\t,;"
_LOOKED_AT: Final = 20
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml|head|body|style|meta)", re.IGNORECASE)


def repacked_xlsx(content: bytes, file_name: str) -> bytes:
    """The parts of a workbook that hold cells, unpacked within limits and packed anew.

    What the reader is given is what was looked at here: sizes a zip lies about, a part named
    twice, pictures, and a cell so far out that its sheet would fill the memory stay outside.

    Raises: RuleViolation SHEET_TYPE_UNKNOWN (another kind of zip), SHEET_UNREADABLE (cut off,
    damaged), SHEET_TOO_LARGE.
    """
    packed = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target,
        ):
            if not any(one.lower() == "xl/workbook.xml" for one in source.namelist()):
                raise violation_with_advice("SHEET_TYPE_UNKNOWN", file=file_name)
            _copy_parts(source, target, file_name)
    except _DAMAGED_ZIP as error:
        raise violation_with_advice("SHEET_UNREADABLE", file=file_name) from error
    return packed.getvalue()


def _copy_parts(source: zipfile.ZipFile, target: zipfile.ZipFile, file_name: str) -> None:
    wanted = {
        info.filename: info
        for info in source.infolist()
        if info.filename.lower().endswith((".xml", ".rels"))
    }
    if len(wanted) > PARTS_MAX:
        raise too_large(file_name, "parts", PARTS_MAX)
    left = UNPACKED_BYTES_MAX
    for name, info in wanted.items():
        with source.open(info) as part:
            body = part.read(left + 1)
        left -= len(body)
        if left < 0:
            raise too_large(file_name, "unpacked bytes", UNPACKED_BYTES_MAX)
        if b"sheetData" in body:
            _check_extent(*_extent(body), file_name)
        target.writestr(name, body)


def _extent(sheet_xml: bytes) -> tuple[int, int]:
    """The lowest row and the rightmost column with a cell that holds something."""
    places = set(_PLACED_CELL.findall(sheet_xml))
    rows = {int(row) for _, row in places}
    if _UNPLACED_CELL.search(sheet_xml):
        # Cells without a place stand wherever their row says.
        rows |= {int(row) for _, row in _PLACED_ROW.findall(sheet_xml)}
    columns = {_column_number(letters) for letters in {letters for letters, _ in places}}
    return max(rows, default=0), max(columns, default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_extent(rows: int, columns: int, file_name: str) -> None:
    """Raises: RuleViolation SHEET_TOO_LARGE, naming the limit that was passed."""
    for what, count, most in (
        ("rows", rows, ROWS_MAX),
        ("columns", columns, COLUMNS_MAX),
        ("cells", rows * columns, CELLS_MAX),
    ):
        if count > most:
            raise too_large(file_name, what, most)


def text_rows(content: bytes, file_name: str) -> list[list[str]]:
    """The rows of a csv or tab-separated file in UTF-8, UTF-16 with its mark, or GB18030.

    Raises: RuleViolation SHEET_TYPE_UNKNOWN (not text, or a web page named .xls),
    SHEET_TEXT_UNREADABLE (in no encoding, or damaged), SHEET_QUOTES_BROKEN, SHEET_TOO_LARGE.
    """
    text = _decoded(content, file_name)
    if _NOT_TEXT.search(text) or _MARKUP.match(text):
        raise violation_with_advice("SHEET_TYPE_UNKNOWN", file=file_name)
    delimiter = _delimiter(text)
    try:
        return _parsed(text, delimiter, csv.QUOTE_MINIMAL, file_name)
    except csv.Error as error:
        # Tab-separated exports often quote nothing, so a quotation mark is just a letter.
        if delimiter == "\t":
            return _parsed(text, delimiter, csv.QUOTE_NONE, file_name)
        raise _quotes_broken(text, delimiter, file_name) from error


def _decoded(content: bytes, file_name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16", file_name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "ignore")
        is_utf8 = content.startswith(b"\xef\xbb\xbf") or sum(not c.isascii() for c in before) >= 3
        if is_utf8 or error.reason == "unexpected end of data":
            # Chinese in GB18030 never reads as UTF-8 for long: this is UTF-8, damaged here.
            raise _text_unreadable(file_name, before) from error
        return _strictly(content, "gb18030", file_name)


def _strictly(content: bytes, encoding: str, file_name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "ignore")
        raise _text_unreadable(file_name, before) from error


def _text_unreadable(file_name: str, before: str) -> RuleViolation:
    row = before.count("\n") + 1
    return violation_with_advice("SHEET_TEXT_UNREADABLE", file=file_name, row=row)


def _delimiter(text: str) -> str:
    """The sign that most of the first lines hold most often: a stray tab before a code is none."""
    lines = [line for line in text[:65_536].splitlines() if line.strip()][:_LOOKED_AT]

    def usual(sign: str) -> tuple[int, int]:
        counts = sorted(line.count(sign) for line in lines)
        return (counts[len(counts) // 2], counts[0]) if counts else (0, 0)

    best = max(_DELIMITERS, key=usual)
    return best if usual(best) > (0, 0) else ","


def _parsed(text: str, delimiter: str, quoting: Literal[0, 3], file_name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for row in _reader(text, delimiter, quoting):
        rows.append(row)
        cells += len(row)
        if len(rows) > ROWS_MAX or len(row) > COLUMNS_MAX or cells > CELLS_MAX:
            _check_extent(len(rows), len(row), file_name)
            raise too_large(file_name, "cells", CELLS_MAX)
    return rows


def _reader(text: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True
    )


def _quotes_broken(text: str, delimiter: str, file_name: str) -> RuleViolation:
    """Names the row in which the quotation mark was opened that nothing closes."""
    row = 1
    try:
        for _ in _reader(text, delimiter, csv.QUOTE_MINIMAL):
            row += 1
    except csv.Error:
        pass
    return violation_with_advice("SHEET_QUOTES_BROKEN", file=file_name, row=row)


def too_large(file_name: str, what: str, most: int) -> RuleViolation:
    """The error of a file beyond a limit."""
    return violation_with_advice("SHEET_TOO_LARGE", file=file_name, limit=what, most=most)


_CELL_RECORDS: Final = frozenset({0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})
_MANY_CELLS: Final = frozenset({0x00BD, 0x00BE})
_SHEET_BEGINS: Final = 0x0809
_LAST_SECTOR: Final = 0xFFFFFFFA
_XLS_COLUMNS: Final = 256


def checked_xls(content: bytes, file_name: str) -> bytes:
    """An xls file whose cells stay within the limits, so that a damaged one fills no memory.

    Raises: RuleViolation SHEET_UNREADABLE (cut off, damaged), SHEET_TOO_LARGE.
    """
    try:
        stream = _workbook_stream(content)
        extents = _xls_extents(stream) if stream else []
    except (struct.error, IndexError, ValueError) as error:
        raise violation_with_advice("SHEET_UNREADABLE", file=file_name) from error
    for rows, columns in extents:
        if columns > _XLS_COLUMNS:
            raise violation_with_advice("SHEET_UNREADABLE", file=file_name)
        _check_extent(rows, columns, file_name)
    return content


def _workbook_stream(content: bytes) -> bytes:
    """The stream ``Workbook`` of a compound file; b'' when it has none (an encrypted xlsx)."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        raise ValueError("no such sector size")
    size = 1 << shift
    sectors = [content[at : at + size] for at in range(size, len(content), size)]
    table = _sector_table(content, sectors, size)
    (directory,) = struct.unpack_from("<I", content, 48)
    entries = _chain(directory, sectors, table)
    for at in range(0, len(entries) - 127, 128):
        (length,) = struct.unpack_from("<H", entries, at + 64)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        if name in ("workbook", "book"):
            start, bytes_long = struct.unpack_from("<II", entries, at + 116)
            stream = _chain(start, sectors, table)
            if len(stream) < bytes_long:
                raise ValueError("cut off")
            return stream[:bytes_long]
    return b""


def _sector_table(content: bytes, sectors: Sequence[bytes], size: int) -> list[int]:
    """Which sector follows each (the FAT), gathered by way of its own list (the DIFAT)."""
    places = list(struct.unpack_from("<109I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    for _ in range(len(sectors)):
        if more >= _LAST_SECTOR:
            break
        *next_places, more = struct.unpack(f"<{size // 4}I", sectors[more])
        places += next_places
    body = b"".join(sectors[place] for place in places if place < _LAST_SECTOR)
    return list(struct.unpack(f"<{len(body) // 4}I", body[: len(body) // 4 * 4]))


def _chain(start: int, sectors: Sequence[bytes], table: Sequence[int]) -> bytes:
    found: list[bytes] = []
    while start < _LAST_SECTOR:
        if len(found) > len(sectors):
            raise ValueError("the chain of sectors is a ring")
        found.append(sectors[start])
        start = table[start]
    return b"".join(found)


def _xls_extents(stream: bytes) -> list[tuple[int, int]]:
    """Rows and columns of each sheet, from the places its cell records name."""
    extents: list[tuple[int, int]] = []
    at = rows = columns = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _SHEET_BEGINS:
            extents.append((rows, columns))
            rows = columns = 0
        elif (kind in _CELL_RECORDS or kind in _MANY_CELLS) and length >= 6:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            if kind in _MANY_CELLS:
                (column,) = struct.unpack_from("<H", stream, at + 2 + length)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        at += 4 + length
    return [*extents, (rows, columns)]
