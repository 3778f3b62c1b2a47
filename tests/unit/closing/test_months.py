"""Months by name, what a period may be told as, and what a closing posts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.closing.documents import ClosedJournal, MonthClosed, OpenedEntry, OpenedMove
from shared.closing.posting import post_closed
from shared.closing.rules import (
    checked_month,
    day_after,
    is_told_whole,
    last_day,
    mark_in,
    marks_text,
    month_of,
    months_before,
    next_month,
)
from shared.core.errors import RuleViolation
from shared.journal.document import Header

_MONTHS = st.dates().map(lambda day: day.isoformat()[:7]).filter(lambda one: one < "9999-11")


@given(_MONTHS, st.integers(0, 40))
def test_months_go_forward_and_back(month: str, count: int) -> None:
    later = month
    for _ in range(count):
        later = next_month(later)
    assert months_before(later, count) == month


@given(_MONTHS)
def test_the_day_after_the_last_is_the_next_months_first(month: str) -> None:
    assert month_of(last_day(month)) == month
    assert day_after(last_day(month)) == f"{next_month(month)}-01"


@pytest.mark.parametrize("text", ["", "2025", "2025-13", "2025-3", "2025-03-01", "März", "9999-12"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(RuleViolation, match="MONTH_UNREADABLE"):
        checked_month(text)


@given(
    st.dictionaries(
        st.tuples(st.from_regex(r"[A-Z0-9]{1,4}(\.0[1-3])?", fullmatch=True), st.integers(0, 30)),
        st.integers(1, 1 << 40),
        max_size=12,
    )
)
def test_each_journals_mark_is_found_again(marks: dict[tuple[str, int], int]) -> None:
    text = marks_text((*place, n) for place, n in marks.items())
    assert {place: mark_in(text, *place) for place in marks} == marks
    assert mark_in(text, "nobody", 1) == 0


@pytest.mark.parametrize(
    ("from_day", "to_day", "is_whole"),
    [
        ("2025-04-01", "2025-04-03", True),
        ("2025-03-01", "2025-04-03", True),
        ("2025-02-01", "2025-03-31", True),
        ("2025-03-02", "2025-04-03", False),
        ("2025-02-01", "2025-03-30", False),
        ("2025-04-09", "2025-04-09", True),
    ],
)
def test_of_closed_months_only_whole_ones_are_told(
    from_day: str, to_day: str, *, is_whole: bool
) -> None:
    assert is_told_whole(from_day, to_day, "2025-04-01") is is_whole


def test_a_closing_posts_its_month_first_and_then_a_row_per_key() -> None:
    header = Header(
        uid=bytes(16), kind="month_closed", version=1, device_id="HQ", site_id="S1",
        author_id="system", happened_at_us=7,
    )  # fmt: skip
    closed = MonthClosed(
        month="2024-02",
        journals=[ClosedJournal(device_id="S1.01", incarnation=2, n=9)],
        moves=[
            OpenedMove(
                product_id="P", movement_type="sale", from_location="a", to_location="b",
                qty_micro=5, row_count=2,
            )
        ],
        entries=[
            OpenedEntry(
                debit_account="d", credit_account="c", currency="CNY", amount_minor=3, row_count=1
            )
        ],
    )  # fmt: skip
    month, move, entry = post_closed(header, closed)
    assert (month.table, month.values["journals"]) == ("month_close", "S1.01/2/9")
    assert (move.table, move.values["qty_micro"]) == ("stock_opening", 5)
    assert (entry.table, entry.values["amount_minor"]) == ("account_opening", 3)
    assert {one.values["business_day"] for one in (month, move, entry)} == {"2024-02-29"}
    assert move.values["document"] == month.id
