"""Months by name, and the last slots of journals that a closing covers: pure rules."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from shared.core.errors import RuleViolation

KEPT_MONTHS: Final = 13
"""How many whole months devices keep row by row: a year to compare with, and a month to look back
from."""
OPENINGS_SINCE: Final = (0, 1, 0)
"""Earlier programs do not know opening rows: a month's rows would go and nothing stand for them."""
_MONTH: Final = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")


def knows_openings(program: str) -> bool:
    """Whether a device's program, as it tells it (``0.1.0``), takes opening rows for a month's."""
    parts = program.split(".")[:3]
    if len(parts) < 3 or not all(one.isascii() and one.isdigit() for one in parts):
        return False
    return tuple(map(int, parts)) >= OPENINGS_SINCE


def newest_closable(today: str, keep: int = KEPT_MONTHS) -> str:
    """The last month that devices need no more row by row on an ISO date."""
    return months_before(month_of(today), keep + 1)


def checked_month(text: str) -> str:
    """A month such as ``2025-03``. Raises: RuleViolation MONTH_UNREADABLE."""
    if _MONTH.fullmatch(text) is None or text < "0001-01" or text >= "9999-12":
        raise RuleViolation("MONTH_UNREADABLE", month=text[:20])
    return text


def month_of(day: str) -> str:
    """The month of an ISO date."""
    return day[:7]


def next_month(month: str) -> str:
    """The month after a month."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def months_before(month: str, count: int) -> str:
    """The month so many months earlier."""
    at = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def last_day(month: str) -> str:
    """The last ISO date of a month."""
    return (date.fromisoformat(f"{next_month(month)}-01") - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """The ISO date after a date."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def is_told_whole(from_day: str, to_day: str, detail_from: str) -> bool:
    """Whether a period can be told where single days begin with ``detail_from``: before that only
    whole months are known."""
    begins_well = from_day >= detail_from or from_day.endswith("-01")
    return begins_well and (to_day >= detail_from or to_day == last_day(month_of(to_day)))


def marks_text(marks: Iterable[tuple[str, int, int]]) -> str:
    """(device, incarnation, slot) of journals as one text, in their order."""
    return " ".join(f"{device}/{incarnation}/{n}" for device, incarnation, n in sorted(marks))


def mark_in(text: str, device_id: str, incarnation: int) -> int:
    """The slot a text of marks names for a journal; 0 for one it does not name."""
    before = f"{device_id}/{incarnation}/"
    found = (one.removeprefix(before) for one in text.split() if one.startswith(before))
    return int(next(found, "0"))
