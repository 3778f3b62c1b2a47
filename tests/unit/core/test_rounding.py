"""No cent appears or vanishes when amounts are divided or shared."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.rounding import (
    divide_half_away,
    share_by_largest_remainder,
)

whole = st.integers(-(10**20), 10**20)
divisor = whole.filter(bool)
weights = st.lists(st.integers(0, 10**12), max_size=30)


@given(whole, divisor)
def test_half_away_is_within_half_and_never_nearer_to_zero_on_a_tie(n: int, d: int) -> None:
    exact, rounded = Fraction(n, d), divide_half_away(n, d)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@given(whole, divisor)
def test_a_return_is_rounded_as_the_mirror_of_its_sale(n: int, d: int) -> None:
    assert divide_half_away(-n, d) == -divide_half_away(n, d) == divide_half_away(n, -d)


@pytest.mark.parametrize(
    ("n", "d", "half"), [(5, 2, 3), (-5, 2, -3), (7, 5, 1), (0, 3, 0), (6, 3, 2)]
)
def test_examples_of_rounding(n: int, d: int, half: int) -> None:
    assert divide_half_away(n, d) == half


@given(whole, weights)
def test_shares_always_add_up_to_the_total(total: int, over: list[int]) -> None:
    if not sum(over):
        return
    shares = share_by_largest_remainder(total, over)
    assert len(shares) == len(over)
    assert sum(shares) == total


@given(whole, weights)
def test_a_share_is_less_than_one_unit_off_and_a_zero_weight_gets_nothing(
    total: int, over: list[int]
) -> None:
    if not sum(over):
        return
    for share, weight in zip(share_by_largest_remainder(total, over), over, strict=True):
        assert abs(share - Fraction(total * weight, sum(over))) < 1
        if weight == 0:
            assert share == 0


@given(whole, weights)
def test_sharing_a_negative_total_mirrors_the_positive_one(total: int, over: list[int]) -> None:
    if sum(over):
        positive = share_by_largest_remainder(total, over)
        assert share_by_largest_remainder(-total, over) == tuple(-share for share in positive)


def test_equal_remainders_go_to_the_earlier_lines() -> None:
    assert share_by_largest_remainder(100, [1, 1, 1]) == (34, 33, 33)
    assert share_by_largest_remainder(-2, [1, 1, 1]) == (-1, -1, 0)


def test_the_largest_remainder_wins_over_position() -> None:
    assert share_by_largest_remainder(10, [333, 333, 334]) == (3, 3, 4)


def test_nothing_shared_over_nothing_is_nothing() -> None:
    assert share_by_largest_remainder(0, []) == ()
    assert share_by_largest_remainder(0, [0, 0]) == (0, 0)


@pytest.mark.parametrize(
    ("total", "over", "code"),
    [
        (5, [0, 0], "NOTHING_TO_SHARE_OVER"),
        (5, [], "NOTHING_TO_SHARE_OVER"),
        (5, [3, -1], "WEIGHT_NEGATIVE"),
    ],
)
def test_a_total_that_cannot_be_shared_is_refused(total: int, over: list[int], code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        share_by_largest_remainder(total, over)
    assert caught.value.code == code
