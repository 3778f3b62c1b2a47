"""A ready file of a scope on its way: received in pieces, checked by its name, unpacked."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NoReturn, cast

import zstandard

from shared.core.errors import Unavailable
from shared.sync.sealing import Opened, SealBroken

_GROWS_AT_MOST = 200
_SMALL_BYTES = 64 * 1024 * 1024
_UNPACKED_MAX = 8 * 1024 * 1024 * 1024


class SnapshotFile:
    """``name`` is the sha256 of what travels; a part that is here survives a restart."""

    def __init__(self, folder: Path, name: str, size: int, key: bytes = b"") -> None:
        """``key`` is what the file is encrypted with, b'' when it is not."""
        if len(name) != 64 or not name.isalnum():
            raise Unavailable("SNAPSHOT_DAMAGED")
        folder.mkdir(parents=True, exist_ok=True)
        self._part = folder / f"{name}.part"
        self._plain = folder / f"{name}.db"
        self._folder = folder
        self._name = name
        self._size = size
        self._key = key

    def received(self) -> int:
        """Bytes that are here."""
        return self._part.stat().st_size if self._part.exists() else 0

    def add(self, pieces: Iterable[bytes], start: int) -> None:
        """Add pieces from ``start`` on. Raises Unavailable SNAPSHOT_DAMAGED when it is too much."""
        with self._part.open("ab") as file:
            file.truncate(start)
            for piece in pieces:
                file.write(piece)
                if file.tell() > self._size:
                    break
        if self.received() > self._size:
            self._refuse()

    def unpack(self) -> Path:
        """The unpacked file; older ones go. Raises Unavailable SNAPSHOT_DAMAGED."""
        with self._part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self._name:
                self._refuse()
        for old in self._folder.glob("*.db"):
            old.unlink()
        bound = min(max(self._size * _GROWS_AT_MOST, _SMALL_BYTES), _UNPACKED_MAX)
        try:
            self._unpack(bound)
        except (zstandard.ZstdError, SealBroken):
            self._refuse()
        self._part.unlink()
        return self._plain

    def _unpack(self, bound: int) -> None:
        written = 0
        with self._part.open("rb") as packed, self._plain.open("wb") as plain:
            # What lies on the disk is proved by its name already; only its rows are secret.
            source = cast("IO[bytes]", Opened(packed, self._key)) if self._key else packed
            for piece in zstandard.ZstdDecompressor().read_to_iter(source):
                written += len(piece)
                if written > bound:
                    self._refuse()
                plain.write(piece)

    def _refuse(self) -> NoReturn:
        self._part.unlink(missing_ok=True)
        self._plain.unlink(missing_ok=True)
        raise Unavailable("SNAPSHOT_DAMAGED")
