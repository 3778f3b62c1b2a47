"""Values nobody means, of every type the wire knows, and messages spoiled with them."""

import os
import random
from typing import Any

import msgspec

HOSTILE = int(os.environ.get("QUTONG_HOSTILE", "500"))
"""Rounds of spoiled messages on each engine; 5000 and more are for a night."""
NUMBERS = (0, 1, -1, 2**31, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 10**15 + 1)
TEXTS = (
    "", " ", "\0", "a\0b", "😀" * 300, "x" * 3000, "site/SH02/-/sellable", "SH02", "D2", "SH0",
    "SH01/../SH02", "site:SH02 hq", "SH01 org:FX", "system", "HQ", "customer", "customers/x",
    "partner/D2/receivable", "hq/revenue", "'; DROP TABLE journal; --", "\u202e\ufeff", "%00",
    "9999-99-99", "NaN", "{}", "../../hq.key",
)  # fmt: skip
BYTES = (b"", b"\0", b"x" * 16, b"\xff" * 32, b"y" * 70_000)
WRONG: tuple[Any, ...] = (
    None,
    True,
    1.5,
    float("nan"),
    [],
    [[]],
    {},
    {"a": 1},
    msgspec.msgpack.Ext(1, b"x"),
)
BROKEN = (b"\xc1", b"\x91" * 100_000 + b"\x90", b"\xa1\xff", b"\xdd\xff\xff\xff\xff", b"")


def hostile(chance: random.Random) -> Any:
    """One of them."""
    return chance.choice(chance.choice((NUMBERS, TEXTS, BYTES, WRONG)))


def spoiled(chance: random.Random, value: Any) -> Any:
    """The same message with one place in it replaced, left out or doubled."""
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        how = chance.random()
        if how < 0.1:
            return value[:at]
        if how < 0.2:
            return value + value[at:]
        return [*value[:at], spoiled(chance, value[at]), *value[at + 1 :]]
    return hostile(chance)


def spoiled_bytes(chance: random.Random, data: bytes) -> bytes:
    """The same bytes cut, flipped or with nonsense in them."""
    at = chance.randrange(len(data))
    return chance.choice(
        (
            data[:at],
            data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
            data[:at] + chance.choice(BROKEN) + data[at:],
            b"\x01" + data,
            data[:1] + chance.choice(BROKEN),
        )
    )
