"""The exports of two running shops and other people's lists, read to the last figure."""

import gzip

import pytest

from shared.catalog.importing import ProductRow, read_products
from shared.catalog.sheets import read_sheets
from shared.core.importing import Imported
from shared.core.text import check_digit_ok
from tests.real_data import real_data

SHOPS = "pos_exports_cn"


def read(*parts: str) -> Imported[ProductRow]:
    path = real_data(*parts)
    return read_products(read_sheets(path.read_bytes(), path.name))


def valid_codes(result: Imported[ProductRow]) -> int:
    return sum(check_digit_ok(row.product.code) for row in result.items)


def test_the_snack_shop_is_read_to_the_last_figure() -> None:
    result = read(SHOPS, "snack_shop_pos_export.xlsx")
    assert (len(result.items), valid_codes(result)) == (302, 298)
    assert sum(row.stock_qty_micro or 0 for row in result.items) == 2_929_900_000
    assert sum(row.retail_micro or 0 for row in result.items) == 3_000_100_000
    assert sum((r.stock_qty_micro or 0) * (r.cost_micro or 0) for r in result.items) == (
        13_659_795 * 10**9
    )
    assert not result.problems
    assert {one.code for one in result.warnings} == {"BARCODE_CHECK_DIGIT"}
    assert "pptxpkfqw" in {row.product.initials for row in result.items}


def test_the_convenience_store_is_read_to_the_last_figure() -> None:
    result = read(SHOPS, "convenience_store_pos_export.xls")
    assert (len(result.items), valid_codes(result)) == (729, 708)
    assert sum(row.stock_qty_micro or 0 for row in result.items) == 2_191_000_000
    assert sum(row.retail_micro or 0 for row in result.items) == 13_609_000_000
    assert sum((r.stock_qty_micro or 0) * (r.cost_micro or 0) for r in result.items) == (
        2_373_495 * 10**9
    )
    assert {"09", "06"} <= {row.product.code for row in result.items}
    assert sum(row.stock_qty_micro is None for row in result.items) == 9
    assert sum((row.stock_qty_micro or 0) < 0 for row in result.items) == 49
    assert not result.problems


@pytest.mark.parametrize(
    ("workbook", "twin"),
    [
        ("snack_shop_pos_export.xlsx", "snack_shop_pos_export.csv"),
        ("convenience_store_pos_export.xls", "convenience_store_pos_export.csv"),
    ],
)
def test_a_workbook_and_its_csv_twin_give_the_same_products(workbook: str, twin: str) -> None:
    assert read(SHOPS, workbook).items == read(SHOPS, twin).items


def test_the_cosmetics_store_has_its_doubts_listed_by_row() -> None:
    result = read("cosmetics_store", "stock_list_earlier.csv")
    assert len(result.items) + len(result.problems) == 158
    assert valid_codes(result) == 135
    codes = [one.code for one in result.problems]
    assert (codes.count("BARCODE_IS_PACK_SIZE"), codes.count("CODE_EMPTY")) == (13, 1)
    assert [one.text for one in result.warnings if one.code == "EXPIRY_DOUBTFUL"] == ["2026.1"]


def test_a_gbk_csv_gives_the_same_rows_as_the_whole_set_in_utf8() -> None:
    shops = real_data("tmall_cosmetics", "tmall_cosmetics_two_shops_gbk.csv")
    whole = real_data("tmall_cosmetics", "tmall_cosmetics_dev.csv.gz")
    (gbk,) = read_sheets(shops.read_bytes(), shops.name)
    (utf8,) = read_sheets(gzip.decompress(whole.read_bytes()), "tmall.csv")
    assert gbk.rows[0] == utf8.rows[0]
    assert len(gbk.rows) == 1_679
    assert set(gbk.rows) <= set(utf8.rows)


def test_short_codes_of_eight_digits_are_proved_as_ean8_or_upc_e() -> None:
    path = real_data("barcodes_uhtt", "uhtt_beauty_dev.tsv.gz")
    (sheet,) = read_sheets(gzip.decompress(path.read_bytes()), "uhtt.tsv")
    assert len(sheet.rows) == 167_945
    short = [sheet.rows[0], *(row for row in sheet.rows[1:] if len(row[1]) == 8)]
    result = read_products([sheet.__class__(name=sheet.name, rows=tuple(short))])
    assert (len(result.items), valid_codes(result)) == (3_143, 3_143)
    assert not result.warnings


def test_the_product_sheet_of_a_workbook_is_found_behind_the_orders() -> None:
    result = read("cosmetics_orders", "cosmetics_orders_2019-01_to_2019-06.xlsx")
    assert result.mapping.sheet == "商品信息表"
    assert len(result.items) == 122
    assert result.items == read("cosmetics_orders", "products.csv").items


def test_every_truncation_of_the_xls_is_refused() -> None:
    content = real_data(SHOPS, "convenience_store_pos_export.xls").read_bytes()
    for percent in range(1, 100, 7):
        cut = content[: len(content) * percent // 100]
        with pytest.raises(Exception, match="SHEET_UNREADABLE"):
            read_sheets(cut, "cut.xls")
