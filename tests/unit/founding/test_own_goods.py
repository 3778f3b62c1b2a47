"""A shop's own goods: from a sheet, one by one, bought, sold, counted; nobody else's (B11, R07)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.app.client import Client
from desktop.app.founding import found_shop, read_goods, read_goods_file, take_in
from desktop.catalog.usecases import (
    create_own_product,
    scanned,
    state_costs,
    state_own_products,
    state_supplier,
    withdraw_own_barcode,
)
from desktop.channel.usecases import add_staff
from desktop.pricing.usecases import set_own_price, set_own_prices
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.stock.usecases import Bought, Goods, move, receive_purchase
from shared.catalog.documents import OwnGoods, ProductBarcode, ProductPack
from shared.catalog.queries import costs_of, own_goods, own_products, suppliers
from shared.catalog.rules import own_product_id
from shared.catalog.search import search
from shared.catalog.tables import product
from shared.channel.rules import founder_id
from shared.core.errors import AccessDenied, QutongError, RuleViolation
from shared.pricing.queries import retail_price
from shared.stock.queries import is_opened, on_hand_micro, stock_report, type_names
from shared.stock.rules import BUILT_IN, BUILT_IN_NAMES, location
from shared.stock.tables import purchase_line
from shared.stocktake.queries import count
from shared.stocktake.rules import CountState
from shared.stocktake.tables import stock_count
from tests.builders.founded_shop import CREAM, OWNER, SHEET, new_client, open_for_business, site_of
from tests.fakes.keys import MemoryKeyStore
from tests.real_data import real_data

PIECE = 1_000_000


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Client]:
    """A founded shop without goods."""
    client = new_client(tmp_path / "店 铺")
    found_shop(client, OWNER)
    yield client
    client.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    """A founded shop with the sheet's goods on its shelf."""
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    yield client
    client.close()


def held(client: Client, product_id: str) -> int:
    here = location(site_of(client))
    return client.store.read(lambda one: on_hand_micro(one, here, product_id))


def own(client: Client, code: str) -> str:
    found = client.store.read(lambda one: scanned(one, site_of(client), code))
    assert found.is_known
    return found.product_id


def test_a_lost_database_is_rebuilt_from_the_spool_without_any_server(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    open_for_business(client)
    cream = own(client, CREAM)
    first = client.store.write(sell, [BasketLine(product_id=cream, qty_micro=PIECE)]).value
    client.close()
    for file in (tmp_path / "shop").glob("store.db*"):
        file.unlink()
    again = new_client(tmp_path / "shop", keys)
    again.store.author_id = founder_id(site_of(again))
    assert held(again, own(again, CREAM)) == 9 * PIECE
    assert again.store.read(lambda one: search(one, "面霜", limit=5)) == [cream]
    later = again.store.write(sell, [BasketLine(product_id=cream, qty_micro=PIECE)]).value
    assert (first.number[-6:], later.number[-6:]) == ("000001", "000002")
    again.close()


# From a sheet


def test_a_sheet_becomes_goods_prices_and_opening_stock_at_once(shop: Client) -> None:
    site_id = site_of(shop)
    cream = own(shop, CREAM)
    price = shop.store.read(lambda one: retail_price(one, site_id, cream, shop.clock.now_us()))
    assert price is not None
    assert price.unit_price_micro == 199 * PIECE
    assert held(shop, cream) == 10 * PIECE
    assert held(shop, own(shop, "6901234567816")) == 2_500_000
    assert held(shop, own(shop, "6901234567823")) == 0
    assert shop.store.read(lambda one: is_opened(one, site_id))
    assert len(shop.store.read(lambda one: own_products(one, site_id))) == 4


def test_the_opening_is_a_count_that_is_posted_signed_and_worth_its_cost(shop: Client) -> None:
    (head,) = shop.store.read(lambda one: one.execute(select(stock_count)).all())
    assert (head.scope, head.mode) == ("opening", "open")
    assert head.value_minor == 10 * 9_000 + 24 * 2_000 + 1_125
    found = shop.store.read(lambda one: count(one, head.id))
    assert found is not None
    assert found.state is CountState.POSTED


def test_goods_sold_before_the_opening_are_in_the_book_it_is_compared_with(empty: Client) -> None:
    rows = read_goods(SHEET.encode(), "goods.csv").found.items
    take_in(empty, rows, with_stock=False)
    cream = own(empty, CREAM)
    empty.store.write(sell, [BasketLine(product_id=cream, qty_micro=2 * PIECE)])
    assert held(empty, cream) == -2 * PIECE
    take_in(empty, rows)
    assert held(empty, cream) == 10 * PIECE


def test_a_second_opening_is_refused_and_takes_nothing(shop: Client) -> None:
    sheet = SHEET.replace("199.00", "299.00")
    rows = read_goods(sheet.encode(), "goods.csv").found.items
    with pytest.raises(RuleViolation, match="ALREADY_OPENED"):
        take_in(shop, rows)
    now_us = shop.clock.now_us()
    price = shop.store.read(lambda one: retail_price(one, site_of(shop), own(shop, CREAM), now_us))
    assert price is not None
    assert price.unit_price_micro == 199 * PIECE
    taken = take_in(shop, rows, with_stock=False)
    assert (taken.products, taken.opened) == (4, 0)
    price = shop.store.read(lambda one: retail_price(one, site_of(shop), own(shop, CREAM), now_us))
    assert price is not None
    assert price.unit_price_micro == 299 * PIECE


def test_doubts_are_told_by_row() -> None:
    found = read_goods(SHEET.encode(), "goods.csv")
    assert not found.found.problems
    assert [(one.row_number, one.column, one.code) for one in found.doubts] == [
        (5, "进货价", "COST_MISSING"),
        (5, "库存量", "STOCK_NEGATIVE"),
    ]


@pytest.mark.parametrize(
    ("file", "goods", "stock_micro", "opened_micro", "worth_micro", "costs", "doubts"),
    [
        (
            "snack_shop_pos_export.xlsx",
            302,
            2_929_900_000,
            2_929_900_000,
            13_659_795_000,
            297,
            {"PRICE_MISSING": 2, "COST_MISSING": 5, "COST_ABOVE_PRICE": 1, "NAME_TWICE": 4},
        ),
        (
            "convenience_store_pos_export.xls",
            729,
            2_191_000_000,
            4_428_000_000,
            2_373_495_000,
            723,
            {"STOCK_NEGATIVE": 49, "COST_ABOVE_PRICE": 3, "NAME_TWICE": 29},
        ),
    ],
)
def test_a_real_shop_moves_in_with_the_totals_of_its_old_program(
    empty: Client,
    file: str,
    goods: int,
    stock_micro: int,
    opened_micro: int,
    worth_micro: int,
    costs: int,
    doubts: dict[str, int],
) -> None:
    sheet = read_goods_file(real_data("pos_exports_cn", file))
    assert (len(sheet.found.items), sheet.stock_micro) == (goods, stock_micro)
    told = Counter(one.code for one in sheet.doubts)
    assert {code: told[code] for code in doubts} == doubts
    taken = take_in(empty, sheet.found.items)
    assert (taken.products, taken.opening_micro) == (goods, opened_micro)
    site_id = site_of(empty)
    ids = empty.store.read(lambda one: own_products(one, site_id))
    assert len(ids) == goods
    assert sum(held(empty, one) for one in ids) == opened_micro
    kept = empty.store.read(lambda one: costs_of(one, site_id, "CNY"))
    assert taken.costs == len(kept) == costs
    worth = sum(
        (row.stock_qty_micro or 0) * kept.get(own_product_id(site_id, row.product.code), 0)
        for row in sheet.found.items
    )
    assert worth == worth_micro * PIECE
    first = sheet.found.items[-1].product.name
    assert empty.store.read(lambda one: search(one, first, limit=5))


def test_the_snack_shops_opening_is_worth_what_its_old_program_says(empty: Client) -> None:
    sheet = read_goods_file(real_data("pos_exports_cn", "snack_shop_pos_export.xlsx"))
    # 13,659.795 in all, each line rounded to the fen.
    assert take_in(empty, sheet.found.items).opening_minor == 1_365_980


def test_who_may_not_know_costs_takes_a_sheet_in_without_them(empty: Client) -> None:
    keeper = empty.store.write(add_staff, "库管", "warehouse", pin_hash="").value
    empty.store.author_id = keeper
    sheet = read_goods("名称,条码,库存,进价,售价\n茶,6921168509256,3,1.50,3\n".encode(), "t.csv")
    assert take_in(empty, sheet.found.items).costs == 0
    site_id = site_of(empty)
    assert empty.store.read(lambda one: costs_of(one, site_id, "CNY")) == {}
    with pytest.raises(AccessDenied):
        empty.store.write(state_costs, {own(empty, "6921168509256"): 1_500_000})


# One by one


def test_an_unknown_barcode_becomes_goods_that_are_sold_and_reported(shop: Client) -> None:
    site_id = site_of(shop)
    code = "6921168509256"
    assert not shop.store.read(lambda one: scanned(one, site_id, code)).is_known
    made = shop.store.write(create_own_product, "", "农夫山泉", barcodes=[code]).value
    shop.store.write(set_own_price, made, 2 * PIECE)
    shop.store.write(receive_purchase, [Bought(product_id=made, qty_micro=24 * PIECE)])
    sold = shop.store.write(sell, [BasketLine(product_id=own(shop, code), qty_micro=3 * PIECE)])
    assert sold.value.total_minor == 600
    here = location(site_id)
    lines = shop.store.read(lambda one: stock_report(one, here, "2000-01-01", "2999-12-31"))
    (line,) = [one for one in lines if one.product_id == made]
    assert (line.in_micro, line.out_micro, line.closing_micro) == (
        24 * PIECE,
        3 * PIECE,
        21 * PIECE,
    )


def test_a_case_code_of_own_goods_counts_its_pieces(shop: Client) -> None:
    shop.store.write(
        create_own_product,
        "WATER",
        "矿泉水",
        barcodes=["69211"],
        packs=[ProductPack(unit="箱", factor_micro=12 * PIECE)],
        pack_barcodes=[ProductBarcode(barcode="69212", unit="箱")],
        category="饮料",
    )
    found = shop.store.read(lambda one: scanned(one, site_of(shop), "69212", "2"))
    assert (found.unit, found.qty_micro) == ("箱", 24 * PIECE)


def test_own_goods_are_stated_anew_and_a_barcode_is_withdrawn(shop: Client) -> None:
    site_id, cream = site_of(shop), own(shop, CREAM)
    before = shop.store.read(lambda one: own_goods(one, site_id, cream))
    assert before is not None
    changed = OwnGoods(
        code=before.code, name="夜霜", category="护肤", base_unit="瓶", barcodes=before.barcodes
    )
    shop.store.write(state_own_products, [changed])
    assert shop.store.read(lambda one: search(one, "夜霜", limit=5)) == [cream]
    shop.store.write(create_own_product, "NIGHT", "晚霜", barcodes=["4711"])
    night = own(shop, "4711")
    shop.store.write(withdraw_own_barcode, night, "4711")
    assert not shop.store.read(lambda one: scanned(one, site_id, "4711")).is_known
    with pytest.raises(RuleViolation, match="BARCODE_UNKNOWN"):
        shop.store.write(withdraw_own_barcode, night, "4712")


@pytest.mark.parametrize(
    ("goods", "code"),
    [
        ([OwnGoods(code="", name="无码")], "CODE_EMPTY"),
        ([OwnGoods(code="A", name=" ")], "PRODUCT_INCOMPLETE"),
        ([OwnGoods(code="A", name="甲"), OwnGoods(code="A", name="乙")], "CODE_TWICE"),
        (
            [OwnGoods(code="A", name="甲", barcodes=(ProductBarcode(barcode="1", unit="箱"),))],
            "UNKNOWN_UNIT",
        ),
    ],
)
def test_goods_that_are_half_said_are_refused(
    shop: Client, goods: list[OwnGoods], code: str
) -> None:
    with pytest.raises(QutongError) as why:
        shop.store.write(state_own_products, goods)
    assert why.value.code == code


def test_many_prices_are_set_at_once_and_nought_takes_one_back(shop: Client) -> None:
    site_id, cream, wash = site_of(shop), own(shop, CREAM), own(shop, "6901234567809")
    shop.store.write(set_own_prices, {cream: 0, wash: 10 * PIECE})
    now_us = shop.clock.now_us()
    assert shop.store.read(lambda one: retail_price(one, site_id, cream, now_us)) is None
    price = shop.store.read(lambda one: retail_price(one, site_id, wash, now_us))
    assert price is not None
    assert price.unit_price_micro == 10 * PIECE
    with pytest.raises(RuleViolation, match="PRODUCT_UNKNOWN"):
        shop.store.write(set_own_prices, {"010204": PIECE})


def test_only_who_may_takes_up_own_goods(shop: Client) -> None:
    shop.store.author_id = "somebody"
    for act, said in (
        (state_own_products, [OwnGoods(code="A", name="甲")]),
        (set_own_prices, {}),
        (receive_purchase, [Bought(product_id=own(shop, CREAM), qty_micro=PIECE)]),
    ):
        with pytest.raises(AccessDenied, match="NOT_PERMITTED"):
            shop.store.write(act, said)  # type: ignore[arg-type]
    ids = shop.store.read(lambda one: one.execute(select(product.c.id)).scalars().all())
    assert len(ids) == 4


# Bought and moved


def test_a_purchase_without_a_notice_comes_in_from_an_own_supplier(shop: Client) -> None:
    cream = own(shop, CREAM)
    supplier = shop.store.write(state_supplier, "S1", "批发市场 12 号", phone="0512").value
    (known,) = shop.store.read(lambda one: suppliers(one, site_of(shop)))
    assert (known.supplier_id, known.name) == (supplier, "批发市场 12 号")
    bought = Bought(product_id=cream, qty_micro=5 * PIECE, unit_cost_micro=88_500_000)
    header = shop.store.write(receive_purchase, [bought], supplier_id=supplier).value
    assert header.number == f"WC-{site_of(shop)}-01A-000001"
    assert held(shop, cream) == 15 * PIECE
    (line,) = shop.store.read(lambda one: one.execute(select(purchase_line)).all())
    assert (line.supplier_id, line.amount_minor) == (supplier, 44_250)


@pytest.mark.parametrize(
    ("lines", "supplier", "code"),
    [
        ([], "", "NO_LINES"),
        ([Bought(product_id="nobody", qty_micro=PIECE)], "", "PRODUCT_UNKNOWN"),
        ([Bought(product_id="", qty_micro=0)], "", "QUANTITY_NOT_POSITIVE"),
        ([Bought(product_id="", qty_micro=1, unit_cost_micro=-1)], "", "PRICE_NEGATIVE"),
        ([Bought(product_id="", qty_micro=1)], "supplier:SH01:S1", "SUPPLIER_UNKNOWN"),
    ],
)
def test_a_purchase_that_makes_no_sense_is_refused(
    shop: Client, lines: list[Bought], supplier: str, code: str
) -> None:
    cream = own(shop, CREAM)
    named = [
        Bought(
            product_id=one.product_id or cream,
            qty_micro=one.qty_micro,
            unit_cost_micro=one.unit_cost_micro,
        )
        for one in lines
    ]
    with pytest.raises(RuleViolation) as why:
        shop.store.write(receive_purchase, named, supplier_id=supplier)
    assert why.value.code == code


def test_a_shop_without_head_office_has_movement_types_of_the_program(shop: Client) -> None:
    cream = own(shop, CREAM)
    shop.store.write(move, "scrap", [Goods(product_id=cream, qty_micro=PIECE)], reason="破损")
    assert held(shop, cream) == 9 * PIECE
    named = shop.store.read(type_names)
    assert {one.id for one in named} == BUILT_IN.keys() == BUILT_IN_NAMES.keys()
