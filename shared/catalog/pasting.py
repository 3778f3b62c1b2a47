"""Lines pasted from a spreadsheet: code and quantity per row, each doubt by row (E04)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.catalog.import_columns import BARCODE, CODE, NAME
from shared.core.errors import RuleViolation
from shared.core.import_rows import RowReader
from shared.core.importing import Column, ColumnMapping, Line, Problem, Sheet, header_key
from shared.core.quantity import Pack, checked_quantity
from shared.core.rounding import MICRO

_HEADERS: Final = {header_key(one) for field in (CODE, BARCODE, NAME) for one in field.aliases}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a code stands for: a product and the units it is counted in, the base unit first."""

    product_id: str
    factor_micro: int
    """Base units in one piece of what the code names, in millionths (B08)."""
    packs: tuple[Pack, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedLine:
    """A product and how many base units of it, in millionths."""

    row_number: int
    product_id: str
    qty_micro: int


def read_lines(
    sheet: Sheet, resolve: Callable[[str], Scanned | None]
) -> tuple[tuple[PastedLine, ...], tuple[Problem, ...]]:
    """The lines of pasted rows of code and quantity, in their order, and what was not understood.

    `resolve` finds a code or barcode. A number counts what the code names (a case code counts
    cases), a quantity with units (2箱3支) the product's packs; no quantity is one. A header in
    the first row and blank rows are passed over.
    """
    lines: list[PastedLine] = []
    problems: list[Problem] = []
    for at, cells in enumerate(sheet.rows):
        is_header = at == 0 and cells and header_key(cells[0]) in _HEADERS
        if is_header or not any(cell.strip() for cell in cells):
            continue
        reader = RowReader(Line(number=at + 1, cells=cells, mapping=_mapping(sheet.name)))
        line = _line(reader, resolve)
        if line is not None:
            lines.append(line)
        problems += reader.problems
    return tuple(lines), tuple(problems)


def _line(reader: RowReader, resolve: Callable[[str], Scanned | None]) -> PastedLine | None:
    code = reader.code("code")
    if not code:
        if not reader.problems:
            reader.doubt("code", "CODE_EMPTY")
        return None
    found = resolve(code)
    if found is None:
        reader.doubt("code", "CODE_UNKNOWN")
        return None
    qty_micro = _quantity(reader, found)
    if qty_micro is None or reader.problems:
        return None
    return PastedLine(
        row_number=reader.line.number, product_id=found.product_id, qty_micro=qty_micro
    )


def _quantity(reader: RowReader, found: Scanned) -> int | None:
    text = reader.line.text("qty")
    counted = reader.quantity_micro("qty", found.packs) if text else MICRO
    if counted is None:
        return None
    if not text or text[-1].isdigit():
        # A bare number counts what the code names: cases of a case code.
        counted = counted * found.factor_micro // MICRO
    try:
        return checked_quantity(counted)
    except RuleViolation as error:
        reader.doubt("qty", error.code)
        return None


def _mapping(sheet_name: str) -> ColumnMapping:
    columns: Sequence[tuple[str, str]] = (("code", "编码"), ("qty", "数量"))
    return ColumnMapping(
        sheet=sheet_name,
        header_row=0,
        columns=tuple(
            Column(field=field, header=header, index=at)
            for at, (field, header) in enumerate(columns)
        ),
        unknown=(),
    )
