"""T10, T11 and T15 in their short form; ``python -m tests.storage --nightly`` is the long one."""

import random
from collections.abc import Iterator

import pytest

from desktop.store.commits import Commits
from tests.storage.cuts import day_log, power_cuts
from tests.storage.disk import Disk, Operation, Platter
from tests.storage.errors import troubled_starts, unknown_commits, write_errors
from tests.storage.looking import look_after_restart
from tests.storage.shop import SPOOL, founded
from tests.storage.tally import Tally


def last(tallies: Iterator[Tally]) -> Tally:
    *_, tally = tallies
    return tally


def test_a_power_cut_at_any_operation_of_a_day_loses_nothing_that_was_told() -> None:
    tally = last(power_cuts(seed=1, every=15))
    assert tally.faults == []
    assert tally.tried > 25


def test_errors_and_a_full_disk_at_any_operation_are_told_as_they_are() -> None:
    tally = last(write_errors(seed=2, every=11))
    assert tally.faults == []
    told = {what for what in tally.seen if what.startswith("told ")}
    assert {"told DISK_FAULTY", "told DISK_FULL", "told done"} <= told
    assert tally.seen["sales on ballast"] > 0


def test_a_start_that_mends_and_meets_trouble_loses_nothing_either() -> None:
    tally = last(troubled_starts(seed=5, most=1))
    assert tally.faults == []
    assert tally.seen["told DISK_FAULTY"] > 5


def test_a_lost_answer_of_a_commit_makes_neither_two_sales_nor_none() -> None:
    tally = last(unknown_commits(seed=3, count=30, cut_every=5))
    assert tally.faults == []
    assert tally.seen == {"told DISK_FAULTY": 10, "told RECORDED_ONCE": 10, "told done": 11}


def test_without_the_seal_a_refused_sale_would_come_to_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Commits, "_seal", lambda _: None)
    tally = last(unknown_commits(seed=3, count=12, cut_every=1))
    assert any("told DISK_FAULTY, and it is" in fault for fault in tally.faults)


def test_a_till_that_forgot_to_flush_would_be_found() -> None:
    lazy = [
        one
        for one in day_log()
        if not (one.kind == "sync" and one.name.endswith(("-wal", "spool")))
    ]
    platter, told = Platter(founded()), {}
    for one in lazy:
        if one.kind == "done":
            uid, _, printed = one.name.partition(" ")
            told[uid] = printed
        else:
            platter.take(one)
        if len(told) == 3:
            break

    found = look_after_restart(platter.left(random.Random(1), keep="none"), told, resumes=False)
    assert any("lost what was told" in fault for fault in found.faults)


def test_a_rename_is_lost_until_the_folder_is_flushed() -> None:
    platter = Platter({"a": b"new", "b": b"old"})
    platter.take(Operation("rename", "a", other="b"))

    assert platter.left(random.Random(1), keep="none") == {"a": b"new", "b": b"old"}
    platter.take(Operation("folder", ""))
    assert platter.left(random.Random(1), keep="none") == {"b": b"new"}


def test_a_disk_remembers_what_was_written_and_what_was_not() -> None:
    disk = Disk({"a": b"12345"})
    disk.write("a", 3, b"XY")
    platter = Platter(disk.start)
    for one in disk.log:
        platter.take(one)

    assert platter.left(random.Random(1), keep="none") == {"a": b"12345"}
    assert platter.left(random.Random(1), keep="all") == {"a": b"123XY"}
    assert str(SPOOL) in founded()
