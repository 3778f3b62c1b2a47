"""A sheet from disk: read beside the window, and never read at all when no import would take it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from desktop.ui.sheet_file import read_sheet
from shared.catalog.sheet_files import FILE_BYTES_MAX
from shared.core.errors import RuleViolation


class _Beside:
    """The part of a desk that runs work elsewhere."""

    async def work(self, act: Any, path: Path) -> bytes:
        read: bytes = await asyncio.to_thread(act, path)
        return read


def _read(path: Path) -> bytes:
    return asyncio.run(read_sheet(_Beside(), path))  # type: ignore[arg-type]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "商品.csv"
    file.write_bytes("名称,条码\n".encode())
    assert _read(file) == "名称,条码\n".encode()


def test_a_file_beyond_the_bound_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "film.xlsx"
    with file.open("wb") as made:
        # Sparse: it takes no room on disk, and reading it would.
        made.truncate(FILE_BYTES_MAX + 1)
    with pytest.raises(RuleViolation) as refused:
        _read(file)
    assert refused.value.code == "SHEET_TOO_LARGE"
