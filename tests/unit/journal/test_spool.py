"""The spool's records: what is written is read, and damage is found where it is."""

import struct
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.journal.chain import GENESIS, SigningKey, seal
from shared.journal.spool import (
    SpoolHead,
    SpoolIdentity,
    SpoolKept,
    SpoolRecord,
    encode_record,
    encode_slots,
    read_spool,
    spool_slot,
)

KEY = SigningKey.from_seed(bytes(32))


def an_identity() -> SpoolIdentity:
    return SpoolIdentity(
        device_id="SH01.01",
        incarnation=1,
        public_key=KEY.public,
        hq_public_key=bytes(32),
        device_type="till",
        site_id="SH01",
        tag="01",
        epoch="e",
        server_url="https://hq.example",
    ).signed(KEY)


def some_records(stored: list[bytes]) -> list[SpoolRecord]:
    records: list[SpoolRecord] = [an_identity()]
    previous = GENESIS
    for n, one in enumerate(stored, 1):
        slot = seal(KEY, device_id="SH01.01", incarnation=1, n=n, previous=previous, stored=one)
        previous = slot.link_hash
        records.append(spool_slot(slot))
    n = len(stored)
    records.append(SpoolKept(device_id="SH01.01", incarnation=1, n=n, code="FORGED"))
    records.append(
        SpoolHead(device_id="SH01.01", incarnation=1, n=n, link_hash=previous, signature=b"s")
    )
    return records


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_records_are_read_as_they_were_written(stored: list[bytes]) -> None:
    records = some_records(stored)
    spooled = read_spool(b"".join(encode_record(record) for record in records))
    assert [placed.record for placed in spooled.records] == records
    assert spooled.damages == []


@given(st.data())
def test_a_cut_anywhere_leaves_the_records_before_it_and_one_torn_tail(data: st.DataObject) -> None:
    records = some_records([b"one", b"two"])
    whole = b"".join(encode_record(record) for record in records)
    size = data.draw(st.integers(0, len(whole) - 1))
    spooled = read_spool(whole[:size])
    read = [placed.record for placed in spooled.records]
    assert read == records[: len(read)]
    end = spooled.records[-1].end if read else 0
    torn = spooled.torn_tail()
    assert (torn is None) == (end == size)
    assert torn is None or (torn.start, torn.end) == (end, size)


@given(st.data())
def test_a_flipped_bit_spoils_one_record_and_the_others_are_read(data: st.DataObject) -> None:
    records = some_records([b"one", b"two", b"three"])
    parts = [encode_record(record) for record in records]
    spoiled = data.draw(st.integers(0, len(parts) - 1))
    at = data.draw(st.integers(0, len(parts[spoiled]) - 1))
    part = bytearray(parts[spoiled])
    part[at] ^= 1 << data.draw(st.integers(0, 7))
    whole = b"".join([*parts[:spoiled], bytes(part), *parts[spoiled + 1 :]])
    spooled = read_spool(whole)
    expected = records[:spoiled] + records[spoiled + 1 :]
    assert [placed.record for placed in spooled.records] == expected
    assert len(spooled.damages) == 1
    assert spooled.damages[0].start == sum(map(len, parts[:spoiled]))


def test_an_identity_nobody_signed_is_not_good() -> None:
    assert an_identity().good()
    assert not msgspec.structs.replace(an_identity(), site_id="SH02").good()


def test_slots_of_a_journal_are_appended_in_their_order() -> None:
    records = some_records([b"one", b"two"])
    slots = [record.slot() for record in records if hasattr(record, "slot")]
    read = read_spool(encode_slots(slots)).records
    assert [placed.record for placed in read] == records[1:3]


@pytest.mark.parametrize("payload", [b"\x97\xa1\xff", b"\x91" * 100_000, b"\xc1", b""])
def test_a_record_of_nonsense_with_a_good_sum_is_damage_and_no_fault(payload: bytes) -> None:
    good = encode_record(some_records([b"one"])[-1])
    crc = zlib.crc32(payload, zlib.crc32(b"\x02" + (1).to_bytes(8, "big")))
    bad = struct.pack(">4sBIIQ", b"QSP1", 2, len(payload), crc, 1) + payload
    spooled = read_spool(good + bad + good)
    assert len(spooled.records) == 2
    assert len(spooled.damages) == 1
