"""Receiving, the list of orders and the product display, without a window."""

import asyncio
import time
from functools import partial

import pytest
from sqlalchemy import select

from desktop.ordering.model.display import Display
from desktop.ordering.model.orders import UNSENT, Filter, OrderList, state_word
from desktop.ordering.model.receiving import Receiving
from desktop.store.arrivals import note_arrivals
from shared.core.errors import RuleViolation
from shared.ordering.rules import Action
from shared.ordering.tables import document_flow
from tests.builders.dealer_days import (
    CLEANSER,
    CREAM,
    CREAM_BARCODE,
    WATER,
    a_fortnight,
    east,
    office,
    on_the_way,
)
from tests.builders.one_house import House, on_hand
from tests.builders.plain_desk import sit


def receiving(house: House) -> Receiving:
    model = Receiving(sit(house, "dealer-east", "DL01.01", device_type="dealer"), "DL01")
    model.refresh()
    return model


def order_list(house: House) -> OrderList:
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = OrderList(desk, "DL01", "DL01.01")
    asyncio.run(model.load())
    return model


def test_without_a_scan_the_goods_count_as_announced(house: House) -> None:
    number = on_the_way(house)
    model = receiving(house)
    model.scan(number)
    (row,) = model.rows
    assert (row.good_micro, row.is_fine, model.has_begun) == (24_000_000, True, False)
    asyncio.run(model.confirm())
    assert model.notices == ()
    assert on_hand(house, "DL01", CREAM) == 24


def test_the_first_scan_begins_a_count_from_nothing_and_what_is_missing_differs(
    house: House,
) -> None:
    model = receiving(house)
    on_the_way(house)
    model = receiving(house)
    model.pick(model.notices[0].shipment.id)
    assert model.scan(CREAM_BARCODE) == "晨露保湿面霜"
    (row,) = model.rows
    assert (row.good_micro, row.difference_micro) == (1_000_000, -23_000_000)
    model.scan("2010102040000")
    assert model.rows[0].difference_micro == 1_000_000
    assert model.undo()
    assert model.rows[0].good_micro == 1_000_000


def test_a_count_of_a_shipment_is_there_again_after_a_kill(house: House) -> None:
    number = on_the_way(house)
    model = receiving(house)
    model.scan(number)
    model.scan(CREAM_BARCODE)
    model.set_damaged(model.rows[0].notice.line.line_no, "2", "破裂")
    again = receiving(house)
    again.scan(number)
    assert again.rows[0].seen == model.rows[0].seen
    assert again.rows[0].seen.reason == "破裂"


def test_damage_alone_leaves_the_rest_as_announced(house: House) -> None:
    number = on_the_way(house)
    model = receiving(house)
    model.scan(number)
    model.set_damaged(model.rows[0].notice.line.line_no, "2")
    (row,) = model.differences
    assert (row.good_micro, row.damaged_micro, row.difference_micro) == (22_000_000, 2_000_000, 0)


def test_damage_among_what_was_counted_whole_is_no_more_than_came(house: House) -> None:
    number = on_the_way(house)
    model = receiving(house)
    model.scan(number)
    model.all_as_announced()
    (line_no,) = (one.notice.line.line_no for one in model.rows)
    model.set_damaged(line_no, "2")
    (row,) = model.differences
    assert (row.good_micro, row.damaged_micro, row.difference_micro) == (22_000_000, 2_000_000, 0)
    # Counted short, what is damaged is found beside it.
    model.set_good(line_no, "20")
    model.set_damaged(line_no, "4")
    assert model.rows[0].good_micro == 20_000_000
    model.set_damaged(line_no, "30")
    assert model.rows[0].good_micro == 0


def test_one_line_typed_short_leaves_the_others_as_announced_until_a_scan_counts(
    house: House,
) -> None:
    wanted = [{"code": CREAM, "qty": "24"}, {"code": CLEANSER, "qty": "48"}]
    order = east(house, "order-submit", lines=wanted)
    office(house, "order-decide", order=order["number"])
    sent = office(house, "order-ship", order=order["number"], site="HQ01")
    model = receiving(house)
    model.scan(sent["number"])
    lines = {one.notice.line.product_id: one.notice.line.line_no for one in model.rows}
    model.set_good(lines[CLEANSER], "46")
    assert [one.difference_micro for one in model.rows] == [0, -2_000_000]
    model.set_damaged(lines[CREAM], "1")
    assert [one.difference_micro for one in model.differences] == [0, -2_000_000]
    model.undo()
    again = receiving(house)
    again.scan(sent["number"])
    assert [one.good_micro for one in again.rows] == [24_000_000, 46_000_000]
    again.scan(CREAM_BARCODE)
    assert [one.good_micro for one in again.rows] == [1_000_000, 46_000_000]


def test_goods_of_another_shipment_are_refused_and_change_nothing(house: House) -> None:
    number = on_the_way(house)
    model = receiving(house)
    model.scan(number)
    with pytest.raises(RuleViolation) as why:
        model.scan("2000101010005")
    assert why.value.code == "NOT_IN_SHIPMENT"
    assert not model.has_begun


def test_orders_are_listed_by_state_with_reasons_and_the_acceptance_rate(house: House) -> None:
    order = east(house, "order-submit", lines=[
        {"code": CREAM, "qty": "10"}, {"code": CLEANSER, "qty": "10"},
    ])  # fmt: skip
    model = order_list(house)
    assert [state_word(one) for one in model.rows] == [UNSENT]
    office(
        house, "order-decide", order=order["number"],
        lines=[{"line": 2, "qty": "0", "reason": "OUT_OF_STOCK"}],
    )  # fmt: skip
    model = order_list(house)
    model.look_at(order["uid"])
    assert model.detail is not None
    assert [state_word(one) for one in model.rows] == ["partial"]
    assert [one.line.reason for one in model.detail.lines] == ["", "OUT_OF_STOCK"]
    # 905.50 of 1,174.00
    assert model.rates[0].by_amount_micro == 771_295
    asyncio.run(model.filter_by(Filter.REFUSED))
    assert not model.rows
    assert [one.kind for one in model.flow()][-1] == "shipment_posted"
    assert model.flow()[-1].is_missing


def test_an_order_can_be_taken_back_until_it_is_accepted(house: House) -> None:
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "1"}])
    model = order_list(house)
    model.look_at(order["uid"])
    assert model.may(Action.CANCEL)
    asyncio.run(model.cancel("订错了"))
    assert model.detail is not None
    assert state_word(model.detail) == "cancelled"
    assert not model.may(Action.CANCEL)
    assert model.may(Action.REWORK)


def test_what_the_supplier_changed_is_shown_and_confirmed(house: House) -> None:
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
    office(house, "order-decide", order=order["number"])
    office(
        house, "order-revise", order=order["number"],
        lines=[{"line": 1, "qty": "6", "reason": "STOCK"}],
    )  # fmt: skip
    model = order_list(house)
    model.look_at(order["uid"])
    assert model.detail is not None
    (change,) = model.detail.changes
    assert (change.difference.before.accepted_micro, change.difference.after.accepted_micro) == (
        10_000_000,
        6_000_000,
    )
    asyncio.run(model.answer(is_confirmed=True))
    assert model.detail is not None
    assert model.detail.revision is None
    assert model.detail.lines[0].line.accepted_micro == 6_000_000


def test_two_days_wanted_are_two_shipments_planned(house: House) -> None:
    order = east(house, "order-submit", lines=[
        {"code": CREAM, "qty": "1", "requested_date": "2099-01-01"},
        {"code": WATER, "qty": "1", "requested_date": "2099-02-01"},
    ])  # fmt: skip
    office(house, "order-decide", order=order["number"])
    model = order_list(house)
    model.look_at(order["uid"])
    assert model.detail is not None
    assert [one.date for one in model.detail.planned] == ["2099-01-01", "2099-02-01"]


def test_the_display_shows_text_price_and_stock_without_any_picture(house: House) -> None:
    a_fortnight(house)
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = Display(desk, "DL01", "Asia/Shanghai")
    asyncio.run(model.load())
    started = time.perf_counter()
    goods = model.goods_of(CREAM)
    assert goods is not None
    texts = (goods.name, goods.spec, model.packs(CREAM), model.barcodes(CREAM))
    picture = model.picture_of(goods)
    assert time.perf_counter() - started < 0.1
    assert all(texts)
    assert picture == ""
    shown = model.price_of(CREAM)
    assert shown.price is not None
    assert (shown.price.unit_price_micro, shown.retail_micro) == (90_550_000, 199_000_000)
    assert goods.on_hand_micro == 33_000_000
    model.narrow(text="mm")
    found = {one.product_id for one in model.shown}
    assert found < {one.product_id for one in model.goods}
    model.narrow(brand="CHENLU", text="")
    assert {one.brand for one in model.shown} == {"CHENLU"}


def test_the_flow_tells_how_late_a_paper_of_head_office_came(house: House) -> None:
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "1"}])
    office(house, "order-decide", order=order["number"])
    model = order_list(house)
    model.look_at(order["uid"])
    decided = next(one for one in model.flow() if one.kind == "order_decided")
    assert decided.arrived_at_us == 0
    (row,) = house.read(
        lambda one: one.execute(
            select(document_flow.c.id).where(document_flow.c.kind == "order_decided")
        ).all()
    )
    late_us = decided.at_us + 3 * 3_600_000_000
    touched = {"document_flow": frozenset({row.id})}
    for at_us in (late_us, late_us + 1):
        house.local.transact(partial(note_arrivals, touched=touched, now_us=at_us))
    decided = next(one for one in model.flow() if one.kind == "order_decided")
    assert decided.arrived_at_us == late_us
