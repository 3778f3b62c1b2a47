"""How long a till may price by what it has before it says so, and before it asks (domain rule 13).

What the device cannot know is what it never heard of: without a line every hour may have brought a
version. So the time counts from the instant a version it knows should hold and does not, or from
its last contact with head office, whichever is longer ago.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US


class GraceStage(StrEnum):
    """What a till does about prices that may be old."""

    NONE = "none"
    BANNER = "banner"
    """It says so above the lines and sells."""
    PIN = "pin"
    """It asks a second person once a day, because head office said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How old a device's prices may be, and what that means here."""

    stage: GraceStage
    since_us: int
    """From when it has not what should hold; 0 = it has."""
    number: int
    """The version that should hold and is not whole here; 0 = none that is known of."""


def grace(
    *, now_us: int, heard_at_us: int, missing_at_us: int, number: int, hours: int, pin_days: int
) -> Grace:
    """What a device does: ``heard_at_us`` is its last contact, ``missing_at_us`` from when a
    version it knows of should hold; 0 = never, none. Hours and days of 0 switch a stage off."""
    known = [one for one in (heard_at_us, missing_at_us) if one]
    since_us = min(known, default=0)
    behind_us = now_us - since_us if since_us else 0
    stage = GraceStage.NONE
    if hours and behind_us >= hours * HOUR_US:
        stage = GraceStage.BANNER
    if pin_days and behind_us >= pin_days * DAY_US:
        stage = GraceStage.PIN
    return Grace(stage=stage, since_us=since_us, number=number if missing_at_us else 0)
