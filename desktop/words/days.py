"""Days as people write them and as they are told back."""

import re
from datetime import date, timedelta
from typing import Final

from desktop.words.texts import Words
from shared.core.errors import RuleViolation

_NEAR: Final = {
    "今天": 0, "今日": 0, "今": 0, "today": 0,
    "明天": 1, "明日": 1, "明": 1, "tomorrow": 1,
    "后天": 2, "後天": 2, "大后天": 3, "day after tomorrow": 2,
    "昨天": -1, "昨日": -1, "昨": -1, "yesterday": -1, "前天": -2, "大前天": -3,
}  # fmt: skip
_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ABBREVIATED_LEAST: Final = 3
_CHINESE: Final = re.compile(
    r"(?P<week>上上|下下|上|本|这|下)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"
)
_WEEKS: Final = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}
_WEEK: Final = 7
_HALF_YEAR: Final = timedelta(days=183)


def day_of(text: str, today: date, *, is_past: bool = False) -> date | None:
    """The day somebody means: a whole date, month and day, a day of this month, ``+7``, ``明天``,
    ``周五``, ``下周一``, ``Friday``.

    A weekday alone is the next one from today on; with ``is_past`` the last one up to today.
    """
    clean = text.strip().lower().replace("/", "-").replace(".", "-")
    try:
        if clean in _NEAR:
            return today + timedelta(days=_NEAR[clean])
        named = _weekday(clean, today, is_past=is_past)
        if named is not None:
            return named
        if clean[:1] in ("+", "-") and clean[1:].isdigit():
            return today + timedelta(days=int(clean))
        parts = [int(part) for part in clean.split("-")]
        if len(parts) == 3:
            return date(parts[0], parts[1], parts[2])
        if len(parts) == 2:
            return _near_year(parts[0], parts[1], today)
        return date(today.year, today.month, parts[0])
    except (ValueError, OverflowError, TypeError):
        return None


def read_day(text: str, today: date, *, is_past: bool = False) -> str:
    """The same as ISO text; '' where nothing is written. Raises: RuleViolation DAY_UNREADABLE."""
    clean = text.strip()
    if not clean:
        return ""
    found = day_of(clean, today, is_past=is_past)
    if found is None:
        raise RuleViolation("DAY_UNREADABLE", text=clean[:40])
    return found.isoformat()


def told_day(words: Words, day: date) -> str:
    """A day with its weekday, so that a slip is seen: ``2025-12-05 周五``."""
    return f"{day.isoformat()} {words(f'day.{day.weekday()}')}"


def _near_year(month: int, day: int, today: date) -> date:
    """A month and day of the year that is nearest: ``1-5`` typed in December is the next one."""
    found = date(today.year, month, day)
    if abs(found - today) <= _HALF_YEAR:
        return found
    return date(today.year + (1 if found < today else -1), month, day)


def _weekday(clean: str, today: date, *, is_past: bool) -> date | None:
    found = _CHINESE.fullmatch(clean)
    if found is not None:
        wanted = min("一二三四五六日天".index(found["day"]), _WEEK - 1)
        if found["week"]:
            monday = today - timedelta(days=today.weekday())
            return monday + timedelta(days=wanted + _WEEK * _WEEKS[found["week"]])
        return _nearest(wanted, today, is_past=is_past)
    if len(clean) < _ABBREVIATED_LEAST:
        return None
    for wanted, name in enumerate(_ENGLISH):
        if name.startswith(clean):
            return _nearest(wanted, today, is_past=is_past)
    return None


def _nearest(weekday: int, today: date, *, is_past: bool) -> date:
    if is_past:
        return today - timedelta(days=(today.weekday() - weekday) % _WEEK)
    return today + timedelta(days=(weekday - today.weekday()) % _WEEK)
