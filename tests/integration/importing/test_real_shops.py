"""Real lists through the import screen's own act in a founded shop: expiry, repeats, search."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.app.client import Client
from desktop.app.founding import found_shop
from desktop.app.taking import take_as_own
from desktop.app.warehouse import SOURCES
from desktop.catalog.model.goods_import import GoodsImport, Taken
from desktop.sales.usecases.keeping import search_goods
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.stock.model.stock import StockModel
from desktop.store.desk import Desk
from shared.catalog.queries import GoodsLine, goods_lines
from shared.catalog.rules import own_product_id
from shared.channel.rules import founder_id
from shared.stock.queries import holdings
from shared.stock.queries.overview import count_ending
from shared.stock.rules import EXPIRES_SOON_DAYS, lot_expiry
from tests.builders.founded_shop import OWNER, new_client, site_of
from tests.real_data import real_data

PIECE = 1_000_000
FOUND: dict[str, Callable[[GoodsLine], bool]] = {
    "雪花秀": lambda one: one.brand == "雪花秀",
    "玉兰油 面膜": lambda one: one.brand == "玉兰油" and "面膜" in one.name,
    "xhx": lambda one: "xhx" in one.initials,
    "xuehuaxiu": lambda one: "雪花秀" in one.name,
    "yulanyou": lambda one: "玉兰油" in one.name,
    "mbjh": lambda one: "mbjh" in one.initials,
}
"""What a cashier types, and which goods it means."""
TMALL = {"id": "code", "title": "name", "price": "retail", "店名": "brand"}


class Memory(dict[str, str]):
    """Where the screen remembers its columns."""

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        return super().get(key, default)

    def put(self, key: str, value: str) -> None:
        self[key] = value


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    """A founded shop without goods."""
    client = new_client(tmp_path / "店 铺")
    found_shop(client, OWNER)
    yield client
    client.close()


def at_desk(shop: Client, script: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        desk = Desk(shop.store)
        try:
            await script(desk)
        finally:
            desk.close()

    asyncio.run(main())


async def opened(desk: Desk, *parts: str) -> GoodsImport:
    path = real_data(*parts)
    model = GoodsImport(desk, Memory(), take_as_own)
    await model.open(path.read_bytes(), path.name)
    return model


def wrong_with(model: GoodsImport) -> str:
    """The code of what is wrong with the whole file; '' when it can be read."""
    return model.error.code if model.error else ""


async def stock(desk: Desk, shop: Client) -> StockModel:
    site_id = site_of(shop)
    model = StockModel(desk, SOURCES, site_id, founder_id(site_id))
    await model.load()
    return model


def test_a_cosmetics_store_moves_in_with_its_expiry_dates(shop: Client) -> None:
    async def script(desk: Desk) -> None:
        model = await opened(desk, "cosmetics_store", "stock_list_earlier.csv")
        assert dict(model.columns)["expiry_date"] == "expiry"
        kept_out = Counter(one.code for one, is_out in model.problems if is_out)
        assert kept_out == {"BARCODE_IS_PACK_SIZE": 13, "CODE_EMPTY": 1}
        doubts = [one for one, is_out in model.problems if one.code == "EXPIRY_DOUBTFUL"]
        assert [(one.column, one.text) for one in doubts] == [("expiry_date", "2026.1")]
        # The file holds 1,185 pieces worth 29,326.50; the 14 rows without a code hold 76 worth
        # 3,534.80, and are listed.
        assert (model.sums.goods, model.sums.stock_micro) == (144, 1_109 * PIECE)
        assert model.sums.stock_retail_minor == 2_932_650 - 353_480
        assert model.found is not None
        rows = {one.product.code: one for one in model.found.items}
        taken = await model.take()
        assert taken == Taken(products=144, opening_micro=1_109 * PIECE, lots=134)
        held = shop.store.read(lambda one: holdings(one, site_of(shop)))
        site_id = site_of(shop)
        assert {(one.product_id, lot_expiry(one.lot), one.qty_micro) for one in held} == {
            (own_product_id(site_id, code), row.expires_on, row.stock_qty_micro)
            for code, row in rows.items()
            if row.stock_qty_micro
        }
        shown = await stock(desk, shop)
        assert shown.value_minor == 2_579_170
        assert {row.code: row.expires_on for row in shown.rows} == {
            code: row.expires_on for code, row in rows.items() if row.stock_qty_micro
        }

    at_desk(shop, script)


def test_what_is_sold_leaves_the_lot_that_ends_first(shop: Client) -> None:
    async def script(desk: Desk) -> None:
        model = await opened(desk, "cosmetics_store", "stock_list_earlier.csv")
        await model.take()
        product_id = own_product_id(site_of(shop), "8809554022597")
        line = BasketLine(product_id=product_id, qty_micro=5 * PIECE)
        await desk.do(sell, [line])
        shown = await stock(desk, shop)
        row = shown.row_of(product_id)
        assert row is not None
        assert (row.on_hand_micro, row.expires_on) == (12 * PIECE, "2027-11-30")
        await shown.open_card(product_id)
        assert shown.card is not None
        assert shown.card.lots == [("(2027-11-30)", 12 * PIECE)]

    at_desk(shop, script)


def test_a_list_in_gbk_with_unknown_headers_is_told_its_columns_and_then_found_in_chinese(
    shop: Client,
) -> None:
    async def script(desk: Desk) -> None:
        model = await opened(desk, "tmall_cosmetics", "tmall_cosmetics_two_shops_gbk.csv")
        assert wrong_with(model) == "COLUMN_MISSING"
        assert [header for header, _ in model.columns][:3] == ["update_time", "id", "title"]
        for header, field in TMALL.items():
            await model.choose(header, field)
        assert wrong_with(model) == ""
        assert model.found is not None
        # Every listing stands once a day: the first row of each id is taken, each later one told.
        told = [one for one, is_out in model.problems if is_out]
        assert {one.code for one in told} == {"CODE_TWICE"}
        rows = {one.row_number for one in model.found.items} | {one.row_number for one in told}
        assert (len(model.found.items), len(told)) == (211, 1_467)
        assert rows == set(range(2, 1_680))
        assert (await model.take()).products == 211
        lines = desk.read(goods_lines, site_of(shop))
        assert {one.brand for one in lines} == {"玉兰油", "雪花秀"}
        for typed, is_meant in FOUND.items():
            found = await desk.do(search_goods, typed, limit=500)
            assert found, typed
            wanted = {one.product_id for one in lines if is_meant(one)}
            assert {one.product_id for one in found} == wanted, typed

    at_desk(shop, script)


def test_what_ends_soon_is_listed_by_its_date_the_first_on_top(shop: Client) -> None:
    async def script(desk: Desk) -> None:
        model = await opened(desk, "cosmetics_store", "stock_list_earlier.csv")
        await model.take()
        shown = await stock(desk, shop)
        assert shown.page is not None
        every = len(shown.rows)
        last = date.fromisoformat(shown.page.day) + timedelta(days=EXPIRES_SOON_DAYS)
        wanted = sorted(
            row.expires_on for row in shown.rows if "" < row.expires_on <= last.isoformat()
        )
        assert shown.ending == len(wanted) > 0
        day, site_id = shown.page.day, site_of(shop)
        assert desk.read(count_ending, site_id, day) == len(wanted), "the home screen tells as many"
        shown.choose(only_ending=True)
        assert [row.expires_on for row in shown.rows] == wanted
        shown.choose(only_ending=False)
        assert len(shown.rows) == every

    at_desk(shop, script)
