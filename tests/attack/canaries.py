"""Looking through all bytes that leave head office for what somebody else's are."""

import io
import random
from dataclasses import dataclass, field

import msgspec
import zstandard

from shared.core.errors import RuleViolation
from shared.sync.messages import HelloAnswer, unpack
from shared.sync.requests import NONCE_HEADER, REQUEST_HEADER
from tests.attack.house import House, site_id
from tests.attack.line import all_bytes
from tests.attack.walking import Question, asked, everything
from tests.integration.server.asgi import Answer

_PASSING = (NONCE_HEADER, REQUEST_HEADER, "last-modified", "etag", "content-length")
"""Headers made of chance or of the time: two of them follow from when a file was written."""
_USERS = ("owner1", "boss", "system")


@dataclass
class Found:
    """What a search came to."""

    calls: int = 0
    own: int = 0
    """Answers that told a device what it may know."""
    hits: list[str] = field(default_factory=list)


def unfolded(data: bytes) -> bytes:
    """These bytes, and behind them what they are when a file was packed in them."""
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
            return data + reader.read()
    except zstandard.ZstdError:
        return data


def needles_for(made: House, device_id: str) -> dict[int, list[bytes]]:
    """What a device must not see, by shop: head office's desks are told of all accounts."""
    if device_id.startswith("hq."):
        return {}
    goods = not device_id.startswith("HQ01.")
    return {
        number: secret.needles(goods=goods)
        for number, secret in made.secrets.items()
        if not device_id.startswith(site_id(number))
    }


def _chosen(made: House, chance: random.Random, calls: int) -> list[Question]:
    questions = list(everything(made, _USERS))
    each = -(-calls // len(made.ends))
    return questions if each >= len(questions) else chance.sample(questions, each)


def leaks(made: House, chance: random.Random, *, calls: int) -> Found:
    """Walk as every device and look at all that comes back."""
    found = Found()
    for device_id, end in made.ends.items():
        foreign = needles_for(made, device_id)
        for question in _chosen(made, chance, calls):
            found.calls += 1
            seen = unfolded(all_bytes(asked(end, question)))
            found.own += b"kanar" in seen
            for number, needles in foreign.items():
                found.hits += [
                    f"{device_id} {question.route} {question.about}: {needle!r} of shop {number}"
                    for needle in needles
                    if needle in seen
                ]
    return found


def _told(answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    headers = {k: v for k, v in answer.headers.items() if k not in _PASSING}
    return answer.status, _without_chance(answer.body), headers


def _without_chance(body: bytes) -> bytes:
    """A first word's answer without the keys of files, and their names, which chance makes."""
    try:
        found = unpack(body, HelloAnswer)
    except RuleViolation:
        return body
    heads = [
        msgspec.structs.replace(one, snapshot="", snapshot_key=b"", snapshot_bytes=0)
        for one in found.manifest
    ]
    return msgspec.msgpack.encode(msgspec.structs.replace(found, manifest=heads))


def answers_that_differ(
    one: House, other: House, *, about: int, chance: random.Random, calls: int
) -> Found:
    """Ask two houses the same, which differ in the secrets of one shop."""
    found = Found()
    mine = (f"{site_id(about)}.", "hq.", "HQ01.", "DL01.")
    for device_id in one.ends:
        for question in _chosen(one, chance, calls):
            if question.route.startswith("/snapshot/"):
                continue
            found.calls += 1
            told = [_told(asked(made.ends[device_id], question)) for made in (one, other)]
            if told[0] == told[1]:
                continue
            if device_id.startswith(mine):
                found.own += 1
            else:
                found.hits.append(f"{device_id} {question.route} {question.about}")
    return found
