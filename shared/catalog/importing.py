"""Products from a shop's or an ERP's list: rows of a sheet become entries of a catalogue."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from shared.catalog.documents import CataloguePublished, Product, ProductBarcode, ProductPack
from shared.catalog.import_columns import KINDS, PRODUCT_FIELDS
from shared.catalog.pinyin import initials_of
from shared.catalog.rules import PRODUCTS_MAX
from shared.core.errors import RuleViolation
from shared.core.import_rows import RowReader
from shared.core.importing import Imported, Line, Problem, Sheet, data_lines, find_table
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.core.text import check_digit_ok, fold

BASE_UNIT: Final = "件"
CASE_UNIT: Final = "箱"
_TAX_RATE_MICRO: Final = 130_000
_PACK_MAX: Final = 100_000
_NAME_LENGTH_MAX: Final = 200

_PACK_SIZE = re.compile(r"(?:1\s*[*xX×]\s*)?([0-9]{1,6})\s*[^\d\s.,]*")
_PACK_SIZE_AS_CODE = re.compile(r"[0-9]{1,3}\s*[*xX×]\s*[0-9]{1,4}(\s*[*xX×]\s*[0-9]{1,4})?")
_DATE = re.compile(
    r"(?P<year>20[0-9]{2})(?:[-./年](?P<month>[0-9]{1,2})(?:[-./月](?P<day>[0-9]{1,2})日?)?月?"
    r"|(?P<month2>[0-9]{2})(?P<day2>[0-9]{2}))(?:[ T].*)?"
)
_JANUARY_OR_OCTOBER = re.compile(r"20[0-9]{2}\.1")
_SHELF_LIFE = re.compile(r"([0-9]{1,5})(?:\.0+)?\s*(天|日|days?|个月|月|months?|年|years?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product as a file states it, with the figures that belong to other documents.

    Prices go into a price version, stock into an opening count; None is a blank cell.
    """

    row_number: int
    product: Product
    retail_micro: int | None = None
    wholesale_micro: int | None = None
    member_micro: int | None = None
    cost_micro: int | None = None
    stock_qty_micro: int | None = None
    stock_least_micro: int | None = None
    stock_most_micro: int | None = None
    expires_on: str = ""
    """ISO date of the last good day; a month alone means its last day."""


def read_products(
    sheets: Sequence[Sheet],
    *,
    chosen: Mapping[str, str] | None = None,
    sales_org_ids: Sequence[str] = (),
    initials: Callable[[str], str] = initials_of,
) -> Imported[ProductRow]:
    """The products of a file, in its order, for the catalogue of the sales organisations (B01).

    Without a column of product codes the barcode is the code. Rows that repeat a product (same
    code and name) add their barcode and unit to it (B08); a code used by two names is a problem
    of the later row. A wrong check digit is a warning, a code whose digits a spreadsheet has
    thrown away (`6.90123E+12`) a problem. `chosen` is header → field of `PRODUCT_FIELDS`.

    Raises: RuleViolation COLUMN_MISSING, COLUMN_CHOICE_UNKNOWN, SHEET_EMPTY.
    """
    sheet, mapping = find_table(sheets, PRODUCT_FIELDS, chosen)
    lines, skipped = data_lines(sheet, mapping, ("code", "name", "barcode"))
    taken: dict[str, ProductRow] = {}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for line in lines:
        reader = RowReader(line)
        row = _product_row(reader, sales_org_ids)
        before = taken.get(row.product.code)
        if before is not None:
            row = _joined(reader, before, row)
        if not reader.problems:
            taken[row.product.code] = row
            warnings += reader.warnings
        problems += reader.problems
    warnings += _shared_barcodes(list(taken.values()), mapping.header("barcode"))
    return Imported(
        items=tuple(_with_initials(row, initials) for row in taken.values()),
        problems=tuple(problems),
        warnings=tuple(sorted(warnings, key=lambda one: one.row_number)),
        skipped=tuple(skipped),
        mapping=mapping,
    )


def shop_doubts(found: Imported[ProductRow]) -> tuple[Problem, ...]:
    """What a shop should look at before it sells by its sheet, row by row; nothing is refused.

    A price of nought or none, a cost that is missing or above the price, stock below zero, a name
    that stands twice (R07).
    """
    doubts: list[Problem] = []
    first: dict[str, int] = {}
    for row in found.items:
        name = row.product.name
        said = [
            ("retail", "PRICE_MISSING" if not row.retail_micro else ""),
            ("cost", _cost_doubt(row)),
            ("stock", "STOCK_NEGATIVE" if (row.stock_qty_micro or 0) < 0 else ""),
        ]
        doubts += [
            Problem(
                row_number=row.row_number, column=found.mapping.header(field), code=code, text=name
            )
            for field, code in said
            if code and found.mapping.index(field) is not None
        ]
        other = first.setdefault(fold(name), row.row_number)
        if other != row.row_number:
            header = found.mapping.header("name")
            doubts.append(
                Problem(
                    row_number=row.row_number,
                    column=header,
                    code="NAME_TWICE",
                    text=f"{name} ← {other}",
                )
            )
    return tuple(doubts)


def _cost_doubt(row: ProductRow) -> str:
    if not row.cost_micro:
        return "COST_MISSING"
    is_above = row.retail_micro is not None and row.cost_micro > row.retail_micro
    return "COST_ABOVE_PRICE" if is_above else ""


def publications(rows: Sequence[ProductRow]) -> tuple[CataloguePublished, ...]:
    """The documents that publish these products in their order, as many as the limit asks for."""
    return tuple(
        CataloguePublished(products=tuple(row.product for row in rows[at : at + PRODUCTS_MAX]))
        for at in range(0, len(rows), PRODUCTS_MAX)
    )


def _product_row(reader: RowReader, sales_org_ids: Sequence[str]) -> ProductRow:
    barcode = _barcode(reader)
    code = reader.code("code") or barcode
    if not code and not reader.problems:
        # The cell says nothing: the name tells which goods are meant.
        reader.doubt(_code_field(reader.line), "CODE_EMPTY", reader.line.text("name"))
    unit = _unit(reader)
    packs, barcodes = _packs(reader, unit, barcode)
    product = Product(
        code=code,
        name=reader.text("name", is_required=True, most=_NAME_LENGTH_MAX),
        spec=reader.text("spec"),
        brand=reader.word("brand"),
        category="/".join(filter(None, (reader.word("category"), reader.word("subcategory")))),
        base_unit=unit,
        kind=reader.choice("kind", KINDS, "KIND_UNKNOWN") or "goods",
        tax_rate_micro=_tax_rate_micro(reader),
        packs=packs,
        barcodes=barcodes,
        sales_org_ids=tuple(sales_org_ids),
        shelf_life_months=_shelf_life_months(reader),
        registration=reader.text("registration"),
        producer=reader.text("producer"),
        origin=reader.word("origin"),
        description=reader.text("description", most=4_000),
    )
    return ProductRow(
        row_number=reader.line.number,
        product=product,
        retail_micro=reader.price_micro("retail"),
        wholesale_micro=reader.price_micro("wholesale"),
        member_micro=reader.price_micro("member"),
        cost_micro=reader.price_micro("cost"),
        stock_qty_micro=reader.quantity_micro("stock", (Pack(unit, MICRO), *_as_packs(packs))),
        stock_least_micro=reader.quantity_micro("stock_least"),
        stock_most_micro=reader.quantity_micro("stock_most"),
        expires_on=_expires_on(reader),
    )


def _code_field(line: Line) -> str:
    return "barcode" if line.mapping.index("code") is None else "code"


def _barcode(reader: RowReader) -> str:
    """The barcode, proved; a pack size in its column (`1*24`) is none."""
    if _PACK_SIZE_AS_CODE.fullmatch(reader.line.text("barcode")):
        has_code = bool(reader.line.text("code"))
        reader.doubt("barcode", "BARCODE_IS_PACK_SIZE", is_warning=has_code)
        return ""
    barcode = reader.code("barcode")
    if barcode and not check_digit_ok(barcode):
        reader.doubt("barcode", "BARCODE_CHECK_DIGIT", is_warning=True)
    return barcode


def _unit(reader: RowReader) -> str:
    unit = reader.word("unit") or BASE_UNIT
    try:
        Pack(unit, MICRO)
    except RuleViolation as error:
        reader.doubt("unit", error.code)
        return BASE_UNIT
    return unit


def _packs(
    reader: RowReader, unit: str, barcode: str
) -> tuple[tuple[ProductPack, ...], tuple[ProductBarcode, ...]]:
    """The case a row names beside its unit, and the barcodes of both (B08)."""
    barcodes = [ProductBarcode(barcode=barcode)] if barcode else []
    size = _pack_size(reader, "pack_size")
    case_barcode = reader.code("pack_barcode")
    if case_barcode and not check_digit_ok(case_barcode):
        reader.doubt("pack_barcode", "BARCODE_CHECK_DIGIT", is_warning=True)
    if size <= 1 or unit == CASE_UNIT:
        if case_barcode:
            reader.doubt("pack_barcode", "PACK_SIZE_MISSING")
        return (), tuple(barcodes)
    if case_barcode:
        barcodes.append(ProductBarcode(barcode=case_barcode, unit=CASE_UNIT))
    return (ProductPack(unit=CASE_UNIT, factor_micro=size * MICRO),), tuple(barcodes)


def _pack_size(reader: RowReader, field: str) -> int:
    """`24`, `1*24`, `24支/箱` → 24; 0 when blank."""
    text = reader.word(field)
    found = _PACK_SIZE.fullmatch(text)
    if text and (found is None or not 0 < int(found[1]) <= _PACK_MAX):
        reader.doubt(field, "PACK_SIZE_UNREADABLE")
        return 0
    return int(found[1]) if found else 0


def _as_packs(packs: Sequence[ProductPack]) -> list[Pack]:
    return [Pack(one.unit, one.factor_micro) for one in packs]


def _tax_rate_micro(reader: RowReader) -> int:
    """`13%`, `0.13` and `13` are the same rate; blank is the usual one."""
    rate = reader.ratio_micro("tax_rate")
    if rate is None:
        return _TAX_RATE_MICRO
    rate = rate // 100 if rate >= MICRO else rate
    if not 0 <= rate < MICRO:
        reader.doubt("tax_rate", "RATIO_UNREADABLE")
    return rate


def _shelf_life_months(reader: RowReader) -> int:
    """Months; a number alone counts days unless the header says 月. 0 when it is not whole."""
    found = _SHELF_LIFE.fullmatch(reader.word("shelf_life").lower())
    if found is None:
        return 0
    count, unit = int(found[1]), found[2] or ""
    header = reader.line.mapping.header("shelf_life").lower()
    if unit in ("年", "year", "years"):
        return count * 12
    if unit.endswith("月") or unit.startswith("month"):
        return count
    if not unit and ("月" in header or "month" in header):
        return count
    years, rest = divmod(count, 365)
    return years * 12 if rest == 0 else (count // 30 if count % 30 == 0 else 0)


def _expires_on(reader: RowReader) -> str:
    text = reader.word("expiry")
    if not text:
        return ""
    if _JANUARY_OR_OCTOBER.fullmatch(text):
        reader.doubt("expiry", "EXPIRY_DOUBTFUL", is_warning=True)
        return ""
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        month, day = found["month"] or found["month2"], found["day"] or found["day2"]
        return _last_day(int(found["year"]), int(month), int(day or 0)).isoformat()
    except ValueError:
        reader.doubt("expiry", "EXPIRY_UNREADABLE", is_warning=True)
        return ""


def _last_day(year: int, month: int, day: int) -> dt.date:
    if day:
        return dt.date(year, month, day)
    first = dt.date(year, month, 1)
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _joined(reader: RowReader, before: ProductRow, row: ProductRow) -> ProductRow:
    """A later row of one product: its barcode, and its unit as a pack, join the earlier row."""
    has_codes = reader.line.mapping.index("code") is not None
    if not has_codes or fold(before.product.name) != fold(row.product.name):
        field = _code_field(reader.line)
        reader.doubt(field, "CODE_TWICE", f"{row.product.code} ← {before.row_number}")
        return row
    product, unit = before.product, row.product.base_unit
    packs = list(product.packs)
    if unit != product.base_unit:
        size = _pack_size(reader, "factor") or _pack_size(reader, "pack_size")
        if not size and unit not in {one.unit for one in packs}:
            reader.doubt("unit", "PACK_SIZE_MISSING")
        elif size:
            packs = [one for one in packs if one.unit != unit]
            packs.append(ProductPack(unit=unit, factor_micro=size * MICRO))
    there = {one.barcode for one in product.barcodes}
    unit = "" if unit == product.base_unit else unit
    added = [
        ProductBarcode(barcode=one.barcode, unit=one.unit or unit)
        for one in row.product.barcodes
        if one.barcode not in there
    ]
    if not added and len(packs) == len(product.packs):
        reader.doubt(
            _code_field(reader.line), "CODE_TWICE", f"{product.code} ← {before.row_number}"
        )
    barcodes = (*product.barcodes, *added)
    return replace(
        before, product=msgspec.structs.replace(product, packs=tuple(packs), barcodes=barcodes)
    )


def _shared_barcodes(rows: Sequence[ProductRow], column: str) -> list[Problem]:
    """A warning for each product whose barcode an earlier one has too."""
    first: dict[str, ProductRow] = {}
    found: list[Problem] = []
    for row in rows:
        for one in row.product.barcodes:
            other = first.setdefault(one.barcode, row)
            if other is not row:
                text = f"{one.barcode} ← {other.row_number}"
                found.append(
                    Problem(
                        row_number=row.row_number, column=column, code="BARCODE_TWICE", text=text
                    )
                )
    return found


def _with_initials(row: ProductRow, initials: Callable[[str], str]) -> ProductRow:
    named = msgspec.structs.replace(row.product, initials=initials(row.product.name))
    return replace(row, product=named)
