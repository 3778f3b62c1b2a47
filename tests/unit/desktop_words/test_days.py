"""Days as people write them: near ones, weekdays, dates; and how they are told back."""

from datetime import date

import pytest

from desktop.words.days import day_of

THURSDAY = date(2025, 12, 4)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天", 4), ("today", 4), ("明天", 5), (" Tomorrow ", 5), ("后天", 6), ("大后天", 7),
        ("昨天", 3), ("yesterday", 3), ("前天", 2), ("+3", 7), ("-1", 3),
        ("周五", 5), ("星期五", 5), ("Friday", 5), ("fri", 5), ("周四", 4), ("周三", 10),
        ("本周三", 3), ("下周一", 8), ("下个星期五", 12), ("上周日", None), ("周日", 7),
        ("礼拜天", 7),
        ("12-8", 8), ("12/8", 8), ("8", 8),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_say_it(text: str, day: int | None) -> None:
    wanted = date(2025, 11, 30) if day is None else date(2025, 12, day)
    assert day_of(text, THURSDAY) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("周五", date(2025, 11, 28)), ("周四", THURSDAY), ("Wednesday", date(2025, 12, 3))],
)
def test_in_the_days_of_a_report_a_weekday_is_the_last_one(text: str, wanted: date) -> None:
    assert day_of(text, THURSDAY, is_past=True) == wanted


@pytest.mark.parametrize(
    "text", ["", "soon", "周八", "s", "th", "下", "13-40", "32", "明天见", "+"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text, THURSDAY) is None


def test_a_month_and_day_are_those_of_the_nearest_year() -> None:
    assert day_of("1-5", THURSDAY) == date(2026, 1, 5)
    assert day_of("8-1", THURSDAY) == date(2025, 8, 1)
    assert day_of("12-20", date(2026, 1, 8)) == date(2025, 12, 20)
    assert day_of("2-29", THURSDAY) is None
