"""Points and coupons as arithmetic: nothing is made or lost, whatever comes back in what parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.sales.usecases.refunding import refund_ways
from shared.core.errors import RuleViolation
from shared.vouchers.rules import (
    Coupon,
    Rates,
    check_batch,
    check_coupon,
    check_rates,
    code_of,
    coupon_id,
    earned_points,
    is_coupon_code,
    normal_code,
    points_for,
    share_back,
    spoken_code,
    worth_of_points,
)

AMOUNTS = st.integers(1, 10_000_000)
RATES = st.builds(
    Rates,
    earn_points=st.integers(0, 1_000),
    earn_per_minor=st.integers(1, 100_000),
    worth_points=st.integers(1, 10_000),
    worth_minor=st.integers(1, 100_000),
)


@settings(max_examples=60)
@given(rates=RATES, minor=AMOUNTS)
def test_points_that_pay_an_amount_are_worth_it_and_one_less_is_not(
    rates: Rates, minor: int
) -> None:
    points = points_for(rates, minor)
    assert worth_of_points(rates, points) >= minor
    assert worth_of_points(rates, points - 1) < minor


@settings(max_examples=60)
@given(rates=RATES, money=st.integers(-1_000_000, 1_000_000), goods=st.integers(-10, 1_000_000))
def test_points_are_earned_on_goods_as_far_as_money_paid_them(
    rates: Rates, money: int, goods: int
) -> None:
    found = earned_points(rates, money, goods)
    assert found >= 0
    assert found * rates.earn_per_minor <= max(min(money, goods), 0) * rates.earn_points
    assert earned_points(rates, money + 1, goods) >= found


@settings(max_examples=60)
@given(held=st.integers(0, 10**6), parts=st.lists(AMOUNTS, min_size=1, max_size=6))
def test_what_comes_back_in_parts_takes_its_share_and_in_the_end_all(
    held: int, parts: list[int]
) -> None:
    left, before = held, sum(parts)
    for part in parts:
        share = share_back(left, before, part)
        assert 0 <= share <= left
        left, before = left - share, before - part
    assert left == 0


@settings(max_examples=60)
@given(
    paid=st.dictionaries(
        st.sampled_from(["cash", "card", "coupon", "points"]), AMOUNTS, min_size=1, max_size=4
    ),
    data=st.data(),
)
def test_a_refund_gives_back_what_was_paid_and_never_more_of_any_tender(
    paid: dict[str, int], data: st.DataObject
) -> None:
    left = dict(paid)
    while sum(left.values()):
        back = data.draw(st.integers(1, sum(left.values())))
        ways = refund_ways(left, back)
        assert -sum(one.amount_minor for one in ways) == back
        for one in ways:
            left[one.tender] += one.amount_minor
        assert all(minor >= 0 for minor in left.values())


@given(chance=st.binary(min_size=10, max_size=10))
@settings(max_examples=40)
def test_a_code_is_read_as_it_is_spoken_and_stands_hashed(chance: bytes) -> None:
    code = code_of(chance)
    assert is_coupon_code(code)
    assert normal_code(spoken_code(code).lower()) == code
    assert coupon_id(spoken_code(code), b"house") == coupon_id(code, b"house")
    assert coupon_id(code, b"other") != coupon_id(code, b"house")
    assert code not in coupon_id(code, b"house")


def test_goods_and_payment_codes_are_no_coupons() -> None:
    for text in ("2000101010005", "134567890123456789", "M791594885974", "Q222", ""):
        assert not is_coupon_code(text)


def a_coupon(**said: object) -> Coupon:
    known: dict[str, object] = {
        "coupon_id": "CP1", "batch_id": "B1", "member_id": "", "value_minor": 2_000,
        "least_minor": 10_000, "from_us": 100, "until_us": 200, "is_strict": False,
        "is_in_force": True, "is_used": False,
    }  # fmt: skip
    return Coupon(**known | said)  # type: ignore[arg-type]


def code(coupon: Coupon, *, member_id: str = "", total: int = 10_000, now: int = 150) -> str:
    try:
        check_coupon(coupon, member_id=member_id, total_minor=total, now_us=now)
    except RuleViolation as error:
        return error.code
    return ""


def test_each_reason_why_a_coupon_does_not_pay_has_its_code() -> None:
    assert code(a_coupon()) == ""
    assert code(a_coupon(), now=99) == "COUPON_NOT_YET"
    assert code(a_coupon(), now=200) == "COUPON_EXPIRED"
    assert code(a_coupon(), total=9_999) == "COUPON_NOT_ENOUGH"
    assert code(a_coupon(is_used=True)) == "COUPON_USED"
    assert code(a_coupon(is_in_force=False)) == "COUPON_UNKNOWN"
    assert code(a_coupon(member_id="MB1")) == "COUPON_NOT_THEIRS"
    assert code(a_coupon(member_id="MB1"), member_id="MB1") == ""


def test_rules_and_batches_that_make_no_sense_are_not_published() -> None:
    with pytest.raises(RuleViolation, match="POINTS_RULE_BAD"):
        check_rates(Rates(earn_points=1, earn_per_minor=0, worth_points=100, worth_minor=100))
    good = {"name": "x", "value_minor": 1, "least_minor": 0, "from_us": 1, "until_us": 2}
    check_batch(**good, count=1)  # type: ignore[arg-type]
    for wrong in ({"name": ""}, {"value_minor": 0}, {"until_us": 1}, {"least_minor": -1}):
        with pytest.raises(RuleViolation, match="COUPON_BATCH_BAD"):
            check_batch(**good | wrong, count=1)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation, match="COUPON_BATCH_BAD"):
        check_batch(**good, count=5_001)  # type: ignore[arg-type]
