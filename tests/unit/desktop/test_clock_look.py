"""A device's belief of its clock: which of two looks at head office's holds."""

from desktop.store.identity import SyncState
from desktop.sync.clock_look import still_holds

S = 1_000_000
NOON = 1_700_000_000 * S
QUICK = SyncState(clock_offset_us=10 * S, clock_doubt_us=5_000, clock_looked_at_us=NOON)


def test_a_slow_look_does_not_replace_a_quick_one_of_the_same_hour() -> None:
    assert still_holds(QUICK, 11 * S, 3 * S, NOON + 600 * S)


def test_a_look_that_speaks_against_an_earlier_one_replaces_it() -> None:
    assert not still_holds(QUICK, 14 * S, 3 * S, NOON + 600 * S)


def test_what_may_have_drifted_further_than_a_slow_look_leaves_open_gives_way() -> None:
    day_us = 86_400 * S
    assert not still_holds(QUICK, 11 * S, 3 * S, NOON + day_us)
    assert still_holds(QUICK, 11 * S, 5 * S, NOON + day_us)


def test_a_closer_look_replaces_and_one_as_close_writes_nothing() -> None:
    assert not still_holds(QUICK, 10 * S, 2_000, NOON + S)
    assert still_holds(QUICK, 10 * S, 4_000, NOON + 600 * S)


def test_a_look_of_unknown_or_later_time_gives_way() -> None:
    unknown = SyncState(clock_offset_us=10 * S, clock_doubt_us=5_000)
    assert not still_holds(unknown, 11 * S, 3 * S, NOON)
    assert not still_holds(QUICK, 11 * S, 3 * S, NOON - S)
