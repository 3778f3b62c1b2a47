"""The promotion engine reads like the rules: D05-D07, D09, D10, D12, and what must always hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO
from shared.promotions.rules import (
    Beyond,
    BundlePart,
    Choices,
    GiftChoice,
    GiftPrice,
    Goods,
    Item,
    Outcome,
    Policy,
    PolicyKind,
    Setting,
    Special,
    Standing,
    Tier,
    Use,
    Weight,
    claw_back,
    evaluate,
    holds,
)

NOON = 12 * 60
SETTING = Setting(use=Use.TILL, currency="CNY", at_us=0, weekday=1, minute=NOON)
NOTHING = Choices()


def item(line_no: int, product: str, pieces: int, yuan: str, brand: str = "") -> Item:
    """A line of whole pieces at a price such as ``19.90``."""
    whole, _, cents = yuan.partition(".")
    price = (int(whole) * 100 + int((cents + "00")[:2])) * 10_000
    return Item(line_no, product, brand, pieces * MICRO, price)


def policy(kind: PolicyKind, **values: object) -> Standing:
    """A policy of the till, number 1."""
    filled = {"policy_id": kind.value, "name": kind.value, "uses": (Use.TILL,)} | values
    return Standing(Policy(kind=kind, **filled), 1)  # type: ignore[arg-type]


def total(outcome: Outcome) -> int:
    """What the main lines cost, in minor units."""
    amounts = (
        line_amount_minor(one.qty_micro, one.unit_price_micro, "CNY") - one.off_minor
        for one in outcome.lines
    )
    return sum(amounts)


def gifts(outcome: Outcome) -> int:
    """Whole gifts earned."""
    return sum(block.earned_micro for block in outcome.blocks) // MICRO


def off(outcome: Outcome) -> list[int]:
    """What is taken off each line, in minor units."""
    return [one.off_minor for one in outcome.lines]


TEN_AND_ONE = policy(
    PolicyKind.GIFT, goods=Goods(("cream",)), every_micro=10 * MICRO, gift_micro=MICRO
)
THREE_FORTY = policy(
    PolicyKind.THRESHOLD, tiers=(Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000))
)


def test_the_first_two_are_cheap_and_the_third_costs_what_it_costs() -> None:
    first = policy(PolicyKind.FIRST, specials=(Special("soap", 9_900_000),), first_micro=2 * MICRO)
    outcome = evaluate([item(1, "soap", 3, "19.90")], [first], SETTING, NOTHING)
    assert [(one.qty_micro // MICRO, one.unit_price_micro) for one in outcome.lines] == [
        (2, 9_900_000),
        (1, 19_900_000),
    ]
    assert total(outcome) == 3_970
    assert outcome.saving_minor == 2_000


def test_where_the_rest_is_refused_the_line_is_told_how_much_may_stay() -> None:
    first = policy(
        PolicyKind.FIRST,
        specials=(Special("soap", 9_900_000),),
        first_micro=2 * MICRO,
        beyond=Beyond.REFUSE,
    )
    outcome = evaluate([item(1, "soap", 3, "19.90")], [first], SETTING, NOTHING)
    assert [(cut.line_no, cut.allowed_micro, cut.code) for cut in outcome.cuts] == [
        (1, 2 * MICRO, "FIRST_ONLY")
    ]


def test_what_was_bought_in_the_period_already_counts() -> None:
    first = policy(PolicyKind.FIRST, specials=(Special("soap", 9_900_000),), first_micro=2 * MICRO)
    setting = replace(SETTING, used={"first_n": 1 * MICRO})
    assert total(evaluate([item(1, "soap", 3, "19.90")], [first], setting, NOTHING)) == 4_970


@pytest.mark.parametrize(("lines", "earned"), [((25,), 2), ((9,), 0), ((6, 4), 1)])
def test_ten_and_one_counts_over_the_lines(lines: tuple[int, ...], earned: int) -> None:
    items = [item(at, "cream", pieces, "10.00") for at, pieces in enumerate(lines, 1)]
    assert gifts(evaluate(items, [TEN_AND_ONE], SETTING, NOTHING)) == earned


def test_the_only_gift_there_is_needs_no_choice_and_several_wait_for_one() -> None:
    items = [item(1, "cream", 20, "10.00")]
    alone = evaluate(items, [TEN_AND_ONE], SETTING, NOTHING)
    assert [(one.product_id, one.qty_micro) for one in alone.blocks[0].lines] == [
        ("cream", 2 * MICRO)
    ]
    listed = Standing(replace(TEN_AND_ONE.policy, gifts=("mask", "soap")), 1)
    waiting = evaluate(items, [listed], SETTING, NOTHING)
    assert (waiting.blocks[0].lines, waiting.blocks[0].left_micro) == ((), 2 * MICRO)
    choices = Choices(gifts={"buy_get": (GiftChoice("soap", MICRO), GiftChoice("sugar", MICRO))})
    picked = evaluate(items, [listed], SETTING, choices)
    assert [one.product_id for one in picked.blocks[0].lines] == ["soap"]
    assert picked.blocks[0].left_micro == MICRO


def test_every_full_ten_thousand_gives_a_gift_and_a_return_takes_one_back() -> None:
    each = policy(
        PolicyKind.THRESHOLD,
        tiers=(Tier(1_000_000, gift_micro=MICRO),),
        is_per_full=True,
        gifts=("mask",),
    )
    sold = [item(1, "cream", 193, "100.00"), item(2, "soap", 60, "100.00")]
    assert gifts(evaluate(sold, [each], SETTING, NOTHING)) == 2
    assert claw_back(sold, sold[:1], [each], SETTING, NOTHING) == {"threshold": MICRO}


def test_the_highest_tier_holds_once_and_its_shares_add_up() -> None:
    items = [item(1, "a", 1, "173.33"), item(2, "b", 1, "173.33"), item(3, "c", 1, "173.34")]
    outcome = evaluate(items, [THREE_FORTY], SETTING, NOTHING)
    assert sum(off(outcome)) == 8_000
    assert total(outcome) == 52_000 - 8_000


def test_happy_hour_ends_on_the_minute_by_the_clock_of_the_shop() -> None:
    happy = policy(
        PolicyKind.SPECIAL, pay_ratio_micro=800_000, from_minute=18 * 60, until_minute=20 * 60
    )
    assert holds(happy.policy, replace(SETTING, minute=19 * 60 + 59))
    assert not holds(happy.policy, replace(SETTING, minute=20 * 60))


def test_a_window_across_midnight_belongs_to_the_day_it_began() -> None:
    night = policy(
        PolicyKind.SPECIAL, weekdays=(5,), from_minute=22 * 60, until_minute=2 * 60
    ).policy
    assert holds(night, replace(SETTING, weekday=5, minute=23 * 60))
    assert holds(night, replace(SETTING, weekday=6, minute=60))
    assert not holds(night, replace(SETTING, weekday=5, minute=60))


def test_of_three_that_exclude_each_other_the_best_is_taken_unless_a_person_says_otherwise() -> (
    None
):
    three = [
        policy(PolicyKind.THRESHOLD, policy_id=name, group="618", tiers=(Tier(100, off_minor=off),))
        for name, off in (("a", 500), ("b", 900), ("c", 700))
    ]
    items = [item(1, "x", 1, "100.00")]
    best = evaluate(items, three, SETTING, NOTHING)
    offer = best.offers[0]
    assert [(one.policy_id, one.saving_minor) for one in offer.options] == [
        ("b", 900),
        ("c", 700),
        ("a", 500),
    ]
    assert (offer.chosen, total(best)) == ("b", 9_100)
    other = evaluate(items, three, SETTING, Choices(of_group={"618": "c"}))
    assert (other.offers[0].chosen, total(other)) == ("c", 9_300)
    assert total(evaluate(items, three, SETTING, Choices(of_group={"618": ""}))) == 10_000


def test_a_special_price_is_the_lowest_that_holds_and_never_touches_a_said_price() -> None:
    cheap = policy(PolicyKind.SPECIAL, specials=(Special("x", 8_800_000),))
    dear = policy(PolicyKind.SPECIAL, policy_id="dear", specials=(Special("x", 9_500_000),))
    items = [item(1, "x", 12, "9.00"), item(2, "x", 1, "8.00")._replace(is_said=True)]
    outcome = evaluate(items, [dear, cheap], SETTING, NOTHING)
    assert [one.unit_price_micro for one in outcome.lines] == [8_800_000, 8_000_000]


def test_a_set_costs_its_price_and_a_piece_belongs_to_one_set() -> None:
    pair = policy(
        PolicyKind.BUNDLE,
        parts=(
            BundlePart(Goods(("shampoo",)), MICRO),
            BundlePart(Goods(("rinse", "mask")), 2 * MICRO),
        ),
        bundle_minor=9_900,
    )
    items = [
        item(1, "shampoo", 2, "60.00"),
        item(2, "rinse", 3, "30.00"),
        item(3, "mask", 1, "40.00"),
    ]
    outcome = evaluate(items, [pair], SETTING, NOTHING)
    assert total(outcome) == 2 * 9_900
    assert outcome.applied[0].saving_minor == 25_000 - 19_800


def test_gifts_at_list_price_are_taken_off_again_or_spread_over_the_goods() -> None:
    items = [item(1, "cream", 10, "10.00")]
    setting = replace(SETTING, gift_prices={"cream": 10_000_000})
    for price in (GiftPrice.LIST, GiftPrice.SPREAD):
        standing = Standing(replace(TEN_AND_ONE.policy, gift_price=price), 1)
        outcome = evaluate(items, [standing], setting, NOTHING)
        gift = outcome.blocks[0].lines[0]
        assert total(outcome) + 1_000 - gift.off_minor == 10_000
    assert (gift.off_minor, off(outcome)) == (91, [909])


def test_nearly_met_policies_say_what_is_missing() -> None:
    near = evaluate(
        [item(1, "cream", 8, "10.00")], [TEN_AND_ONE, THREE_FORTY], SETTING, NOTHING
    ).near
    assert [(one.policy_id, one.missing_micro, one.missing_minor) for one in near] == [
        ("buy_get", 2 * MICRO, 0),
        ("threshold", 0, 22_000),
    ]


def test_policies_of_a_group_none_of_which_is_met_say_what_is_missing() -> None:
    grouped = [Standing(replace(one.policy, group="618"), 1) for one in (TEN_AND_ONE, THREE_FORTY)]
    near = evaluate([item(1, "cream", 8, "10.00")], grouped, SETTING, NOTHING).near
    assert [one.policy_id for one in near] == ["buy_get", "threshold"]


def test_limits_cut_the_later_line_and_name_the_rule() -> None:
    one = policy(
        PolicyKind.LIMIT, goods=Goods(("x",)), by_quantity=True, most=20 * MICRO, policy_id="one"
    )
    outcome = evaluate([item(1, "x", 21, "1.00")], [one], SETTING, NOTHING)
    assert [(cut.allowed_micro, cut.code) for cut in outcome.cuts] == [(20 * MICRO, "LIMIT_ITEM")]
    six = policy(
        PolicyKind.LIMIT, goods=Goods(("a", "b", "c")), by_quantity=True, most=6 * MICRO,
        weights=(Weight("c", 2 * MICRO),),
    )  # fmt: skip
    items = [item(1, "a", 4, "1.00"), item(2, "b", 3, "1.00"), item(3, "c", 1, "1.00")]
    cut = evaluate(items, [six], SETTING, NOTHING).cuts
    assert [(one.line_no, one.allowed_micro, one.code) for one in cut] == [
        (2, 2 * MICRO, "LIMIT_GROUP"),
        (3, 0, "LIMIT_GROUP"),
    ]


def test_a_limit_of_an_amount_allows_whole_pieces() -> None:
    worth = policy(PolicyKind.LIMIT, most=10_000)
    outcome = evaluate([item(1, "x", 4, "30.00")], [worth], SETTING, NOTHING)
    assert outcome.cuts[0].allowed_micro == 3 * MICRO


PRODUCTS = st.sampled_from(["a", "b", "c", "cream"])
ITEMS = st.lists(
    st.builds(
        lambda product, pieces, cents: (product, pieces, cents),
        PRODUCTS,
        st.integers(1, 60),
        st.integers(1, 30_000),
    ),
    min_size=1,
    max_size=8,
).map(
    lambda rows: [
        Item(at, product, "", pieces * MICRO, cents * 10_000)
        for at, (product, pieces, cents) in enumerate(rows, 1)
    ]
)
MANY = (
    TEN_AND_ONE,
    THREE_FORTY,
    policy(PolicyKind.SPECIAL, goods=Goods(("a",)), pay_ratio_micro=880_000),
    policy(
        PolicyKind.FIRST,
        specials=(Special("b", 1_000_000), Special("a", 990_000)),
        first_micro=3 * MICRO,
    ),
    policy(
        PolicyKind.BUNDLE,
        parts=(BundlePart(Goods(("a", "b")), MICRO), BundlePart(Goods(("b", "c")), 2 * MICRO)),
        bundle_minor=990,
    ),
    policy(
        PolicyKind.GIFT, policy_id="spread", every_micro=3 * MICRO, gift_micro=MICRO,
        gift_price=GiftPrice.SPREAD, gifts=("c",), most_times=4,
    ),
    policy(
        PolicyKind.THRESHOLD, policy_id="ratio", by_quantity=True,
        tiers=(Tier(5 * MICRO, pay_ratio_micro=900_000),),
    ),
)  # fmt: skip


@given(ITEMS, st.sets(st.sampled_from(MANY), min_size=1))
def test_nothing_appears_or_vanishes_and_nobody_pays_more(
    items: list[Item], policies: set[Standing]
) -> None:
    ordered = [one for one in MANY if one in policies]
    setting = replace(SETTING, gift_prices={"c": 5_000_000, "cream": 7_000_000})
    outcome = evaluate(items, ordered, setting, NOTHING)
    for one in items:
        parts = [part for part in outcome.lines if part.line_no == one.line_no]
        assert sum(part.qty_micro for part in parts) == one.qty_micro
        for part in parts:
            amount = line_amount_minor(part.qty_micro, part.unit_price_micro, "CNY")
            assert part.unit_price_micro <= one.unit_price_micro
            assert 0 <= part.off_minor <= amount
    before = sum(line_amount_minor(one.qty_micro, one.unit_price_micro, "CNY") for one in items)
    lines = [line for block in outcome.blocks for line in block.lines]
    listed = sum(
        line_amount_minor(line.qty_micro, setting.gift_prices[line.product_id], "CNY")
        for line in lines
        if line.product_id in setting.gift_prices
    )
    paid = sum(
        line_amount_minor(line.qty_micro, line.unit_price_micro, "CNY") - line.off_minor
        for line in lines
    )
    saved = sum(one.saving_minor for one in outcome.applied)
    assert total(outcome) + paid + saved == before + listed
    assert evaluate(items, tuple(reversed(ordered)), setting, NOTHING).lines == outcome.lines
