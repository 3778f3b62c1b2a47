# ruff: noqa: N802
"""The product's own SQLite library, made to keep its files on a disk of ours.

The library exports ``sqlite3_vfs_register``; what is registered here is a file system whose every
call ends in a ``Disk``. While it is mounted it is the default, so the product opens its database
by the same words as always.
"""

import ctypes as c
import errno
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlcipher3

from tests.storage.disk import Disk

_OK, _BUSY, _NOTFOUND, _FULL, _CANTOPEN, _IOERR = 0, 5, 12, 13, 14, 10
_READ, _SHORT_READ, _WRITE, _FSYNC, _TRUNCATE, _DELETE, _NOENT = (
    _IOERR | n << 8 for n in (1, 2, 3, 4, 6, 10, 23)
)
_CREATE, _DELETE_ON_CLOSE = 4, 8
_POWERSAFE_OVERWRITE = 0x1000
_SHM_UNLOCK, _SHM_SHARED = 1, 4
_NAME: Final = b"tried"
ROOT: Final = Path("/on-trial")
"""Paths of the disk begin so."""

_p, _i, _i64 = c.c_void_p, c.c_int, c.c_int64
_METHODS: Final = (
    ("xClose", (_p,)),
    ("xRead", (_p, _p, _i, _i64)),
    ("xWrite", (_p, _p, _i, _i64)),
    ("xTruncate", (_p, _i64)),
    ("xSync", (_p, _i)),
    ("xFileSize", (_p, c.POINTER(_i64))),
    ("xLock", (_p, _i)),
    ("xUnlock", (_p, _i)),
    ("xCheckReservedLock", (_p, c.POINTER(_i))),
    ("xFileControl", (_p, _i, _p)),
    ("xSectorSize", (_p,)),
    ("xDeviceCharacteristics", (_p,)),
    ("xShmMap", (_p, _i, _i, _i, c.POINTER(_p))),
    ("xShmLock", (_p, _i, _i, _i)),
    ("xShmBarrier", (_p,)),
    ("xShmUnmap", (_p, _i)),
)
_TYPES: Final = {name: c.CFUNCTYPE(_i, *types) for name, types in _METHODS}


class _IoMethods(c.Structure):
    _fields_ = [("iVersion", _i), *((name, _TYPES[name]) for name, _ in _METHODS)]


class _File(c.Structure):
    _fields_ = [("pMethods", c.POINTER(_IoMethods)), ("number", _i64)]


_OPEN = c.CFUNCTYPE(_i, _p, c.c_char_p, c.POINTER(_File), _i, c.POINTER(_i))
_DELETE_CALL = c.CFUNCTYPE(_i, _p, c.c_char_p, _i)
_ACCESS = c.CFUNCTYPE(_i, _p, c.c_char_p, _i, c.POINTER(_i))
_FULL_NAME = c.CFUNCTYPE(_i, _p, c.c_char_p, _i, _p)
_RANDOM = c.CFUNCTYPE(_i, _p, _i, _p)


class _Vfs(c.Structure):
    _fields_ = [
        ("iVersion", _i),
        ("szOsFile", _i),
        ("mxPathname", _i),
        ("pNext", _p),
        ("zName", c.c_char_p),
        ("pAppData", _p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE_CALL),
        ("xAccess", _ACCESS),
        ("xFullPathname", _FULL_NAME),
        ("xDlOpen", _p),
        ("xDlError", _p),
        ("xDlSym", _p),
        ("xDlClose", _p),
        ("xRandomness", _RANDOM),
        ("xSleep", _p),
        ("xCurrentTime", _p),
        ("xGetLastError", _p),
        ("xCurrentTimeInt64", _p),
    ]


@cache
def _library() -> Any:
    """The very library the product's driver runs on."""
    (path,) = Path(sqlcipher3.__file__).parent.glob("_sqlite3*")
    library = c.CDLL(str(path))
    library.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c.c_char_p]
    library.sqlite3_vfs_register.argtypes = [_p, _i]
    library.sqlite3_vfs_unregister.argtypes = [_p]
    return library


class _Mounted:
    """A disk as SQLite's file system. Holds on to everything the library has pointers to."""

    def __init__(self, disk: Disk, default: Any) -> None:
        self.disk = disk
        self._chance = random.Random(1)
        self._open: dict[int, tuple[str, bool]] = {}
        self._next = 0
        self._regions: dict[tuple[str, int], Any] = {}
        self._locks: dict[str, list[dict[int, bool]]] = {}
        calls = {name: _TYPES[name](_guarded(getattr(self, name))) for name, _ in _METHODS}
        self.methods = _IoMethods(2, *(calls[name] for name, _ in _METHODS))
        self.vfs = _Vfs()
        c.memmove(c.byref(self.vfs), default, c.sizeof(_Vfs))
        self.vfs.iVersion, self.vfs.szOsFile, self.vfs.zName = 2, c.sizeof(_File), _NAME
        self.vfs.pNext = None
        self.vfs.xOpen = _OPEN(_guarded(self.open, _CANTOPEN))
        self.vfs.xDelete = _DELETE_CALL(_guarded(self.delete, _DELETE))
        self.vfs.xAccess = _ACCESS(_guarded(self.access))
        self.vfs.xFullPathname = _FULL_NAME(_guarded(self.full_name))
        self.vfs.xRandomness = _RANDOM(self.randomness)

    # The file system.

    def open(self, _: Any, name: bytes | None, file: Any, flags: int, out: Any) -> int:
        self._next += 1
        number = self._next
        file.contents.pMethods = None
        text = name.decode() if name else f"temporary-{number}"
        if text not in self.disk.files:
            if not flags & _CREATE:
                return _CANTOPEN
            self.disk.create(text)
        self._open[number] = (text, bool(flags & _DELETE_ON_CLOSE))
        file.contents.number = number
        file.contents.pMethods = c.pointer(self.methods)
        if out:
            out[0] = flags
        return _OK

    def delete(self, _: Any, name: bytes, sync_folder: int) -> int:
        try:
            self.disk.delete(name.decode())
        except FileNotFoundError:
            return _NOENT
        return _OK

    def access(self, _: Any, name: bytes, flags: int, out: Any) -> int:
        out[0] = int(name.decode() in self.disk.files)
        return _OK

    def full_name(self, _: Any, name: bytes, size: int, out: int) -> int:
        c.memmove(out, name + b"\0", len(name) + 1)
        return _OK

    def randomness(self, _: Any, size: int, out: int) -> int:
        c.memmove(out, self._chance.randbytes(size), size)
        return size

    # A file.

    def _name(self, file: int) -> str:
        return self._open[_File.from_address(file).number][0]

    def xClose(self, file: int) -> int:
        name, is_temporary = self._open.pop(_File.from_address(file).number)
        if is_temporary:
            self.disk.files.pop(name, None)
        return _OK

    def xRead(self, file: int, out: int, size: int, at: int) -> int:
        data = bytes(self.disk.files[self._name(file)][at : at + size])
        c.memmove(out, data.ljust(size, b"\0"), size)
        return _OK if len(data) == size else _SHORT_READ

    def xWrite(self, file: int, data: int, size: int, at: int) -> int:
        return self._done(_WRITE, self.disk.write, self._name(file), at, c.string_at(data, size))

    def xTruncate(self, file: int, size: int) -> int:
        return self._done(_TRUNCATE, self.disk.truncate, self._name(file), size)

    def xSync(self, file: int, flags: int) -> int:
        return self._done(_FSYNC, self.disk.sync, self._name(file))

    def _done(self, failed: int, act: Callable[..., None], *args: Any) -> int:
        try:
            act(*args)
        except OSError as error:
            return _FULL if error.errno == errno.ENOSPC else failed
        return _OK

    def xFileSize(self, file: int, out: Any) -> int:
        out[0] = len(self.disk.files[self._name(file)])
        return _OK

    def xLock(self, file: int, level: int) -> int:
        return _OK

    def xUnlock(self, file: int, level: int) -> int:
        return _OK

    def xCheckReservedLock(self, file: int, out: Any) -> int:
        out[0] = 0
        return _OK

    def xFileControl(self, file: int, operation: int, argument: Any) -> int:
        return _NOTFOUND

    def xSectorSize(self, file: int) -> int:
        return 4096

    def xDeviceCharacteristics(self, file: int) -> int:
        return _POWERSAFE_OVERWRITE

    # The log's index lives in memory and is gone with the power.

    def xShmMap(self, file: int, region: int, size: int, extend: int, out: Any) -> int:
        key = (self._name(file), region)
        if key not in self._regions and extend:
            self._regions[key] = c.create_string_buffer(size)
        found = self._regions.get(key)
        out[0] = c.addressof(found) if found is not None else None
        return _OK

    def xShmLock(self, file: int, first: int, count: int, flags: int) -> int:
        number = _File.from_address(file).number
        slots = self._locks.setdefault(self._name(file), [{} for _ in range(8)])
        wanted = slots[first : first + count]
        if flags & _SHM_UNLOCK:
            for slot in wanted:
                slot.pop(number, None)
            return _OK
        is_shared = bool(flags & _SHM_SHARED)
        for slot in wanted:
            others = [shared for holder, shared in slot.items() if holder != number]
            if others and not (is_shared and all(others)):
                return _BUSY
        for slot in wanted:
            slot[number] = is_shared
        return _OK

    def xShmBarrier(self, file: int) -> int:
        return _OK

    def xShmUnmap(self, file: int, delete: int) -> int:
        return _OK


def _guarded(call: Callable[..., int], failed: int = _IOERR) -> Callable[..., int]:
    """No exception passes through the library: it would be printed and taken for success."""

    def guarded(*args: Any) -> int:
        try:
            return call(*args)
        except OSError as error:
            return _FULL if error.errno == errno.ENOSPC else failed
        except Exception:
            return _IOERR | 99 << 8

    return guarded


_UNMOUNTED: Final[list[_Mounted]] = []


@contextmanager
def mounted(disk: Disk) -> Iterator[Disk]:
    """While this lasts every database of the product is a file of this disk."""
    library = _library()
    default = library.sqlite3_vfs_find(None)
    ours = _Mounted(disk, default)
    library.sqlite3_vfs_register(c.byref(ours.vfs), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_unregister(c.byref(ours.vfs))
        library.sqlite3_vfs_register(default, 1)
        # A connection that is closed later still calls; it finds an empty disk.
        ours.disk = Disk()
        _UNMOUNTED.append(ours)
