"""Counting: zones add, recounts never do, and nobody checks or reveals the own figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import AccessDenied, RuleViolation
from shared.core.money import line_amount_minor
from shared.stocktake.rules import (
    ApproverLevel,
    CountAction,
    CountScope,
    CountState,
    Seen,
    Tolerance,
    approver_needed,
    check_action,
    check_all_counted,
    check_approval,
    check_opening,
    check_recounter,
    check_revealer,
    combine,
    is_out,
    seal,
)


def saw(
    sheet: str,
    zone: str,
    who: str,
    qty: int,
    at: int = 0,
    product: str = "X",
    **more: str | bool,
) -> Seen:
    return Seen(
        sheet=sheet,
        zone_id=zone,
        counter_id=who,
        product_id=product,
        qty_micro=qty,
        counted_at_us=at,
        serial=str(more.get("serial", "")),
        is_recount=bool(more.get("is_recount", False)),
    )


def test_two_people_in_two_zones_add_up() -> None:
    found = combine([saw("s1", "A", "li", 4), saw("s2", "B", "wang", 6)])["X"]
    assert (found.qty_micro, found.is_settled) == (10, True)
    assert found.counters == ("li", "wang")


def test_scans_of_one_sheet_add_up() -> None:
    assert combine([saw("s1", "A", "li", 1, at) for at in range(5)])["X"].qty_micro == 5


def test_the_same_zone_by_another_person_is_a_recount_and_never_a_sum() -> None:
    found = combine([saw("s1", "A", "li", 4, 1), saw("s2", "A", "wang", 5, 2)])["X"]
    assert (found.qty_micro, found.is_settled) == (5, False)


def test_two_who_agree_are_final() -> None:
    found = combine([saw("s1", "A", "li", 4, 1), saw("s2", "A", "wang", 4, 2)])["X"]
    assert (found.qty_micro, found.is_settled, found.last_at_us) == (4, True, 2)


def test_the_best_two_of_three_are_final() -> None:
    lines = [saw("s1", "A", "li", 4, 1), saw("s2", "A", "wang", 5, 2), saw("s3", "A", "zhao", 4, 3)]
    found = combine(lines)["X"]
    assert (found.qty_micro, found.is_settled) == (4, True)


def test_three_different_figures_settle_nothing() -> None:
    lines = [saw(f"s{n}", "A", who, n, n) for n, who in enumerate(["li", "wang", "zhao"], 1)]
    assert combine(lines)["X"].is_settled is False


def test_the_same_person_twice_is_no_second_opinion() -> None:
    lines = [saw("s1", "A", "li", 4, 1), saw("s2", "A", "wang", 5, 2), saw("s3", "A", "wang", 4, 3)]
    assert combine(lines)["X"].counters == ("li", "wang")
    assert combine(lines)["X"].qty_micro == 4
    twice = [saw("s1", "A", "li", 4, 1), saw("s2", "A", "li", 9, 2)]
    assert combine(twice)["X"].counters == ("li",)
    assert combine(twice)["X"].qty_micro == 9


def test_a_recount_speaks_only_of_what_it_names() -> None:
    lines = [
        saw("s1", "A", "li", 4, 1),
        saw("s1", "A", "li", 7, 1, product="Y"),
        saw("s2", "A", "wang", 4, 2, is_recount=True),
    ]
    assert combine(lines)["Y"].qty_micro == 7
    assert combine(lines)["Y"].is_settled


def test_a_second_full_sheet_that_misses_a_product_disagrees_about_it() -> None:
    lines = [
        saw("s1", "A", "li", 4, 1),
        saw("s1", "A", "li", 7, 1, product="Y"),
        saw("s2", "A", "wang", 4, 2),
    ]
    assert combine(lines)["Y"].is_settled is False


def test_a_serial_counts_once_in_the_whole_count() -> None:
    lines = [
        saw("s1", "A", "li", 1, 1, serial="N1"),
        saw("s1", "A", "li", 1, 2, serial="N1"),
        saw("s2", "B", "wang", 1, 3, serial="N1"),
        saw("s2", "B", "wang", 1, 4, serial="N2"),
    ]
    assert combine(lines)["X"].qty_micro == 2


def test_a_serial_met_again_by_the_recounter_is_no_second_piece_and_no_missing_one() -> None:
    lines = [
        saw("s1", "A", "li", 1, 1, serial="N1"),
        saw("s2", "A", "wang", 1, 2, serial="N1"),
    ]
    found = combine(lines)["X"]
    assert (found.qty_micro, found.is_settled) == (1, True)


@given(st.permutations(range(6)))
def test_the_order_in_which_sheets_arrive_does_not_matter(order: list[int]) -> None:
    lines = [
        saw("s1", "A", "li", 4, 1),
        saw("s1", "A", "li", 1, 2, serial="N1"),
        saw("s2", "B", "wang", 6, 3),
        saw("s2", "B", "wang", 1, 4, serial="N1"),
        saw("s3", "A", "zhao", 5, 5),
        saw("s4", "A", "chen", 5, 6, is_recount=True),
    ]
    assert combine([lines[place] for place in order]) == combine(lines)


def test_a_count_is_not_revealed_while_zones_wait() -> None:
    with pytest.raises(RuleViolation, match="ZONES_UNCOUNTED") as refused:
        check_all_counted(["A", "B", "C"], {"B"})
    assert refused.value.params["zones"] == "A C"
    check_all_counted(["A"], {"A"})


def test_the_first_counter_is_refused_for_the_recount() -> None:
    with pytest.raises(AccessDenied, match="SAME_COUNTER"):
        check_recounter("li", {"li"})
    check_recounter("wang", {"li"})


def test_who_counted_does_not_reveal() -> None:
    with pytest.raises(AccessDenied, match="REVEALER_COUNTED"):
        check_revealer("li", {"li", "wang"})
    check_revealer("li", {"li"}, is_alone=True)


@pytest.mark.parametrize(
    ("counted", "value", "goes"),
    [(95, 0, False), (94, 0, True), (106, 0, True), (100, 0, False), (99, 50_001, True)],
)
def test_beyond_five_percent_or_500_yuan_goes_to_recount(
    counted: int, value: int, goes: bool
) -> None:
    tolerance = Tolerance(ratio_micro=50_000, value_minor=50_000)
    assert is_out(tolerance, book_micro=100, counted_micro=counted, value_minor=value) is goes


def test_what_the_book_does_not_know_is_beyond_any_share_of_it() -> None:
    tolerance = Tolerance(ratio_micro=50_000)
    assert is_out(tolerance, book_micro=0, counted_micro=1, value_minor=0)


def test_tolerances_that_are_not_set_are_not_looked_at() -> None:
    assert not is_out(Tolerance(), book_micro=100, counted_micro=0, value_minor=10**9)
    assert is_out(Tolerance(qty_micro=0), book_micro=100, counted_micro=99, value_minor=0)


def test_a_variance_of_1200_needs_more_than_the_manager_whose_limit_is_500() -> None:
    value = line_amount_minor(-12_000_000, 100_000_000, "CNY")
    assert value == -120_000
    needed = approver_needed([value], 50_000)
    assert needed is ApproverLevel.HEAD_OFFICE
    with pytest.raises(RuleViolation, match="APPROVAL_MISSING"):
        check_approval(needed, ApproverLevel.SITE, 120_000)
    check_approval(needed, ApproverLevel.HEAD_OFFICE, 120_000)


def test_a_shortage_cannot_hide_behind_a_surplus() -> None:
    assert approver_needed([-30_000, 30_000], 50_000) is ApproverLevel.HEAD_OFFICE
    assert approver_needed([-20_000, 30_000], 50_000) is ApproverLevel.SITE
    assert approver_needed([0, 0], 50_000) is ApproverLevel.NOBODY


def test_a_site_is_opened_once() -> None:
    check_opening(CountScope.OPENING, is_opened=False)
    check_opening(CountScope.FULL, is_opened=True)
    with pytest.raises(RuleViolation, match="ALREADY_OPENED"):
        check_opening(CountScope.OPENING, is_opened=True)


def test_nothing_is_posted_before_it_is_revealed() -> None:
    check_action(CountState.REVEALED, CountAction.POST)
    with pytest.raises(RuleViolation, match="STEP_NOT_ALLOWED"):
        check_action(CountState.COUNTING, CountAction.POST)
    with pytest.raises(RuleViolation, match="STEP_NOT_ALLOWED"):
        check_action(CountState.POSTED, CountAction.RECOUNT)


def test_a_seal_shows_any_change_of_its_lines() -> None:
    lines = [("P1", "", "", 5, 10), ("P2", "L", "", 3, 11)]
    assert seal(lines) == seal([tuple(line) for line in lines])
    changed = [
        [("P1", "", "", 6, 10), lines[1]],
        [("P1", "", "", 5, 12), lines[1]],
        [lines[1], lines[0]],
        lines[:1],
        [("P1P", "", "", 5, 10), ("2", "L", "", 3, 11)],
    ]
    assert seal(lines) not in {seal(other) for other in changed}
