"""Lots by their expiry: what is left of each when codes that are scanned carry none (B09)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.stock.rules import days_left, expiry_typed, lot_expiry, lot_until, standing_lots

SPRING, AUTUMN = lot_until("2027-03-31"), lot_until("2027-10-31")


@pytest.mark.parametrize(
    ("held", "left"),
    [
        ([(AUTUMN, 5), (SPRING, 3)], [(SPRING, 3), (AUTUMN, 5)]),
        ([(SPRING, 3), (AUTUMN, 5), ("", -2)], [(SPRING, 1), (AUTUMN, 5)]),
        ([(SPRING, 3), (AUTUMN, 5), ("", -4)], [(AUTUMN, 4)]),
        ([(SPRING, 3), ("", 2), ("B7", -1)], [(SPRING, 2), ("", 2)]),
        ([(SPRING, 3), ("", -5)], [("", -2)]),
        ([(SPRING, 3), ("A7", 1), ("", 1)], [(SPRING, 3), ("", 1), ("A7", 1)]),
        ([], []),
    ],
)
def test_what_left_without_a_lot_is_taken_from_the_one_that_ends_first(
    held: list[tuple[str, int]], left: list[tuple[str, int]]
) -> None:
    assert standing_lots(held) == left


LOTS = st.sampled_from(["", "A7", SPRING, AUTUMN, "B2 (2027-05-31)"])


@given(st.lists(st.tuples(LOTS, st.integers(-9, 9))))
def test_lots_add_up_to_what_is_held_and_only_what_has_no_lot_is_below_zero(
    held: list[tuple[str, int]],
) -> None:
    left = standing_lots(held)
    assert sum(qty for _lot, qty in left) == sum(qty for _lot, qty in held)
    below = [(lot, qty) for lot, qty in left if qty <= 0]
    assert below == [one for one in left if one[1] < 0 and one[0] == ""]
    if below:
        assert left == below, "nothing is left of a lot while something is missing"
    ends = [lot_expiry(lot) or "9" for lot, _qty in left]
    assert ends == sorted(ends)


def test_a_lot_known_by_its_expiry_alone_says_it() -> None:
    assert (SPRING, lot_expiry(SPRING)) == ("(2027-03-31)", "2027-03-31")
    assert (lot_until(""), lot_expiry("A7"), lot_expiry("")) == ("", "", "")


def test_the_days_to_an_expiry_count_its_last_good_day() -> None:
    assert days_left("2027-03-31", "2027-03-31") == 0
    assert days_left("2027-03-31", "2027-02-28") == 31
    assert days_left("2027-03-31", "2027-04-01") == -1


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("2027-05", "2027-05-31"),
        ("2028/2", "2028-02-29"),
        ("2027.12", "2027-12-31"),
        ("２０２７-0５-07", "2027-05-07"),
        ("20270507", "2027-05-07"),
        ("202705", "2027-05-31"),
        ("", ""),
    ],
)
def test_an_expiry_is_typed_as_a_day_or_a_month(typed: str, until: str) -> None:
    assert expiry_typed(typed) == until
    assert lot_expiry(lot_until(until)) == until


@pytest.mark.parametrize("typed", ["2027-13", "2027-02-30", "27-05", "tomorrow", "2027", "1999-01"])
def test_what_is_no_expiry_is_said(typed: str) -> None:
    with pytest.raises(RuleViolation, match="EXPIRY_UNREADABLE"):
        expiry_typed(typed)
