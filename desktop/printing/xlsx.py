"""The parts of an xlsx file, written as a stream: a workbook of one sheet without any formula."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import IO, BinaryIO, ClassVar, Final

from shared.core.clock import local_time

_NS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT_MAX: Final = 32_767
# What XML 1.0 cannot hold, and lone surrogates; tab and line feed stay.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MARKUP: Final = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# One look at a text tells whether it can go as it is.
_UNUSUAL: Final = re.compile("[&<>\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x|^\\s|\\s$")
# Excel reads _x0041_ in a text as an escape of its own.
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "\n"})
_NAME_BAD: Final = re.compile(r"[\[\]:*?/\\]")
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How Excel shows the cells of a column."""

    pattern: str
    is_text: bool = False


def escaped(text: str) -> str:
    """The text as XML holds it; what XML cannot hold is left out, at most 32,767 characters."""
    if "_x" in text:
        text = _ESCAPE.sub("_x005F_", text)
    if _MARKUP.search(text):
        text = _UNWRITABLE.sub("", text).translate(_ESCAPES)
    return text if len(text) <= _TEXT_MAX else _cut(text)


def marked(text: str) -> str:
    """The text in its element; blanks at its ends and line feeds are kept."""
    if len(text) <= _TEXT_MAX and not _UNUSUAL.search(text):
        return f"<t>{text}</t>"
    kept = escaped(text)
    if kept != kept.strip() or "\n" in kept:
        return f'<t xml:space="preserve">{kept}</t>'
    return f"<t>{kept}</t>"


def _cut(text: str) -> str:
    """A long text cut without leaving half an entity behind."""
    head = text[:_TEXT_MAX]
    broken = head.rfind("&", _TEXT_MAX - 5)
    return head[:broken] if broken >= 0 and ";" not in head[broken:] else head


@lru_cache(maxsize=4096)
def serial_day(iso: str) -> str:
    """The day as the number Excel counts by. Raises ValueError when it is no ISO date."""
    return str(date.fromisoformat(iso).toordinal() - _DAY_ZERO)


def serial_instant(at_us: int, zone: str) -> str:
    """The local time as days with their fraction, exact to the microsecond."""
    local = local_time(at_us, zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    nanodays = (second * 1_000_000 + local.microsecond) * 10**12 // (86_400 * 10**6)
    return f"{local.date().toordinal() - _DAY_ZERO}.{nanodays:012d}"


class Part:
    """The one sheet while it is written, from its widths to its filter."""

    FIRST_COLUMN_STYLE: ClassVar[int] = 2
    """0 is the plain style, 1 the titles; then two for each column: rows, then its sum."""

    def __init__(self, file: IO[bytes], columns: Sequence[Figures]) -> None:
        self._file = file
        self._columns = columns
        self._first_sum_style = self.FIRST_COLUMN_STYLE + len(columns)

    def write(self, text: str) -> None:
        """Appends markup that is escaped already."""
        self._file.write(text.encode("utf-8"))

    def begin(self, widths: Sequence[int]) -> None:
        """The frozen first row and the width of each column, in characters."""
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"'
            f' style="{at - 1 + self.FIRST_COLUMN_STYLE}"/>'
            for at, width in enumerate(widths, 1)
        )
        self.write(
            f'{_DECLARATION}<worksheet xmlns="{_NS}"><sheetPr><pageSetUpPr'
            ' fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"'
            ' tabSelected="1"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
            ' state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
        )

    def titles(self, titles: Sequence[str]) -> None:
        """The first row."""
        cells = "".join(_text(f"{letters(at)}1", 1, title) for at, title in enumerate(titles))
        self.write(f'<row r="1">{cells}</row>')

    def sums(self, row: int, sums: Sequence[str], title: str) -> None:
        """A row of plain figures in bold, its title in the first column without a sum."""
        cells, is_titled = [], False
        for at, figure in enumerate(sums):
            place, style = f"{letters(at)}{row}", self._first_sum_style + at
            if figure:
                cells.append(f'<c r="{place}" s="{style}"><v>{figure}</v></c>')
            elif not is_titled:
                cells.append(_text(place, 1, title))
                is_titled = True
        self.write(f'<row r="{row}">{"".join(cells)}</row>')

    def note(self, row: int, note: str) -> None:
        """A line of text under the table."""
        self.write(f'<row r="{row}">{_text(f"A{row}", 0, note)}</row>')

    def end(self, rows: int, columns: int) -> None:
        """The filter over titles and rows (not the sums), and no triangles beside codes."""
        last = f"{letters(columns - 1)}{rows + 1}"
        codes = " ".join(
            f"{letters(at)}2:{letters(at)}{rows + 1}"
            for at, column in enumerate(self._columns)
            if column.is_text
        )
        ignored = (
            f'<ignoredErrors><ignoredError sqref="{codes}" numberStoredAsText="1"/></ignoredErrors>'
            if codes and rows
            else ""
        )
        self.write(
            f'</sheetData><autoFilter ref="A1:{last}"/>'
            '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3"'
            ' footer="0.3"/>'
            '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
            f"{ignored}</worksheet>"
        )


def _text(place: str, style: int, text: str) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is>{marked(text)}</is></c>'


def letters(at: int) -> str:
    """The column's letters in a sheet, from 0: A, Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@contextmanager
def open_workbook(file: BinaryIO, name: str, columns: Sequence[Figures]) -> Iterator[Part]:
    """A workbook whose one sheet is written inside the `with`."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in _fixed_parts(name, columns):
            archive.writestr(_entry(path), _DECLARATION + content)
        # By its name, not by an entry of our own: that one would be compressed at another level.
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            yield Part(sheet, columns)


def _entry(path: str) -> zipfile.ZipInfo:
    """Always the same date: the same table is the same file."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def sheet_name(name: str) -> str:
    """The name as a sheet may bear it: 31 characters, none of []:*?/\\ and no quote at an end."""
    kept = _NAME_BAD.sub(" ", _UNWRITABLE.sub("", name)).strip("' ")[:31].strip("' ")
    return kept or "Sheet1"


def _fixed_parts(name: str, columns: Sequence[Figures]) -> Iterator[tuple[str, str]]:
    types = f"{_PACKAGE}/content-types"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{types}"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml"'
        ' ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    )
    quoted = escaped(sheet_name(name)).replace('"', "&quot;")
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets><sheet name="{quoted}" sheetId="1"'
        ' r:id="rId1"/></sheets></workbook>',
    )
    yield "xl/styles.xml", _styles(columns)


def _styles(columns: Sequence[Figures]) -> str:
    """Plain, titles, then one style for the rows and one for the sum of each column."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escaped(one.pattern)}"/>'
        for at, one in enumerate(columns)
        if one.pattern not in _BUILT_IN
    )
    numbers = [_BUILT_IN.get(one.pattern, 164 + at) for at, one in enumerate(columns)]
    rows = "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for number in numbers
    )
    sums = "".join(
        f'<xf numFmtId="{number}" fontId="1" fillId="0" borderId="1" xfId="0"'
        ' applyNumberFormat="1" applyFont="1" applyBorder="1"/>'
        for number in numbers
    )
    custom = sum(one.pattern not in _BUILT_IN for one in columns)
    number_formats = f'<numFmts count="{custom}">{formats}</numFmts>' if custom else ""
    border = "<left/><right/><top/><bottom/><diagonal/>"
    above = '<left/><right/><top style="thin"/><bottom/><diagonal/>'
    return (
        f'<styleSheet xmlns="{_NS}">{number_formats}<fonts count="2"><font><sz val="11"/>'
        '<name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill'
        ' patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor'
        ' rgb="FFEDEDED"/></patternFill></fill></fills>'
        f'<borders count="2"><border>{border}</border><border>{above}</border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        f'</cellStyleXfs><cellXfs count="{2 + 2 * len(columns)}">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1"'
        f' applyFill="1"/>{rows}{sums}</cellXfs><cellStyles count="1"><cellStyle name="Normal"'
        ' xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


_BUILT_IN: Final = {"General": 0, "#,##0": 3, "#,##0.00": 4, "@": 49}
