"""Whether what a device believes of its clock still holds beside a new look at head office's."""

from typing import Final

from desktop.store.identity import SyncState

_DRIFT_PARTS: Final = 10_000
"""Clocks of shops' machines part by less than one second in so many (9 s a day)."""
_CLOSE_US: Final = 100_000
"""What a clock drifted less than this is not worth a write at every sync (P6)."""


def still_holds(known: SyncState, offset_us: int, doubt_us: int, now_us: int) -> bool:
    """Whether an earlier look says more than one with this offset and doubt.

    A slow round trip tells less than a quick one did before: that one stays while the slow one
    does not speak against it, and while the clock cannot have drifted further since than the slow
    one leaves open. A look of unknown or later time (the clock was set back) gives way.
    """
    age_us = now_us - known.clock_looked_at_us
    if not known.clock_looked_at_us or not known.clock_doubt_us or age_us < 0:
        return False
    if abs(offset_us - known.clock_offset_us) > doubt_us + known.clock_doubt_us:
        return False
    drift_us = age_us // _DRIFT_PARTS
    open_us = known.clock_doubt_us + (drift_us if drift_us > _CLOSE_US else 0)
    return doubt_us * 2 >= open_us
