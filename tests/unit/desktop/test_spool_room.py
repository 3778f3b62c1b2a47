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


class WithoutLinks(SystemFiles):
    """A file system on which a file has one name, such as a stick's."""

    def link(self, old: Path, new: Path) -> None:
        raise OSError(errno.EPERM, "no links")


@pytest.mark.parametrize("files", [SystemFiles(), WithoutLinks()])
def test_a_spool_is_kept_aside_whole_also_at_the_second_try(
    tmp_path: Path, files: SystemFiles
) -> None:
    """The power went behind the second name: it is the spool itself that has the name already."""
    path, aside = tmp_path / "journal.spool", tmp_path / "aside"
    spool = FileSpool(path, files=files)
    spool.append(b"old")
    aside.hardlink_to(path)
    spool.set_aside("aside", b"new")
    spool.append(b"er")
    assert (aside.read_bytes(), spool.load(), path.read_bytes()) == (b"old", b"newer", b"newer")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["aside", "journal.spool"]
    spool.close()
