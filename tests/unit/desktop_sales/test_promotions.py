"""Promotions at the till without a window: prices, gifts, thresholds, limits, choices (D05-D12)."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
import pytest
from sqlalchemy import select

from desktop.pricing.usecases import set_own_price
from desktop.printing.receipt import TenderRow
from desktop.sales.model.receipts import receipt_of
from desktop.sales.model.returning import ReturnModel
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Part
from desktop.sales.usecases.selling import Sold
from desktop.sales.usecases.showing import sale_paper
from desktop.store.desk import Desk
from desktop.words.texts import Language, Words
from shared.core.clock import instant_of_local_iso
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.journal.tables import journal
from shared.promotions.rules import (
    Beyond,
    GiftPrice,
    Goods,
    Holder,
    Period,
    PolicyKind,
    Special,
    Tier,
)
from shared.promotions.tables import policy_use
from shared.sales.documents import Sale
from shared.sales.posting import review_sales
from shared.sales.queries import sale_with_lines
from shared.sales.queries.promoting import promotions_agree
from shared.tasks.tables import task
from tests.builders.one_house import House, on_hand
from tests.builders.plain_desk import sit
from tests.builders.policies import (
    CLEANSER,
    MASK,
    TONER,
    WATER,
    a_policy,
    first_two,
    publish,
    ten_plus_one,
)

CLERK: Final = "clerk-guanqian"
"""CLEANSER costs 59.00, WATER 89.00, TONER 119.00, MASK 16.80."""


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, CLERK, "SH01.01", device_type="till")


def opened(house: House, desk: Desk, *policies: object) -> TillModel:
    publish(house, *policies)  # type: ignore[arg-type]
    return TillModel(desk, "CNY")


def sell(till: TillModel) -> Sold:
    sold = asyncio.run(till.sell())
    assert sold is not None
    return sold


def lines_of(house: House, sold: Sold) -> list[tuple[str, str, int, int, int, int]]:
    """(product, kind, pieces, unit price in fen, discount, amount) of each line."""
    found = house.read(lambda one: sale_with_lines(one, sold.uid))
    assert found is not None
    return [
        (
            line["product_id"],
            line["kind"],
            line["qty_micro"] // MICRO,
            line["unit_price_micro"] // 10_000,
            line["discount_minor"],
            line["amount_minor"],
        )
        for line in found[1]
    ]


def document_of(house: House, sold: Sold) -> tuple[Header, Sale]:
    """What head office gets of a sale."""
    uid = sold.uid
    stored = house.read(
        lambda one: one.execute(select(journal.c.stored).where(journal.c.uid == uid)).scalar_one()
    )
    document = house.local.replica.registry.decode(stored)
    assert isinstance(document.body, Sale)
    return document.header, document.body


def is_replayed(house: House, sold: Sold) -> bool:
    """Whether head office comes to the same from the document alone."""
    header, body = document_of(house, sold)
    return house.read(lambda one: promotions_agree(one, header, body))


def test_the_first_two_are_cheap_and_the_third_is_a_line_of_its_own(
    house: House, desk: Desk
) -> None:
    till = opened(house, desk, first_two(MASK, 9_900_000))
    till.scan(MASK, "3")
    assert till.due.total_minor == 2 * 990 + 1_680
    sold = sell(till)
    assert lines_of(house, sold) == [
        (MASK, "goods", 2, 990, 0, 1_980),
        (MASK, "goods", 1, 1_680, 0, 1_680),
    ]
    assert sold.total_minor == 3_660
    assert is_replayed(house, sold)


def test_the_check_of_d05_is_39_70(house: House, desk: Desk) -> None:
    desk.do_now(set_own_price, MASK, 19_900_000)
    till = opened(house, desk, first_two(MASK, 9_900_000))
    till.scan(MASK, "3")
    sold = sell(till)
    assert [line[2:4] for line in lines_of(house, sold)] == [(2, 990), (1, 1_990)]
    assert sold.total_minor == 3_970


def test_ten_plus_one_counts_over_lines_and_forgets_what_was_taken_out(
    house: House, desk: Desk
) -> None:
    till = opened(house, desk, ten_plus_one(CLEANSER))
    till.scan(CLEANSER, "25")
    assert [gift.qty_micro for gift in till.deal.gifts] == [2 * MICRO]
    till.set_quantity("9")
    assert not till.deal.gifts
    assert till.deal.outcome.near[0].missing_micro == MICRO
    till.set_quantity("6")
    till.set_price("55")
    till.scan(CLEANSER, "4")
    assert len(till.basket.lines) == 2
    assert [gift.qty_micro for gift in till.deal.gifts] == [MICRO]
    before = on_hand(house, "SH01", CLEANSER)
    sold = sell(till)
    assert lines_of(house, sold)[-1] == (CLEANSER, "gift", 1, 0, 0, 0)
    assert on_hand(house, "SH01", CLEANSER) == before - 11
    assert is_replayed(house, sold)


def test_a_person_picks_a_gift_and_a_kill_keeps_the_choice(house: House, desk: Desk) -> None:
    policy = ten_plus_one(CLEANSER, every=2, gifts=(MASK, TONER), gift_price=GiftPrice.LIST)
    till = opened(house, desk, policy)
    till.scan(CLEANSER, "4")
    assert len(till.deal.to_choose) == 2
    assert till.deal.outcome.blocks[0].left_micro == 2 * MICRO
    till.move(1)
    till.move(1)
    assert till.pick()
    assert till.choice == 1
    again = TillModel(desk, "CNY")
    assert [(one.product_id, one.qty_micro) for one in again.deal.gifts] == [(TONER, MICRO)]
    again.move(1)
    assert again.pick()
    assert again.deal.to_choose == ()
    again.undo()
    assert again.deal.outcome.blocks[0].left_micro == MICRO
    sold = sell(again)
    assert lines_of(house, sold)[1:] == [(TONER, "gift", 1, 11_900, 11_900, 0)]
    assert sold.total_minor == 4 * 5_900
    assert is_replayed(house, sold)


def test_tiers_are_shared_over_the_lines_and_a_return_gives_back_its_share(
    house: House, desk: Desk
) -> None:
    # The check of D09: 满300减40, 满500减80; three lines that no share divides evenly make 520.
    for code, price_micro in ((MASK, 333_340_000), (CLEANSER, 153_330_000), (WATER, 33_330_000)):
        desk.do_now(set_own_price, code, price_micro)
    tiers = (Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000))
    till = opened(house, desk, a_policy("MJ", PolicyKind.THRESHOLD, name="满减", tiers=tiers))
    for code in (MASK, CLEANSER, WATER):
        till.scan(code)
    due = till.due
    assert (due.list_minor, due.off_minor, due.total_minor) == (52_000, 8_000, 44_000)
    sold = sell(till)
    lines = lines_of(house, sold)
    assert sum(line[4] for line in lines) == 8_000
    # 51.283, 23.589 and 5.128: the cents that are left go to the largest remainders.
    assert [line[4] for line in lines] == [5_128, 2_359, 513]
    assert sold.total_minor == 44_000
    assert is_replayed(house, sold)
    number = sold.number
    first = house.do("SH01.01", CLERK, "return-goods", sale=number, reason="x",
                     lines=[{"code": CLEANSER, "qty": "1"}])  # fmt: skip
    assert first["sale"]["total_minor"] == -(15_333 - 2_359)
    rest = house.do("SH01.01", CLERK, "return-goods", sale=number, reason="x")
    assert first["sale"]["total_minor"] + rest["sale"]["total_minor"] == -44_000


def test_what_a_clerk_takes_off_is_shared_behind_what_policies_take_off(
    house: House, desk: Desk
) -> None:
    desk.do_now(set_own_price, MASK, 52_000_000)
    desk.do_now(set_own_price, CLEANSER, 17_330_000)
    tiers = (Tier(50_000, off_minor=8_000),)
    till = opened(house, desk, a_policy("MJ", PolicyKind.THRESHOLD, name="满减", tiers=tiers))
    till.scan(MASK, "9")
    till.scan(CLEANSER, "3")
    till.set_discount("-5")
    assert not till.needs_approval()
    sold = sell(till)
    assert sum(line[4] for line in lines_of(house, sold)) == 8_500
    assert sold.total_minor == 43_499
    assert is_replayed(house, sold)


def test_each_full_ten_thousand_gives_a_gift_that_comes_back_or_is_paid_for(
    house: House, desk: Desk
) -> None:
    desk.do_now(set_own_price, CLEANSER, 1_000_000_000)
    desk.do_now(set_own_price, MASK, 300_000_000)
    policy = a_policy(
        "MW",
        PolicyKind.THRESHOLD,
        name="满万赠",
        goods=Goods(products=(CLEANSER, MASK)),
        tiers=(Tier(1_000_000, gift_micro=MICRO),),
        is_per_full=True,
        gifts=(TONER,),
    )
    till = opened(house, desk, policy)
    till.scan(CLEANSER, "25")
    till.scan(MASK)
    assert till.due.total_minor == 2_530_000
    sold = sell(till)
    assert lines_of(house, sold)[-1] == (TONER, "gift", 2, 0, 0, 0)
    assert is_replayed(house, sold)
    before = on_hand(house, "SH01", TONER)
    six = [{"code": CLEANSER, "qty": "6"}]
    paid = house.do("SH01.01", CLERK, "return-goods", sale=sold.number, reason="x", lines=six)
    assert paid["sale"]["total_minor"] == -600_000 + 11_900
    assert on_hand(house, "SH01", TONER) == before
    rest = house.do("SH01.01", CLERK, "return-goods", sale=sold.number, reason="x")
    assert paid["sale"]["total_minor"] + rest["sale"]["total_minor"] == -2_530_000 + 11_900
    assert on_hand(house, "SH01", TONER) == before + 1
    uses = house.read(lambda one: one.execute(select(policy_use.c.measure)).scalars().all())
    assert sum(uses) == 0


def test_a_happy_hour_ends_at_the_second_by_the_shop_s_own_clock(house: House, desk: Desk) -> None:
    hour = a_policy(
        "HAPPY", PolicyKind.SPECIAL, name="限时", from_minute=18 * 60, until_minute=20 * 60,
        goods=Goods(products=(MASK,)), pay_ratio_micro=500_000,
    )  # fmt: skip
    till = opened(house, desk, hour)
    till.open_shift()
    for at, price in (("19:59:59", 840), ("20:00:00", 1_680)):
        house.time.at_us = instant_of_local_iso(f"2026-12-01T{at}", "Asia/Shanghai")
        till.scan(MASK)
        house.time.at_us = instant_of_local_iso(f"2026-12-01T{at}", "Asia/Shanghai")
        sold = sell(till)
        assert [line[3] for line in lines_of(house, sold)] == [price]
        assert is_replayed(house, sold)


def test_what_was_shown_when_money_was_handed_over_holds_after_the_hour(
    house: House, desk: Desk
) -> None:
    hour = a_policy(
        "HAPPY", PolicyKind.SPECIAL, until_minute=20 * 60,
        goods=Goods(products=(MASK,)), pay_ratio_micro=500_000,
    )  # fmt: skip
    till = opened(house, desk, hour)
    house.time.at_us = instant_of_local_iso("2026-12-01T19:57:59", "Asia/Shanghai")
    till.scan(MASK)
    till.give(Part(tender="cash", amount_minor=840))
    assert house.time.at_us >= instant_of_local_iso("2026-12-01T20:00:00", "Asia/Shanghai")
    again = TillModel(desk, "CNY")
    assert again.due.rest_minor == 0
    sold = sell(again)
    assert sold.total_minor == 840
    assert is_replayed(house, sold)


def test_of_exclusive_policies_the_best_holds_until_the_person_says_another(
    house: House, desk: Desk
) -> None:
    three = [
        a_policy(f"P{off}", PolicyKind.THRESHOLD, group="618", tiers=(Tier(10_000, off_minor=off),))
        for off in (500, 1_500, 1_000)
    ]
    till = opened(house, desk, *three)
    till.scan(TONER)
    (offer,) = till.deal.outcome.offers
    assert [one.policy_id for one in offer.options] == ["P1500", "P1000", "P500"]
    assert till.due.total_minor == 11_900 - 1_500
    till.choose_policy("618", "P1000")
    assert till.due.total_minor == 11_900 - 1_000
    assert TillModel(desk, "CNY").due.total_minor == 11_900 - 1_000
    sold = sell(till)
    assert sold.total_minor == 10_900
    assert is_replayed(house, sold)
    till.scan(TONER)
    till.choose_policy("618", "")
    assert till.due.total_minor == 11_900
    assert sell(till).total_minor == 11_900


def test_a_limit_cuts_before_the_sale_and_never_after(house: House, desk: Desk) -> None:
    most = a_policy(
        "LIM", PolicyKind.LIMIT, name="每店每日20", goods=Goods(products=(MASK,)),
        by_quantity=True, most=20 * MICRO, period=Period.DAY, holder=Holder.SITE,
    )  # fmt: skip
    till = opened(house, desk, most)
    till.scan(MASK, "21")
    assert till.basket.lines[0].qty_micro == 20 * MICRO
    assert till.notice is not None
    assert till.notice.key == "till.cut_limit"
    other = TillModel(sit(house, CLERK, "SH01.01"), "CNY")
    other.give(Part(tender="cash", amount_minor=20 * 1_680))
    house.do("SH01.02", CLERK, "sell", lines=[f"15*{MASK}"])
    with pytest.raises(QutongError) as why:
        house.do("SH01.02", CLERK, "sell", lines=[f"6*{MASK}"])
    assert why.value.code == "LIMIT_ITEM"
    sit(house, CLERK, "SH01.01")
    assert sell(other).total_minor == 20 * 1_680


def test_a_first_n_that_refuses_more_cuts_the_line(house: House, desk: Desk) -> None:
    till = opened(house, desk, first_two(MASK, 9_900_000, beyond=Beyond.REFUSE))
    till.scan(MASK, "5")
    assert till.basket.lines[0].qty_micro == 2 * MICRO
    assert till.notice is not None
    assert till.notice.key == "till.cut_first"
    assert till.due.total_minor == 1_980


def test_a_said_price_takes_no_special_price_and_tells_its_list_price(
    house: House, desk: Desk
) -> None:
    special = a_policy("S", PolicyKind.SPECIAL, specials=(Special(MASK, 8_800_000),))
    till = opened(house, desk, special)
    till.scan(MASK)
    assert till.due.total_minor == 880
    till.set_price("12")
    till.approved("dealer-suzhou", "老板")
    assert till.due.total_minor == 1_200
    till.set_price("")
    sold = sell(till)
    assert sold.total_minor == 880
    assert is_replayed(house, sold)


def test_the_return_panel_proposes_the_gift_and_charges_it_when_it_stays(
    house: House, desk: Desk
) -> None:
    till = opened(house, desk, ten_plus_one(CLEANSER, every=2, gifts=(TONER,)))
    till.scan(CLEANSER, "4")
    sold = sell(till)
    back = ReturnModel(desk, "SH01")
    back.find(sold.number)
    goods, gift = back.lines
    back.set_quantity(goods, "1")
    assert back.marked == {1: MICRO, 2: MICRO}
    assert back.due == {2: MICRO}
    back.choose_reason(1)
    assert back.made().back_minor == 5_900
    back.toggle(gift)
    assert back.is_kept(gift)
    kept = back.made()
    assert kept.back_minor == 5_900 - 11_900
    assert [(one.name, one.amount_minor) for one in kept.kept] == [(gift.name, 11_900)]
    till.take_back(kept)
    assert till.due.total_minor == 6_000
    before = on_hand(house, "SH01", TONER)
    done = sell(till)
    assert done.total_minor == 6_000
    assert on_hand(house, "SH01", TONER) == before
    back.find(sold.number)
    back.mark_all()
    assert back.due == {}
    assert back.marked == {1: 3 * MICRO, 2: MICRO}


def test_goods_taken_instead_have_their_promotions_and_goods_back_give_theirs_up(
    house: House, desk: Desk
) -> None:
    till = opened(house, desk, first_two(MASK, 9_900_000, period=Period.DAY, holder=Holder.SITE))
    till.scan(MASK, "2")
    first = sell(till)
    back = ReturnModel(desk, "SH01")
    back.find(first.number)
    back.mark_all()
    back.choose_reason(1)
    till.take_back(back.made())
    till.scan(MASK, "2")
    assert till.due.total_minor == 2 * 1_680 - 1_980
    sell(till)
    till.scan(MASK, "3")
    assert till.due.total_minor == 2 * 990 + 1_680


def test_a_voided_choice_of_a_symbolic_gift_is_paid_for(house: House, desk: Desk) -> None:
    policy = ten_plus_one(
        CLEANSER, every=2, gifts=(MASK,), gift_price=GiftPrice.SYMBOLIC, symbolic_micro=1_000_000
    )
    till = opened(house, desk, policy)
    till.scan(CLEANSER, "2")
    assert till.due.total_minor == 2 * 5_900 + 100
    till.decline("BUY10")
    assert till.due.total_minor == 2 * 5_900
    till.decline("BUY10")
    till.set_discount("95")
    sold = sell(till)
    assert sold.total_minor == till_total(11_900, 95)
    assert is_replayed(house, sold)


def till_total(minor: int, percent: int) -> int:
    """What is left to pay of an amount."""
    return minor * percent // 100


def test_spread_gifts_are_shared_over_goods_and_gift(house: House, desk: Desk) -> None:
    policy = ten_plus_one(CLEANSER, every=2, gifts=(TONER,), gift_price=GiftPrice.SPREAD)
    till = opened(house, desk, policy)
    till.scan(CLEANSER, "2")
    assert till.due.total_minor == 11_800
    sold = sell(till)
    lines = lines_of(house, sold)
    assert [line[1] for line in lines] == ["goods", "gift"]
    assert sum(line[4] for line in lines) == 11_900
    assert sum(line[5] for line in lines) == 11_800
    assert is_replayed(house, sold)


def test_a_forged_saving_is_seen_by_head_office(house: House, desk: Desk) -> None:
    till = opened(house, desk, first_two(MASK, 9_900_000))
    till.scan(MASK, "3")
    sold = sell(till)
    header, body = document_of(house, sold)
    forged = [
        msgspec.structs.replace(line, unit_price_micro=9_900_000, policy_ids=("FIRST2",))
        for line in body.lines
    ]
    other = msgspec.structs.replace(body, lines=forged)
    assert not house.read(lambda one: promotions_agree(one, header, other))


def test_two_tills_past_a_limit_together_are_a_task_and_no_refusal(
    house: House, desk: Desk
) -> None:
    most = a_policy(
        "LIM", PolicyKind.LIMIT, name="每店每日20", goods=Goods(products=(MASK,)),
        by_quantity=True, most=20 * MICRO, period=Period.DAY, holder=Holder.SITE,
    )  # fmt: skip
    till = opened(house, desk, most)
    till.scan(MASK, "15")
    till.give(Part(tender="cash", amount_minor=15 * 1_680))
    house.do("SH01.02", CLERK, "sell", lines=[f"15*{MASK}"])
    sit(house, CLERK, "SH01.01")
    sell(till)
    codes = house.read(lambda one: one.execute(select(task.c.code)).scalars().all())
    assert codes.count("LIMIT_PASSED") == 1
    assert "PROMOTION_DIFFERS" not in codes


def test_a_script_says_its_choices_and_hears_the_price_before_promotions(
    house: House, desk: Desk
) -> None:
    group = [
        a_policy(name, PolicyKind.THRESHOLD, group="618", tiers=(Tier(5_000, off_minor=off),))
        for name, off in (("A5", 500), ("B15", 1_500))
    ]
    publish(
        house,
        *group,
        first_two(MASK, 9_900_000),
        ten_plus_one(CLEANSER, every=2, gifts=(MASK, TONER)),
    )
    sold = house.do(
        "SH01.01", CLERK, "sell", lines=[f"2*{CLEANSER}", MASK], groups={"618": "A5"},
        gifts=[{"policy": "BUY10", "code": TONER}],
    )  # fmt: skip
    assert sold["sale"]["total_minor"] == 2 * 5_900 + 990 - 500
    why = house.do("SH01.01", CLERK, "why-price", sale=sold["uid"])
    assert [(one["price"], one["before_promotions"]) for one in why[:2]] == [
        ("59.00", "59.00"),
        ("9.90", "16.80"),
    ]
    assert all(one["is_recomputed"] for one in why[:2])
    assert (why[2]["product"], why[2]["policies"]) == (TONER, ["BUY10"])


def test_a_till_that_stood_idle_sells_by_the_promotions_of_now(house: House, desk: Desk) -> None:
    later = house.time.at_us + 8 * 3_600_000_000
    special = a_policy("S", PolicyKind.SPECIAL, specials=(Special(MASK, 8_800_000),), from_us=later)
    till = opened(house, desk, special)
    assert till.due.total_minor == 0
    house.time.at_us = later
    till.scan(MASK)
    assert till.due.total_minor == 880


def test_the_receipt_says_what_was_saved_and_prints_each_policy_s_gifts_apart(
    house: House, desk: Desk
) -> None:
    till = opened(
        house,
        desk,
        first_two(MASK, 9_900_000),
        ten_plus_one(CLEANSER, every=2, gifts=(TONER,)),
        a_policy("B3", PolicyKind.GIFT, name="买3送1", goods=Goods(products=(WATER,)),
                 every_micro=3 * MICRO, gift_micro=MICRO),
    )  # fmt: skip
    for code, qty in ((CLEANSER, "2"), (MASK, "2"), (WATER, "3")):
        till.scan(code, qty)
    sold = sell(till)
    paper = house.read(lambda one: sale_paper(one, sold.uid))
    receipt = receipt_of(paper, Words(Language.CHINESE))
    assert [(one.code, one.discount_minor, one.reason) for one in receipt.lines] == [
        (CLEANSER, 0, ""),
        (MASK, 2 * (1_680 - 990), "原价16.80 低价限购"),
        (WATER, 0, ""),
    ]
    assert [(one.policy, [gift.code for gift in one.lines]) for one in receipt.gifts] == [
        ("买3送1", [WATER]),
        ("10+1", [TONER]),
    ]
    assert receipt.discount_minor == 1_380
    assert receipt.total_minor == till_paid(receipt.tenders)


def till_paid(tenders: Sequence[TenderRow]) -> int:
    """What was handed over in all."""
    return sum(one.amount_minor for one in tenders)


def test_a_sale_without_a_business_day_counts_for_a_weekly_limit_by_its_instant(
    house: House, desk: Desk
) -> None:
    most = a_policy(
        "LIM", PolicyKind.LIMIT, name="每店每周20", goods=Goods(products=(MASK,)),
        by_quantity=True, most=20 * MICRO, period=Period.WEEK, holder=Holder.SITE,
    )  # fmt: skip
    till = opened(house, desk, most)
    till.scan(MASK, "15")
    header, body = document_of(house, sell(till))
    dayless = msgspec.structs.replace(header, business_day="")
    found = house.read(lambda one: list(review_sales(one, [(dayless, body)], 0)))
    assert found == []
