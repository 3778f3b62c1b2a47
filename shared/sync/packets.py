"""Packets carried by hand (Q06): the wire's messages in a file only its addressee can read.

A file is MAGIC, the public half of a key made for this file alone, a mark of who it is for, and a
sealed body: the writer's signature over all of it, then the letter. A finder learns its size.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.journal.chain import SigningKey, VerifyKey
from shared.journal.document import Value
from shared.sync import sealing
from shared.sync.limits import DECOMPRESSED_BYTES_MAX
from shared.sync.messages import Hello, HelloAnswer, Message, Page, Push, PushAnswer
from shared.sync.sealing import SealBroken, sealed

MAGIC: Final = b"qutong packet 1\n"
UP, DOWN, CARRIED = b"up", b"down", b"carried"
"""A device's to head office, its answer, and what head office sends a device unasked."""
PACKET_BYTES_MAX: Final = 64 * 1024 * 1024
LETTER_BYTES_MAX: Final = DECOMPRESSED_BYTES_MAX
GOAL_BYTES: Final = 32 * 1024 * 1024
"""Documents or rows of one packet, before packing; what is more waits for the next one."""
PACKET_ID_BYTES: Final = 16
_KEY, _MARK, _SIGNATURE = 32, 8, 64


class UpLetter(Message, kw_only=True):
    """What a device without a line says to head office."""

    device_id: str
    packet_id: bytes
    made_at_us: int
    hello: Hello
    pushes: list[Push]
    until_n: int
    """The last slot of the last push; the device's head when everything fitted."""


class Refusal(Message, kw_only=True):
    """What head office refused of a packet, as it would have on the line."""

    path: str
    code: str
    params: dict[str, str | int]


class Pushed(Message, kw_only=True):
    """The answer to one push of the packet."""

    first_n: int
    last_n: int
    answer: PushAnswer


class Leaf(Message, kw_only=True):
    """A page, and the cursor it begins after."""

    after: int
    page: Page


class DownLetter(Message, kw_only=True):
    """What head office answers; it was written for one packet of one device."""

    device_id: str
    packet_id: bytes
    made_at_us: int
    hello: HelloAnswer
    """As of after the pushes."""
    pushes: list[Pushed]
    pages: list[Leaf]
    until_n: int
    refusals: list[Refusal] = msgspec.field(default_factory=list)
    is_whole: bool = True
    """False: there was more than a packet holds; another one brings it."""


class CarriedRow(Message, kw_only=True):
    """A row as head office holds it."""

    table: str
    id: str
    values: dict[str, Value]


class CarriedLetter(Message, kw_only=True):
    """Rows of publications head office sends a device that was not heard of, without a question.

    They hold there until the device asks itself: a pull brings the same rows again.
    """

    device_id: str
    made_at_us: int
    rows: list[CarriedRow]


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter that could be opened, and whose hand it says it is in: not believed yet."""

    letter: bytes
    signature: bytes
    digest: bytes

    def check(self, writer_public: bytes) -> None:
        """Raises: AccessDenied PACKET_FOREIGN when somebody else wrote it."""
        if not VerifyKey(writer_public).packet_good(self.digest, self.signature):
            raise AccessDenied("PACKET_FOREIGN")


L = TypeVar("L", UpLetter, DownLetter, CarriedLetter)
_WAYS: Final = {UpLetter: UP, DownLetter: DOWN, CarriedLetter: CARRIED}
_ENCODER = msgspec.msgpack.Encoder()


def write_packet(
    letter: UpLetter | DownLetter | CarriedLetter,
    writer: SigningKey,
    reader_public: bytes,
    seed: bytes,
) -> bytes:
    """The file; ``seed`` is 32 bytes of randomness, used for this file alone.

    Raises: RuleViolation PACKET_TOO_LARGE.
    """
    passing = X25519PrivateKey.from_private_bytes(seed)
    public = passing.public_key().public_bytes_raw()
    packed = zstandard.ZstdCompressor(level=3, write_content_size=True).compress(
        _ENCODER.encode(letter)
    )
    way = _WAYS[type(letter)]
    digest = _digest(way, public, reader_public, packed)
    key = _key(passing.exchange(VerifyKey(reader_public).sealing_key()), public, reader_public)
    body = io.BytesIO(writer.sign_packet(digest) + packed)
    data = b"".join((MAGIC, public, _mark(way, reader_public), *sealed(body, key)))
    if len(data) > PACKET_BYTES_MAX:
        raise RuleViolation("PACKET_TOO_LARGE", limit=PACKET_BYTES_MAX)
    return data


def goes(data: bytes, way: bytes, reader_public: bytes) -> bool:
    """Whether a file says it goes this way to this reader; opening it proves it."""
    start = len(MAGIC) + _KEY
    return data.startswith(MAGIC) and data[start : start + _MARK] == _mark(way, reader_public)


def open_packet(data: bytes, way: bytes, reader: SigningKey) -> Opened:
    """Unseal a file that goes this ``way`` (UP, DOWN, CARRIED) to this reader.

    Raises: Unavailable PACKET_UNKNOWN (no packet at all), PACKET_DAMAGED; AccessDenied
    PACKET_FOREIGN (for somebody else, or the other way); RuleViolation PACKET_TOO_LARGE.
    """
    if len(data) > PACKET_BYTES_MAX:
        raise RuleViolation("PACKET_TOO_LARGE", limit=PACKET_BYTES_MAX)
    start = len(MAGIC)
    if not data.startswith(MAGIC):
        raise Unavailable("PACKET_UNKNOWN")
    public, mark = data[start : start + _KEY], data[start + _KEY : start + _KEY + _MARK]
    if len(mark) < _MARK:
        raise Unavailable("PACKET_DAMAGED")
    if mark != _mark(way, reader.public):
        raise AccessDenied("PACKET_FOREIGN")
    try:
        key = _key(reader.agreed(public), public, reader.public)
        body = _unsealed(data[start + _KEY + _MARK :], key)
    except (ValueError, SealBroken) as error:
        raise Unavailable("PACKET_DAMAGED") from error
    if len(body) <= _SIGNATURE:
        raise Unavailable("PACKET_DAMAGED")
    signature, packed = body[:_SIGNATURE], body[_SIGNATURE:]
    return Opened(packed, signature, _digest(way, public, reader.public, packed))


def read_letter(packed: bytes, kind: type[L]) -> L:
    """The letter of an opened packet. Raises: Unavailable PACKET_DAMAGED, RuleViolation
    PACKET_TOO_LARGE."""
    try:
        size = zstandard.frame_content_size(packed)
        if size < 0 or size > LETTER_BYTES_MAX:
            raise RuleViolation("PACKET_TOO_LARGE", limit=LETTER_BYTES_MAX)
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LETTER_BYTES_MAX)
        return msgspec.msgpack.decode(plain, type=kind)
    except (
        msgspec.DecodeError, zstandard.ZstdError, UnicodeDecodeError, RecursionError
    ) as error:  # fmt: skip
        raise Unavailable("PACKET_DAMAGED") from error


def _unsealed(data: bytes, key: bytes) -> bytes:
    source = sealing.Opened(io.BytesIO(data), key)
    return b"".join(iter(source.read, b""))


def _digest(way: bytes, passing_public: bytes, reader_public: bytes, packed: bytes) -> bytes:
    """Who it is for is signed, too: nobody seals another's letter anew to somebody else."""
    return hashlib.sha256(way + b"\n" + passing_public + reader_public + packed).digest()


def _key(shared: bytes, passing_public: bytes, reader_public: bytes) -> bytes:
    """One key for one file: both public halves are part of it."""
    said = b"qutong/packet key/1\n" + passing_public + reader_public
    return hashlib.blake2b(said, key=shared, digest_size=32).digest()


def _mark(way: bytes, reader_public: bytes) -> bytes:
    return hashlib.sha256(b"qutong/packet for/1\n" + way + reader_public).digest()[:_MARK]
