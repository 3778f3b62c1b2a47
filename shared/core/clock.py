"""Instants, business days, and the two things the edges hand in: a clock and randomness."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from shared.core.errors import RuleViolation
from shared.core.text import excerpt

HOME_ZONE: Final = "Asia/Shanghai"
"""Where nothing else is said."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """The time as an edge knows it; a seeded one in tests and in the simulator."""

    def now_us(self) -> int:
        """Microseconds since 1970-01-01T00:00Z by the wall clock; may jump either way."""

    def monotonic_us(self) -> int:
        """Microseconds since an unknown start; never runs backwards."""


class Randomness(Protocol):
    """Unpredictable bytes as an edge provides them; seeded in tests and in the simulator."""

    def bytes(self, n: int, /) -> bytes:
        """n random bytes."""


def business_day(at_us: int, zone: str) -> str:
    """The ISO date (2026-09-01) that the calendar of a zone such as Asia/Shanghai shows then.

    Raises: RuleViolation ZONE_UNKNOWN, INSTANT_OUT_OF_RANGE.
    """
    return local_time(at_us, zone).date().isoformat()


def local_time(at_us: int, zone: str) -> datetime:
    """The aware local date and time of an instant, for screens and printed documents.

    Raises: RuleViolation ZONE_UNKNOWN, INSTANT_OUT_OF_RANGE.
    """
    there = _zone(zone)
    try:
        return _utc(at_us).astimezone(there)
    except OverflowError:
        raise RuleViolation("INSTANT_OUT_OF_RANGE", at_us=at_us) from None


def format_instant_iso(at_us: int) -> str:
    """UTC text with all six places, so that texts sort as instants: 2026-09-01T08:15:30.000000Z.

    Raises: RuleViolation INSTANT_OUT_OF_RANGE.
    """
    return _utc(at_us).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def local_hour(at_us: int, zone: str) -> tuple[int, int]:
    """The weekday (1 = Monday) and the minute of the day that a zone shows then.

    Raises: RuleViolation ZONE_UNKNOWN, INSTANT_OUT_OF_RANGE.
    """
    there = local_time(at_us, zone)
    return there.isoweekday(), there.hour * 60 + there.minute


def parse_instant_iso(text: str) -> int:
    """Microseconds UTC of an ISO 8601 text that names its offset (`Z` or `+08:00`).

    Raises: RuleViolation INSTANT_UNREADABLE, INSTANT_WITHOUT_ZONE.
    """
    moment = _read_iso(text)
    if moment.tzinfo is None:
        raise RuleViolation("INSTANT_WITHOUT_ZONE", text=excerpt(text))
    return (moment - _EPOCH) // _MICROSECOND


def instant_of_local_iso(text: str, zone: str) -> int:
    """Microseconds UTC of a local ISO text without offset, as files of other systems carry it.

    An hour that happens twice counts as the first; an hour the clocks skip is read with the
    offset before the change.

    Raises: RuleViolation INSTANT_UNREADABLE (also when an offset is named), ZONE_UNKNOWN.
    """
    moment = _read_iso(text)
    if moment.tzinfo is not None:
        raise RuleViolation("INSTANT_UNREADABLE", text=excerpt(text))
    return (moment.replace(tzinfo=_zone(zone)) - _EPOCH) // _MICROSECOND


def _utc(at_us: int) -> datetime:
    try:
        return _EPOCH + at_us * _MICROSECOND
    except OverflowError:
        raise RuleViolation("INSTANT_OUT_OF_RANGE", at_us=at_us) from None


def _read_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise RuleViolation("INSTANT_UNREADABLE", text=excerpt(text)) from None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # A name such as `Asia` is a folder of the zone files, `../x` an invalid key.
    except (LookupError, ValueError, OSError):
        raise RuleViolation("ZONE_UNKNOWN", zone=excerpt(name)) from None
