"""T44: what belongs to one shop is seen by no other, in no byte that leaves head office."""

import io
import os
import zstandard
from pathlib import Path

import pytest

from tests.attack.house import House, house
from tests.attack.line import all_bytes
from tests.attack.walking import asked, everything

SHOPS = int(os.environ.get("QUTONG_ATTACK_SHOPS", "4"))


def _may_see(device_id: str, number: int) -> bool:
    """Head office's desks see accounts and tasks of all; nobody else sees another's."""
    return device_id.startswith((f"S{number:03d}.", "hq."))


def _unfolded(data: bytes) -> bytes:
    """A file travels compressed in a frame of its own."""
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
            return data + reader.read()
    except zstandard.ZstdError:
        return data


def test_no_byte_of_a_shop_reaches_another(tmp_path: Path) -> None:
    with house(tmp_path, shops=SHOPS) as made:
        calls, hits = _walk(made)
        assert hits == []
        assert calls > 2_000


def _walk(made: House) -> tuple[int, list[str]]:
    needles = {number: secret.needles() for number, secret in made.secrets.items()}
    users = ["owner1", "boss", "system"]
    calls, hits, own = 0, list[str](), 0
    for device_id, end in made.ends.items():
        foreign = {n: found for n, found in needles.items() if not _may_see(device_id, n)}
        for question in everything(made, users):
            calls += 1
            seen = _unfolded(all_bytes(asked(end, question)))
            if b"kanarek" in seen:
                own += 1
            for number, found in foreign.items():
                hits += [
                    f"{device_id} {question.route} {question.about}: {needle!r} of {number}"
                    for needle in found
                    if needle in seen
                ]
    assert own > 50, "the needles are found where they may be"
    return calls, hits
