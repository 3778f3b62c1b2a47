"""Head office's pictures on their way out: files whose names are codes, made small, published."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from desktop.catalog.usecases import publish_picture
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.text import code_text

Make = Callable[[Path], Mapping[str, bytes]]
"""From a picture file to its JPEGs by size class; on a thread. Raises PICTURE_UNREADABLE…"""
FILES_MAX: Final = 5_000


class Keeper(Protocol):
    """Keeps what was published for this device's own eyes."""

    def keep(self, digest: str, data: bytes) -> object:
        """Put a picture where pictures are looked for."""


class PicturePublishing(Watched):
    """One choice of files, from the first to the last; what could not be taken is told."""

    def __init__(self, desk: Desk, make: Make, keeper: Keeper | None) -> None:
        super().__init__()
        self._desk, self._make, self._keeper = desk, make, keeper
        self.total = 0
        self.published: list[str] = []
        """Product ids, in order."""
        self.strangers: list[str] = []
        """Files whose names are no code of head office's."""
        self.unreadable: list[str] = []
        self.is_running = False
        self._is_cancelled = False

    @property
    def looked_at(self) -> int:
        """How many files are done."""
        return len(self.published) + len(self.strangers) + len(self.unreadable)

    def cancel(self) -> None:
        """Stop after the file in hand; what was published stays."""
        self._is_cancelled = True

    async def run(self, files: Sequence[Path], codes: Mapping[str, str]) -> None:
        """Publish each file for the product its name is the code of; ``codes`` to product ids.

        Raises: RuleViolation TOO_MANY_FILES; AccessDenied NOT_PERMITTED.
        """
        if len(files) > FILES_MAX:
            raise RuleViolation("TOO_MANY_FILES", most=FILES_MAX)
        self.total, self.is_running = len(files), True
        self.changed()
        try:
            for path in files:
                if self._is_cancelled:
                    break
                await self._take(path, codes.get(code_of(path), ""))
                self.changed()
        finally:
            self.is_running = False
            self.changed()

    async def _take(self, path: Path, product_id: str) -> None:
        if not product_id:
            self.strangers.append(path.name)
            return
        try:
            made = await self._desk.work(self._make, path)
        except RuleViolation:
            self.unreadable.append(path.name)
            return
        await self._desk.do(publish_picture, product_id, made)
        if self._keeper is not None:
            for data in made.values():
                await self._desk.work(self._keeper.keep, sha256(data).hexdigest(), data)
        self.published.append(product_id)


def code_of(path: Path) -> str:
    """The code a file is named for; what stands behind a blank or a bracket is a remark."""
    stem = path.stem.replace("（", "(")
    return code_text(stem.partition("(")[0].strip().partition(" ")[0])


def codes_of(goods: Sequence[Any]) -> dict[str, str]:
    """Codes and barcodes of head office's goods to their ids; codes go before barcodes."""
    own = [one for one in goods if not one.is_own]
    found = {code_text(one.barcode): one.product_id for one in own if one.barcode}
    return found | {code_text(one.code): one.product_id for one in own}
