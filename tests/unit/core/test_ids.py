"""Ids sort by the time they were made, and a derived row has one id on every replica."""

import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_bytes, uid_text, uuid7

times = st.integers(0, (1 << 48) * 1000 - 1)
uids = st.binary(min_size=16, max_size=16)
parts = st.lists(st.text(":%3A中a", max_size=4), max_size=4)


class Seeded:
    """Randomness that repeats."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bytes(self, n: int, /) -> bytes:
        return self._random.randbytes(n)


@given(times, st.integers())
def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond(now_us: int, seed: int) -> None:
    uid = uuid.UUID(bytes=uuid7(now_us, Seeded(seed)))
    assert (uid.version, uid.variant) == (7, uuid.RFC_4122)
    assert uid.int >> 80 == now_us // 1000


@given(st.integers(0, 10**16), st.integers(1, 2000), st.integers())
def test_an_id_of_a_later_microsecond_sorts_later(first: int, later_by: int, seed: int) -> None:
    assert uuid7(first, Seeded(seed)) < uuid7(first + later_by, Seeded(seed + 1))


def test_a_thousand_ids_of_one_instant_differ() -> None:
    seeded = Seeded(3)
    assert len({uuid7(1_700_000_000_000_000, seeded) for _ in range(1000)}) == 1000


@given(uids)
def test_an_id_is_read_back_from_its_text(uid: bytes) -> None:
    assert uid_bytes(uid_text(uid)) == uid
    assert uid_bytes(uid_text(uid).upper()) == uid


@pytest.mark.parametrize(
    "text", ["", "00", "g" * 32, "0" * 33, "00 " * 11, str(uuid.UUID(int=1)), "０" * 32]
)
def test_a_text_that_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(RuleViolation, match="BAD_UID"):
        uid_bytes(text)


def test_bytes_of_another_length_are_no_id() -> None:
    with pytest.raises(RuleViolation, match="BAD_UID length=15"):
        uid_text(bytes(15))


def test_a_derived_id_reads_as_document_and_parts() -> None:
    uid = bytes(15) + b"\x01"
    assert derived_id(uid, "line", 3) == "00000000000000000000000000000001:line:3"
    assert derived_id(uid.hex(), "line", 3) == derived_id(uid, "line", 3)
    assert derived_id(derived_id(uid, "line"), 3) == derived_id(uid, "line", 3)


@given(uids, parts, parts)
def test_different_parts_never_derive_the_same_id(
    uid: bytes, left: list[str], right: list[str]
) -> None:
    assert (derived_id(uid, *left) == derived_id(uid, *right)) == (left == right)


def test_a_code_that_looks_escaped_is_not_taken_for_one_with_a_colon() -> None:
    assert derived_id(bytes(16), "a:b") != derived_id(bytes(16), "a%3Ab")
    assert derived_id(bytes(16), "a:b") != derived_id(bytes(16), "a", "b")
