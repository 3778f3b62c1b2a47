"""A ready file of a scope on its way: received in pieces, checked by its name, unpacked.

It never takes the last room of a disk, which is for what people write down; what came of a file
that does not fit goes again.
"""

import errno
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn, cast

import zstandard

from desktop.store.errors import is_full
from shared.core.errors import Unavailable
from shared.sync.sealing import Opened, SealBroken

_GROWS_AT_MOST = 200
_SMALL_BYTES = 64 * 1024 * 1024
_UNPACKED_MAX = 8 * 1024 * 1024 * 1024
_HEADER_BYTES = 18
"""At most, of what zstd writes; how long the whole is stands in it."""
_SPARE_BYTES = 4 * 1024 * 1024
"""Room that is left to a shop that writes on: some thousand sales."""


class SnapshotFile:
    """``name`` is the sha256 of what travels; a part that is here survives a restart.

    What finds no room raises OSError (ENOSPC), and the part is here no more.
    """

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
        self._drop_others()
        with self._leaving_room(self._size - start), self._part.open("ab") as file:
            file.truncate(start)
            for piece in pieces:
                self._check_room(len(piece))
                file.write(piece)
                if file.tell() > self._size:
                    break
        if self.received() > self._size:
            self._refuse()

    def _drop_others(self) -> None:
        """Head office has another file now: nobody asks for the rest of an earlier one any more."""
        for one in self._folder.glob("*.part"):
            if one != self._part:
                one.unlink(missing_ok=True)

    def unpack(self) -> Path:
        """The unpacked file; older ones go. Raises Unavailable SNAPSHOT_DAMAGED."""
        with self._part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self._name:
                self._refuse()
        for old in self._folder.glob("*.db"):
            old.unlink()
        bound = min(max(self._size * _GROWS_AT_MOST, _SMALL_BYTES), _UNPACKED_MAX)
        try:
            size = self._unpacked_size()
            if size > bound:
                self._refuse()
            with self._leaving_room(size):
                self._unpack(bound)
        except (zstandard.ZstdError, SealBroken):
            self._refuse()
        self._part.unlink()
        return self._plain

    def _unpacked_size(self) -> int:
        """As the file says; 0 when it does not."""
        with self._part.open("rb") as packed:
            header = self._opened(packed).read(_HEADER_BYTES)
        return max(zstandard.frame_content_size(header), 0)

    def _opened(self, packed: IO[bytes]) -> IO[bytes]:
        # What lies on the disk is proved by its name already; only its rows are secret.
        return cast("IO[bytes]", Opened(packed, self._key)) if self._key else packed

    def _unpack(self, bound: int) -> None:
        written = 0
        with self._part.open("rb") as packed, self._plain.open("wb") as plain:
            for piece in zstandard.ZstdDecompressor().read_to_iter(self._opened(packed)):
                written += len(piece)
                if written > bound:
                    self._refuse()
                self._check_room(len(piece))
                plain.write(piece)

    @contextmanager
    def _leaving_room(self, size: int) -> Iterator[None]:
        """For what takes so much: nothing of this is begun without room, or stays behind."""
        try:
            self._check_room(size)
            yield
        except OSError as error:
            if is_full(error):
                for one in (*self._folder.glob("*.part"), *self._folder.glob("*.db")):
                    one.unlink(missing_ok=True)
            raise

    def _check_room(self, size: int) -> None:
        if shutil.disk_usage(self._folder).free < size + _SPARE_BYTES:
            raise OSError(errno.ENOSPC, "no room for a file of rows")

    def _refuse(self) -> NoReturn:
        self._part.unlink(missing_ok=True)
        self._plain.unlink(missing_ok=True)
        raise Unavailable("SNAPSHOT_DAMAGED")
