"""Promotions, limits and tenders while an order is typed (D02-D04, D12-D15, E14)."""

import asyncio
from typing import Any

import pytest

from desktop.ordering.model.checking import Verdict
from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.promoting import EntryKind
from desktop.ordering.model.rows import BlockRow
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.ordering.queries.orders import lines, order
from shared.ordering.rules import OrderState, OrderType
from shared.promotions.rules import Goods, Period, Policy
from tests.builders.dealer_days import CREAM, LOTION, SPRAY, WATER, a_fortnight, office
from tests.builders.one_house import House
from tests.builders.order_policies import (
    cream_ten_and_one,
    limit_of,
    spend_and_gift,
    spend_and_save,
)
from tests.builders.plain_desk import sit
from tests.builders.policies import publish

ACCOUNT = "P1001-FX"


def an_editor(house: House, *policies: Policy) -> OrderEditor:
    if policies:
        publish(house, *policies, site_id="DL01")
    editor = OrderEditor(
        sit(house, "dealer-east", "DL01.01", device_type="dealer"), "DL01", "Asia/Shanghai"
    )
    editor.start()
    return editor


def code_of(editor: OrderEditor, product_id: str, text: str) -> str:
    with pytest.raises(QutongError) as why:
        editor.set_qty(product_id, text)
    return why.value.code


def pieces(editor: OrderEditor) -> dict[str, int]:
    return {one.product_id: one.line.qty_micro // MICRO for one in editor.rows}


# Limits while typing


def test_21_of_a_limit_of_20_stay_20_and_the_rule_is_named(house: House) -> None:
    editor = an_editor(house, limit_of(CREAM, 20))
    editor.set_qty(CREAM, "21")
    assert pieces(editor) == {CREAM: 20}
    (told,) = editor.told
    assert (told.cut.code, told.cut.name, told.wanted_micro) == (
        "LIMIT_ITEM",
        "限购 20",
        21 * MICRO,
    )
    assert editor.rows[0].left_micro == 0
    editor.set_qty(CREAM, "19")
    assert (editor.told, editor.rows[0].left_micro) == ((), MICRO)


def test_what_is_typed_last_is_what_a_group_limit_cuts(house: House) -> None:
    both = limit_of(CREAM, 6, goods=Goods(products=(CREAM, SPRAY)), name="任选 6")
    editor = an_editor(house, both)
    editor.set_qty(CREAM, "4")
    editor.set_qty(SPRAY, "3")
    assert pieces(editor) == {CREAM: 4, SPRAY: 2}
    assert editor.told[0].cut.code == "LIMIT_GROUP"
    editor.set_qty(CREAM, "5")
    assert pieces(editor) == {CREAM: 4, SPRAY: 2}
    assert [one.left_micro for one in editor.rows] == [0, 0]


def test_what_waits_for_a_decision_counts_while_typing(house: House) -> None:
    editor = an_editor(house, limit_of(CREAM, 20, period=Period.MONTH))
    editor.set_qty(CREAM, "15")
    house.do("DL01.01", "dealer-east", "order-submit", lines=[{"code": CREAM, "qty": "12"}])
    editor.refresh()
    assert editor.rows[0].left_micro == 0
    editor.set_qty(CREAM, "16")
    assert pieces(editor) == {CREAM: 8}


def test_suggestions_stop_at_a_limit(house: House) -> None:
    a_fortnight(house)
    editor = an_editor(house, limit_of(CREAM, 10))
    asyncio.run(editor.suggest())
    suggested = {one.product_id: one.suggested_micro for one in editor.rows}
    assert suggested[CREAM] == 10 * MICRO
    editor.take_all()
    assert pieces(editor)[CREAM] == 10
    assert [one.cut.name for one in editor.told] == ["限购 10"]


# Type, gifts, lock


def test_a_promotional_line_turns_the_order_and_back(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one())
    editor.set_qty(WATER, "1")
    types = [editor.order_type]
    editor.set_qty(CREAM, "10")
    types.append(editor.order_type)
    editor.remove(CREAM)
    types.append(editor.order_type)
    assert types == [OrderType.NORMAL, OrderType.PROMOTIONAL, OrderType.NORMAL]


def test_what_is_missing_for_a_gift_is_told_beside_the_line(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one())
    editor.set_qty(CREAM, "8")
    near = editor.rows[0].near
    assert near is not None
    assert (near.missing_micro, near.gift_micro) == (2 * MICRO, MICRO)


def test_once_promotions_stand_main_quantities_are_locked_until_reopened(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one())
    editor.set_qty(CREAM, "25")
    assert editor.promote()
    assert code_of(editor, CREAM, "26") == "LOCKED_BY_PROMO"
    assert code_of(editor, WATER, "1") == "LOCKED_BY_PROMO"
    assert pieces(editor) == {CREAM: 25}
    assert editor.reopen()
    assert not any(isinstance(one, BlockRow) for one in editor.shown)
    editor.set_qty(CREAM, "30")
    assert pieces(editor) == {CREAM: 30}


def test_main_goods_and_the_gifts_of_each_policy_stand_in_blocks(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one(), spend_and_gift(1_000, group=""))
    editor.set_qty(CREAM, "25")
    editor.set_qty(WATER, "2箱")
    editor.promote()
    blocks = [
        (one.policy_id, one.name, one.lines, one.amount_minor)
        for one in editor.shown
        if isinstance(one, BlockRow) and one.is_heading
    ]
    main = sum(one.amount_minor or 0 for one in editor.rows)
    assert blocks == [
        ("", "", 2, main),
        ("CREAM10", "面霜 10+1", 1, 0),
        ("GIFT", "满1000赠喷雾", 1, 0),
    ]
    gifts = [
        (one.policy_id, one.product_id, one.qty_micro // MICRO)
        for one in editor.shown
        if isinstance(one, BlockRow) and not one.is_heading
    ]
    assert gifts[0] == ("CREAM10", LOTION, 2)
    assert gifts[1][:2] == ("GIFT", SPRAY)


def test_the_choice_between_competing_policies_goes_with_the_order(house: House) -> None:
    editor = an_editor(house, spend_and_save(1_000, 300), spend_and_gift(1_000))
    editor.set_qty(WATER, "2箱")
    options = [one for one in editor.entries if one.kind is EntryKind.OPTION]
    assert len(options) == 2
    assert sum(one.is_on for one in options) == 1
    other = next(one for one in options if not one.is_on)
    editor.choose(other.group, other.policy_id)
    editor.promote()
    done = asyncio.run(editor.submit())
    office(house, "order-decide", order=done.number)
    found = house.read(lambda one: order(one, done.uid))
    assert found is not None
    assert found.state is OrderState.ACCEPTED
    assert other.policy_id in found.promotions
    assert found.order_type == "promotional"


def test_gifts_chosen_are_ordered_and_accepted_with_their_policy(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one(gifts=(LOTION, SPRAY)))
    editor.set_qty(CREAM, "25")
    editor.choose_gift("CREAM10", SPRAY, "1")
    editor.choose_gift("CREAM10", LOTION, "9")
    editor.promote()
    done = asyncio.run(editor.submit())
    assert (done.gifts, done.order_type) == (2, "promotional")
    office(house, "order-decide", order=done.number)
    got = house.read(lambda one: lines(one, done.uid))
    assert [(one.product_id, one.accepted_micro // MICRO, one.policy_id) for one in got] == [
        (CREAM, 25, ""),
        (SPRAY, 1, "CREAM10"),
        (LOTION, 1, "CREAM10"),
    ]
    assert [one.amount_minor for one in got] == [25 * 9_055, 0, 0]


def test_a_promoted_cart_is_back_after_a_kill_and_after_a_switch(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one(gifts=(LOTION, SPRAY)))
    editor.set_qty(CREAM, "25")
    editor.choose_gift("CREAM10", SPRAY, "2")
    editor.promote()
    shown = editor.shown
    again = an_editor(house)
    assert again.shown == shown
    assert code_of(again, CREAM, "1") == "LOCKED_BY_PROMO"
    others = [one.account_id for one in again.accounts if one.account_id != ACCOUNT]
    assert others
    again.switch(others[0])
    assert not again.cart.is_promoted
    again.switch(ACCOUNT)
    assert again.shown == shown


# Tenders


def test_rebate_and_deposit_are_proposed_and_taken_at_acceptance(house: House) -> None:
    office(house, "rebate-grant", account=ACCOUNT, amount="1250", reason="Q3")
    office(house, "account-payment", account=ACCOUNT, amount="500", purpose="deposit")
    editor = an_editor(house)
    editor.set_qty(CREAM, "100")
    assert editor.total_minor == 905_500
    assert editor.proposed == (50_000, 90_550)
    editor.pay_by("905.50", "500")
    checks = {one.name: one for one in editor.checks()}
    assert checks["credit"].params["total"] == 905_500 - 90_550 - 50_000
    done = asyncio.run(editor.submit())
    assert (done.rebate_minor, done.deposit_minor) == (90_550, 50_000)
    editor.set_qty(CREAM, "1")
    assert editor.purse.free == (0, 125_000 - 90_550)
    office(house, "order-decide", order=done.number)
    found = house.read(lambda one: order(one, done.uid))
    assert found is not None
    assert (found.rebate_taken_minor, found.deposit_taken_minor) == (90_550, 50_000)


@pytest.mark.parametrize(
    ("rebate", "deposit", "code"),
    [
        ("906", "0", "REBATE_TOO_MUCH"),
        ("0", "501", "TENDER_TOO_LITTLE"),
        ("-1", "0", "AMOUNT_NOT_POSITIVE"),
    ],
)
def test_tenders_beyond_what_there_is_are_refused(
    house: House, rebate: str, deposit: str, code: str
) -> None:
    office(house, "rebate-grant", account=ACCOUNT, amount="1250", reason="Q3")
    office(house, "account-payment", account=ACCOUNT, amount="500", purpose="deposit")
    editor = an_editor(house)
    editor.set_qty(CREAM, "100")
    with pytest.raises(QutongError) as why:
        editor.pay_by(rebate, deposit)
    assert why.value.code == code


def test_the_check_list_names_limits_promotions_and_gifts_left(house: House) -> None:
    editor = an_editor(house, cream_ten_and_one(gifts=(LOTION, SPRAY)))
    editor.set_qty(CREAM, "25")
    checks = {one.name: one for one in editor.checks()}
    assert checks["limits"].verdict is Verdict.FINE
    assert checks["promotions"].params["n"] == 1
    assert (checks["gifts_left"].verdict, checks["gifts_left"].params["qty"]) == (Verdict.DOUBT, 2)


def test_what_may_be_paid_by_rebate_is_asked_about_until_it_was_said(house: House) -> None:
    office(house, "rebate-grant", account=ACCOUNT, amount="1250", reason="Q3")
    editor = an_editor(house)
    asked = [editor.asks_tenders]
    editor.set_qty(CREAM, "100")
    asked.append(editor.asks_tenders)
    editor.pay_by("0", "0")
    asked.append(editor.asks_tenders)
    assert asked == [False, True, False]


def test_a_command_chooses_gifts_and_among_exclusive_policies(house: House) -> None:
    publish(
        house,
        spend_and_save(1_000, 200),
        spend_and_gift(1_000),
        cream_ten_and_one(gifts=(LOTION, SPRAY)),
        site_id="DL01",
    )
    wanted = [{"code": WATER, "qty": "2箱"}, {"code": CREAM, "qty": "10"}]

    def ordered(**said: Any) -> tuple[set[str], set[str]]:
        done = house.do("DL01.01", "dealer-east", "order-submit", lines=wanted, **said)
        found = house.read(lambda one: lines(one, done["uid"]))
        gifts = {one.asked_product_id for one in found if one.is_gift}
        return gifts, {policy for one in found for policy in one.policy_ids}

    save, gift, ten = "SAVE", spend_and_gift(1_000).policy_id, "CREAM10"
    assert ordered(groups={"WATER": save})[1] == {save, ten}
    assert ordered(groups={"WATER": gift})[1] == {gift, ten}
    assert ordered(groups={"WATER": ""})[1] == {ten}
    chosen = ordered(groups={"WATER": ""}, gifts=[{"policy": ten, "code": SPRAY}])
    assert chosen == ({SPRAY}, {ten})
    assert ordered(groups={"WATER": ""}, declined=[ten]) == (set(), set())
    rejected = house.do("DL01.01", "dealer-east", "order-submit", lines=wanted)
    office(house, "order-decide", order=rejected["number"], reject="PRICE")
    again = house.do(
        "DL01.01", "dealer-east", "order-rework", order=rejected["number"], groups={"WATER": save}
    )
    found = house.read(lambda one: lines(one, again["uid"]))
    assert save in {policy for one in found for policy in one.policy_ids}
