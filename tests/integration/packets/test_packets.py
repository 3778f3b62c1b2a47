"""A packet carried by hand does what the line does, once, and tells a finder nothing (Q06)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import sync_server.sync.packets as taking
from desktop.store.tables import sync_finding
from desktop.sync import engine
from desktop.sync import packets as sending
from desktop.sync.engine import Ask, drive, status, sync
from desktop.sync.packets import load_packet, save_packet
from shared.catalog.documents import CataloguePublished
from shared.channel.documents import DeviceRevoked
from shared.core.errors import QutongError, Unavailable
from shared.journal.chain import SigningKey
from shared.sync.messages import Message
from shared.sync.packets import MAGIC, write_packet
from tests.integration.packets.stick import Stick
from tests.simulation.edges import Crash
from tests.simulation.house import product


@pytest.fixture
def stick() -> Iterator[Stick]:
    made = Stick()
    yield made
    made.till.release()


def refused(act: object, *args: object) -> str:
    with pytest.raises(QutongError) as why:
        act(*args)  # type: ignore[operator]
    return why.value.code


def test_a_till_without_a_line_is_as_head_office_after_one_packet_there_and_back(
    stick: Stick,
) -> None:
    stick.sell(stick.till, 12)
    stick.office.publish(CataloguePublished(products=(product("P1", 5),)))
    brought = stick.round(stick.till)
    assert brought.summary is not None
    assert (brought.summary.pushed, brought.summary.outcome, brought.is_whole) == (12, "done", True)
    assert brought.summary.pulled > 0
    assert len(stick.posted()) >= 12
    stick.must_agree(stick.till)
    running = stick.till.running
    assert running.read(lambda one: status(one, running.enrolled)).unsent == 0
    # The line, when it is back, has nothing left to say.
    assert stick.sync(stick.till).pushed == 0


def test_a_packet_taken_up_twice_has_effect_once_and_so_has_its_answer(stick: Stick) -> None:
    stick.sell(stick.till, 3)
    packet = stick.export(stick.till).data
    answer = stick.office_takes(packet)
    posted = stick.posted()
    again = stick.office_takes(packet)
    assert stick.posted() == posted
    assert stick.brings(stick.till, again).summary is not None
    assert stick.brings(stick.till, again).summary is None
    assert stick.brings(stick.till, answer).summary is None
    stick.must_agree(stick.till)


def test_what_was_sold_after_the_packet_was_written_waits_for_the_next_one(stick: Stick) -> None:
    stick.sell(stick.till, 2)
    packet = stick.export(stick.till).data
    stick.sell(stick.till, 3)
    assert stick.brings(stick.till, stick.office_takes(packet)).summary is not None
    running = stick.till.running
    assert running.read(lambda one: status(one, running.enrolled)).unsent == 3
    stick.round(stick.till)
    stick.must_agree(stick.till)


def test_weeks_without_a_line_travel_in_one_packet(stick: Stick) -> None:
    for _week in range(4):
        stick.world.now_us += 7 * 86_400_000_000
        stick.sell(stick.till, 10)
        stick.office.publish(CataloguePublished(products=(product("P2", _week),)))
    assert stick.round(stick.till).summary is not None
    stick.must_agree(stick.till)
    offset = stick.till.running.desk().state.clock_offset_us
    assert abs(offset + stick.till.clock.offset_us) < 60_000_000, "an old packet set the clock"


def test_packets_that_come_in_another_order_are_taken_up_and_old_answers_refused(
    stick: Stick,
) -> None:
    stick.sell(stick.till, 2)
    first = stick.export(stick.till).data
    stick.sell(stick.till, 2)
    second = stick.export(stick.till).data
    late = stick.office_takes(second)
    early = stick.office_takes(first)
    stick.brings(stick.till, late)
    assert refused(stick.brings, stick.till, early) == "PACKET_OLD"
    stick.must_agree(stick.till)
    stick.sell(stick.till)
    third = stick.office_takes(stick.export(stick.till).data)
    stick.sync(stick.till)
    assert refused(stick.brings, stick.till, third) == "PACKET_OLD"


def test_an_answer_of_before_a_sync_that_broke_off_is_no_restored_head_office(
    stick: Stick,
) -> None:
    stick.sell(stick.till, 2)
    answer = stick.office_takes(stick.export(stick.till).data)
    stick.sell(stick.till, 3)

    def weak_line(ask: Ask) -> Message:
        if ask.path.startswith("/pull"):
            raise Unavailable("NETWORK")
        return stick.send(stick.till, ask)

    running = stick.till.running
    with pytest.raises(Unavailable):
        drive(sync(running, stick.till.clock), weak_line)
    assert refused(stick.brings, stick.till, answer) == "PACKET_OLD"
    assert running.read(lambda one: status(one, running.enrolled)).unsent == 0
    assert not running.read(lambda one: one.execute(select(sync_finding.c.code)).all())
    stick.round(stick.till)
    stick.must_agree(stick.till)


def test_damaged_foreign_and_unknown_files_are_refused(stick: Stick) -> None:
    stick.sell(stick.till, 2)
    packet = stick.export(stick.till).data
    answer = stick.office_takes(packet)
    before = stick.posted()
    for at in range(len(MAGIC) + 1, len(packet), 97):
        broken = packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]
        assert refused(stick.office_takes, broken) in {"PACKET_DAMAGED", "PACKET_FOREIGN"}
    for cut in (10, len(MAGIC) + 20, len(packet) - 1):
        assert refused(stick.office_takes, packet[:cut]) in {"PACKET_DAMAGED", "PACKET_UNKNOWN"}
    assert refused(stick.office_takes, b"a photo") == "PACKET_UNKNOWN"
    # An answer is no packet for head office, nor a packet an answer.
    assert refused(stick.office_takes, answer) == "PACKET_FOREIGN"
    assert refused(stick.brings, stick.till, packet) == "PACKET_FOREIGN"
    # Somebody else's hand: sealed to head office, in the till's name, with another key.
    forged = write_packet(
        stick.letter(packet),
        SigningKey.from_seed(b"e" * 32),
        stick.office.hq.author.key.public,
        b"s" * 32,
    )
    assert refused(stick.office_takes, forged) == "PACKET_FOREIGN"
    assert stick.posted() == before


def test_a_finder_reads_nothing_not_even_whose_it_is(stick: Stick) -> None:
    stick.sell(stick.till, 5)
    packet = stick.export(stick.till).data
    for told in (b"SH01", b"sale", b"CNY", b"Cream"):
        assert told not in packet + stick.office_takes(packet)


def test_a_revoked_till_is_refused(stick: Stick) -> None:
    packet = stick.export(stick.till).data
    stick.office.publish(DeviceRevoked(device_id="SH01.01", site_id="SH01", reason="stolen"))
    assert refused(stick.office_takes, packet) == "DEVICE_REVOKED"


def test_a_file_is_written_whole_and_a_missing_one_is_told(stick: Stick, tmp_path: Path) -> None:
    data = stick.export(stick.till).data
    save_packet(tmp_path / "a.qtpacket", data)
    assert load_packet(tmp_path / "a.qtpacket") == data
    assert refused(save_packet, tmp_path / "no" / "a", data) == "PACKET_UNWRITABLE"
    assert refused(load_packet, tmp_path / "b") == "PACKET_UNREADABLE"


def test_many_batches_and_little_room_are_brought_in_several_packets(
    stick: Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PUSH_DOCUMENTS_MAX", 4)
    monkeypatch.setattr(engine, "PUSH_DOCUMENTS_MAX", 4)
    stick.sell(stick.till, 11)
    monkeypatch.setattr(sending, "GOAL_BYTES", 1)
    first = stick.export(stick.till)
    assert (first.documents, first.is_whole) == (4, False)
    stick.brings(stick.till, stick.office_takes(first.data))
    monkeypatch.setattr(sending, "GOAL_BYTES", 1 << 25)
    monkeypatch.setattr(taking, "GOAL_BYTES", 1)
    monkeypatch.setattr(taking, "PAGE_ROWS", 5)
    second = stick.export(stick.till)
    assert (second.documents, second.is_whole) == (7, True)
    assert refused(stick.brings, stick.till, stick.office_takes(second.data)) == "PACKET_MORE"
    monkeypatch.undo()
    assert stick.round(stick.till).is_whole
    stick.must_agree(stick.till)


def test_an_import_that_was_cut_goes_on_where_it_was(stick: Stick) -> None:
    stick.sell(stick.till, 6)
    stick.office.publish(*(CataloguePublished(products=(product("P1", n),)) for n in range(8)))
    answer = stick.office_takes(stick.export(stick.till).data)
    template, cuts = stick.till.template(), 0
    for writes in range(1, 16, 2):
        till = stick.copy_of(template, f"cut {writes}")
        till.fuse.light("before commit", writes)
        try:
            stick.brings(till, answer)
        except Crash:
            cuts += 1
            till.crash()
            till.fuse.renew()
            till.open()
            stick.brings(till, answer)
        stick.must_agree(till)
        till.release()
    assert cuts >= 3


def test_a_flipped_bit_is_mended_before_the_packet_is_written(stick: Stick) -> None:
    stick.sell(stick.till, 3)
    stick.flip_bit(stick.till, 2)
    stick.round(stick.till)
    assert len(stick.posted()) == 3
    stick.must_agree(stick.till)


def test_a_document_damaged_in_both_files_needs_a_line_once(stick: Stick) -> None:
    stick.sell(stick.till, 3)
    stick.flip_bit(stick.till, 2)
    stick.till.spool.data = b""
    stick.till.crash()
    stick.till.open()
    assert refused(stick.round, stick.till) == "PACKET_NEEDS_LINE"
    stick.sync(stick.till)
    stick.sell(stick.till)
    stick.round(stick.till)
    assert len(stick.posted()) == 3
    stick.must_agree(stick.till)


def test_a_copied_disk_needs_a_line_once(stick: Stick) -> None:
    template = stick.till.template()
    stick.sell(stick.till, 2)
    stick.sync(stick.till)
    copy = stick.copy_of(template, "copy")
    stick.sell(copy, 3)
    assert refused(stick.round, copy) == "PACKET_NEEDS_LINE"
    stick.sync(copy)
    stick.sell(copy, 2)
    stick.round(copy)
    stick.must_agree(copy)
    copy.release()
