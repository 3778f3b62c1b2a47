"""A disk in memory that remembers every operation, and can be cut, be full, fail or lie."""

import errno
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

_FAILED: Final = errno.EIO
_SECTOR: Final = 512


class Operation(NamedTuple):
    """One touch of the disk, as it was asked for and done."""

    kind: str
    """``create write truncate sync delete rename link folder`` or ``done``, which is a remark."""
    name: str
    at: int = 0
    data: bytes = b""
    other: str = ""


class Trouble:
    """What happens to the operations that come: the ``at``-th one, and ``lasting`` more, fail.

    ``lies`` lets the operation happen and reports an error all the same; ``fills`` leaves no room
    from then on; ``only`` counts operations of one kind on files whose name ends so.
    """

    def __init__(
        self,
        at: int,
        *,
        lasting: int = 0,
        lies: bool = False,
        fills: bool = False,
        only: tuple[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        self.left = at
        self.lasting = lasting
        self.lies = lies
        self.fills = fills
        self.only = only
        self.chance = random.Random(seed)
        self.struck: list[str] = []

    def strikes(self, kind: str, name: str) -> bool:
        """Whether this operation fails."""
        if self.only and not (kind == self.only[0] and name.endswith(self.only[1])):
            return False
        self.left -= 1
        if self.left > 0 or self.left < -self.lasting:
            return False
        self.struck.append(f"{kind} {name}")
        return True


class Disk:
    """Files as a running program sees them, and the log of how they came about.

    ``room`` is how many bytes all files may still grow by; None for as many as they like.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.start = dict(files or {})
        self.files = {name: bytearray(data) for name, data in self.start.items()}
        self.log: list[Operation] = []
        self.room: int | None = None
        self.trouble: Trouble | None = None
        self.operations = 0

    def remark(self, text: str) -> None:
        """Note in the log that a person was told something."""
        self.log.append(Operation("done", text))

    @contextmanager
    def troubled(self, trouble: Trouble) -> Iterator[Trouble]:
        """Trouble for a while."""
        self.trouble = trouble
        try:
            yield trouble
        finally:
            self.trouble = None
            if trouble.fills:
                self.room = None

    def create(self, name: str) -> None:
        """A new empty file, unless it is there. Raises OSError."""
        if name not in self.files:
            self._meet("create", name)
            self.files[name] = bytearray()
            self.log.append(Operation("create", name))

    def write(self, name: str, at: int, data: bytes) -> None:
        """Put bytes into a file. Raises OSError; a part of them may be there then."""
        content = self.files[name]
        growth = max(0, at + len(data) - len(content))
        try:
            self._meet("write", name)
        except OSError:
            part = self._part(data)
            if part:
                self._put(name, at, part)
            raise
        if self.room is not None and growth > self.room:
            raise OSError(errno.ENOSPC, "no room")
        if self.room is not None:
            self.room -= growth
        self._put(name, at, data)

    def _part(self, data: bytes) -> bytes:
        trouble = self.trouble
        assert trouble is not None
        return data if trouble.lies else data[: trouble.chance.choice((0, 0, len(data) // 2))]

    def _put(self, name: str, at: int, data: bytes) -> None:
        put(self.files[name], at, data)
        self.log.append(Operation("write", name, at, data))

    def truncate(self, name: str, size: int) -> None:
        """Cut a file. Raises OSError."""
        self._meet("truncate", name)
        cut(self.files[name], size)
        self.log.append(Operation("truncate", name, size))

    def sync(self, name: str) -> None:
        """Make what was written to a file durable. Raises OSError."""
        try:
            self._meet("sync", name)
        except OSError:
            if self.trouble and self.trouble.lies:
                self.log.append(Operation("sync", name))
            raise
        self.log.append(Operation("sync", name))

    def delete(self, name: str) -> None:
        """Remove a file. Raises OSError, FileNotFoundError."""
        if name not in self.files:
            raise FileNotFoundError(name)
        self._meet("delete", name)
        gone = self.files.pop(name)
        if self.room is not None:
            self.room += len(gone)
        self.log.append(Operation("delete", name))

    def rename(self, name: str, other: str) -> None:
        """Give a file another name, in place of what had it. Raises OSError."""
        self._meet("rename", name)
        self.files[other] = self.files.pop(name)
        self.log.append(Operation("rename", name, other=other))

    def link(self, name: str, other: str) -> None:
        """Give a file a second name. Nobody changes it under either before it is replaced."""
        self._meet("link", name)
        self.files[other] = bytearray(self.files[name])
        self.log.append(Operation("link", name, other=other))

    def sync_folder(self) -> None:
        """Make names durable. Raises OSError."""
        self._meet("folder", "")
        self.log.append(Operation("folder", ""))

    def _meet(self, kind: str, name: str) -> None:
        self.operations += 1
        if self.trouble is not None and self.trouble.strikes(kind, name):
            if self.trouble.fills:
                self.room = 0
                return
            raise OSError(_FAILED, f"planted: {kind} {name}")


def put(content: bytearray, at: int, data: bytes) -> None:
    """Write into a file's bytes; a hole before them is zeros."""
    if at > len(content):
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def cut(content: bytearray, size: int) -> None:
    """Make a file's bytes as long as this."""
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


class Platter:
    """What would be left if the power went now, followed through a log.

    What was synced is there. Everything else is lost, kept or torn, each by itself.
    """

    def __init__(self, start: Mapping[str, bytes]) -> None:
        self._durable: dict[str, bytearray] = {n: bytearray(d) for n, d in start.items()}
        self._pending: dict[str, list[Operation]] = {}
        self._names: list[Operation] = []

    def take(self, operation: Operation) -> None:
        """The next operation of the log."""
        kind, name = operation.kind, operation.name
        if kind in ("write", "truncate"):
            self._pending.setdefault(name, []).append(operation)
        elif kind == "sync":
            self._flush(name)
        elif kind == "folder":
            self._settle_names()
        elif kind == "create":
            # A name that is lost takes its file with it: until its first sync it may be.
            self._pending.setdefault(name, []).append(operation)
        elif kind == "delete":
            self._durable.pop(name, None)
            self._pending.pop(name, None)
        elif kind == "rename":
            self._names.append(operation)
            self._rename(operation)
        elif kind == "link":
            self._names.append(operation)
            self._durable[operation.other] = bytearray(self._durable.get(name, b""))
            self._pending[operation.other] = list(self._pending.get(name, []))

    def _flush(self, name: str) -> None:
        content = self._durable.setdefault(name, bytearray())
        for one in self._pending.pop(name, []):
            _do(content, one)

    def _rename(self, operation: Operation) -> None:
        # What stood under the new name comes back if the rename is lost.
        before = self._durable.pop(operation.other, None)
        self._pending.pop(operation.other, None)
        moved = self._durable.pop(operation.name, bytearray())
        self._names[-1] = operation._replace(data=bytes(before) if before is not None else b"\xff")
        self._durable[operation.other] = moved
        if operation.name in self._pending:
            self._pending[operation.other] = self._pending.pop(operation.name)

    def _settle_names(self) -> None:
        self._names = []

    def left(self, chance: random.Random, *, keep: str = "any") -> dict[str, bytes]:
        """The files after a cut; ``keep``: ``none``, ``all`` or ``any`` of what was not synced."""
        files = {name: bytes(data) for name, data in self._durable.items()}
        for name, operations in self._pending.items():
            content = bytearray(files.get(name, b""))
            for one in operations:
                luck = {"none": 0, "all": 1}.get(keep, chance.randrange(3))
                if luck == 1:
                    _do(content, one)
                elif luck == 2 and one.kind == "write":
                    _do(content, one._replace(data=_torn(one.data, chance)))
            if content or name in files:
                files[name] = bytes(content)
        for one in reversed(self._names):
            if keep == "none" or (keep == "any" and chance.random() < 0.5):
                if one.kind == "link":
                    files.pop(one.other, None)
                    continue
                files[one.name] = files.pop(one.other)
                if one.data != b"\xff":
                    files[one.other] = one.data
        return files


def _torn(data: bytes, chance: random.Random) -> bytes:
    if len(data) <= _SECTOR:
        return data[: chance.randrange(len(data) + 1)]
    return data[: chance.randrange(len(data) // _SECTOR + 1) * _SECTOR]


def _do(content: bytearray, operation: Operation) -> None:
    if operation.kind == "write":
        put(content, operation.at, operation.data)
    elif operation.kind == "truncate":
        cut(content, operation.at)
