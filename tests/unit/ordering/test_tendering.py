"""What pays an order, and what a rebate is worth on a day (E14, M02)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accounts.rules import Lot, usable_rebate
from shared.core.errors import RuleViolation
from shared.ordering.rules import (
    OrderType,
    Tenders,
    order_type,
    rebate_most,
    tenders_named,
    tenders_proposed,
    tenders_taken,
)

MINOR = st.integers(0, 10**12)
PERCENT = st.integers(0, 100)


@given(MINOR, MINOR, MINOR, MINOR, MINOR, PERCENT)
def test_never_more_is_taken_than_was_named_is_held_and_the_order_comes_to(
    named_deposit: int,
    named_rebate: int,
    deposit: int,
    rebate: int,
    total: int,
    percent: int,
) -> None:
    named, held = Tenders(named_deposit, named_rebate), Tenders(deposit, rebate)
    taken = tenders_taken(named, held, total, percent)
    assert 0 <= taken.deposit_minor <= min(named_deposit, deposit)
    assert 0 <= taken.rebate_minor <= min(named_rebate, rebate, total * percent // 100)
    assert taken.named_minor + taken.account_minor(total) == total
    assert taken.account_minor(total) >= 0
    assert tenders_taken(taken, held, total, percent) == taken


def test_of_3000_yuan_at_ten_percent_300_of_a_rebate_of_500_are_proposed() -> None:
    assert rebate_most(300_000, 10) == 30_000
    assert tenders_proposed(Tenders(0, 50_000), 300_000, 10) == Tenders(0, 30_000)
    assert tenders_proposed(Tenders(100_000, 0), 80_000, 10) == Tenders(80_000, 0)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([("deposit", -1)], "TENDER_BAD"),
        ([("coupon", 1)], "TENDER_BAD"),
        ([("rebate", 1), ("rebate", 1)], "TENDER_BAD"),
        ([("rebate", 60), ("deposit", 41)], "TENDERS_TOO_MUCH"),
    ],
)
def test_tenders_that_cannot_be_are_refused(said: list[tuple[str, int]], code: str) -> None:
    with pytest.raises(RuleViolation) as why:
        tenders_named(said, 100)
    assert why.value.code == code


def test_a_rebate_is_used_from_the_lot_that_ends_first_and_ends_with_it() -> None:
    lots = [Lot("2025-01-01", "", 100), Lot("2025-02-01", "2025-06-30", 100)]
    assert usable_rebate(lots, [], "2025-01-15") == 100
    assert usable_rebate(lots, [], "2025-03-01") == 200
    assert usable_rebate(lots, [("2025-03-01", 60)], "2025-03-01") == 140
    assert usable_rebate(lots, [("2025-03-01", 60)], "2025-07-01") == 100
    # What is given back goes to the lot it was taken from.
    back = [("2025-03-01", 60), ("2025-07-02", -60)]
    assert usable_rebate(lots, back, "2025-07-03") == 100


@given(st.lists(st.integers(1, 1_000), max_size=6), st.lists(st.integers(1, 500), max_size=6))
def test_lots_without_an_end_are_worth_what_is_left_of_them(
    granted: list[int], used: list[int]
) -> None:
    lots = [Lot("2025-01-01", "", one) for one in granted]
    left = usable_rebate(lots, [("2025-01-02", one) for one in used], "2025-12-31")
    assert left == max(sum(granted) - sum(used), 0)


@pytest.mark.parametrize(
    ("quantities", "has_exclusive", "is_promotional", "wanted"),
    [
        ([1, -1], True, True, OrderType.RETURN),
        ([1], True, True, OrderType.EXCLUSIVE),
        ([1], False, True, OrderType.PROMOTIONAL),
        ([1], False, False, OrderType.NORMAL),
    ],
)
def test_the_type_of_an_order_is_the_first_that_fits(
    quantities: list[int], has_exclusive: bool, is_promotional: bool, wanted: OrderType
) -> None:
    found = order_type(quantities, has_exclusive=has_exclusive, is_promotional=is_promotional)
    assert found is wanted
