"""Choosing where a packet for a stick is written, or which answer is read (Q06)."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.file_choice import Purpose, file_dialog
from desktop.ui.frame import Settings

PACKET: Final = "sync.qtpacket"


def choose_packet(
    parent: QWidget,
    title: str,
    settings: Settings,
    take: Callable[[Path], object],
    *,
    name: str = "",
) -> None:
    """Let the person choose a file; ``take`` is called with it, if any.

    With a ``name`` it is one to be written.
    """
    dialog = file_dialog(parent, title, settings, Purpose.PACKET, take)
    dialog.setNameFilter("Qutong (*.qtpacket)")
    if name:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("qtpacket")
        dialog.selectFile(name)
    dialog.open()
