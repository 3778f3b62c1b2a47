"""What a rehearsal says of a draft is what the version then does (workflows "HQ" step 4)."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from desktop.catalog.usecases import state_costs
from shared.core.rounding import MICRO, divide_half_away
from shared.ordering.tables import order_line
from shared.pricing.queries import context_of, price_book, versions
from shared.pricing.queries.rehearsing import draft_of_rows, kept_rows, touched_goods
from shared.pricing.rules import PriceRow, level, region_level
from shared.reporting.queries.rehearsal import Rehearsal, rehearse
from tests.builders.office_day import in_the_new_year
from tests.builders.one_house import House, a_house
from tests.gallery.scenes_office import some_orders

ORG, ACCOUNTS = "FX", ("P1001-FX", "P1002-FX", "P2001-FX")
ROWS = (
    PriceRow("010101", "", "retail", unit_price_micro=199_000_000),
    PriceRow("010102", "", level("L1"), unit_price_micro=12_340_000),
    PriceRow("010201", "", "retail", unit_price_micro=1, is_removed=True),
    PriceRow("", "", level("L2"), ratio_micro=400_000),
)


@pytest.fixture
def house() -> Iterator[House]:
    made = a_house()
    in_the_new_year(cast(Any, made))
    yield made
    made.close()


def _publish(house: House, rows: tuple[PriceRow, ...]) -> None:
    house.do("HQ.01", "hq-editor", "price-publish", sales_org=ORG, approver="hq-approver",
             reason="test", rows=[_typed(row) for row in rows])  # fmt: skip


def _typed(row: PriceRow) -> dict[str, Any]:
    typed: dict[str, Any] = {
        "product": row.product_id, "brand": row.brand, "dimension": row.dimension,
        "is_removed": row.is_removed,
    }  # fmt: skip
    kind = "ratio" if row.ratio_micro else "price"
    value = row.ratio_micro or row.unit_price_micro
    if row.from_qty_micro:
        typed["from_qty"] = str(row.from_qty_micro // MICRO)
    return typed | {kind: f"{value // MICRO}.{value % MICRO:06d}"}


def _parent(house: House) -> int:
    return max(one.number for one in house.read(lambda one: versions(one, ORG)))


def test_each_account_pays_by_the_version_what_the_draft_said_before(house: House) -> None:
    parent, now_us = _parent(house), house.time.now_us()

    def said(connection: Any) -> dict[tuple[str, str], int | None]:
        draft = draft_of_rows(connection, ORG, parent, ROWS)
        assert draft is not None
        goods = touched_goods(connection, ROWS)
        assert len(goods) > 10
        found: dict[tuple[str, str], int | None] = {}
        for account_id in ACCOUNTS:
            prices = draft.after(connection, context_of(connection, account_id, now_us), goods)
            for one in goods:
                price = prices.price(one.product_id, MICRO)
                found[account_id, one.product_id] = price.unit_price_micro if price else None
        return found

    before = house.read(said)
    _publish(house, ROWS)
    later_us = house.time.now_us()

    def done(connection: Any) -> dict[tuple[str, str], int | None]:
        found: dict[tuple[str, str], int | None] = {}
        for account_id in ACCOUNTS:
            book = price_book(connection, context_of(connection, account_id, later_us), later_us)
            assert book is not None
            assert book.version.number == parent + 1
            for _account, product_id in [key for key in before if key[0] == account_id]:
                price = book.price(product_id)
                found[account_id, product_id] = price.unit_price_micro if price else None
        return found

    assert house.read(done) == before


def test_a_region_that_is_left_out_pays_afterwards_what_it_paid(house: House) -> None:
    parent, now_us = _parent(house), house.time.now_us()
    rows = ROWS[:1]
    kept = house.read(lambda one: kept_rows(one, ORG, parent, rows, {"HN": ("HN",)}))
    assert {row.dimension for row in kept} >= {region_level("HN", "L1")}
    named = house.read(lambda one: kept_rows(one, ORG, parent, [*rows, kept[0]], {"HN": ("HN",)}))
    assert kept[0] not in named

    def pays(account_id: str, at_us: int) -> int:
        def work(connection: Any) -> int:
            book = price_book(connection, context_of(connection, account_id, at_us), at_us)
            price = book.price("010101") if book else None
            return price.unit_price_micro if price else 0

        return house.read(work)

    before = {one: pays(one, now_us) for one in ACCOUNTS}
    _publish(house, (*rows, *kept))
    after = {one: pays(one, house.time.now_us()) for one in ACCOUNTS}
    assert after["P1002-FX"] == before["P1002-FX"]
    assert after["P1001-FX"] > before["P1001-FX"]


def test_orders_are_summed_with_limits_doubles_and_a_stop(house: House) -> None:
    some_orders(cast(Any, SimpleNamespace(house=house)))
    parent = _parent(house)
    house.sit_at("HQ.01", device_type="hq")
    told: list[tuple[int, int]] = []

    def run(rows: tuple[PriceRow, ...], most: int = 99) -> Rehearsal:
        def go(done: int, total: int) -> bool:
            told.append((done, total))
            return done < most

        return house.read(lambda one: rehearse(one, ORG, parent, rows, house.time.now_us(), go))

    dear = (PriceRow("010101", "", "retail", unit_price_micro=99_999_000_000),)
    found = run(dear)
    assert (found.orders, len(found.accounts), found.unpriced, found.is_whole) == (3, 2, 0, True)
    assert told[-1] == (2, 2)
    assert {one.account_id for one in found.over} == {"P1001-FX", "P1002-FX"}
    assert run(dear, most=1).is_whole is False
    twice = (PriceRow("010101", "", "retail", ratio_micro=500_000),)
    assert [one.product_id for one in run(twice).doubles] == ["010101"]
    gone = (PriceRow("010101", "", "retail", unit_price_micro=1, is_removed=True),)
    assert run(gone).unpriced > 0


def test_the_margin_is_that_of_goods_with_a_cost_and_the_rest_is_told(house: House) -> None:
    some_orders(cast(Any, SimpleNamespace(house=house)))
    parent = _parent(house)
    house.sit_at("HQ.01", device_type="hq")
    house.author_id = "hq-editor"
    rows = (PriceRow("010101", "", level("L1"), unit_price_micro=50_000_000),)

    def run() -> Rehearsal:
        return house.read(
            lambda one: rehearse(one, ORG, parent, rows, house.time.now_us(), lambda *_: True)
        )

    without = run().margins["CNY"]
    assert (without.before_micro, without.change_micro, without.uncosted_micro) == (
        None,
        None,
        MICRO,
    )
    house.write(state_costs, {"010101": 20_000_000})
    c = order_line.c
    lines = house.read(lambda one: one.execute(select(order_line).where(c.is_gift == 0)).all())
    costed = [line for line in lines if line.product_id == "010101"]
    pieces = sum(line.qty_micro for line in costed) // MICRO
    sold, all_sold = (sum(one.amount_minor for one in some) for some in (costed, lines))
    found = run()
    margin = found.margins["CNY"]
    assert margin.before_micro == divide_half_away((sold - pieces * 2_000) * MICRO, sold)
    assert margin.uncosted_micro == divide_half_away((all_sold - sold) * MICRO, all_sold)
    assert margin.change_micro is not None
    after = sum(one.costed_after_minor for one in found.accounts)
    assert margin.after_micro == divide_half_away((after - pieces * 2_000) * MICRO, after)
    assert (margin.change_micro > 0) == (after > sold)
    assert after != sold


def test_a_region_that_is_left_out_keeps_its_prices_by_quantity_too(house: House) -> None:
    tier = PriceRow(
        "010102", "", level("L1"), unit_price_micro=9_000_000, from_qty_micro=100 * MICRO
    )
    base = PriceRow("010102", "", level("L1"), unit_price_micro=10_000_000)
    _publish(house, (base, tier))
    dearer = base._replace(unit_price_micro=11_000_000)
    cheaper = tier._replace(unit_price_micro=8_000_000)
    at = region_level("HN", "L1")
    wanted = [
        PriceRow("010102", "", at, unit_price_micro=10_000_000),
        PriceRow("010102", "", at, unit_price_micro=9_000_000, from_qty_micro=100 * MICRO),
    ]
    for changed in (dearer, cheaper):
        assert _kept_of(house, [changed]) == wanted


def _kept_of(house: House, rows: list[PriceRow]) -> list[PriceRow]:
    parent = _parent(house)
    return house.read(lambda one: kept_rows(one, ORG, parent, rows, {"HN": ("HN",)}))
