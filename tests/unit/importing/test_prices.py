"""Price rows from lists: a row per price, or a column per level."""

from collections.abc import Sequence

import pytest

from resources.demo import read_rows
from shared.core.errors import RuleViolation
from shared.core.importing import Imported
from shared.pricing.importing import PriceLine, read_prices
from shared.pricing.rules import PriceRow, check_rows
from tests.builders.workbooks import sheet_of

LEVELS = {"L1": "一级经销商", "L2": "二级经销商"}
PRODUCTS = {"1": "1", "2": "2", "6901028004954": "1"}


def imported(*rows: Sequence[str], chosen: dict[str, str] | None = None) -> Imported[PriceLine]:
    return read_prices(
        sheet_of(*rows),
        product_of=PRODUCTS.get,
        levels=LEVELS,
        regions={"HD": "华东"},
        chosen=chosen,
    )


def rows_of(result: Imported[PriceLine]) -> list[PriceRow]:
    return [line.row for line in result.items]


def codes(result: Imported[PriceLine]) -> list[tuple[int, str]]:
    return [(one.row_number, one.code) for one in result.problems]


def test_a_row_names_its_level_by_id_or_name() -> None:
    result = imported(
        ("商品编码", "级别", "价格"),
        ("1", "零售价", "199"),
        ("1", "L1", "90.55"),
        ("1", "二级经销商", "99"),
    )
    assert rows_of(result) == [
        PriceRow("1", "", "retail", 199_000_000),
        PriceRow("1", "", "level:L1", 90_550_000),
        PriceRow("1", "", "level:L2", 99_000_000),
    ]
    assert not result.problems


def test_a_column_per_level_gives_a_row_per_level() -> None:
    result = imported(
        ("条码", "名称", "零售价（元）", "一级价", "L2价", "备注"),
        ("6901028004954", "甲", "199", "90.55", "", "x"),
    )
    assert set(rows_of(result)) == {
        PriceRow("1", "", "retail", 199_000_000),
        PriceRow("1", "", "level:L1", 90_550_000),
    }
    assert [one.header for one in result.mapping.unknown] == ["备注"]
    assert result.mapping.choices()["一级价"] == "level:L1"


def test_a_person_may_say_which_level_a_column_is() -> None:
    result = imported(
        ("编码", "名称", "批发价"), ("1", "甲", "88"), chosen={"批发价": "category:wholesale"}
    )
    assert rows_of(result) == [PriceRow("1", "", "category:wholesale", 88_000_000)]


def test_ratios_of_brands_and_of_everything_are_read() -> None:
    result = imported(
        ("品牌", "级别", "折扣"),
        ("晨露", "L1", "45.5%"),
        ("山茶", "L1", "4.2折"),
        ("山茶", "", "0.5"),
    )
    assert rows_of(result) == [
        PriceRow("", "晨露", "level:L1", ratio_micro=455_000),
        PriceRow("", "山茶", "level:L1", ratio_micro=420_000),
        PriceRow("", "山茶", "*", ratio_micro=500_000),
    ]


def test_regions_accounts_lists_and_tiers_are_read() -> None:
    result = imported(
        ("编码", "区域", "级别", "客户编码", "价目表", "起订量", "价格"),
        ("1", "华东", "L1", "", "", "", "90"),
        ("1", "华 东", "", "", "", "", "91"),
        ("1", "", "", "A1", "", "", "92"),
        ("1", "", "", "", "ODM-1", "", "93"),
        ("1", "", "L1", "", "", "12", "80"),
    )
    assert [(row.dimension, row.from_qty_micro) for row in rows_of(result)] == [
        ("region:HD+level:L1", 0), ("region:HD", 0), ("account:A1", 0), ("list:ODM-1", 0),
        ("level:L1", 12_000_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("9", "L1", "5", "", ""), "CODE_UNKNOWN"),
        (("", "L1", "5", "", ""), "CODE_EMPTY"),
        (("6.9E+12", "L1", "5", "", ""), "CODE_LOST_DIGITS"),
        (("1", "L9", "5", "", ""), "LEVEL_UNKNOWN"),
        (("1", "L1", "", "", ""), "CELL_EMPTY"),
        (("1", "L1", "-5", "", ""), "PRICE_NEGATIVE"),
        (("1", "L1", "5元/支", "", ""), "UNIT_PRICE_UNREADABLE"),
        (("1", "L1", "5", "0.5", ""), "RATIO_OR_PRICE"),
        (("1", "L1", "", "0", ""), "RATIO_OR_PRICE"),
        (("1", "L1", "5", "", "A1"), "DIMENSIONS_MIXED"),
        (("2", "L1", "5", "", ""), "PRICE_ROW_TWICE"),
    ],
)
def test_each_doubt_is_listed_by_row_and_the_others_are_taken(
    row: tuple[str, ...], code: str
) -> None:
    result = imported(("编码", "级别", "价格", "折扣", "客户编码"), ("2", "L1", "7", "", ""), row)
    assert codes(result) == [(3, code)]
    assert rows_of(result) == [PriceRow("2", "", "level:L1", 7_000_000)]


def test_a_doubt_in_a_level_s_column_names_that_column() -> None:
    result = imported(("编码", "名称", "一级价"), ("1", "甲", "贵"))
    assert (result.problems[0].row_number, result.problems[0].column) == (2, "一级价")


def test_a_price_of_nothing_is_taken_with_a_warning() -> None:
    result = imported(("编码", "零售价"), ("1", "0"))
    assert [one.code for one in result.warnings] == ["PRICE_ZERO"]
    assert len(result.items) == 1


def test_a_list_without_any_price_column_is_refused() -> None:
    with pytest.raises(RuleViolation) as error:
        imported(("编码", "名称"), ("1", "甲"))
    assert error.value.code == "COLUMN_MISSING"
    assert error.value.params["headers"] == "编码 | 名称"


@pytest.mark.parametrize("name", ["prices", "ratios"])
def test_the_demo_s_own_lists_are_read_without_a_doubt(name: str) -> None:
    table = read_rows(name)
    sheets = sheet_of(tuple(table[0]), *(tuple(row.values()) for row in table))
    levels = {row["code"]: row["name_zh"] for row in read_rows("levels")}
    result = read_prices(sheets, product_of=lambda code: code, levels=levels)
    assert not result.problems
    assert len(result.items) == len(table)
    for org in {line.sales_org_id for line in result.items}:
        check_rows(line.row for line in result.items if line.sales_org_id == org)
