"""Finding the header among the rows, and telling data from titles, totals and footers."""

import pytest

from shared.core.errors import RuleViolation
from shared.core.import_rows import six_places
from shared.core.importing import Field, Sheet, data_lines, find_table, header_key
from tests.builders.workbooks import sheet_of

FIELDS = (
    Field(
        name="code", label="编码", aliases=("编码", "code"), instead=("barcode",), is_required=True
    ),
    Field(name="name", label="名称", aliases=("商品名称", "名称"), is_required=True),
    Field(name="barcode", label="条码", aliases=("条码",)),
    Field(name="price", label="零售价", aliases=("零售价", "价格")),
)


@pytest.mark.parametrize(
    "header",
    ["零售价", "零售价（元）", "*零售价", " 零 售 价 ", "零售价/元", "零售价（必填）", "零售价:",
     "零售价(RMB)"],
)  # fmt: skip
def test_wordings_of_one_header_meet(header: str) -> None:
    assert header_key(header) == header_key("零售价")


def test_the_header_is_found_below_titles_and_the_rest_is_named() -> None:
    sheets = sheet_of(
        ("商品清单 2026", "", ""),
        ("导出时间", "2026-03-09", ""),
        ("编码", "名称", "颜色"),
        ("1", "甲", "红"),
    )
    sheet, mapping = find_table(sheets, FIELDS)
    assert mapping.header_row == 3
    assert [one.header for one in mapping.unknown] == ["颜色"]
    lines, skipped = data_lines(sheet, mapping, ("code", "name"))
    assert [one.number for one in lines] == [4]
    assert [(one.row_number, one.reason) for one in skipped] == [(1, "TITLE"), (2, "TITLE")]


def test_totals_blanks_footers_and_repeated_headers_are_passed_over_with_a_note() -> None:
    sheets = sheet_of(
        ("编码", "名称", "零售价"),
        ("1", "甲", "5"),
        ("小计", "", "5"),
        ("", "", ""),
        ("编码", "名称", "零售价"),
        ("2", "合计力量蛋白粉", "7"),
        ("", "合计：", "12"),
        ("合计2种商品", "", "12"),
        ("制表人：张三", "", ""),
        ("", "", ""),
    )
    lines, skipped = data_lines(*find_table(sheets, FIELDS), ("code", "name"))
    assert [one.number for one in lines] == [2, 6]
    assert [(one.row_number, one.reason) for one in skipped] == [
        (3, "TOTAL"), (4, "BLANK"), (5, "HEADER_AGAIN"), (7, "TOTAL"), (8, "TOTAL"), (9, "FOOTER"),
    ]  # fmt: skip


def test_a_missing_column_is_named_with_the_headers_seen() -> None:
    with pytest.raises(RuleViolation) as error:
        find_table(sheet_of(("颜色", "名称"), ("红", "甲")), FIELDS)
    assert error.value.code == "COLUMN_MISSING"
    assert error.value.params["column"] == "编码"
    assert error.value.params["headers"] == "颜色 | 名称"
    assert error.value.params["next"]


def test_a_substitute_column_is_enough() -> None:
    _, mapping = find_table(sheet_of(("条码", "名称"), ("1", "甲")), FIELDS)
    assert mapping.index("barcode") == 0


def test_the_best_wording_wins_and_the_other_column_stays_unknown() -> None:
    _, mapping = find_table(
        sheet_of(("编码", "名称", "价格", "零售价"), ("1", "甲", "3", "4")), FIELDS
    )
    assert mapping.header("price") == "零售价"
    assert [one.header for one in mapping.unknown] == ["价格"]


def test_a_person_s_choice_comes_first_and_can_be_kept_for_the_next_file() -> None:
    sheets = sheet_of(("货品", "名称", "价格"), ("1", "甲", "3"))
    _, mapping = find_table(sheets, FIELDS, {"货品": "code", "价格": ""})
    assert mapping.choices() == {"货品": "code", "名称": "name"}
    _, again = find_table(sheets, FIELDS, {**mapping.choices(), "价格": ""})
    assert again == mapping


def test_a_choice_of_a_field_that_is_not_asked_for_is_refused() -> None:
    with pytest.raises(RuleViolation) as error:
        find_table(sheet_of(("编码", "名称")), FIELDS, {"编码": "colour"})
    assert error.value.code == "COLUMN_CHOICE_UNKNOWN"


def test_the_first_sheet_that_has_all_columns_is_taken() -> None:
    notes = Sheet(name="说明", rows=(("请填写",), ("名称", "在第二页")))
    sheet, _ = find_table([notes, *sheet_of(("编码", "名称"), ("1", "甲"))], FIELDS)
    assert sheet.name == "Sheet1"


def test_sheets_without_any_cell_are_refused() -> None:
    with pytest.raises(RuleViolation) as error:
        find_table(sheet_of(("", "")), FIELDS)
    assert error.value.code == "SHEET_EMPTY"


@pytest.mark.parametrize(
    ("text", "rounded"),
    [
        ("0.30000000000000004", "0.300000"),
        ("12.9999996", "13.000000"),
        ("-0.0000005", "-0.000001"),
        ("￥9.12345649元", "¥9.123456元"),
        ("9.123456", "9.123456"),
        ("5", "5"),
    ],
)
def test_long_fractions_are_rounded_by_their_digits(text: str, rounded: str) -> None:
    assert six_places(text) == rounded
