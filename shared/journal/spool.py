"""The spool's records as bytes: the second copy of a journal, readable without any database."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

import msgspec

from shared.journal.chain import SigningKey, Slot, VerifyKey, document_hash

MAGIC = b"QSP1"
_HEADER = Struct(">4sBIIQ")
"""Magic, type, length of the payload, CRC32 of type, number and payload, slot number."""
_PAYLOAD_MAX = 64 * 1024 * 1024
_ENCODER = msgspec.msgpack.Encoder()


class RecordType(IntEnum):
    """What a record of the spool says."""

    IDENTITY = 1
    SLOT = 2
    HEAD = 3
    KEPT = 4
    FORGOTTEN = 5


class SpoolIdentity(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Whose journal this is: enough to read it and to go on with it on an empty machine."""

    device_id: str
    incarnation: int
    public_key: bytes
    hq_public_key: bytes
    device_type: str
    site_id: str
    tag: str
    epoch: str
    server_url: str
    signature: bytes = b""
    """The device's own, over everything above."""

    def _unsigned(self) -> bytes:
        plain = msgspec.structs.replace(self, signature=b"")
        return b"qutong/identity/1\n" + _ENCODER.encode(plain)

    def signed(self, key: SigningKey) -> "SpoolIdentity":
        """The same with the device's signature."""
        return msgspec.structs.replace(self, signature=key.sign_document(self._unsigned()))

    def good(self) -> bool:
        """Whether the device that owns the key wrote this."""
        return VerifyKey(self.public_key).document_good(self._unsigned(), self.signature)


class SpoolSlot(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One slot; both hashes are computed again by who reads it."""

    device_id: str
    incarnation: int
    n: int
    stored: bytes
    signature: bytes
    link_hash: bytes
    link_signature: bytes

    def slot(self) -> Slot:
        """The slot as the journal holds it; nothing is verified here."""
        return Slot(
            device_id=self.device_id,
            incarnation=self.incarnation,
            n=self.n,
            stored=self.stored,
            signature=self.signature,
            hash=document_hash(self.stored),
            link_hash=self.link_hash,
            link_signature=self.link_signature,
        )


class SpoolHead(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Head office's receipt: it holds this journal up to slot ``n``."""

    device_id: str
    incarnation: int
    n: int
    link_hash: bytes
    signature: bytes
    """Head office's countersignature over the link hash."""


class SpoolKept(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Head office keeps slot ``n`` aside and could not post it, for this reason."""

    device_id: str
    incarnation: int
    n: int
    code: str


class SpoolForgotten(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One slot whose bytes were let go: what it takes to verify the chain and to name the slot."""

    device_id: str
    incarnation: int
    n: int
    uid: str
    kind: str
    hash: bytes
    signature: bytes
    link_hash: bytes
    link_signature: bytes

    def slot(self) -> Slot:
        """The slot as the journal holds it; nothing is verified here."""
        return Slot(
            device_id=self.device_id,
            incarnation=self.incarnation,
            n=self.n,
            stored=b"",
            signature=self.signature,
            hash=self.hash,
            link_hash=self.link_hash,
            link_signature=self.link_signature,
        )


SpoolRecord = SpoolIdentity | SpoolSlot | SpoolHead | SpoolKept | SpoolForgotten
_TYPES: dict[int, type[SpoolRecord]] = {
    RecordType.IDENTITY: SpoolIdentity,
    RecordType.SLOT: SpoolSlot,
    RecordType.HEAD: SpoolHead,
    RecordType.KEPT: SpoolKept,
    RecordType.FORGOTTEN: SpoolForgotten,
}
_TYPE_OF = {kind: number for number, kind in _TYPES.items()}


class Placed(NamedTuple):
    """A record and the bytes of the file it stands in."""

    start: int
    end: int
    record: SpoolRecord


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that are no record: ``end`` is the end of the file for a torn tail.

    ``n`` is the slot number a header there still names, -1 when nothing can be read.
    """

    start: int
    end: int
    record_type: int
    n: int


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a spool holds, in file order; damage too."""

    records: list[Placed]
    damages: list[Damage]
    size: int

    def torn_tail(self) -> Damage | None:
        """The unreadable end of the file, when it is the only damage."""
        if len(self.damages) == 1 and self.damages[0].end == self.size:
            return self.damages[0]
        return None


def encode_record(record: SpoolRecord) -> bytes:
    """One record as bytes to append."""
    payload = _ENCODER.encode(record)
    number = 0 if isinstance(record, SpoolIdentity) else record.n
    kind = _TYPE_OF[type(record)]
    crc = _crc(kind, number, payload)
    return _HEADER.pack(MAGIC, kind, len(payload), crc, number) + payload


def encode_slots(slots: Iterable[Slot]) -> bytes:
    """Slots as records to append, in the order given."""
    return b"".join(encode_record(spool_slot(slot)) for slot in slots)


def spool_slot(slot: Slot) -> SpoolSlot:
    """The record of a slot."""
    return SpoolSlot(
        device_id=slot.device_id,
        incarnation=slot.incarnation,
        n=slot.n,
        stored=slot.stored,
        signature=slot.signature,
        link_hash=slot.link_hash,
        link_signature=slot.link_signature,
    )


def spool_forgotten(slot: Slot, uid: str, kind: str) -> SpoolForgotten:
    """The record of a slot whose bytes are let go."""
    return SpoolForgotten(
        device_id=slot.device_id,
        incarnation=slot.incarnation,
        n=slot.n,
        uid=uid,
        kind=kind,
        hash=slot.hash,
        signature=slot.signature,
        link_hash=slot.link_hash,
        link_signature=slot.link_signature,
    )


def read_spool(data: bytes) -> Spooled:
    """Every readable record; after damage the next good header is looked for."""
    records: list[Placed] = []
    damages: list[Damage] = []
    at = 0
    while at < len(data):
        found = _record_at(data, at)
        if found is not None:
            records.append(found)
            at = found.end
            continue
        damage = _damage_at(data, at)
        damages.append(damage)
        at = damage.end
    return Spooled(records, damages, len(data))


def standing(records: Sequence[Placed]) -> list[Placed]:
    """The records that count where nothing but the file is left, in file order.

    An incarnation is begun here first and in the database second, so that one may have been given
    up between the two, and begun again. What only says again what earlier ones say, with no
    receipt of its own, is left out: whoever goes on without it is told apart once more.
    """
    found: list[Placed] = []
    for placed in records:
        before = found[-1].record if found else None
        is_first = isinstance(placed.record, SpoolSlot) and placed.record.n == 1
        if is_first and isinstance(before, SpoolIdentity):
            found = [one for one in found if not _is_slot_of(one, placed.record.incarnation)]
        found.append(placed)
    given_up = _given_up([placed.record for placed in found])
    return [one for one in found if one.record.incarnation not in given_up]


def _is_slot_of(placed: Placed, incarnation: int) -> bool:
    record = placed.record
    return isinstance(record, SpoolSlot | SpoolForgotten) and record.incarnation == incarnation


def _given_up(records: Sequence[SpoolRecord]) -> set[int]:
    of = [record.incarnation for record in records if isinstance(record, SpoolIdentity)]
    # What opens a file was in force when the file was written.
    begun = set(of) - set(of[:1])
    for record in records:
        if isinstance(record, SpoolHead | SpoolKept | SpoolForgotten):
            begun.discard(record.incarnation)
    written = [record for record in records if isinstance(record, SpoolSlot)]
    first: dict[bytes, int] = {}
    for slot in written:
        first[slot.stored] = min(slot.incarnation, first.get(slot.stored, slot.incarnation))
    own = {slot.incarnation for slot in written if first[slot.stored] == slot.incarnation}
    return begun - own


def _crc(kind: int, number: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(bytes((kind,)) + number.to_bytes(8, "big")))


def _record_at(data: bytes, at: int) -> Placed | None:
    if at + _HEADER.size > len(data):
        return None
    magic, kind, length, crc, number = _HEADER.unpack_from(data, at)
    start = at + _HEADER.size
    if magic != MAGIC or length > _PAYLOAD_MAX or start + length > len(data):
        return None
    payload = data[start : start + length]
    if crc != _crc(kind, number, payload) or kind not in _TYPES:
        return None
    try:
        record = msgspec.msgpack.decode(payload, type=_TYPES[kind])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Placed(at, start + length, record)


def _damage_at(data: bytes, at: int) -> Damage:
    kind, number = 0, -1
    if at + _HEADER.size <= len(data) and data[at : at + 4] == MAGIC:
        _, kind, _, _, number = _HEADER.unpack_from(data, at)
    end = at + 1
    while (end := data.find(MAGIC, end)) >= 0:
        if _record_at(data, end) is not None:
            return Damage(at, end, kind, number)
        end += 1
    return Damage(at, len(data), kind, number)
