"""The order editor without a window: carts, suggestions, paste, repeat, rework."""

import asyncio
import time
from typing import Any

import pytest

from desktop.ordering.model.checking import Verdict, may_submit
from desktop.ordering.model.editor import OrderEditor
from shared.core.errors import QutongError
from shared.ordering.queries.orders import lines, order, orders
from tests.builders.one_house import House
from tests.builders.plain_desk import sit

CLEANSER, WATER, CREAM, EXCLUSIVE = "010101", "010102", "010204", "020802"


def an_editor(house: House) -> OrderEditor:
    editor = OrderEditor(
        sit(house, "dealer-east", "DL01.01", device_type="dealer"), "DL01", "Asia/Shanghai"
    )
    editor.start()
    return editor


def code_of(call: Any, *args: Any) -> str:
    with pytest.raises(QutongError) as why:
        call(*args)
    return why.value.code


def test_a_code_with_a_quantity_in_packs_becomes_a_priced_line(house: House) -> None:
    editor = an_editor(house)
    editor.add_code(CREAM, "2箱3瓶")
    (row,) = editor.rows
    assert row.line.qty_micro == 51_000_000
    assert (row.price_micro, row.amount_minor) == (90_550_000, 51 * 9_055)
    assert row.qty_text == "2箱3瓶"


def test_a_second_scan_of_the_same_goods_adds_to_its_line(house: House) -> None:
    editor = an_editor(house)
    editor.add_code("2010101010004")
    editor.add_code(CLEANSER)
    (row,) = editor.rows
    assert row.line.qty_micro == 25_000_000


def test_goods_of_another_list_are_not_told_of(house: House) -> None:
    house.do("HQ.01", "hq-editor", "stock", code=CREAM)
    desk = sit(house, "dealer-suzhou", "DL03.01", device_type="dealer")
    editor = OrderEditor(desk, "DL03", "Asia/Shanghai")
    editor.start()
    assert code_of(editor.add_code, EXCLUSIVE) == "GOODS_NOT_IN_LIST"
    assert [one.product_id for one in editor.find("礼盒") if one.product_id == EXCLUSIVE] == []


def test_the_cart_is_back_after_the_program_was_killed(house: House) -> None:
    editor = an_editor(house)
    ids = [one.product_id for one in editor.find("晨露")]
    assert len(ids) > 5
    for one in ids:
        editor.set_qty(one, "7")
    again = an_editor(house)
    assert [(row.product_id, row.line.qty_micro) for row in again.rows] == [
        (one, 7_000_000) for one in ids
    ]


def test_each_sales_organisation_keeps_its_own_cart(house: House) -> None:
    editor = an_editor(house)
    for code in (CREAM, CLEANSER, WATER):
        editor.set_qty(code, "1")
    started = time.perf_counter()
    editor.switch()
    taken = time.perf_counter() - started
    assert editor.account is not None
    assert editor.account.account_id == "P1001-ODM"
    assert not editor.rows
    assert code_of(editor.add_code, CREAM) == "GOODS_NOT_IN_LIST"
    editor.switch()
    assert [row.product_id for row in editor.rows] == [CREAM, CLEANSER, WATER]
    assert taken < 0.3


def test_undo_takes_the_last_change_back(house: House) -> None:
    editor = an_editor(house)
    editor.set_qty(CREAM, "1")
    editor.set_qty(CREAM, "5")
    editor.remove(CREAM)
    assert editor.undo()
    assert editor.rows[0].line.qty_micro == 5_000_000
    assert editor.undo()
    assert editor.rows[0].line.qty_micro == 1_000_000
    assert editor.undo()
    assert not editor.rows
    assert not editor.undo()


def test_a_pasted_row_below_nothing_is_told_and_one_of_zero_is_not_wanted(house: House) -> None:
    editor = an_editor(house)
    first, second, third = list(_orderable(house))[:3]
    pasted = editor.paste([[first, "2"], [second, "-2"], [third, "0"]])
    assert pasted.taken == 1
    assert [(one.row_number, one.code) for one in pasted.problems] == [(2, "QUANTITY_NEGATIVE")]
    assert [row.product_id for row in editor.rows] == [first]


@pytest.mark.parametrize("text", ["2025-12-8", "12-8", "12/8", "8", "+7"])
def test_a_day_is_wanted_as_people_write_it(house: House, text: str) -> None:
    editor = an_editor(house)
    editor.set_order(requested_date=text, note="")
    assert editor.cart.requested_date == "2025-12-08"


def test_three_hundred_pasted_rows_take_less_than_a_second_and_name_the_bad_ones(
    house: House,
) -> None:
    editor = an_editor(house)
    codes = list(_orderable(house))
    rows = [[codes[n % len(codes)], str(n + 1)] for n in range(296)]
    for at, bad in ((10, "NOPE1"), (99, "NOPE2"), (200, "NOPE3"), (290, "2000")):
        rows.insert(at, [bad, "5"])
    started = time.perf_counter()
    pasted = editor.paste(rows)
    assert time.perf_counter() - started < 1
    assert (pasted.taken, len(pasted.problems)) == (296, 4)
    total = sum(range(1, 297)) * 1_000_000
    assert sum(row.line.qty_micro for row in editor.rows) == total
    assert editor.undo()
    assert not editor.rows


def _orderable(house: House) -> list[str]:
    from shared.catalog.queries import listing

    return list(house.read(lambda one: listing(one, "P1001-FX", house.time.now_us())))


def _sell(house: House, code: str, qty: int) -> None:
    house.do("DL01.01", "dealer-east", "sell-invoice", customer="K7", lines=[f"{qty}*{code}"])


def test_suggestions_follow_what_sold_and_come_in_whole_packs(house: House) -> None:
    _sell(house, CREAM, 63)
    editor = an_editor(house)
    assert asyncio.run(editor.suggest()) == 1
    (row,) = editor.rows
    assert row.suggestion is not None
    assert row.suggestion.wanted_micro == 94_500_000
    # The book is below zero: an empty shelf. 94.5 in packs of 24 is four cases.
    assert (row.suggested_micro, row.qty_micro) == (96_000_000, None)
    assert editor.take_all() == 1
    assert editor.rows[0].line.qty_micro == 96_000_000
    asyncio.run(editor.submit())
    editor.refresh()
    # What is on order already is not suggested a second time.
    assert asyncio.run(editor.suggest()) == 0


def test_an_order_that_was_submitted_leaves_an_empty_cart_and_repeats(house: House) -> None:
    editor = an_editor(house)
    editor.set_qty(CREAM, "24")
    editor.set_line_date(CREAM, "2099-01-02")
    editor.set_order(requested_date="2099-01-01", note="请上午送")
    done = asyncio.run(editor.submit())
    assert done.number == "DH-DL01-01A-000001"
    assert not editor.rows
    (line,) = house.read(lambda one: lines(one, done.uid))
    assert (line.requested_date, line.qty_micro) == ("2099-01-02", 24_000_000)
    found = house.read(lambda one: order(one, done.uid))
    assert found is not None
    assert (found.requested_date, found.note) == ("2099-01-01", "请上午送")
    assert editor.repeat_last() == 1
    assert editor.rows[0].line.qty_micro == 24_000_000


def test_a_rejected_order_is_reworked_with_its_differences_while_the_cart_waits(
    house: House,
) -> None:
    editor = an_editor(house)
    editor.set_qty(CREAM, "24")
    editor.set_qty(CLEANSER, "10")
    first = asyncio.run(editor.submit())
    house.do("HQ.01", "hq-sales-east", "order-decide", order=first.number, reject="PRICE_OLD")
    editor = an_editor(house)
    editor.set_qty(WATER, "3")
    editor.rework(first.uid)
    editor.set_qty(CREAM, "48")
    marks = {row.product_id: row.has_new_qty for row in editor.rows}
    assert marks == {CREAM: True, CLEANSER: False}
    assert editor.cart.follows_number == first.number
    asyncio.run(editor.submit())
    assert [row.product_id for row in editor.rows] == [WATER]
    newest = house.read(lambda one: orders(one, account_id="P1001-FX"))[0]
    assert newest.follows == first.uid


def test_the_check_list_holds_an_empty_order_up_and_only_doubts_credit(house: House) -> None:
    editor = an_editor(house)
    assert not may_submit(editor.checks())
    editor.set_qty(CREAM, "99999")
    verdicts = {one.name: one.verdict for one in editor.checks()}
    assert verdicts["beyond_credit"] is Verdict.DOUBT
    assert verdicts["broken_packs"] is Verdict.DOUBT
    assert may_submit(editor.checks())


def test_a_day_that_is_past_is_refused(house: House) -> None:
    editor = an_editor(house)
    editor.set_qty(CREAM, "1")
    assert code_of(editor.set_line_date, CREAM, "2020-01-01") == "DAY_IS_PAST"
    assert code_of(editor.set_line_date, CREAM, "soon") == "DAY_UNREADABLE"


def test_the_check_list_names_the_lines_that_are_no_whole_packs_and_rounds_them(
    house: House,
) -> None:
    editor = an_editor(house)
    for code, qty in ((CLEANSER, "5"), (WATER, "25"), (CREAM, "12")):
        editor.set_qty(code, qty)
    named = next(one for one in editor.checks() if one.name == "broken_packs").rows
    assert [one.product_id for one in named] == [CLEANSER, WATER]
    assert [one.whole_text(is_up=True) for one in named] == ["1箱", "2箱"]
    # Less than a pack is never rounded to nothing: that would take the line away.
    assert editor.round_packs(is_up=False) == 1
    held = {one.product_id: one.line.qty_micro for one in editor.rows}
    assert held == {CLEANSER: 5_000_000, WATER: 24_000_000, CREAM: 12_000_000}
    assert editor.round_packs(is_up=True) == 1
    assert not editor.can_round
    assert editor.undo()
    assert editor.undo()
    assert editor.rows[1].line.qty_micro == 25_000_000
