"""How long a till may price by what it has (domain rule 13)."""

import pytest

from shared.pricing.rules import GraceStage, grace
from shared.pricing.rules.grace import DAY_US, HOUR_US

NOW_US = 1_800_000_000_000_000


def _stage(heard_h: int, missing_h: int = 0, *, hours: int = 72, pin_days: int = 0) -> GraceStage:
    return grace(
        now_us=NOW_US,
        heard_at_us=NOW_US - heard_h * HOUR_US if heard_h else 0,
        missing_at_us=NOW_US - missing_h * HOUR_US if missing_h else 0,
        number=27,
        hours=hours,
        pin_days=pin_days,
    ).stage


@pytest.mark.parametrize(
    ("stage", "heard_h", "missing_h", "pin_days"),
    [
        (GraceStage.NONE, 71, 0, 0),
        (GraceStage.BANNER, 72, 0, 0),
        (GraceStage.BANNER, 24 * 30, 0, 0),
        (GraceStage.NONE, 1, 71, 0),
        (GraceStage.BANNER, 1, 72, 0),
        (GraceStage.BANNER, 24 * 7 - 1, 0, 7),
        (GraceStage.PIN, 24 * 7, 0, 7),
        (GraceStage.PIN, 1, 24 * 7, 7),
        (GraceStage.NONE, 0, 0, 7),
    ],
)
def test_a_till_says_so_after_hours_and_asks_only_where_it_was_set(
    stage: GraceStage, heard_h: int, missing_h: int, pin_days: int
) -> None:
    assert _stage(heard_h, missing_h, pin_days=pin_days) is stage


def test_hours_of_nought_say_nothing() -> None:
    assert _stage(24 * 90, hours=0) is GraceStage.NONE


def test_it_counts_from_whichever_is_longer_ago_and_names_a_version_it_knows() -> None:
    found = grace(
        now_us=NOW_US,
        heard_at_us=NOW_US - DAY_US,
        missing_at_us=NOW_US - 4 * DAY_US,
        number=27,
        hours=72,
        pin_days=0,
    )
    assert (found.since_us, found.number) == (NOW_US - 4 * DAY_US, 27)
    alone = grace(
        now_us=NOW_US,
        heard_at_us=NOW_US - 4 * DAY_US,
        missing_at_us=0,
        number=0,
        hours=72,
        pin_days=0,
    )
    assert alone.number == 0
