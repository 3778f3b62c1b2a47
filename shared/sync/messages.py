"""The messages of the wire, and how they become bytes and back within limits."""

from typing import Annotated, TypeVar, dataclass_transform

import msgspec
import zstandard

from shared.core.errors import RuleViolation
from shared.journal.document import Value
from shared.sync.limits import BODY_BYTES_MAX, DECOMPRESSED_BYTES_MAX

Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""A number that any column holds: what a stranger sends may be one that none does."""

PROTOCOL = 1
"""The version of this protocol; a server says which range it speaks."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, frozen=True, array_like=True):
    """Base of all wire messages; new fields are appended with a default."""


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
    has_bytes: list[str] = []
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


class Fork(Message, kw_only=True):
    """A device whose journal is another than head office's asks to begin a new incarnation."""

    incarnation: Whole
    """Whose journal differs."""
    known_n: Whole
    """Up to here head office countersigned this copy's journal."""
    known_hash: bytes
    head_n: Whole
    head_hash: bytes


class ForkAnswer(Message, kw_only=True):
    """From here on the device writes under ``incarnation``."""

    incarnation: int
    since_n: int
    """Slots after this one are to be linked anew; those up to it head office has as they are."""


class PushItem(Message, kw_only=True):
    """One slot on its way up: the stored bytes and the author's signature."""

    stored: bytes
    signature: bytes


class Push(Message, kw_only=True):
    """Slots ``first_n``… in order, chained behind ``previous_hash``."""

    incarnation: Whole
    first_n: Whole
    previous_hash: bytes
    items: list[PushItem]
    head_signature: bytes
    """The device's signature over the link of the last item."""


class Verdict(Message, kw_only=True):
    """What became of one slot: ``stored``, ``already`` or ``kept`` with the reason's code."""

    n: int
    outcome: str
    code: str = ""


class PushAnswer(Message, kw_only=True):
    """*Received*: these slots are committed at head office."""

    high_water: int
    high_hash: bytes
    head_signature: bytes
    verdicts: list[Verdict]
    """Only those that are not plain ``stored``."""


class Pull(Message, kw_only=True):
    """Rows of one scope after a cursor, at most ``limit``."""

    scope: str
    generation: Whole
    after: Whole
    limit: Whole
    incarnation: Whole = 0
    """Whose highest posted slot the page is to name; 0 = the device's latest."""
    begun: Whole = 0
    """The scope's head when the device began it from nothing; what was removed before then never
    came to it."""
    is_folded: bool = False
    """Whether the device reads ``Page.folded``."""


class Run(Message, kw_only=True):
    """Consecutive changes of one table, column by column; ``until`` is the last one's seq."""

    table: str
    until: int
    ids: list[str]
    columns: list[str]
    """Names of the columns that are not at their default in every row."""
    cells: list[list[Value]]
    """One list per column, as long as ``ids``."""
    removed: list[str]
    """Ids that are gone (tombstones)."""


class Page(Message, kw_only=True):
    """A stretch of a scope's feed. At ``until == head`` count and digest can be compared."""

    scope: str
    generation: int
    until: int
    head: int
    count: int
    digest: int
    posted_n: int
    """The asking device's highest slot whose rows are contained in what is sent."""
    runs: list[Run]
    folded: bytes = b""
    """Runs that many devices are sent, compressed once; they come after ``runs``."""
    after: int = 0
    """Where the stretch begins. It must not begin behind the cursor: what lies between would be
    missing, as in an answer to an earlier question."""


class PullMany(Message, kw_only=True):
    """Rows of several scopes that have little to say, at most ``limit`` in all."""

    cursors: list[Cursor]
    limit: Whole
    incarnation: Whole = 0
    """As in ``Pull``."""


class Pages(Message, kw_only=True):
    """One page per scope, in the order asked. A scope that has none is to be pulled by itself."""

    pages: list[Page]


class AskDigests(Message, kw_only=True):
    """Where a device's rows of a scope differ: count and digest of the parts of what is named."""

    scope: str
    generation: Whole
    table: str = ""
    """'' = one part per table."""
    after: str = ""
    """Of a table: the rows with ids after this one."""
    until: str = ""
    """Up to this id; '' = to the end."""


class Part(Message, kw_only=True):
    """A table, a stretch of ids up to and with ``name``, or one row."""

    name: str
    count: int
    digest: int


class Digests(Message, kw_only=True):
    """The parts in order of their names; together they are all that was asked about."""

    generation: int
    head: int
    """The parts were added up here; a device that stands elsewhere pulls first."""
    count: int
    digest: int
    parts: list[Part]
    is_rows: bool = False
    """The parts are single rows."""


class AskRows(Message, kw_only=True):
    """Some rows of a scope by their ids, as they are now."""

    scope: str
    generation: Whole
    table: str
    ids: list[str]
    incarnation: Whole = 0
    """As in ``Pull``."""


class RowsAnswer(Message, kw_only=True):
    """The rows that are there; of the others (``run.removed``) nothing is in the scope."""

    posted_n: int
    run: Run


class Envelope(Message, kw_only=True):
    """A document of another journal as its author signed it, and where it stands there."""

    device_id: str
    incarnation: Whole
    n: Whole
    stored: bytes
    signature: bytes
    stored_at_us: Whole
    """When head office stored it."""


class EnvelopeCursor(Message, kw_only=True):
    """Up to which place of a scope's feed a device holds the bytes of others' documents."""

    scope: str
    after: Whole
    is_whole: bool = False
    """In an answer: there is nothing after it now."""


class Envelopes(Message, kw_only=True):
    """A device asks for the bytes behind the rows of its scopes."""

    cursors: list[EnvelopeCursor]


class EnvelopesAnswer(Message, kw_only=True):
    """Bytes to hold for head office; each once, whatever scopes it is in."""

    envelopes: list[Envelope]
    cursors: list[EnvelopeCursor]
    """Of the scopes that were answered; one that is missing is to be asked again."""
    keep_since_us: int
    """What head office stored before this instant need not be held any more."""


class Return(Message, kw_only=True):
    """A device gives back what a restored head office lacks."""

    envelopes: list[Envelope]
    is_all: bool = False
    """Nothing is left to give back, and the own journal was sent to its end."""


class ReturnAnswer(Message, kw_only=True):
    """How many of them head office lacked."""

    taken: int
    unknown: list[str]
    """uids of documents whose author head office does not know yet: to be given back again."""


class Wait(Message, kw_only=True):
    """A long poll: answer when a scope's head passes its cursor, or at the time-out."""

    cursors: list[Cursor]
    timeout_s: Whole


class WaitAnswer(Message, kw_only=True):
    """The scopes that moved; empty at the time-out."""

    moved: list[str]


class AskReport(Message, kw_only=True):
    """A device asks for rows it does not hold: read only, one bounded page at a time."""

    report: str
    params: dict[str, Value]
    user_id: str
    """Who looks; what they are granted decides what is there for them."""
    after: str = ""
    """``next_after`` of the page before; '' = from the beginning."""
    limit: Whole = 0
    """Rows of a page; 0 = as many as a page holds."""


class ReportPage(Message, kw_only=True):
    """Some rows of a report, in its own order."""

    columns: list[str]
    rows: list[list[Value]]
    next_after: str
    """Where the next page begins; '' = there is none."""
    as_of_us: int
    total: int = -1
    """Rows of the whole report where that is known; for a progress bar. -1 = not known."""
    silent: list[list[Value]] = []
    """Device, last contact and unsent documents of those whose figures may be missing (G04)."""


class AskPicture(Message, kw_only=True):
    """A device wants a picture that a row of its scopes names (B01)."""

    digest: str
    """SHA-256 of its bytes, 64 hexadecimal digits."""


class PictureFound(Message, kw_only=True):
    """The picture."""

    data: bytes
    media_type: str


class AskPacket(Message, kw_only=True):
    """Head office's desktop wants the prices a device lacks in a file for a stick (Q06, C03)."""

    device_id: str
    """Who it is for; only that device can read it."""
    sales_org_id: str
    user_id: str
    """Who asks; what they are granted decides."""


class PacketMade(Message, kw_only=True):
    """The file, sealed for its device."""

    data: bytes
    rows: Whole
    newest: Whole
    """The newest version in it; 0 = the device lacks none."""


class Enrol(Message, kw_only=True):
    """A new device hands in its one-time code and the public half of its key."""

    code: str
    public_key: bytes
    signature: bytes
    """The device key over the code: proof that it holds the private half."""


class Join(Message, kw_only=True):
    """A shop that founded itself hands in a code and the first slot of its journal."""

    code: str
    public_key: bytes
    signature: bytes
    """The device key over the code and the slot: proof that it holds the private half."""
    device_id: str
    tag: str
    incarnation: Whole
    founding: PushItem
    """Slot 1: the document that founds the shop."""
    link_signature: bytes
    """The device's signature over the link of slot 1."""


class EnrolAnswer(Message, kw_only=True):
    """Who the device is from now on."""

    device_id: str
    device_type: str
    site_id: str
    tag: str
    incarnation: int
    epoch: str
    hq_public_key: bytes
    server_time_us: int
    nonce: str


class ErrorAnswer(Message, kw_only=True):
    """A refusal: a stable code and plain parameters, never a stack trace."""

    code: str
    params: dict[str, str | int]


class BadMessage(RuleViolation):
    """The bytes are no message of this protocol, or too many."""


_ENCODER = msgspec.msgpack.Encoder()
_RUNS = msgspec.msgpack.Decoder(list[Run])
_SMALL = 256
M = TypeVar("M", bound=Message)


def pack(message: Message) -> bytes:
    """MessagePack; behind one byte that says whether it is compressed (small ones are not)."""
    plain = _ENCODER.encode(message)
    if len(plain) <= _SMALL:
        return b"\x00" + plain
    return b"\x01" + zstandard.ZstdCompressor(level=1, write_content_size=True).compress(plain)


def unpack(data: bytes, kind: type[M], *, plain_max: int = DECOMPRESSED_BYTES_MAX) -> M:
    """Read a message of at most ``plain_max`` bytes when it is unfolded.

    Raises BadMessage (MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE).
    """
    limit = min(BODY_BYTES_MAX, plain_max + 1)
    if len(data) > limit:
        raise BadMessage("MESSAGE_TOO_LARGE", limit=limit)
    try:
        plain = data[1:] if data[:1] == b"\x00" else _decompress(data[1:], plain_max)
        return msgspec.msgpack.decode(plain, type=kind)
    except (
        msgspec.DecodeError, zstandard.ZstdError, UnicodeDecodeError, RecursionError
    ) as error:  # fmt: skip
        raise BadMessage("MESSAGE_UNREADABLE", message=kind.__name__) from error


def fold(runs: list[Run]) -> bytes:
    """Runs as ``Page.folded`` holds them."""
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(
        _ENCODER.encode(runs)
    )


def unfolded(page: Page) -> Page:
    """The page with all its runs in ``runs``. Raises BadMessage MESSAGE_UNREADABLE, …TOO_LARGE."""
    if not page.folded:
        return page
    try:
        runs = _RUNS.decode(_decompress(page.folded, DECOMPRESSED_BYTES_MAX))
    except (
        msgspec.DecodeError, zstandard.ZstdError, UnicodeDecodeError, RecursionError
    ) as error:  # fmt: skip
        raise BadMessage("MESSAGE_UNREADABLE", message="Page") from error
    return msgspec.structs.replace(page, runs=[*page.runs, *runs], folded=b"")


def _decompress(data: bytes, plain_max: int) -> bytes:
    size = zstandard.frame_content_size(data)
    if size < 0 or size > plain_max:
        raise BadMessage("MESSAGE_TOO_LARGE", limit=plain_max)
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=plain_max)
