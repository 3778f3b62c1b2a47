"""The spool's and the ballast's files on a disk of ours: the product's own code over them."""

from pathlib import Path

from desktop.store.spool import SpoolFile
from tests.storage.disk import Disk


class _DiskFile:
    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._name = name

    def size(self) -> int:
        return len(self._disk.files[self._name])

    def read(self, start: int, most: int) -> bytes:
        return bytes(self._disk.files[self._name][start : start + most])

    def write(self, data: memoryview) -> int:
        self._disk.write(self._name, self.size(), bytes(data))
        return len(data)

    def truncate(self, size: int) -> None:
        self._disk.truncate(self._name, size)

    def sync(self) -> None:
        self._disk.sync(self._name)

    def close(self) -> None:
        """Nothing is held."""


class DiskFiles:
    """What a spool asks of a file system."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def open(self, path: Path, *, is_fresh: bool = False) -> SpoolFile:
        name = str(path)
        is_new = name not in self._disk.files
        self._disk.create(name)
        if is_fresh:
            self._disk.truncate(name, 0)
        if is_new:
            self._disk.sync_folder()
        return _DiskFile(self._disk, name)

    def replace(self, old: Path, new: Path) -> None:
        self._disk.rename(str(old), str(new))

    def link(self, old: Path, new: Path) -> None:
        self._disk.link(str(old), str(new))

    def sync_folder(self, folder: Path) -> None:
        self._disk.sync_folder()


class DiskBallast:
    """Room put by on the same disk."""

    def __init__(self, disk: Disk, room: int) -> None:
        self._disk = disk
        self._put_by = room

    def free(self) -> bool:
        put_by, self._put_by = self._put_by, 0
        if self._disk.room is not None:
            self._disk.room += put_by
        return put_by > 0
