"""Choosing a sheet from disk and reading it, for every screen that takes one."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.store.desk import Desk
from desktop.ui.file_choice import Purpose, file_dialog
from desktop.ui.frame import Frame
from desktop.ui.theme import scaled
from shared.catalog.sheet_files import FILE_BYTES_MAX, too_large


def choose_sheet(
    parent: QWidget, title: str, frame: Frame, take: Callable[[Path], Coroutine[Any, Any, None]]
) -> None:
    """Let the person choose a csv, xlsx or xls file; ``take`` is started with it, if any."""
    tasks = frame.tasks
    dialog = file_dialog(
        parent, title, frame.settings, Purpose.SHEET, lambda path: tasks.start(take(path))
    )
    dialog.resize(scaled(820), scaled(480))
    dialog.setNameFilter("Excel, CSV (*.xlsx *.xls *.csv)")
    dialog.open()


async def read_sheet(desk: Desk, path: Path) -> bytes:
    """The bytes of a sheet, read beside the window. Raises RuleViolation SHEET_TOO_LARGE before
    a file is read that no import would take."""
    return await desk.work(_bounded, path)


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > FILE_BYTES_MAX:
        raise too_large(path.name, "bytes", FILE_BYTES_MAX)
    return path.read_bytes()
