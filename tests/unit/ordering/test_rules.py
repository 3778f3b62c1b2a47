"""Orders are decided by rules that can be read: states, grants, credit, rates, parts of amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Conflict, RuleViolation
from shared.ordering.rules import (
    GRANTED,
    OUTCOMES,
    Action,
    Arrival,
    AskedLine,
    Credit,
    LineGrant,
    OrderState,
    Side,
    acceptance_rate,
    actions,
    arrival,
    check_credit,
    check_first,
    check_lines,
    check_step,
    granted_lines,
    may_become,
    order_state,
    outcome_of,
    part_minor,
)

PIECE = 1_000_000


def asked(line_no: int, qty: int, price_minor: int = 500) -> AskedLine:
    return AskedLine(line_no=line_no, qty_micro=qty * PIECE, amount_minor=qty * price_minor)


def granted(line_no: int, qty: int, reason: str = "") -> LineGrant:
    return LineGrant(line_no=line_no, accepted_micro=qty * PIECE, reason=reason)


def test_only_what_the_table_allows_is_offered() -> None:
    assert actions(OrderState.SUBMITTED, Side.SUPPLIER) == (Action.DECIDE,)
    assert actions(OrderState.SUBMITTED, Side.SUBMITTER) == (Action.CANCEL,)
    assert actions(OrderState.ACCEPTED, Side.SUBMITTER) == ()
    assert actions(OrderState.REJECTED, Side.SUBMITTER) == (Action.REWORK,)
    assert actions(OrderState.RECEIVED, Side.SUPPLIER) == ()
    with pytest.raises(RuleViolation, match="STEP_NOT_ALLOWED"):
        check_step(OrderState.SUBMITTED, Side.SUBMITTER, Action.DECIDE)


@given(
    decided=st.sampled_from(sorted(OUTCOMES)),
    accepted=st.integers(1, 100),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=6),
)
def test_goods_within_the_grant_only_ever_move_an_order_along_its_table(
    decided: OrderState, accepted: int, steps: list[tuple[bool, int]]
) -> None:
    shipped = arrived = 0
    state = order_state(decided, accepted_micro=accepted, shipped_micro=0, arrived_micro=0)
    assert state is decided
    for is_shipment, qty in steps:
        if is_shipment:
            shipped = min(accepted, shipped + qty)
        else:
            arrived = min(shipped, arrived + qty)
        before, state = (
            state,
            order_state(
                decided, accepted_micro=accepted, shipped_micro=shipped, arrived_micro=arrived
            ),
        )
        # All that was under way may have arrived before its last shipment was told.
        near = may_become(before) | {before}
        assert state in near | {after for one in near for after in may_become(one)}
        assert decided in GRANTED or state is decided


def test_eight_of_ten_lines_are_accepted_and_two_rejected_with_their_reasons() -> None:
    lines = [asked(n, 5) for n in range(1, 11)]
    grants = [granted(n, 5) for n in range(1, 9)]
    grants += [granted(9, 0, "NO_STOCK"), granted(10, 0, "DISCONTINUED")]
    decided = granted_lines(lines, grants)
    assert outcome_of(decided) is OrderState.PARTIAL
    assert [line.reason for line in decided if not line.accepted_micro] == [
        "NO_STOCK",
        "DISCONTINUED",
    ]


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        ([granted(1, 5)], "LINE_MISSING"),
        ([granted(1, 5), granted(2, 3)], "REASON_MISSING"),
        ([granted(1, 5), granted(2, 6)], "ACCEPTED_TOO_MUCH"),
        ([granted(1, 5), granted(2, -1, "X")], "ACCEPTED_TOO_MUCH"),
        ([granted(1, 5), granted(2, 5), granted(3, 1)], "LINE_UNKNOWN"),
        ([granted(1, 5), granted(2, 5), granted(2, 5)], "LINE_TWICE"),
    ],
)
def test_a_decision_names_every_line_once_within_what_was_asked(
    grants: list[LineGrant], code: str
) -> None:
    with pytest.raises(RuleViolation, match=code):
        granted_lines([asked(1, 5), asked(2, 5)], grants)


def test_the_first_decision_wins_and_a_later_one_is_told_so() -> None:
    check_first(OrderState.SUBMITTED, 1, 1)
    with pytest.raises(Conflict, match="ALREADY_DECIDED"):
        check_first(OrderState.ACCEPTED, 2, 1)
    with pytest.raises(Conflict, match="PARENT_MOVED"):
        check_first(OrderState.SUBMITTED, 2, 1)


def test_credit_counts_debt_and_accepted_orders_less_deposits() -> None:
    credit = Credit(
        limit_minor=10_000_000,
        receivable_minor=9_000_000,
        unbilled_minor=800_000,
        deposit_minor=300_000,
    )
    assert credit.exposure_minor == 9_500_000
    check_credit(credit, 500_000)
    with pytest.raises(RuleViolation, match="CREDIT") as refused:
        check_credit(credit, 500_001)
    assert refused.value.params["over_minor"] == 1
    assert refused.value.params["limit_minor"] == 10_000_000


def test_an_acceptance_that_costs_nothing_passes_an_account_over_its_limit() -> None:
    over = Credit(limit_minor=0, receivable_minor=100, unbilled_minor=0, deposit_minor=0)
    check_credit(over, 0)


def test_the_acceptance_rate_of_the_three_orders_of_the_feature_list() -> None:
    """10@5.00→8, 20@2.00→20, 5@30.00→0: 80.0 % by quantity, 33.3 % by amount and by orders."""
    rate = acceptance_rate(
        (35 * PIECE, 5_000 + 4_000 + 15_000), (28 * PIECE, 4_000 + 4_000 + 0), 3, 1
    )
    assert (rate.by_qty_micro, rate.by_amount_micro, rate.by_orders_micro) == (
        800_000,
        333_333,
        333_333,
    )


def test_no_order_decided_is_a_rate_of_nothing() -> None:
    assert acceptance_rate((0, 0), (0, 0), 0, 0).by_qty_micro == 0


@given(
    amount=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 10**9), min_size=1, max_size=8),
)
def test_the_parts_of_a_line_add_up_to_its_amount(amount: int, parts: list[int]) -> None:
    before, total = 0, 0
    for part in parts:
        total += part_minor(amount, sum(parts), before, part)
        before += part
    assert total == amount


def test_what_is_missing_is_short_and_what_is_too_much_is_over() -> None:
    assert arrival(10, 9, 1) == Arrival(9, 1, 0, 0)
    assert arrival(10, 7).short_micro == 3
    assert arrival(10, 12).over_micro == 2
    assert arrival(10, 10) == Arrival(10, 0, 0, 0)


@pytest.mark.parametrize(
    ("priced", "code"),
    [
        ([], "NO_LINES"),
        ([(asked(1, 5), 5_000_000), (asked(1, 5), 5_000_000)], "LINE_TWICE"),
        ([(asked(1, 0), 5_000_000)], "QUANTITY_NOT_POSITIVE"),
        ([(asked(1, 5), 4_990_000)], "LINE_AMOUNT_WRONG"),
        ([(asked(1, 10**9), 5_000_000)], "QUANTITY_TOO_LARGE"),
    ],
)
def test_an_order_that_does_not_add_up_is_no_order(
    priced: list[tuple[AskedLine, int]], code: str
) -> None:
    with pytest.raises(RuleViolation, match=code):
        check_lines(priced, "CNY")
