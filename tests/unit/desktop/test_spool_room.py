"""A spool that could not be written anew leaves no half of it on a full disk."""

import errno
from pathlib import Path
from typing import Any

import pytest

from desktop.store.spool import FileSpool, SpoolFile, SystemFiles


class Full(SystemFiles):
    """A file system with so much room for what is written anew."""

    def open(self, path: Path, *, is_fresh: bool = False) -> SpoolFile:
        file: Any = super().open(path, is_fresh=is_fresh)
        if path.suffix != ".new":
            return file  # type: ignore[no-any-return]
        write, left = file.write, [1_000]

        def little(data: memoryview) -> int:
            if not left[0]:
                raise OSError(errno.ENOSPC, "no room")
            done: int = write(data[: left[0]])
            left[0] -= done
            return done

        file.write = little
        return file  # type: ignore[no-any-return]


def test_half_of_a_new_spool_takes_no_room(tmp_path: Path) -> None:
    path = tmp_path / "journal.spool"
    spool = FileSpool(path, files=Full())
    spool.append(b"x" * 5_000)
    with pytest.raises(OSError, match="no room"):
        spool.rewrite(b"", 10)
    assert (tmp_path / "journal.spool.new").stat().st_size == 0
    assert spool.size() == 5_000
    spool.close()
