"""A restored or cloned till: nothing lost, nothing twice, found at first contact (T07 T08 T09)."""

import pytest

from desktop.sync.engine import Ask, drive, status, sync
from shared.areas import REGISTRY
from shared.sync.messages import Message, PushAnswer
from sync_server.operations.aftermath import doubled_numbers
from tests.integration.forks.copies import Copies
from tests.simulation.device import SimDevice
from tests.simulation.edges import Crash


def uids(device: SimDevice) -> set[str]:
    return {one.uid for one in device.confirmed}


def test_a_till_restored_from_an_older_copy_keeps_both_ends(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 2)
    copies.sync(till)
    older = till.template()
    copies.sell(till, 2)
    copies.sync(till)

    restored = copies.copy_of(older, "restored")
    copies.sell(restored, 3)
    found = {finding.code for finding in copies.sync(restored).findings}

    assert "DEVICE_FORKED" in found
    assert set(copies.posted()) == uids(till) | uids(restored)
    assert len(copies.posted()) == 7
    copies.must_agree(restored)
    state = restored.running.read(lambda c: status(c, restored.running.enrolled))
    assert (state.unsent, state.identity.incarnation) == (0, 2)


def test_new_numbers_of_a_copy_carry_another_letter_and_old_ones_stay(copies: Copies) -> None:
    till = copies.till
    copies.sell(till)
    clone = copies.copy_of(till.template(), "clone")
    copies.sell(clone)
    copies.sell(till)
    before = copies.numbers(clone)
    copies.sync(till)
    copies.sync(clone)
    copies.sell(clone)

    after = copies.numbers(clone)
    assert after[: len(before)] == before
    assert [number for number in after if "B-" in number] == after[len(before) :]


def test_both_copies_go_on_and_everything_is_there_once(copies: Copies) -> None:
    till = copies.till
    copies.sell(till)
    clone = copies.copy_of(till.template(), "clone")
    for _ in range(3):
        copies.sell(till)
        copies.sync(till)
        copies.sell(clone)
        copies.sync(clone)
    copies.sync(till)

    assert set(copies.posted()) == uids(till) | uids(clone)
    assert len(copies.posted()) == 1 + 3 + 3
    copies.must_agree(till)
    copies.must_agree(clone)


def test_a_disk_copied_in_the_middle_of_a_push_is_two_tills_from_then_on(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 3)
    clones: list[SimDevice] = []

    def send(ask: Ask) -> Message:
        answer = copies.send(till, ask)
        if isinstance(answer, PushAnswer) and not clones:
            # Head office has it; this disk does not know yet.
            clones.append(copies.copy_of(till.template(), "clone"))
        return answer

    drive(sync(till.running, till.clock), send)
    (clone,) = clones
    copies.sell(clone)
    copies.sell(till)
    copies.sync(till)
    copies.sync(clone)

    assert set(copies.posted()) == uids(till) | uids(clone)
    assert len(copies.posted()) == 5
    copies.must_agree(clone)


def test_a_third_copy_with_the_second_ones_past_is_found_too(copies: Copies) -> None:
    till = copies.till
    copies.sell(till)
    second = copies.copy_of(till.template(), "second")
    copies.sell(second)
    third = copies.copy_of(second.template(), "third")
    copies.sell(third)
    for device in (till, second, third, second, third):
        copies.sell(device)
        copies.sync(device)
    for device in (till, second, third):
        copies.sync(device)
        copies.must_agree(device)
    everything = uids(till) | uids(second) | uids(third)
    assert set(copies.posted()) == everything
    assert len(copies.posted()) == len(everything)


@pytest.mark.parametrize("place", ["before spool", "after spool", "before commit", "after commit"])
def test_a_crash_while_a_new_incarnation_begins_loses_nothing(copies: Copies, place: str) -> None:
    till = copies.till
    copies.sell(till)
    copies.sync(till)
    clone = copies.copy_of(till.template(), "clone")
    copies.sell(clone, 2)
    copies.sell(till)
    copies.sync(till)

    for touch in range(1, 12):
        clone.fuse.light(place, touch)
        try:
            copies.sync(clone)
        except Crash:
            clone.crash()
            clone.open()
    clone.fuse.renew()
    copies.sell(clone)
    copies.sync(clone)

    assert set(copies.posted()) == uids(till) | uids(clone)
    assert len(copies.posted()) == 5
    copies.must_agree(clone)


def test_a_copy_that_lost_its_database_after_the_fork_is_rebuilt_from_its_spool(
    copies: Copies,
) -> None:
    till = copies.till
    copies.sell(till)
    clone = copies.copy_of(till.template(), "clone")
    copies.sell(clone)
    copies.sell(till)
    copies.sync(till)
    copies.sync(clone)
    copies.sell(clone, 2)
    before = copies.numbers(clone)

    clone.crash()
    clone.lose_database(copies.house.empty)
    clone.open()
    assert copies.numbers(clone) == before
    copies.sync(clone)

    assert set(copies.posted()) == uids(till) | uids(clone)
    copies.must_agree(clone)


def test_numbers_both_copies_printed_are_listed(copies: Copies) -> None:
    till = copies.till
    copies.sell(till)
    clone = copies.copy_of(till.template(), "clone")
    copies.sell(till, 2)
    copies.sell(clone)
    for device in (till, clone):
        copies.sync(device)
    twice = copies.numbers(clone)[1]

    with copies.office.database.read() as connection:
        (found,) = doubled_numbers(connection, REGISTRY)
    assert found["number"] == twice
    assert len(set(found["uids"])) == 2
