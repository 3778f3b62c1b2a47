"""When a device is likely to be heard of next, by its own past (workflows "HQ" step 8)."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from shared.channel.rules import (
    HEARD_HOURS_MAX,
    HOUR_US,
    NextContact,
    heard_hours,
    next_contact,
    with_contact,
)

MONDAY = 20_000 * 24
"""Midnight of a day, in hours since 1970."""


def heard(hours: Iterable[int]) -> str:
    """What is remembered of a device that was heard in these hours."""
    text = ""
    for hour in hours:
        text = with_contact(text, hour * HOUR_US + 7)
    return text


def day(number: int, hours: Iterable[int]) -> list[int]:
    return [MONDAY + 24 * number + hour for hour in hours]


def expected(text: str, now: int) -> tuple[int, bool]:
    """(hour, whether it is overdue)"""
    found = next_contact(text, now * HOUR_US + HOUR_US // 2)
    assert found is not None
    assert found.at_us % HOUR_US == 0
    return found.at_us // HOUR_US, found.is_overdue


OPEN_9_TO_18 = heard(hour for one in range(5) for hour in day(one, range(9, 18)))


def test_a_shop_heard_every_day_from_nine_is_expected_in_the_morning_when_it_closed() -> None:
    (nine,) = day(5, [9])
    (evening,) = day(4, [22])
    assert expected(OPEN_9_TO_18, evening) == (nine, False)


def test_a_shop_that_is_open_is_expected_within_the_hour_or_the_next() -> None:
    today = heard([*heard_hours(OPEN_9_TO_18), *day(5, [9, 10])])
    (ten, eleven) = day(5, [10, 11])
    assert expected(today, ten) == (eleven, False)
    assert expected(today, eleven) == (eleven, False)


def test_a_device_that_comes_every_third_day_is_expected_three_days_after() -> None:
    text = heard([*day(0, [11]), *day(3, [15]), *day(6, [8]), *day(9, [17]), *day(12, [10])])
    (last, now) = day(12, [10]) + day(13, [10])
    # It was silent for 76, 65, 81 and 65 hours: the median is 76.
    assert expected(text, now) == (last + 76, False)


def test_one_silent_for_longer_than_ever_before_should_have_come_when_it_was_expected() -> None:
    (nine,) = day(5, [9])
    (two_days_later,) = day(7, [9])
    assert expected(OPEN_9_TO_18, two_days_later) == (nine, True)


def test_too_few_contacts_or_too_short_a_time_are_unknown() -> None:
    assert next_contact("", MONDAY * HOUR_US) is None
    three = heard([MONDAY, MONDAY + 50, MONDAY + 100])
    assert next_contact(three, (MONDAY + 101) * HOUR_US) is None
    one_day = heard(day(0, range(9, 21)))
    assert next_contact(one_day, (MONDAY + 22) * HOUR_US) is None


def test_the_history_is_short_and_several_contacts_of_an_hour_are_one() -> None:
    text = heard(range(MONDAY, MONDAY + 3 * HEARD_HOURS_MAX))
    assert len(heard_hours(text)) == HEARD_HOURS_MAX
    assert with_contact(text, (MONDAY + 3 * HEARD_HOURS_MAX - 1) * HOUR_US + 99) == text
    assert len(text) < 3 * HEARD_HOURS_MAX


@given(
    st.lists(st.integers(0, 400), min_size=4, max_size=120),
    st.integers(0, 300),
)
def test_what_is_not_overdue_is_never_expected_in_the_past(hours: list[int], later: int) -> None:
    text = heard(MONDAY + one for one in sorted(hours))
    now = MONDAY + max(hours) + later
    found = next_contact(text, now * HOUR_US)
    if isinstance(found, NextContact):
        assert found.is_overdue == (found.at_us < now * HOUR_US)
        assert found.at_us > heard_hours(text)[-1] * HOUR_US
