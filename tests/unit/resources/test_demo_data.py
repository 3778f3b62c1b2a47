"""The demo tables hold together: keys, references, products, barcodes and prices."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import pytest

from resources.demo import read_rows
from shared.core.text import check_digit_ok

Row = dict[str, str]

KEYS = {
    "sales_orgs": ("code",),
    "brands": ("code",),
    "products": ("code",),
    "packs": ("product_code", "unit"),
    "barcodes": ("barcode",),
    "levels": ("code",),
    "ratios": ("sales_org", "level", "brand"),
    "customer_categories": ("code",),
    "price_lists": ("code",),
    "prices": ("product_code", "level", "sales_org", "customer_category", "price_list"),
    "regions": ("code",),
    "partners": ("code",),
    "accounts": ("code",),
    "sites": ("code",),
    "users": ("code",),
    "assortments": ("code",),
    "assortment_products": ("assortment", "product_code"),
    "movement_types": ("code",),
    "opening_stock": ("site", "product_code", "lot"),
}

# table, column, table referred to, whether the cell may be empty
REFERENCES = [
    ("products", "brand", "brands", False),
    ("packs", "product_code", "products", False),
    ("barcodes", "product_code", "products", False),
    ("ratios", "sales_org", "sales_orgs", False),
    ("ratios", "level", "levels", False),
    ("ratios", "brand", "brands", False),
    ("levels", "default_upstream_level", "levels", True),
    ("customer_categories", "sales_org", "sales_orgs", False),
    ("customer_categories", "fallback", "customer_categories", True),
    ("price_lists", "sales_org", "sales_orgs", False),
    ("price_lists", "brand", "brands", False),
    ("prices", "product_code", "products", False),
    ("prices", "level", "levels", True),
    ("prices", "sales_org", "sales_orgs", True),
    ("prices", "customer_category", "customer_categories", True),
    ("prices", "price_list", "price_lists", True),
    ("regions", "parent", "regions", True),
    ("partners", "region", "regions", False),
    ("accounts", "partner", "partners", False),
    ("accounts", "sales_org", "sales_orgs", False),
    ("accounts", "level", "levels", False),
    ("accounts", "region", "regions", False),
    ("accounts", "upstream", "accounts", True),
    ("accounts", "customer_category", "customer_categories", False),
    ("sites", "partner", "partners", False),
    ("sites", "account", "accounts", True),
    ("sites", "region", "regions", False),
    ("sites", "mall_partner", "partners", True),
    ("users", "partner", "partners", False),
    ("users", "sales_orgs", "sales_orgs", False),
    ("users", "sites", "sites", True),
    ("assortments", "sales_org", "sales_orgs", False),
    ("assortments", "accounts", "accounts", True),
    ("assortment_products", "assortment", "assortments", False),
    ("assortment_products", "product_code", "products", False),
    ("opening_stock", "site", "sites", False),
    ("opening_stock", "product_code", "products", False),
]

# table, column that points at a row of the same table
TREES = [
    ("regions", "parent"),
    ("accounts", "upstream"),
    ("customer_categories", "fallback"),
    ("levels", "default_upstream_level"),
]


def by_code(name: str) -> dict[str, Row]:
    return {row["code"]: row for row in read_rows(name)}


def codes(rows: Iterable[Row], column: str) -> set[str]:
    return {row[column] for row in rows}


def level_prices() -> dict[tuple[str, str], Decimal]:
    """(product, level) -> price."""
    return {
        (row["product_code"], row["level"]): Decimal(row["price"])
        for row in read_rows("prices")
        if row["level"]
    }


@pytest.mark.parametrize("name", KEYS)
def test_no_two_rows_of_a_table_share_their_key(name: str) -> None:
    rows = read_rows(name)
    assert rows
    counted = Counter(tuple(row[column] for column in KEYS[name]) for row in rows)
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(("name", "column", "target", "may_be_empty"), REFERENCES)
def test_every_reference_leads_to_a_row(
    name: str, column: str, target: str, may_be_empty: bool
) -> None:
    known = codes(read_rows(target), "code") | ({""} if may_be_empty else set())
    named = {part for row in read_rows(name) for part in row[column].split(";")}
    assert named - known == set()


@pytest.mark.parametrize(("name", "column"), TREES)
def test_a_tree_has_no_cycle(name: str, column: str) -> None:
    parent = {row["code"]: row[column] for row in read_rows(name)}
    for start in parent:
        seen: list[str] = []
        code = start
        while code:
            assert code not in seen, [*seen, code]
            seen.append(code)
            code = parent[code]


@pytest.mark.parametrize("name", KEYS)
def test_no_cell_carries_stray_blanks(name: str) -> None:
    cells = [cell for row in read_rows(name) for cell in row.values()]
    assert [cell for cell in cells if cell != cell.strip()] == []


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        read_rows("no_such_table")


def test_product_codes_keep_their_leading_zeros() -> None:
    products = codes(read_rows("products"), "code")
    assert "010204" in products
    assert all(re.fullmatch(r"\d{6}", code) for code in products)


def test_there_are_about_sixty_goods_beside_testers_and_gifts() -> None:
    kinds = Counter(row["kind"] for row in read_rows("products"))
    assert set(kinds) == {"goods", "tester", "gift"}
    assert 55 <= kinds["goods"] <= 65
    assert min(kinds.values()) >= 3


def test_registrations_are_marked_fictional_and_unique() -> None:
    numbers = [row["registration"] for row in read_rows("products") if row["registration"]]
    assert all(re.fullmatch(r"示例妆[备特]字2026\d{6}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))


def test_what_expires_is_tracked_by_lot_and_registered() -> None:
    for row in read_rows("products"):
        expires = row["shelf_life_months"] != ""
        assert (row["lot_tracked"] == "1") is expires, row["code"]
        assert (row["registration"] != "") is expires, row["code"]


def test_every_barcode_is_an_in_store_ean13_with_a_good_check_digit() -> None:
    for row in read_rows("barcodes"):
        assert re.fullmatch(r"2\d{12}", row["barcode"]), row
        assert check_digit_ok(row["barcode"]), row


def test_every_product_and_every_pack_can_be_scanned() -> None:
    scanned = {(row["product_code"], row["unit"]) for row in read_rows("barcodes")}
    units = {(row["code"], row["base_unit"]) for row in read_rows("products")}
    units |= {(row["product_code"], row["unit"]) for row in read_rows("packs")}
    assert scanned == units


def test_some_products_have_two_barcodes_for_the_piece() -> None:
    counted = Counter((row["product_code"], row["unit"]) for row in read_rows("barcodes"))
    assert len([key for key, count in counted.items() if count == 2]) >= 3


def test_a_pack_holds_more_than_one_and_the_case_holds_whole_inner_boxes() -> None:
    base = {row["code"]: row["base_unit"] for row in read_rows("products")}
    factors = {(row["product_code"], row["unit"]): int(row["factor"]) for row in read_rows("packs")}
    for (product, unit), factor in factors.items():
        assert factor > 1
        assert unit != base[product]
        assert factors[product, "箱"] % factor == 0


def test_every_product_has_the_retail_price_its_file_states() -> None:
    prices = level_prices()
    for row in read_rows("products"):
        assert prices[row["code"], "retail"] == Decimal(row["retail_price"]) > 0, row["code"]


def test_each_price_is_positive_and_bound_to_exactly_one_thing() -> None:
    for row in read_rows("prices"):
        bound = [row[column] for column in ("level", "customer_category", "price_list")]
        assert len([cell for cell in bound if cell]) == 1, row
        assert re.fullmatch(r"\d+\.\d\d", row["price"]), row
        assert Decimal(row["price"]) > 0, row


def test_four_price_levels_rise_from_the_first_dealer_to_the_consumer() -> None:
    prices = level_prices()
    levels = sorted(read_rows("levels"), key=lambda row: int(row["rank"]))
    order = [row["code"] for row in levels]
    assert len(order) >= 4
    priced_at_l1 = [product for product, level in prices if level == "L1"]
    assert len(priced_at_l1) > 40
    for product in priced_at_l1:
        ladder = [prices[product, level] for level in order]
        assert ladder == sorted(set(ladder)), product


def test_level_prices_are_retail_times_the_brands_ratio() -> None:
    products, fen = by_code("products"), Decimal("0.01")
    ratio = {
        (row["sales_org"], row["level"], row["brand"]): Decimal(row["ratio"])
        for row in read_rows("ratios")
    }
    for row in read_rows("prices"):
        if row["level"] in ("", "retail"):
            continue
        product = products[row["product_code"]]
        share = ratio[row["sales_org"], row["level"], product["brand"]]
        exact = Decimal(product["retail_price"]) * share
        assert Decimal(row["price"]) == exact.quantize(fen, ROUND_HALF_UP), row


def test_the_remembered_price_is_90_55() -> None:
    assert level_prices()["010204", "L1"] == Decimal("90.55")


def test_a_ratio_is_between_zero_and_one() -> None:
    assert all(0 < Decimal(row["ratio"]) < 1 for row in read_rows("ratios"))


def test_a_lookup_falls_back_along_its_chain_to_a_higher_price() -> None:
    found = {
        (row["product_code"], row["customer_category"]): Decimal(row["price"])
        for row in read_rows("prices")
        if row["customer_category"]
    }
    fallback = {row["code"]: row["fallback"] for row in read_rows("customer_categories")}
    retail = level_prices()
    assert {category for _, category in found} == {"DS-SHOP", "DS-RESELL", "DS-LIVE"}
    for (product, category), price in found.items():
        assert price < found.get((product, fallback[category]), retail[product, "retail"])


def test_an_odm_product_outside_the_list_leaves_the_ratio_to_decide() -> None:
    listed = {row["product_code"] for row in read_rows("prices") if row["price_list"]}
    brand = {row["code"] for row in read_rows("products") if row["brand"] == "SUYAN"}
    assert listed < brand
