"""Pictures of goods on this device: fetched when one is wanted, kept in a folder of bounded size.

Nothing of a document depends on them: the folder may be emptied at any time (B01).
"""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from desktop.sync.conversation import Ask
from shared.catalog.rules import is_picture_digest
from shared.core.errors import RuleViolation, Unavailable
from shared.sync.messages import AskPicture, Message, PictureFound

CACHE_BYTES_MAX: Final = 200 * 1024 * 1024
_ENDING: Final = ".jpg"


class PictureCache:
    """Pictures by digest in a folder; when it is full, those not looked at longest go first.

    May be used by several threads; losing the folder loses nothing.
    """

    def __init__(self, folder: Path, *, bytes_max: int = CACHE_BYTES_MAX) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._lock = Lock()
        self._held = -1
        """Bytes in the folder; -1 = not added up yet."""

    def kept(self, digest: str) -> str:
        """Where a picture lies here; '' when it does not. It counts as looked at now."""
        if not is_picture_digest(digest):
            return ""
        path = self._path(digest)
        try:
            os.utime(path)
        except OSError:
            return ""
        return str(path)

    def keep(self, digest: str, data: bytes) -> str:
        """Put a picture in, whole or not at all; where it lies, '' when the disk takes nothing.

        Raises: Unavailable ANSWER_WRONG when the bytes are not those of the digest.
        """
        if sha256(data).hexdigest() != digest:
            raise Unavailable("ANSWER_WRONG", path="/picture")
        path = self._path(digest)
        half = path.with_suffix(".part")
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                half.write_bytes(data)
                half.replace(path)
                self._make_room(len(data), path)
            except OSError:
                # A full disk costs pictures and nothing else.
                return ""
        return str(path)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}{_ENDING}"

    def _make_room(self, added: int, newest: Path) -> None:
        if self._held >= 0:
            self._held += added
        if 0 <= self._held <= self._bytes_max:
            return
        found = [(one.stat(), one) for one in self._folder.glob(f"*{_ENDING}")]
        self._held = sum(about.st_size for about, _ in found)
        for about, path in sorted(found, key=lambda one: one[0].st_mtime_ns):
            if self._held <= self._bytes_max:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                self._held -= about.st_size


Send = Callable[[Ask], Message]
"""Carries one request: ``HttpTransport.send`` of a transport of its own."""


def fetch_pictures(send: Send, cache: PictureCache, digests: Sequence[str]) -> int:
    """Ask head office's server for pictures and keep them; how many came.

    One that it does not give is left out: another may have been published meanwhile. Raises:
    Unavailable NETWORK, ANSWER_WRONG; AccessDenied DEVICE_REVOKED.
    """
    came = 0
    for digest in digests:
        try:
            found = send(Ask("/picture", AskPicture(digest=digest), PictureFound))
        except RuleViolation:
            continue
        assert isinstance(found, PictureFound), "the transport reads no other answer"
        came += bool(cache.keep(digest, found.data))
    return came
