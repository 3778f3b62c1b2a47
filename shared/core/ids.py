"""Identities: UUIDv7 made where a form opens, and the ids of rows derived from a document's."""

import re

from shared.core.clock import Randomness
from shared.core.errors import RuleViolation
from shared.core.text import excerpt

_HEX = re.compile(r"[0-9a-fA-F]{32}")
_MS_MAX = (1 << 48) - 1


def uuid7(now_us: int, randomness: Randomness) -> bytes:
    """A new 16-byte UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 of their fraction, 62 random.

    Ids of a later microsecond sort later; within one microsecond the order is random.
    """
    ms, us_in_ms = divmod(now_us, 1000)
    assert 0 <= ms <= _MS_MAX, "the clock is outside what a UUIDv7 can hold"
    fraction = us_in_ms * 4096 // 1000
    tail = int.from_bytes(randomness.bytes(8), "big") & ((1 << 62) - 1)
    return (ms << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail).to_bytes(16, "big")


def uid_text(uid: bytes) -> str:
    """The 32 lower-case hex digits by which an id is stored in text and shown in logs.

    Raises: RuleViolation BAD_UID when it is not 16 bytes.
    """
    if len(uid) != 16:
        raise RuleViolation("BAD_UID", length=len(uid))
    return uid.hex()


def uid_bytes(text: str) -> bytes:
    """The 16 bytes of an id written as 32 hex digits, without hyphens.

    Raises: RuleViolation BAD_UID.
    """
    if _HEX.fullmatch(text) is None:
        raise RuleViolation("BAD_UID", text=excerpt(text))
    return bytes.fromhex(text)


def derived_id(uid: bytes | str, *parts: str | int) -> str:
    """The id of a row that posting makes from a document: `<uid hex>:<part>:<part>`.

    The same document and parts give the same id on every replica, different parts never do.
    A text is taken as it stands: the hex of an id, or an id that was itself derived.

    Raises: RuleViolation BAD_UID when bytes are not 16.
    """
    start = uid_text(uid) if isinstance(uid, bytes) else uid
    return ":".join((start, *map(_escaped, parts)))


def _escaped(part: str | int) -> str:
    """Codes may hold a colon; without escaping, `a:b`,`c` and `a`,`b:c` would be one row."""
    if isinstance(part, int):
        return str(part)
    return part.replace("%", "%25").replace(":", "%3A") if ":" in part or "%" in part else part
