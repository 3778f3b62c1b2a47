"""Sealed files: read with their key, whole, in order, and from wherever a download was cut."""

import hashlib
import io
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.sync.snapshot_file import SnapshotFile
from shared.core.errors import Unavailable
from shared.sync.sealing import KEY_BYTES, PIECE, Opened, SealBroken, sealed

KEY = bytes(range(KEY_BYTES))


def the_sealed(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(sealed(io.BytesIO(content), key))


def the_opened(data: bytes) -> bytes:
    opened = Opened(io.BytesIO(data), KEY)
    return b"".join(iter(opened.read, b""))


@settings(max_examples=25, deadline=None)
@given(size=st.integers(0, 3 * PIECE + 1), step=st.integers(1, 2 * PIECE))
def test_what_was_sealed_is_read_back_in_pieces_of_any_size(size: int, step: int) -> None:
    content = random.Random(size).randbytes(size)
    opened = Opened(io.BytesIO(the_sealed(content)), KEY)
    found = b""
    while part := opened.read(step):
        found += part
    assert found == content


@pytest.mark.parametrize("size", [0, 1, PIECE, 2 * PIECE, 2 * PIECE + 5])
def test_a_changed_a_shortened_and_a_reordered_file_are_refused(size: int) -> None:
    whole = the_sealed(random.Random(size).randbytes(size))
    piece = PIECE + 16
    spoiled = [whole[:-1], whole + b"x", whole[: -(len(whole) % piece or piece)]]
    spoiled.append(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
    if len(whole) > 2 * piece:
        spoiled.append(whole[piece : 2 * piece] + whole[:piece] + whole[2 * piece :])
    for data in spoiled:
        with pytest.raises(SealBroken):
            the_opened(data)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Opened(io.BytesIO(the_sealed(b"rows")), bytes(KEY_BYTES)).read()


def test_a_download_that_is_cut_twenty_times_repeats_next_to_nothing(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3_000_000)
    packed = the_sealed(zstandard.ZstdCompressor(level=1).compress(content))
    name = hashlib.sha256(packed).hexdigest()
    cuts = sorted(random.Random(2).sample(range(len(packed)), 20))
    carried = 0
    for cut in [*cuts, len(packed)]:
        # The program may end in between: each try knows only what lies on the disk.
        file = SnapshotFile(tmp_path, name, len(packed), KEY)
        start = file.received()
        pieces = [packed[at : min(at + 7_000, cut)] for at in range(start, cut, 7_000)]
        carried += sum(map(len, pieces))
        file.add(pieces, start)
    assert file.unpack().read_bytes() == content
    assert carried <= len(packed) * 1.05


def test_what_came_of_an_earlier_file_goes_when_another_one_is_fetched(tmp_path: Path) -> None:
    for day in range(3):
        SnapshotFile(tmp_path, f"{day}" * 64, 1_000).add([bytes(100)], 0)
    assert [one.name for one in tmp_path.iterdir()] == ["2" * 64 + ".part"]


def test_a_file_that_is_not_what_its_name_says_is_thrown_away(tmp_path: Path) -> None:
    file = SnapshotFile(tmp_path, "0" * 64, 10, KEY)
    file.add([b"0123456789"], 0)
    with pytest.raises(Unavailable, match="SNAPSHOT_DAMAGED"):
        file.unpack()
    assert list(tmp_path.iterdir()) == []
