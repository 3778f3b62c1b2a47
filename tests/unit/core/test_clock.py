"""Instants keep every microsecond, and a business day follows the zone of its site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import (
    business_day,
    format_instant_iso,
    instant_of_local_iso,
    local_time,
    parse_instant_iso,
)
from shared.core.errors import RuleViolation

# Years 1 to 9999, a day away from both ends.
instants = st.integers(-62_135_510_400_000_000, 253_402_214_400_000_000)


@given(instants)
def test_a_written_instant_is_read_back_to_the_microsecond(at_us: int) -> None:
    assert parse_instant_iso(format_instant_iso(at_us)) == at_us


@given(instants, instants)
def test_written_instants_sort_as_instants(a: int, b: int) -> None:
    assert (format_instant_iso(a) < format_instant_iso(b)) == (a < b)


def test_an_instant_is_written_in_utc_with_six_places() -> None:
    assert format_instant_iso(0) == "1970-01-01T00:00:00.000000Z"


def test_an_instant_with_an_offset_is_turned_into_utc() -> None:
    assert parse_instant_iso("1970-01-01T08:00:00.000001+08:00") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2019#3#11", "INSTANT_UNREADABLE"),
        ("", "INSTANT_UNREADABLE"),
        ("2026-09-01T08:00:00", "INSTANT_WITHOUT_ZONE"),
    ],
)
def test_a_doubtful_instant_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_instant_iso(text)
    assert caught.value.code == code


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    for at_us in (10**18, -(10**18), 10**30):
        with pytest.raises(RuleViolation, match="INSTANT_OUT_OF_RANGE"):
            format_instant_iso(at_us)
        with pytest.raises(RuleViolation, match="INSTANT_OUT_OF_RANGE"):
            business_day(at_us, "Asia/Shanghai")


def test_a_sale_after_midnight_in_shanghai_is_still_yesterday_in_london() -> None:
    at_us = parse_instant_iso("2026-08-31T17:30:00Z")
    assert business_day(at_us, "Asia/Shanghai") == "2026-09-01"
    assert business_day(at_us, "Europe/London") == "2026-08-31"
    assert local_time(at_us, "Asia/Shanghai").isoformat() == "2026-09-01T01:30:00+08:00"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "Asia", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(RuleViolation, match="ZONE_UNKNOWN"):
        business_day(0, zone)


def test_a_local_time_of_a_file_knows_summer_and_winter() -> None:
    winter = instant_of_local_iso("2010-12-01 08:26:00", "Europe/London")
    summer = instant_of_local_iso("2011-08-31 17:45:00", "Europe/London")
    assert format_instant_iso(winter) == "2010-12-01T08:26:00.000000Z"
    assert format_instant_iso(summer) == "2011-08-31T16:45:00.000000Z"
    with pytest.raises(RuleViolation, match="INSTANT_UNREADABLE"):
        instant_of_local_iso("2011-08-31T17:45:00Z", "Europe/London")
