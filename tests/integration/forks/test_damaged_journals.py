"""A document damaged in one file or in both: the rest goes on, and what is lost is told by name."""

import random

import pytest
from sqlalchemy import delete, select, update

from desktop.store.errors import RecordedOnce
from desktop.store.mending import LOST
from desktop.store.scrub import mend_files
from desktop.store.tables import sync_finding
from desktop.sync.engine import Ask, drive, status, sync
from desktop.sync.past import last_findings
from shared.areas import REGISTRY
from shared.core.errors import AccessDenied
from shared.journal.spool import SpoolSlot, read_spool
from shared.journal.tables import journal
from shared.sales.tables import sale
from shared.sync.messages import Message, PushAnswer
from tests.integration.forks.copies import TILL, Copies
from tests.simulation.device import SimDevice
from tests.simulation.edges import Crash
from tests.simulation.publishing import misbehave


def uids(device: SimDevice) -> list[str]:
    return [one.uid for one in device.confirmed]


def damage_spool(device: SimDevice, n: int) -> None:
    """A byte inside the record of a slot is another one."""
    (placed,) = [
        one
        for one in read_spool(device.spool.data).records
        if isinstance(one.record, SpoolSlot) and one.record.n == n
    ]
    at = placed.start + 60
    data = device.spool.data
    device.spool.data = data[:at] + bytes((data[at] ^ 4,)) + data[at + 1 :]


def start_again(device: SimDevice) -> None:
    device.crash()
    device.open()


def found(device: SimDevice) -> list[str]:
    return list(
        device.running.read(lambda c: c.execute(select(sync_finding.c.code)).scalars().all())
    )


def kept_there(copies: Copies) -> list[str]:
    with copies.office.database.read() as connection:
        c = journal.c
        query = select(c.code).where(c.device_id == TILL.device_id, c.verdict == "kept")
        return list(connection.execute(query).scalars())


def incarnation(device: SimDevice) -> int:
    return device.running.enrolled.incarnation


def must_be_quiet(copies: Copies, till: SimDevice) -> None:
    """Nothing waits, the files are equal, and further rounds find and leave behind nothing more."""
    state = till.running.read(lambda c: status(c, till.running.enrolled))
    assert state.unsent == 0
    before, asides = incarnation(till), len(till.spool.aside)
    for _ in range(2):
        assert mend_files(till.running) == []
        copies.sell(till)
        assert copies.sync(till).outcome == "done"
    assert (incarnation(till), len(till.spool.aside)) == (before, asides)
    copies.must_agree(till)


def test_a_flipped_bit_and_another_damage_of_the_spool_lose_nothing(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 5)
    copies.flip_bit(till, 2)
    damage_spool(till, 4)
    start_again(till)
    assert {"JOURNAL_DAMAGED", "SPOOL_DAMAGED"} <= set(found(till))
    copies.sync(till)

    assert copies.posted() == sorted(uids(till))
    assert (incarnation(till), LOST in found(till)) == (1, False)
    must_be_quiet(copies, till)


@pytest.mark.parametrize("column", ["hash", "link_hash", "signature", "link_signature"])
def test_whatever_of_a_slot_is_damaged_comes_from_the_spool(copies: Copies, column: str) -> None:
    till = copies.till
    copies.sell(till, 3)
    copies.flip_bit(till, 2, column)
    assert [one.code for one in mend_files(till.running)] == ["JOURNAL_DAMAGED"]
    copies.sync(till)
    assert (copies.posted(), incarnation(till)) == (sorted(uids(till)), 1)
    must_be_quiet(copies, till)


def test_a_badly_signed_slot_in_whole_files_is_no_damage(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 2)
    badly_signed: set[bytes] = set()
    # This seed repeats the last document, badly signed; others write bytes nobody can read.
    n = misbehave(till.running, random.Random(2), copies.world.now_us, badly_signed)
    copies.sell(till)
    assert mend_files(till.running) == []
    c = journal.c
    slot = till.running.read(lambda one: one.execute(select(c.stored, c.uid).where(c.n == n)).one())
    assert (REGISTRY.decode(slot.stored).header.uid.hex(), slot.uid) == (uids(till)[1], "")
    copies.sync(till)
    assert (kept_there(copies), incarnation(till)) == (["BAD_SIGNATURE"], 1)
    must_be_quiet(copies, till)


def test_what_a_full_disk_kept_from_the_spool_is_no_damage_of_it(copies: Copies) -> None:
    till = copies.till
    copies.sell(till)
    till.fuse.fail("full", "before spool", 1, times=1)
    with pytest.raises(RecordedOnce):
        copies.sell(till)
    assert mend_files(till.running) == []
    assert till.spool.aside == {}
    copies.sell(till)
    copies.sync(till)
    assert len(copies.posted()) == 3
    must_be_quiet(copies, till)


def test_a_flipped_bit_at_the_head_is_no_other_journal(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 2)
    copies.sync(till)
    copies.flip_bit(till, 2, "link_hash")
    copies.sync(till)
    assert (incarnation(till), kept_there(copies)) == (1, [])
    must_be_quiet(copies, till)


@pytest.mark.parametrize("spool", ["damaged", "lost", "copied"])
def test_what_is_damaged_in_both_files_blocks_nothing_else(copies: Copies, spool: str) -> None:
    till = copies.till
    copies.sell(till, 2)
    copies.sync(till)
    copies.sell(till, 4)
    (number,) = copies.numbers(till)[3:4]
    copies.flip_bit(till, 4)
    if spool == "damaged":
        damage_spool(till, 4)
    else:
        till.spool.data = b""
    start_again(till)
    if spool == "copied":
        # Nor does it help that both files are equally wrong: the hash is computed, not believed.
        start_again(till)
    summary = copies.sync(till)

    assert summary.outcome == "done"
    assert copies.posted() == sorted(set(uids(till)) - {uids(till)[3]})
    assert (incarnation(till), kept_there(copies)) == (2, ["BAD_SIGNATURE"])
    told = till.running.read(last_findings)
    assert [one.number for one in told if one.code == LOST] == [number]
    assert [one.code for one in told].count("JOURNAL_LINKED_ANEW") == 1
    must_be_quiet(copies, till)


def test_the_rows_of_a_lost_document_stay_as_they_were_sold(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 3)
    rows = all_sales(till)
    copies.flip_bit(till, 2)
    damage_spool(till, 2)
    copies.sync(till)
    assert all_sales(till) == rows
    must_be_quiet(copies, till)


def all_sales(device: SimDevice) -> list[tuple[object, ...]]:
    query = select(sale.c.id, sale.c.total_minor).order_by(sale.c.id)
    return [tuple(row) for row in device.running.read(lambda c: c.execute(query).all())]


def test_a_slot_that_is_gone_from_both_files_leaves_a_gap_that_is_told(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 4)
    c = journal.c
    till.running.transact(lambda one: one.execute(delete(journal).where(c.n == 2)))
    damage_spool(till, 2)
    start_again(till)
    copies.sync(till)
    assert copies.posted() == sorted(set(uids(till)) - {uids(till)[1]})
    told = till.running.read(last_findings)
    assert [one.number for one in told if one.code == LOST] == ["A2"]
    must_be_quiet(copies, till)


def test_bytes_that_were_blanked_are_lost_and_not_let_go(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 3)
    c = journal.c
    till.running.transact(
        lambda one: one.execute(update(journal).where(c.n == 2).values(stored=b""))
    )
    damage_spool(till, 2)
    start_again(till)
    copies.sync(till)
    assert copies.posted() == sorted(set(uids(till)) - {uids(till)[1]})
    assert found(till).count(LOST) == 1
    must_be_quiet(copies, till)


def test_a_lost_database_takes_what_stands_behind_a_damaged_place(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 2)
    copies.sync(till)
    copies.sell(till, 4)
    damage_spool(till, 4)
    till.crash()
    till.lose_database(copies.house.empty)
    till.open()
    told = till.running.read(last_findings)
    assert [one.number for one in told if one.code == LOST] == ["A4"]
    copies.sync(till)
    assert copies.posted() == sorted(set(uids(till)) - {uids(till)[3]})
    assert len(till.spool.aside) == 1
    must_be_quiet(copies, till)


def test_what_head_office_has_is_not_told_as_lost(copies: Copies) -> None:
    till = copies.till
    copies.sell(till, 3)
    copies.sync(till)
    damage_spool(till, 2)
    till.crash()
    till.lose_database(copies.house.empty)
    till.open()
    copies.sell(till)
    copies.sync(till)
    assert LOST not in found(till)
    assert (copies.posted(), incarnation(till)) == (sorted(uids(till)), 1)


def test_a_document_head_office_took_is_not_taken_twice_when_it_is_damaged_here(
    copies: Copies,
) -> None:
    till = copies.till
    copies.sell(till, 3)
    lose_answer(copies, till)
    copies.flip_bit(till, 2)
    damage_spool(till, 2)
    copies.sell(till)
    copies.sync(till)
    assert copies.posted() == sorted(uids(till))
    must_be_quiet(copies, till)


def lose_answer(copies: Copies, till: SimDevice) -> None:
    def send(ask: Ask) -> Message:
        answer = copies.send(till, ask)
        if isinstance(answer, PushAnswer):
            raise Crash
        return answer

    with pytest.raises(Crash):
        drive(sync(till.running, till.clock), send)
    start_again(till)


@pytest.mark.parametrize("place", ["before spool", "after spool", "before commit", "after commit"])
def test_a_crash_while_the_journal_is_linked_anew_loses_nothing(copies: Copies, place: str) -> None:
    till = copies.till
    copies.sell(till, 4)
    copies.flip_bit(till, 2)
    damage_spool(till, 2)
    for touch in range(1, 10):
        till.fuse.light(place, touch)
        try:
            copies.sync(till)
        except Crash:
            start_again(till)
    till.fuse.renew()
    copies.sync(till)
    assert copies.posted() == sorted(set(uids(till)) - {uids(till)[1]})
    assert found(till).count(LOST) == 1
    must_be_quiet(copies, till)


def test_head_office_that_refuses_a_whole_chain_costs_one_incarnation(copies: Copies) -> None:
    """Its word is no reason to begin another one at every sync."""
    till = copies.till
    copies.sell(till, 2)

    def send(ask: Ask) -> Message:
        if ask.path == "/push":
            raise AccessDenied("BAD_LINK_SIGNATURE", n=2)
        return copies.send(till, ask)

    for _ in range(3):
        with pytest.raises(AccessDenied, match="BAD_LINK_SIGNATURE"):
            drive(sync(till.running, till.clock), send)
    assert incarnation(till) == 2
    copies.sync(till)
    assert copies.posted() == sorted(uids(till))
