"""Files nobody reads without their key: sealed piece by piece, and opened as they are read.

Each piece is ChaCha20-Poly1305 over at most PIECE bytes. Its nonce is its number, and whether it is
the last one is part of what is proved: pieces cannot be swapped, dropped or cut off at the end. A
key is used for one file.
"""

from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from shared.core.errors import Unavailable

KEY_BYTES = 32
PIECE = 64 * 1024
_TAG = 16
_MORE, _LAST = b"qutong/file/1 more", b"qutong/file/1 last"


class SealBroken(Unavailable):
    """The key is another one, or the file was changed."""


class Readable(Protocol):
    """Anything bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; b'' at the end."""


def sealed(source: Readable, key: bytes) -> Iterator[bytes]:
    """The content of ``source`` in sealed pieces; an empty one has one piece, too."""
    cipher = ChaCha20Poly1305(key)
    piece = _full(source, PIECE)
    number = 0
    while True:
        following = _full(source, PIECE)
        yield cipher.encrypt(_nonce(number), piece, _MORE if following else _LAST)
        if not following:
            return
        piece, number = following, number + 1


class Opened:
    """What was sealed, to be read again. Reading raises SealBroken SNAPSHOT_DAMAGED."""

    def __init__(self, source: Readable, key: bytes) -> None:
        self._source = source
        self._cipher = ChaCha20Poly1305(key)
        self._number = 0
        self._next = _full(source, PIECE + _TAG)
        self._plain = b""
        self._is_over = False

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; b'' at the end."""
        while not self._plain and not self._is_over:
            self._open_next()
        wanted = len(self._plain) if size < 0 else size
        part, self._plain = self._plain[:wanted], self._plain[wanted:]
        return part

    def _open_next(self) -> None:
        piece = self._next
        self._next = _full(self._source, PIECE + _TAG)
        self._is_over = not self._next
        said = _LAST if self._is_over else _MORE
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number), piece, said)
        except InvalidTag as error:
            raise SealBroken("SNAPSHOT_DAMAGED") from error
        self._number += 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _full(source: Readable, size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    parts = []
    while size:
        part = source.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
