"""Prices and ratios from a list: one row per price, or one column per level, become price rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.catalog.import_columns import BARCODE, CODE, NAME
from shared.core.errors import RuleViolation
from shared.core.import_rows import RowReader
from shared.core.importing import (
    Column,
    ColumnMapping,
    Field,
    Imported,
    Problem,
    Sheet,
    data_lines,
    find_table,
    header_key,
    violation_with_advice,
)
from shared.core.text import excerpt, fold
from shared.pricing.rules import (
    RETAIL,
    PriceRow,
    account,
    category,
    check_rows,
    level,
    price_list,
    region,
    region_level,
    row_key,
)

_BRAND: Final = Field(
    name="brand",
    label="品牌 (brand)",
    aliases=("品牌", "品牌名称", "品牌编码", "brand", "brand code"),
)
_CODE: Final = Field(
    name="code",
    label="商品编码 (product code)",
    aliases=(*CODE.aliases, "product"),
    instead=("barcode", "brand"),
    is_required=True,
)

PRICE_FIELDS: Final = (
    _CODE,
    BARCODE,
    Field(name="name", label="商品名称 (name)", aliases=NAME.aliases),
    _BRAND,
    Field(
        name="sales_org",
        label="销售组织 (sales organisation)",
        aliases=("销售组织", "销售组织编码", "业务线", "sales org", "sales organisation"),
    ),
    Field(
        name="level",
        label="级别 (level)",
        aliases=(
            "渠道级别", "级别", "价格级别", "客户级别", "价格类型", "价格等级", "等级",
            "级别编码", "level", "price level", "price type",
        ),
    ),
    Field(
        name="region",
        label="区域 (region)",
        aliases=("区域", "大区", "价格区域", "区域编码", "region", "area"),
    ),
    Field(
        name="category",
        label="客户类别 (customer category)",
        aliases=("客户类别", "客户分类", "客户类型", "customer category", "category"),
    ),
    Field(
        name="account",
        label="渠道客户 (account)",
        aliases=("渠道客户", "客户编码", "客户", "经销商编码", "account", "customer"),
    ),
    Field(
        name="list",
        label="价目表 (price list)",
        aliases=("价目表", "价格表", "价目表编码", "price list"),
    ),
    Field(
        name="ratio",
        label="折扣 (ratio)",
        aliases=(
            "折扣率", "折扣", "折率", "比例", "供货折扣", "结算比例", "ratio", "discount ratio",
        ),
    ),
    Field(
        name="price",
        label="价格 (price)",
        aliases=("价格", "执行价", "新价格", "供货价", "结算价", "单价", "含税单价", "price"),
    ),
    Field(
        name="retail",
        label="零售价 (retail price)",
        aliases=(
            "建议零售价", "零售价", "零售价格", "零售单价", "销售价", "销售价格", "销售单价",
            "售价", "吊牌价", "标价", "市场价", "retail price", "retail", "selling price", "rrp",
        ),
    ),
    Field(
        name="from_qty",
        label="起订数量 (from quantity)",
        aliases=("起始数量", "起订数量", "起订量", "数量起", "阶梯数量", "from qty", "min qty"),
    ),
)  # fmt: skip

_LEVEL_TAILS: Final = ("经销商", "代理商", "批发商", "客户", "渠道", "dealer")
_PRICE_TAILS: Final = ("价", "价格", "单价", "供货价", "进货价", "结算价", "price")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """A price row and where it stands in the file; the product id is the one resolved."""

    row_number: int
    sales_org_id: str
    """'' when the file names none: it is meant for the one the import is made for."""
    row: PriceRow


def read_prices(
    sheets: Sequence[Sheet],
    *,
    product_of: Callable[[str], str | None],
    levels: Mapping[str, str] | None = None,
    regions: Mapping[str, str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Imported[PriceLine]:
    """The price rows of a file, in its order (C01, C06, C09).

    Each row has a price or a ratio with its dimension (级别 retail or a level, region, customer
    category, account, price list), or a column per level (一级价, L1), or 零售价 alone.
    `product_of` finds a product id by code or barcode; `levels` and `regions` are id → name.
    `chosen` is header → field of `PRICE_FIELDS`, or header → dimension such as ``level:L1``.

    Raises: RuleViolation COLUMN_MISSING, COLUMN_CHOICE_UNKNOWN, SHEET_EMPTY.
    """
    choices = chosen or {}
    fields = {header: name for header, name in choices.items() if ":" not in name}
    dimensions = {header: name for header, name in choices.items() if ":" in name}
    sheet, mapping = find_table(sheets, PRICE_FIELDS, fields)
    wide = _level_columns(mapping, levels or {}, dimensions)
    if not wide and all(mapping.index(one) is None for one in ("price", "ratio", "retail")):
        raise _no_price_column(sheet, mapping)
    lines, skipped = data_lines(sheet, mapping, ("code", "barcode", "name", "brand"))
    items: list[PriceLine] = []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first: dict[tuple[object, ...], int] = {}
    for line in lines:
        reader = RowReader(line)
        found = _rows(reader, product_of, _Names(levels or {}), _Names(regions or {}), wide)
        _refuse_repeated(reader, found, first)
        problems += reader.problems
        if not reader.problems:
            items += found
            warnings += reader.warnings
    return Imported(
        items=tuple(items),
        problems=tuple(problems),
        warnings=tuple(warnings),
        skipped=tuple(skipped),
        mapping=_with_level_columns(mapping, wide),
    )


class _Names:
    """Finds an id by itself or by its name, however spaced and cased."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._ids = {fold(name): key for key, name in names.items()} | {
            fold(key): key for key in names
        }

    def find(self, text: str) -> str | None:
        return self._ids.get(fold(text))


def _level_columns(
    mapping: ColumnMapping, levels: Mapping[str, str], dimensions: Mapping[str, str]
) -> tuple[tuple[Column, str], ...]:
    """The columns that hold the prices of one dimension each, with that dimension."""
    wordings = {word: level(key) for key, name in levels.items() for word in _wordings(key, name)}
    found = []
    for column in mapping.unknown:
        dimension = dimensions.get(column.header) or wordings.get(header_key(column.header))
        if dimension:
            found.append((column, dimension))
    return tuple(found)


def _with_level_columns(
    mapping: ColumnMapping, wide: Sequence[tuple[Column, str]]
) -> ColumnMapping:
    """The mapping with each level's column told as its dimension, to be shown and kept."""
    named = [Column(field=name, header=one.header, index=one.index) for one, name in wide]
    taken = {one.index for one in named}
    return ColumnMapping(
        sheet=mapping.sheet,
        header_row=mapping.header_row,
        columns=tuple(sorted((*mapping.columns, *named), key=lambda one: one.index)),
        unknown=tuple(one for one in mapping.unknown if one.index not in taken),
    )


def _wordings(level_id: str, name: str) -> set[str]:
    """Headers a level's column may have: 一级经销商 → 一级, 一级价, 一级经销商价…; L1, L1价."""
    stems = {level_id, name, *(name.removesuffix(tail) for tail in _LEVEL_TAILS)}
    keys = {header_key(stem + tail) for stem in stems for tail in ("", *_PRICE_TAILS)}
    return keys - {header_key(tail) for tail in ("", *_PRICE_TAILS)}


def _no_price_column(sheet: Sheet, mapping: ColumnMapping) -> RuleViolation:
    seen = " | ".join(one.header for one in (*mapping.columns, *mapping.unknown))
    return violation_with_advice(
        "COLUMN_MISSING",
        column="价格 (price)、零售价 (retail price)、折扣 (ratio)",
        sheet=sheet.name,
        row=mapping.header_row,
        headers=excerpt(seen, 200),
    )


def _rows(
    reader: RowReader,
    product_of: Callable[[str], str | None],
    levels: _Names,
    regions: _Names,
    wide: Sequence[tuple[Column, str]],
) -> list[PriceLine]:
    product_id, brand = _subject(reader, product_of)
    from_qty = _from_qty(reader)
    prices = _prices(reader, levels, regions, wide)
    ratio = reader.ratio_micro("ratio")
    org = reader.text("sales_org")
    rows = [
        PriceRow(product_id, brand, dimension, unit_price_micro=price, from_qty_micro=from_qty)
        for dimension, price in prices
    ]
    if ratio is not None:
        dimension = _dimension(reader, levels, regions) or "*"
        rows.append(
            PriceRow(product_id, brand, dimension, ratio_micro=ratio, from_qty_micro=from_qty)
        )
        if ratio <= 0 or reader.line.text("price"):
            reader.doubt("ratio", "RATIO_OR_PRICE")
    if not rows and not reader.problems:
        reader.doubt("price", "CELL_EMPTY")
    if not reader.problems:
        _check(reader, rows)
    return [PriceLine(row_number=reader.line.number, sales_org_id=org, row=row) for row in rows]


def _subject(reader: RowReader, product_of: Callable[[str], str | None]) -> tuple[str, str]:
    """The product, or the brand where a row names no product."""
    codes = {field: reader.code(field) for field in ("code", "barcode")}
    for field, code in codes.items():
        if code and (product_id := product_of(code)) is not None:
            return product_id, ""
        if code and not any(codes[other] for other in codes if other != field):
            reader.doubt(field, "CODE_UNKNOWN")
    if all(codes.values()):
        reader.doubt("code", "CODE_UNKNOWN")
    if any(codes.values()) or reader.problems:
        return "", ""
    brand = reader.word("brand")
    if not brand:
        reader.doubt("code", "CODE_EMPTY")
    return "", brand


def _from_qty(reader: RowReader) -> int:
    """The tier's quantity; one unit and below is no tier."""
    qty = reader.quantity_micro("from_qty") or 0
    if qty < 0:
        reader.doubt("from_qty", "QUANTITY_UNREADABLE")
    return qty


def _prices(
    reader: RowReader, levels: _Names, regions: _Names, wide: Sequence[tuple[Column, str]]
) -> list[tuple[str, int]]:
    found: list[tuple[str, int | None]] = [
        (dimension, reader.price_at(column.index, column.header)) for column, dimension in wide
    ]
    found.append((RETAIL, reader.price_micro("retail")))
    if (price := reader.price_micro("price")) is not None:
        found.append((_dimension(reader, levels, regions) or RETAIL, price))
    for dimension, price in found:
        if price == 0:
            field = {RETAIL: "retail"}.get(dimension, "price")
            reader.doubt(field, "PRICE_ZERO", dimension, is_warning=True)
    return [(dimension, price) for dimension, price in found if price is not None]


def _dimension(reader: RowReader, levels: _Names, regions: _Names) -> str:
    """What the row's price is for, as its cells say; '' when they say nothing."""
    level_id = _named(reader, "level", levels, "LEVEL_UNKNOWN")
    region_id = _named(reader, "region", regions, "REGION_UNKNOWN")
    others = {
        "account": account(reader.text("account")),
        "category": category(reader.text("category")),
        "list": price_list(reader.text("list")),
    }
    named = [text for field, text in others.items() if reader.line.text(field)]
    if level_id == RETAIL and not (region_id or named):
        return RETAIL
    if level_id and region_id and level_id != RETAIL:
        named.append(region_level(region_id, level_id))
    elif level_id or region_id:
        named.append(level(level_id) if level_id else region(region_id))
    if len(named) > 1 or (level_id == RETAIL and named):
        reader.doubt("level", "DIMENSIONS_MIXED", " + ".join(named))
    return named[0] if named else ""


def _named(reader: RowReader, field: str, names: _Names, unknown: str) -> str:
    text = reader.word(field)
    if not text or (field == "level" and header_key(text) in _RETAIL_WORDS):
        return RETAIL if text else ""
    found = names.find(text)
    if found is None:
        reader.doubt(field, unknown)
    return found or ""


_RETAIL_WORDS: Final = {header_key(one) for one in ("零售", "零售价", "建议零售价", RETAIL)}


def _check(reader: RowReader, rows: Sequence[PriceRow]) -> None:
    for row in rows:
        try:
            check_rows([row])
        except RuleViolation as error:
            reader.doubt("price", error.code, row.dimension)


def _refuse_repeated(
    reader: RowReader, found: Sequence[PriceLine], first: dict[tuple[object, ...], int]
) -> None:
    """A combination stands once per sales organisation (A03); the earlier row keeps it."""
    if reader.problems:
        return
    for line in found:
        key = (line.sales_org_id, *row_key(line.row))
        if key in first:
            reader.doubt("price", "PRICE_ROW_TWICE", f"{line.row.dimension} ← {first[key]}")
    for line in found if not reader.problems else ():
        first[line.sales_org_id, *row_key(line.row)] = line.row_number
