"""Sales by product: pieces, amounts, shares, and margins as far as costs are known (商品销量)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.app.client import Client
from desktop.catalog.usecases import scanned
from desktop.sales.model.by_product import ALL, SoldModel, Span
from desktop.sales.usecases.by_product import SoldProduct, ratio, read_sold
from desktop.sales.usecases.returning import return_goods
from desktop.sales.usecases.selling import BasketLine, Sold, sell
from desktop.stock.usecases import Bought, receive_purchase
from desktop.store.desk import Desk
from shared.core.rounding import MICRO
from tests.builders.desks import at_desk
from tests.builders.founded_shop import CREAM, new_client, open_for_business, site_of
from tests.builders.window_house import WindowHouse

WASH, TASTER = "6901234567809", "6901234567823"
ALWAYS = ("2000-01-01", "2999-12-31")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    """A founded shop: cream at 199 costs 90, wash at 59.90 costs 20, a taster at 3 nobody says."""
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    yield client
    client.close()


def own(client: Client, code: str) -> str:
    return client.store.read(lambda one: scanned(one, site_of(client), code)).product_id


def sold(client: Client, **pieces: int) -> Sold:
    codes = {"cream": CREAM, "wash": WASH, "taster": TASTER}
    lines = [
        BasketLine(product_id=own(client, codes[name]), qty_micro=n * MICRO)
        for name, n in pieces.items()
    ]
    return client.store.write(sell, lines).value


def rows(client: Client, *, with_costs: bool = True) -> dict[str, SoldProduct]:
    found = client.store.read(
        lambda one: read_sold(one, site_of(client), *ALWAYS, with_costs=with_costs)
    )
    assert [one.amount_minor for one in found] == sorted(
        (one.amount_minor for one in found), reverse=True
    )
    return {one.name: one for one in found}


def test_returns_are_taken_off_pieces_amount_and_margin(shop: Client) -> None:
    first = sold(shop, cream=3, wash=1)
    sold(shop, cream=1)
    shop.store.write(return_goods, first.uid, {1: MICRO}, reason="不合适")
    cream = rows(shop)["面霜"]
    assert (cream.qty_micro, cream.amount_minor, cream.lines) == (3 * MICRO, 59_700, 3)
    assert (cream.margin_minor, cream.known_minor) == (59_700 - 27_000, 59_700)
    assert cream.margin_micro == 547_739
    assert (cream.category, cream.without_cost) == ("护肤", 0)


def test_goods_nobody_said_a_cost_of_have_no_margin_and_are_counted(shop: Client) -> None:
    sold(shop, taster=2, wash=1)
    taster = rows(shop)["试吃装"]
    assert (taster.margin_minor, taster.margin_micro, taster.without_cost) == (None, None, 1)
    assert taster.amount_minor == 600


def test_what_is_bought_dearer_today_is_the_cost_of_today(shop: Client) -> None:
    sold(shop, wash=1)
    bought = [Bought(product_id=own(shop, WASH), qty_micro=MICRO, unit_cost_micro=25 * MICRO)]
    shop.store.write(receive_purchase, bought)
    assert rows(shop)["洗面奶"].margin_minor == 5_990 - 2_500


def test_who_may_not_know_costs_gets_no_margin_at_all(shop: Client) -> None:
    sold(shop, cream=1, taster=1)
    for one in rows(shop, with_costs=False).values():
        assert (one.margin_minor, one.known_minor, one.without_cost) == (None, 0, 0)


def test_codes_nobody_knows_are_told_by_what_the_receipt_called_them(shop: Client) -> None:
    line = BasketLine(
        product_id="69999", qty_micro=MICRO, unit_price_micro=5 * MICRO, name="手写的"
    )
    shop.store.write(sell, [line])
    assert rows(shop)["手写的"].code == "69999"


def test_other_days_and_other_shops_are_not_in_it(shop: Client) -> None:
    sold(shop, cream=1)
    site_id = site_of(shop)
    ever = shop.store.read(
        lambda one: read_sold(one, site_id, "2000-01-01", "2000-12-31", with_costs=True)
    )
    there = shop.store.read(lambda one: read_sold(one, "SH01", *ALWAYS, with_costs=True))
    assert (ever, there) == ([], [])


def test_a_part_of_nothing_is_no_ratio() -> None:
    assert (ratio(None, 100), ratio(10, 0), ratio(10, -5)) == (None, None, None)
    assert ratio(-25, 100) == -250_000


# The model


def product(name: str, amount: int, **said: object) -> SoldProduct:
    values: dict[str, object] = {
        "product_id": name, "code": name, "name": name, "initials": "", "spec": "", "brand": "",
        "category": "", "unit": "", "lines": 1, "qty_micro": MICRO, "amount_minor": amount,
    }  # fmt: skip
    return SoldProduct(**(values | said))  # type: ignore[arg-type]


def test_days_are_chosen_by_one_key_or_by_hand() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at("SH01.01", device_type="till")
        house.author_id = "clerk-guanqian"
        house.time.at_us = int(datetime(2026, 3, 5, 4, tzinfo=UTC).timestamp()) * MICRO
        model = SoldModel(desk, "SH01", sees_costs=False)
        spans = {}
        for one in set(Span) - {Span.OWN}:
            model.choose_span(one)
            spans[one] = (model.from_day, model.to_day)
        assert spans == {
            Span.TODAY: ("2026-03-05", "2026-03-05"),
            Span.WEEK: ("2026-02-27", "2026-03-05"),
            Span.MONTH: ("2026-03-01", "2026-03-05"),
            Span.LAST_MONTH: ("2026-02-01", "2026-02-28"),
        }
        model.between("2026-03-04", "2026-02-01")
        assert (model.span, model.from_day, model.to_day) == (Span.OWN, "2026-02-01", "2026-03-04")
        model.choose_span(Span.TODAY)
        assert model.from_day == model.to_day == model.today
        await model.load()
        assert (list(model.every), model.is_reading) == ([], False)

    at_desk(script)


def test_brand_and_category_choose_and_the_sums_are_of_what_is_shown() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at("SH01.01", device_type="till")
        house.author_id = "clerk-guanqian"
        model = SoldModel(desk, "SH01", sees_costs=True)
        model.every = [
            product("a", 600, brand="A", category="x", margin_minor=300, known_minor=600),
            product("b", 300, brand="B", category="x", without_cost=1),
            product("c", 100, brand="B", category="y", margin_minor=-20, known_minor=100),
        ]
        model._all_minor = 1_000
        assert (model.brands, model.categories) == (["A", "B"], ["x", "y"])
        assert [model.share_micro(one) for one in model.rows] == [600_000, 300_000, 100_000]
        sums = model.sums()
        assert (sums.amount_minor, sums.margin_minor, sums.without_cost) == (1_000, 280, 1)
        assert sums.margin_micro == 400_000, "of the 700 whose cost is known"
        model.choose(brand="B")
        assert [one.code for one in model.rows] == ["b", "c"]
        model.choose(category="x")
        assert model.sums().margin_minor is None
        assert [model.share_micro(one) for one in model.rows] == [300_000], "of all that was sold"
        model.choose(brand=ALL, category=ALL)
        assert model.sums().products == 3

    at_desk(script)
