"""How messages become bytes and back within limits."""

from typing import TypeVar

import msgspec
import zstandard

from shared.sync.limits import BODY_BYTES_MAX, DECOMPRESSED_BYTES_MAX
from shared.sync.messages.base import BadMessage, Message
from shared.sync.messages.down import Page, Run

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
