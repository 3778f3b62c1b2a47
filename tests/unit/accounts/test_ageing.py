"""What is owed falls into the bucket a person would put it in, and the buckets add up (N01)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.accounts.rules import Ageing, Charge, Taken, age

TODAY = "2026-06-30"
INVOICES = (
    # days old on TODAY, amount; worked out by hand below
    ("a", 120, 10_000),
    ("b", 91, 5_000),
    ("c", 90, 4_000),
    ("d", 61, 3_000),
    ("e", 60, 2_000),
    ("f", 31, 1_000),
    ("g", 30, 700),
    ("h", 11, 500),
    ("i", 10, 300),
    ("j", 0, 100),
)


def charges() -> list[Charge]:
    today = date.fromisoformat(TODAY)
    return [Charge(n, (today - timedelta(days=days)).isoformat(), m) for n, days, m in INVOICES]


def test_buckets_worked_out_by_hand() -> None:
    # Terms of 10 days: i and j are not due. 30 and h are within 30 days, f and e within 60,
    # d and c within 90, b and a are older.
    assert age(charges(), [], TODAY, terms_days=10) == Ageing(400, 1_200, 3_000, 7_000, 15_000, 0)
    # 3,500 for c and 1,000 more than h has; then 6,000 that names nothing goes off a.
    taken = [Taken(3_500, "c"), Taken(1_500, "h"), Taken(5_000)]
    assert age(charges(), taken, TODAY, terms_days=10) == Ageing(400, 700, 3_000, 3_500, 9_000, 0)
    # Without terms only what was made today is not due; with long ones age does not matter.
    assert age(charges(), [], TODAY).not_due_minor == 100
    assert age(charges(), [], TODAY, terms_days=60).not_due_minor == 4_600
    # More than everything: what is over stands apart.
    assert age(charges(), [Taken(30_000)], TODAY) == Ageing(ahead_minor=-3_400)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 10_000)), max_size=12),
    st.lists(st.tuples(st.integers(1, 20_000), st.integers(-1, 12)), max_size=8),
    st.integers(0, 100),
)
def test_the_buckets_always_add_up_to_the_balance(
    owed: list[tuple[int, int]], paid: list[tuple[int, int]], terms_days: int
) -> None:
    today = date.fromisoformat(TODAY)
    made = [
        Charge(str(n), (today - timedelta(days=days)).isoformat(), minor)
        for n, (days, minor) in enumerate(sorted(owed, reverse=True))
    ]
    taken = [Taken(minor, str(n) if n >= 0 else "") for minor, n in paid]
    found = age(made, taken, TODAY, terms_days=terms_days)
    balance = sum(minor for _, minor in owed) - sum(minor for minor, _ in paid)
    assert found.balance_minor == balance
    assert min(found[:5]) >= 0
    assert found.ahead_minor == 0 or found[:5] == (0, 0, 0, 0, 0)
