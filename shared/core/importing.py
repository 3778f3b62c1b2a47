"""What an import reads and says: a sheet of text cells, its header, and each doubt by row."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from shared.core.errors import RuleViolation
from shared.core.text import excerpt, fold, half_width, normal

Item = TypeVar("Item")

ADVICE: Final[Mapping[str, str]] = {
    "SHEET_TYPE_UNKNOWN": "Open it in Excel or WPS, save it as .xlsx or .csv, import that file.",
    "SHEET_UNREADABLE": "The file is cut off or damaged: copy or export it again, or open it in "
    "Excel or WPS and save it as .xlsx.",
    "SHEET_LOCKED": "Open it with its password, save it without one, import that file.",
    "SHEET_TOO_LARGE": "Delete empty rows and columns beyond the data, or split the file.",
    "SHEET_TEXT_UNREADABLE": "Save it as .xlsx, or as CSV in UTF-8.",
    "SHEET_QUOTES_BROKEN": "A quotation mark in this row is not closed: mend it or save as .xlsx.",
    "SHEET_EMPTY": "Choose the file whose first sheet holds a header row and data below it.",
    "COLUMN_MISSING": "Add a column of that name to the header row, or say which column it is.",
    "COLUMN_CHOICE_UNKNOWN": "Choose among the headers the file has and the columns asked for.",
    "CELL_EMPTY": "Fill in this cell.",
    "CODE_EMPTY": "Fill in this cell.",
    "CODE_LOST_DIGITS": "The spreadsheet threw digits away: format the column as text and enter "
    "the code again, or export it again from its source.",
    "CODE_UNREADABLE": "A code holds no minus; enter it as text.",
    "CODE_HAS_BLANKS": "Keep one code in a cell and put notes elsewhere.",
    "NAME_UNUSABLE": "An id holds no blank, slash or colon; enter another one.",
    "CODE_TWICE": "Two rows have this code: keep the right one, or give one its own code.",
    "CODE_UNKNOWN": "Publish this product first, or correct the code.",
    "BARCODE_CHECK_DIGIT": "Taken as it stands; compare it with the pack by scanning.",
    "PACK_SIZE_UNREADABLE": "Write how many base units one case holds, such as 24.",
    "PACK_SIZE_MISSING": "Say how many base units this unit holds (pack size or factor).",
    "UNIT_NAME_BAD": "A unit is a word without digits and blanks, such as pc or box.",
    "CODE_TOO_LONG": "A code has at most 64 letters and digits.",
    "TEXT_TOO_LONG": "Shorten this text.",
    "BARCODE_IS_PACK_SIZE": "This is a pack size, not a code: give the product a code.",
    "BARCODE_TWICE": "Another row has this barcode: scanning cannot tell the two apart.",
    "EXPIRY_DOUBTFUL": "Month .1 may be January or October: write the date in full.",
    "EXPIRY_UNREADABLE": "Write a date such as 2027-03-31 or a month such as 2027-03.",
    "PRICE_NEGATIVE": "A price is not below zero.",
    "PRICE_ROW_TWICE": "The same product, dimensions and validity stand in an earlier row.",
    "PRICE_ZERO": "Taken as a price of 0; clear the cell if there is none.",
    "PRICE_MISSING": "Nobody can sell it before it has a price; enter one.",
    "COST_MISSING": "Taken without a cost: profit cannot be told until one is entered.",
    "COST_ABOVE_PRICE": "It costs more than it sells for: compare both.",
    "STOCK_NEGATIVE": "Opened with nothing on hand; count this product.",
    "NAME_TWICE": "Another row has this name: they stay two products; compare them.",
    "PRICE_ROW_BAD": "A price belongs to a product, a ratio to a product, brand or everything.",
    "RATIO_OR_PRICE": "Write either a price or a ratio above 0, not both.",
    "DIMENSIONS_MIXED": "A price is for one of: level (with or without region), category, "
    "account, list.",
    "ROW_TWICE": "The same partner stands in an earlier row of this file; nothing is lost.",
    "PARTNER_ID_UNREADABLE": "A tax id has 15 to 20 letters and digits; a phone 7 to 15 digits.",
    "PARTNER_UNIDENTIFIED": "Give a tax id, a phone or a code, so that it is not created twice.",
    "TAX_ID_CHECK_DIGIT": "Taken as it stands; compare it with the business licence.",
    "TERMS_UNREADABLE": "Write a number of days, or prepaid.",
    "UPSTREAM_UNKNOWN": "Use the code of an account that is published or stands in this file.",
    "LEVEL_UNKNOWN": "Use a level that is published, or publish this one first.",
    "REGION_UNKNOWN": "Use a region that is published, or publish this one first.",
    "KIND_UNKNOWN": "Use one of the kinds named in the column's help.",
}
"""What the person does next, by code; the codes of unreadable numbers need no other word."""

_NUMBER_ADVICE: Final = "Write a plain number such as 1234.50."

TITLE, BLANK, TOTAL, HEADER_AGAIN, FOOTER, KNOWN = (
    "TITLE", "BLANK", "TOTAL", "HEADER_AGAIN", "FOOTER", "KNOWN",
)  # fmt: skip
"""Why a row was passed over without being wrong."""

_HEADER_AMONG_ROWS: Final = 30
_SHORTEST_TABLE: Final = 3
_BRACKETS = re.compile(r"[(（\[【{][^)）\]】}]*[)）\]】}]")
_TAILS = re.compile(r"(元|rmb|cny|必填|选填|可选|必填项)+$")
_TOTAL = re.compile(
    r"(本页|全部|当页|总)?(合计|总计|小计|共计|累计)([0-9种行条件个].*)?|grandtotal|subtotal|totals?|sum"
)
_FOOTER = re.compile(
    r"(制表|制单|打印|导出|审核|复核|签字|说明|备注|注意|注$|第?[0-9]+页|page[0-9])"
)
_BLANKS: Final = frozenset({"", "-", "--", "—", "——", "/", "\\", "null", "none", "nan", "n/a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet as text: row 1 of the spreadsheet is `rows[0]`; rows may differ in length.

    Numbers stand as plain decimal text, dates as ISO text, an empty cell as ''.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column an import asks for, and every wording of its header that shops use."""

    name: str
    label: str
    aliases: tuple[str, ...]
    """Best wording first: where two headers fit, the earlier one is taken."""
    instead: tuple[str, ...] = ()
    """Fields any of which may stand for this one when it is required."""
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the file; `field` is '' when nobody understood its header."""

    field: str
    header: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Which columns of a sheet were understood as what; a person may correct and keep it."""

    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    unknown: tuple[Column, ...]

    def index(self, field: str) -> int | None:
        """The position of a field's column, or None when the file has none."""
        return next((one.index for one in self.columns if one.field == field), None)

    def header(self, field: str) -> str:
        """The header of a field as the file words it; the field's name when it has none."""
        return next((one.header for one in self.columns if one.field == field), field)

    def choices(self) -> dict[str, str]:
        """header → field, to be kept and handed in as `chosen` for the next file of its kind."""
        return {one.header: one.field for one in self.columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A doubt about one cell: the row as the spreadsheet counts it and the header's wording."""

    row_number: int
    column: str
    code: str
    text: str = ""
    """The beginning of what stands in the cell, or what it collides with."""

    @property
    def advice(self) -> str:
        """What the person does next, in English."""
        return ADVICE.get(self.code, _NUMBER_ADVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row passed over without being wrong: TITLE BLANK TOTAL HEADER_AGAIN FOOTER KNOWN."""

    row_number: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported(Generic[Item]):
    """What a file held: the items taken, and every row that was not, with its reason."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    """Each keeps its row out."""
    warnings: tuple[Problem, ...]
    """Doubts about rows that were taken."""
    skipped: tuple[Skipped, ...]
    mapping: ColumnMapping

    @property
    def rows_refused(self) -> int:
        """How many rows have a problem; one row may have several."""
        return len({one.row_number for one in self.problems})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of data under a mapped header."""

    number: int
    cells: tuple[str, ...]
    mapping: ColumnMapping

    def at(self, index: int) -> str:
        """The cell in that column, cleaned; '' where shops mean nothing by `-`, `/`, `null`."""
        text = normal(self.cells[index]) if index < len(self.cells) else ""
        return "" if text.lower() in _BLANKS else text

    def text(self, field: str) -> str:
        """The cell of a field, cleaned; '' when the file has no such column."""
        index = self.mapping.index(field)
        return "" if index is None else self.at(index)


def find_table(
    sheets: Sequence[Sheet], fields: Sequence[Field], chosen: Mapping[str, str] | None = None
) -> tuple[Sheet, ColumnMapping]:
    """The sheet and header row that best fit the fields; `chosen` (header → field) comes first.

    Rows above the header (titles, dates of printing) are passed over. Among sheets that have
    all required columns the first wins.

    Raises: RuleViolation SHEET_EMPTY; COLUMN_MISSING with the column and the headers seen;
    COLUMN_CHOICE_UNKNOWN when `chosen` names a field that is not asked for.
    """
    fitting = _fitting(sheets, fields, chosen or {})
    for sheet, mapping in fitting:
        if not _missing(mapping, fields):
            return sheet, mapping
    sheet, mapping = _nearest(fitting)
    seen = " | ".join(c.header for c in _in_order((*mapping.columns, *mapping.unknown)))
    raise _violation(
        "COLUMN_MISSING",
        column="、".join(_missing(mapping, fields)),
        sheet=sheet.name,
        row=mapping.header_row,
        headers=excerpt(seen, 200),
    )


def nearest_table(
    sheets: Sequence[Sheet], fields: Sequence[Field], chosen: Mapping[str, str] | None = None
) -> ColumnMapping:
    """The columns of the best table, required ones missing or not: a person is asked about them.
    Raises: RuleViolation SHEET_EMPTY, COLUMN_CHOICE_UNKNOWN."""
    return _nearest(_fitting(sheets, fields, chosen or {}))[1]


def _fitting(
    sheets: Sequence[Sheet], fields: Sequence[Field], chosen: Mapping[str, str]
) -> list[tuple[Sheet, ColumnMapping]]:
    known = {field.name for field in fields} | {""}
    for header, name in chosen.items():
        if name not in known:
            raise _violation("COLUMN_CHOICE_UNKNOWN", column=name, header=excerpt(header))
    found = [(sheet, _best_header(sheet, fields, chosen)) for sheet in sheets]
    fitting = [(sheet, one) for sheet, one in found if one is not None]
    if not fitting:
        raise _violation("SHEET_EMPTY", sheets=excerpt(", ".join(s.name for s in sheets), 80))
    return fitting


def _nearest(fitting: Sequence[tuple[Sheet, ColumnMapping]]) -> tuple[Sheet, ColumnMapping]:
    return max(fitting, key=lambda one: len(one[1].columns))


def data_lines(
    sheet: Sheet, mapping: ColumnMapping, keys: Sequence[str]
) -> tuple[list[Line], list[Skipped]]:
    """The rows of data below the header, and those passed over: blank, totals, headers again.

    `keys` are the fields a row of data is known by (code, name): a total has none beside its
    word. Blank rows after the last row of data are not worth a word.
    """
    lines: list[Line] = []
    skipped = [
        Skipped(row_number=at + 1, reason=TITLE, text=_shown(cells))
        for at, cells in enumerate(sheet.rows[: mapping.header_row - 1])
        if _filled(cells)
    ]
    header = _filled(sheet.rows[mapping.header_row - 1])
    blanks: list[Skipped] = []
    for at in range(mapping.header_row, len(sheet.rows)):
        line = Line(number=at + 1, cells=sheet.rows[at], mapping=mapping)
        filled = _filled(line.cells)
        if not filled:
            blanks.append(Skipped(row_number=line.number, reason=BLANK))
            continue
        skipped += blanks
        blanks = []
        reason = HEADER_AGAIN if filled == header else _passed_over(line, filled, keys)
        if reason:
            skipped.append(Skipped(row_number=line.number, reason=reason, text=_shown(line.cells)))
        else:
            lines.append(line)
    return lines, skipped


def header_key(header: str) -> str:
    """What two wordings of one header have in common: `零售价（元）*` and `零售价` meet."""
    bare = fold(_BRACKETS.sub("", half_width(header))) or fold(header)
    return _TAILS.sub("", bare) or bare


def is_total(text: str) -> bool:
    """Whether a cell begins a row of totals: 合计, 本页小计, 合计302种, Total."""
    return _TOTAL.fullmatch(fold(text)) is not None


def violation_with_advice(code: str, /, **params: str | int) -> RuleViolation:
    """The error of a whole file, with what to do next in its parameter `next`."""
    return RuleViolation(code, **params, next=ADVICE.get(code, _NUMBER_ADVICE))


_violation = violation_with_advice


def _best_header(
    sheet: Sheet, fields: Sequence[Field], chosen: Mapping[str, str]
) -> ColumnMapping | None:
    """The row with the most understood headers among the first rows; ties go to the upper."""
    best: ColumnMapping | None = None
    for at, cells in enumerate(sheet.rows[:_HEADER_AMONG_ROWS]):
        if not _filled(cells):
            continue
        mapping = _mapped(sheet.name, at + 1, cells, fields, chosen)
        if best is None or len(mapping.columns) > len(best.columns):
            best = mapping
    return best


def _mapped(
    sheet_name: str,
    row_number: int,
    cells: Sequence[str],
    fields: Sequence[Field],
    chosen: Mapping[str, str],
) -> ColumnMapping:
    headers = [(at, normal(cell)) for at, cell in enumerate(cells) if normal(cell)]
    picked = {normal(header): name for header, name in chosen.items()}
    taken: dict[str, Column] = {}
    for at, header in headers:
        if name := picked.get(header, ""):
            taken.setdefault(name, Column(field=name, header=header, index=at))
    used = {one.index for one in taken.values()}
    used |= {at for at, header in headers if picked.get(header) == ""}
    for field in fields:
        if field.name not in taken and (one := _first_fit(field, headers, used)):
            taken[field.name] = one
            used.add(one.index)
    understood = {one.index for one in taken.values()}
    return ColumnMapping(
        sheet=sheet_name,
        header_row=row_number,
        columns=_in_order(taken.values()),
        unknown=tuple(
            Column(field="", header=header, index=at)
            for at, header in headers
            if at not in understood
        ),
    )


def _first_fit(field: Field, headers: Sequence[tuple[int, str]], used: set[int]) -> Column | None:
    """The free column whose header is the field's best wording, the leftmost of equals."""
    ranks = {header_key(alias): -rank for rank, alias in enumerate(field.aliases)}
    fitting = [
        (-ranks[key], at, header)
        for at, header in headers
        if at not in used and (key := header_key(header)) in ranks
    ]
    if not fitting:
        return None
    _, at, header = min(fitting)
    return Column(field=field.name, header=header, index=at)


def _missing(mapping: ColumnMapping, fields: Sequence[Field]) -> list[str]:
    """Labels of the required columns for which the file has neither header nor substitute."""
    there = {one.field for one in mapping.columns}
    return [
        field.label
        for field in fields
        if field.is_required and there.isdisjoint((field.name, *field.instead))
    ]


def _in_order(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(sorted(columns, key=lambda one: one.index))


def _filled(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for cell in cells if (text := normal(cell)))


def _shown(cells: Sequence[str]) -> str:
    return excerpt(" ".join(_filled(cells)), 60)


def _passed_over(line: Line, filled: Sequence[str], keys: Sequence[str]) -> str:
    """TOTAL or FOOTER for a row that is about the table and not in it; '' for a row of data."""
    first = fold(filled[0])
    named = [text for key in keys if (text := line.text(key))]
    others = [text for text in named if fold(text) != first]
    if not others and is_total(first):
        return TOTAL
    is_short = len(filled) < min(_SHORTEST_TABLE, len(line.mapping.columns))
    if not others and is_short and _FOOTER.match(first):
        return FOOTER
    return ""
