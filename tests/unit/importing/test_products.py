"""Products from lists as shops and ERPs export them."""

from collections.abc import Sequence

import pytest

from shared.catalog.documents import ProductBarcode, ProductPack
from shared.catalog.importing import ProductRow, publications, read_products
from shared.catalog.sheets import read_sheets
from shared.core.errors import RuleViolation
from shared.core.importing import Imported
from tests.builders.workbooks import sheet_of, workbook_of

EAN = "6901028004954"


def imported(*rows: Sequence[str]) -> Imported[ProductRow]:
    return read_products(sheet_of(*rows), initials=lambda _name: "")


def problems(result: Imported[ProductRow]) -> list[tuple[int, str, str]]:
    return [(one.row_number, one.column, one.code) for one in result.problems]


def test_a_row_becomes_a_product_with_its_figures() -> None:
    result = read_products(
        sheet_of(
            ("商品编码", "商品名称", "规格", "品牌", "大类", "小类", "单位", "箱规", "条码", "箱码",
             "税率", "零售价", "进价", "库存", "有效期至", "保质期（月）", "备案号"),
            ("010101", "除皱霜", "50g", "晨露", "护肤", "面霜", "支", "1*24", EAN, "16901028004951",
             "13%", "199.00", "86.5元", "2箱3支", "2027.03", "36", "沪G妆1"),
        ),
        sales_org_ids=("FX",),
    )  # fmt: skip
    (row,) = result.items
    product = row.product
    assert (product.code, product.name, product.spec) == ("010101", "除皱霜", "50g")
    assert (product.brand, product.category, product.base_unit) == ("晨露", "护肤/面霜", "支")
    assert product.packs == (ProductPack(unit="箱", factor_micro=24_000_000),)
    assert product.barcodes == (
        ProductBarcode(barcode=EAN),
        ProductBarcode(barcode="16901028004951", unit="箱"),
    )
    assert (product.initials, product.sales_org_ids) == ("czs", ("FX",))
    assert (product.tax_rate_micro, product.shelf_life_months) == (130_000, 36)
    assert (row.retail_micro, row.cost_micro) == (199_000_000, 86_500_000)
    assert (row.stock_qty_micro, row.expires_on) == (51_000_000, "2027-03-31")
    assert not result.problems
    assert not result.warnings


def test_a_code_that_lost_its_digits_is_a_problem_of_its_row() -> None:
    result = imported(("条码", "名称"), ("6.90123E+12", "甲"), (EAN, "乙"))
    assert problems(result) == [(2, "条码", "CODE_LOST_DIGITS")]
    assert "text" in result.problems[0].advice
    assert [row.product.code for row in result.items] == [EAN]


def test_floating_point_cells_and_leading_zeros_are_read_exactly() -> None:
    content = workbook_of(
        ["条码", "名称", "零售价"], [6901028004954.0, "甲", 0.1 + 0.2], ["09", "乙", 2.5]
    )
    result = read_products(read_sheets(content, "a.xlsx"))
    assert [row.product.code for row in result.items] == [EAN, "09"]
    assert [row.retail_micro for row in result.items] == [300_000, 2_500_000]


def test_a_number_beyond_what_a_spreadsheet_keeps_is_a_problem() -> None:
    content = workbook_of(["条码", "名称"], [69010280049540001234, "甲"])
    assert problems(read_products(read_sheets(content, "a.xlsx"))) == [
        (2, "条码", "CODE_LOST_DIGITS")
    ]


def test_a_wrong_check_digit_is_a_warning_and_the_product_is_taken() -> None:
    result = imported(("条码", "名称"), ("6901028004955", "甲"))
    assert [(one.row_number, one.code) for one in result.warnings] == [(2, "BARCODE_CHECK_DIGIT")]
    assert len(result.items) == 1


def test_one_name_may_have_several_codes() -> None:
    result = imported(("编码", "名称"), ("1", "甲"), ("2", "甲"))
    assert len(result.items) == 2


def test_one_code_for_two_names_is_a_problem_of_the_later_row() -> None:
    result = imported(("编码", "名称"), ("1", "甲"), ("1", "乙"))
    assert problems(result) == [(3, "编码", "CODE_TWICE")]
    assert result.problems[0].text == "1 ← 2"
    assert [row.product.name for row in result.items] == ["甲"]


def test_the_same_row_twice_is_listed_and_taken_once() -> None:
    result = imported(("编码", "名称", "条码"), ("1", "甲", EAN), ("1", "甲", EAN))
    assert problems(result) == [(3, "编码", "CODE_TWICE")]


def test_rows_of_one_product_add_their_barcodes_and_units() -> None:
    result = imported(
        ("编码", "名称", "单位", "换算率", "条码"),
        ("1", "甲", "支", "1", EAN),
        ("1", "甲", "支", "1", "6901028004947"),
        ("1", "甲", "箱", "12", "16901028004951"),
    )
    (row,) = result.items
    assert row.product.packs == (ProductPack(unit="箱", factor_micro=12_000_000),)
    assert row.product.barcodes == (
        ProductBarcode(barcode=EAN),
        ProductBarcode(barcode="6901028004947"),
        ProductBarcode(barcode="16901028004951", unit="箱"),
    )
    assert not result.problems


def test_a_second_unit_without_its_size_is_a_problem() -> None:
    result = imported(
        ("编码", "名称", "单位", "条码"), ("1", "甲", "支", EAN), ("1", "甲", "箱", "6901028004947")
    )
    assert problems(result) == [(3, "单位", "PACK_SIZE_MISSING")]


def test_a_barcode_of_two_products_is_a_warning() -> None:
    result = imported(("编码", "名称", "条码"), ("1", "甲", EAN), ("2", "乙", EAN))
    assert [(one.row_number, one.code) for one in result.warnings] == [(3, "BARCODE_TWICE")]
    assert len(result.items) == 2


def test_a_pack_size_in_the_barcode_column_is_no_code() -> None:
    result = imported(("条码", "名称"), ("1*24", "冰露"), ("1*24", "可乐"))
    assert [code for _, _, code in problems(result)] == ["BARCODE_IS_PACK_SIZE"] * 2


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("名称", "", "CELL_EMPTY"),
        ("编码", "", "CODE_EMPTY"),
        ("编码", "-5", "CODE_UNREADABLE"),
        ("编码", "1" * 65, "CODE_TOO_LONG"),
        ("编码", "12 34", "CODE_HAS_BLANKS"),
        ("零售价", "十元", "UNIT_PRICE_UNREADABLE"),
        ("零售价", "-1", "PRICE_NEGATIVE"),
        ("库存", "1000000000", "QUANTITY_TOO_LARGE"),
        ("库存", "3箱", "UNKNOWN_UNIT"),
        ("单位", "12支", "UNIT_NAME_BAD"),
        ("箱规", "很多", "PACK_SIZE_UNREADABLE"),
        ("商品类型", "虚空", "KIND_UNKNOWN"),
    ],
)
def test_each_doubt_names_its_row_column_and_code(column: str, cell: str, code: str) -> None:
    row = {"编码": "1", "名称": "甲", column: cell}
    result = imported(tuple(row), tuple(row.values()))
    assert problems(result) == [(2, column, code)]
    assert result.problems[0].advice


def test_blanks_of_every_kind_are_no_figures() -> None:
    result = imported(
        ("编码", "名称", "零售价", "库存", "品牌"),
        ("1", "甲", "-", "", "0"),
        ("2", "乙", "null", "/", "无"),
    )
    assert not result.problems
    assert {(row.retail_micro, row.stock_qty_micro, row.product.brand) for row in result.items} == {
        (None, None, "")
    }


def test_a_month_that_may_be_january_or_october_is_a_warning() -> None:
    result = imported(("编码", "名称", "有效期"), ("1", "甲", "2026.1"), ("2", "乙", "2026.01"))
    assert [(one.row_number, one.code) for one in result.warnings] == [(2, "EXPIRY_DOUBTFUL")]
    assert [row.expires_on for row in result.items] == ["", "2026-01-31"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-09", "2027-03-09"),
        ("2027/3/9", "2027-03-09"),
        ("2027年3月9日", "2027-03-09"),
        ("20270309", "2027-03-09"),
        ("2027-03-09 00:00:00", "2027-03-09"),
        ("2028.02", "2028-02-29"),
        ("2027.12", "2027-12-31"),
        ("2027.13", ""),
        ("2027-02-30", ""),
    ],
)
def test_expiry_dates_are_read_in_every_usual_form(text: str, day: str) -> None:
    result = imported(("编码", "名称", "有效期"), ("1", "甲", text))
    assert result.items[0].expires_on == day
    assert bool(result.warnings) == (not day)


@pytest.mark.parametrize(
    ("header", "text", "months"),
    [
        ("保质期", "1095", 36),
        ("保质期", "3年", 36),
        ("保质期", "36个月", 36),
        ("保质期(月)", "36", 36),
        ("保质期(天)", "90", 3),
        ("保质期", "100", 0),
        ("保质期", "", 0),
    ],
)
def test_shelf_life_is_counted_in_months(header: str, text: str, months: int) -> None:
    result = imported(("编码", "名称", header), ("1", "甲", text))
    assert result.items[0].product.shelf_life_months == months


@pytest.mark.parametrize("text", ["13%", "0.13", "13", ""])
def test_a_tax_rate_is_read_in_every_usual_form(text: str) -> None:
    result = imported(("编码", "名称", "税率"), ("1", "甲", text))
    assert result.items[0].product.tax_rate_micro == 130_000


def test_two_header_rows_with_merged_cells_are_read() -> None:
    sheets = sheet_of(
        ("编码", "名称", "价格", ""), ("编码", "名称", "零售价", "进价"), ("1", "甲", "9", "5")
    )
    result = read_products(sheets)
    assert (result.items[0].retail_micro, result.items[0].cost_micro) == (9_000_000, 5_000_000)


def test_a_file_without_names_is_refused_with_the_headers_it_has() -> None:
    with pytest.raises(RuleViolation) as error:
        imported(("编码", "颜色"), ("1", "红"))
    assert error.value.code == "COLUMN_MISSING"
    assert error.value.params["headers"] == "编码 | 颜色"


def test_a_large_catalogue_is_published_in_documents_within_the_limit() -> None:
    rows = [(str(number), f"商品{number}") for number in range(5_001)]
    documents = publications(imported(("编码", "名称"), *rows).items)
    assert [len(one.products) for one in documents] == [5_000, 1]
