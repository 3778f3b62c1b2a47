"""Quantity tiers of the suggested price at the till, under a promotional price (C09)."""

import pytest
from sqlalchemy import Connection

from desktop.pricing.usecases import Buyer, prices_for, set_own_price
from desktop.sales.model.till import TillModel
from desktop.store.desk import Desk
from shared.core.rounding import MICRO
from shared.pricing.queries import retail_prices
from shared.pricing.queries.story import stored_story
from shared.promotions.rules import PolicyKind, Special
from shared.sales.queries import sale_with_lines
from tests.builders.demo_brand import APPROVER, EDITOR
from tests.builders.one_house import House
from tests.builders.plain_desk import sit
from tests.builders.policies import CLEANSER, MASK, a_policy, publish
from tests.builders.tiers import publish_tiers
from tests.unit.desktop_sales.test_promotions import is_replayed, sell


@pytest.fixture
def till(house: House) -> TillModel:
    """The till of a shop whose head office prices 1-9 at 10.00 and from 10 on at 9.00."""
    house.sit_at("HQ.01", device_type="hq")
    publish_tiers(house, MASK, "retail")
    return TillModel(_desk(house), "CNY")


def _desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


def test_a_line_is_priced_by_the_tier_of_its_quantity_each_time_it_changes(
    till: TillModel,
) -> None:
    till.scan(MASK, "9")
    assert till.due.total_minor == 9 * 1_000
    till.scan(MASK)
    assert till.due.total_minor == 10 * 900
    till.set_quantity("12")
    assert till.due.total_minor == 12 * 900
    till.set_quantity("2")
    assert till.due.total_minor == 2 * 1_000


def test_twelve_cost_the_promotional_price_and_the_sale_says_nine_before_it(
    house: House, till: TillModel
) -> None:
    publish(house, a_policy("P880", PolicyKind.SPECIAL, specials=(Special(MASK, 8_800_000),)))
    till = TillModel(_desk(house), "CNY")
    till.scan(MASK, "12")
    assert till.due.total_minor == 12 * 880
    sold = sell(till)
    found = house.read(lambda one: sale_with_lines(one, sold.uid))
    assert found is not None
    (line,) = found[1]
    assert line["unit_price_micro"] == 8_800_000
    story = house.read(lambda one: stored_story(one, "SH01", line["price_trail"]))
    assert story is not None
    assert story.unit_price_micro == 9_000_000
    assert "P880" in str(dict(line))
    assert is_replayed(house, sold)


def test_a_shops_own_price_holds_for_every_quantity(house: House, till: TillModel) -> None:
    _desk(house).do_now(set_own_price, MASK, 9_500_000)
    till.scan(MASK, "12")
    assert till.due.total_minor == 12 * 950


def test_a_baskets_prices_are_those_of_its_lines_one_by_one(house: House, till: TillModel) -> None:
    """Own prices, tiers by quantity, goods without a price and goods twice, in their order."""
    desk = _desk(house)
    desk.do_now(set_own_price, CLEANSER, 95_000_000)
    asked = [
        (MASK, 9 * MICRO),
        (CLEANSER, MICRO),
        ("nobody's", MICRO),
        (MASK, 10 * MICRO),
        (MASK, MICRO),
    ]
    opened = desk.do_now(lambda one: prices_for(one, "SH01", Buyer(), one.now_us).of_lines(asked))
    alone = desk.do_now(
        lambda one: [
            prices_for(one, "SH01", Buyer(), one.now_us).price(product_id, qty_micro=qty_micro)
            for product_id, qty_micro in asked
        ]
    )
    assert opened == alone
    found = [one.unit_price_micro if one else None for one in opened]
    assert found == [10_000_000, 95_000_000, None, 9_000_000, 10_000_000]


def test_a_members_list_may_have_tiers_too(house: House) -> None:
    house.sit_at("HQ.01", device_type="hq")
    rows = [
        {"product": MASK, "dimension": "list:member", "price": "8"},
        {"product": MASK, "dimension": "list:member", "price": "7.5", "from_qty": "6"},
    ]
    house.do(
        "HQ.01",
        EDITOR,
        "price-publish",
        sales_org="FX",
        approver=APPROVER,
        reason="会员",
        rows=rows,
    )
    now_us = house.time.now_us()

    def pays(pieces: int) -> int:
        def work(connection: Connection) -> int:
            opened = retail_prices(connection, "SH01", now_us, price_list_id="member")
            found = opened.price(MASK, qty_micro=pieces * MICRO)
            assert found is not None
            return found.unit_price_micro

        return house.read(work)

    assert [pays(one) for one in (1, 5, 6, 12)] == [8_000_000, 8_000_000, 7_500_000, 7_500_000]
