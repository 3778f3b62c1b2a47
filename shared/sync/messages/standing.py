"""Where a device and head office stand: the hello, and the long poll until something moves."""

import msgspec

from shared.sync.messages.base import Message, Whole


class Cursor(Message, kw_only=True):
    """Up to where a device holds a scope."""

    scope: str
    generation: Whole
    seq: Whole
    digest: Whole = -1
    """Of the rows the device holds there, so that a difference is seen although nothing moved;
    -1 = not said."""


class ScopeHead(Message, kw_only=True):
    """How far a scope goes at head office, with the digest of what it holds there."""

    scope: str
    generation: int
    head: int
    count: int
    digest: int
    snapshot: str = ""
    """Name (sha256) of a ready file of the scope's rows, '' when there is none; hello only."""
    snapshot_seq: int = 0
    """Up to where the file goes; pages take over from there."""
    snapshot_bytes: int = 0
    snapshot_key: bytes = b""
    """What the file is encrypted with; b'' = it is not."""
    floor: int = 0
    """What was removed up to here is forgotten: who holds less begins the scope anew."""


class Hello(Message, kw_only=True):
    """A device says where it stands: its own head, and its cursors."""

    protocol: Whole
    incarnation: Whole
    epoch: str
    """The server epoch the device knows; '' at first contact."""
    head_n: Whole
    head_hash: bytes
    cursors: list[Cursor]
    program: str = ""
    """The version of the program on the device; shown in head office's list."""
    nonce: bytes = b""
    """Anything; the answer repeats it, or it is the answer to another hello."""


class HelloAnswer(Message, kw_only=True):
    """Head office says how much of the device's journal it has, and which scopes moved."""

    protocol_min: int
    protocol_max: int
    epoch: str
    high_water: int
    high_hash: bytes
    head_signature: bytes
    """Head office's countersignature over ``high_hash``; '' when the journal is empty there."""
    server_time_us: int
    scopes: list[str]
    """Every scope the device may hold; what is missing here is lost to it."""
    manifest: list[ScopeHead]
    """Heads of the scopes that differ from the device's cursors."""
    has_bytes: list[str] = msgspec.field(default_factory=list)
    """Scopes with documents of others whose bytes the device is to hold."""
    nonce: bytes = b""
    """The hello's."""
    is_recovering: bool = False
    """Head office was restored from a backup, and not all devices have given back what they hold:
    figures are not whole, and requests wait."""
    recovered_from_us: int = 0
    """When that backup was made; 0 = head office was never restored."""
    durable_n: int = 0
    """Up to this slot the device's journal stands in a backup that was restored and proved."""
    durable_hash: bytes = b""


class Wait(Message, kw_only=True):
    """A long poll: answer when a scope's head passes its cursor, or at the time-out."""

    cursors: list[Cursor]
    timeout_s: Whole


class WaitAnswer(Message, kw_only=True):
    """The scopes that moved; empty at the time-out."""

    moved: list[str]
