"""Choosing where a packet for a stick is written, or which answer is read (Q06)."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

PACKET: Final = "sync.qtpacket"


def choose_packet(
    parent: QWidget, title: str, take: Callable[[Path], object], *, name: str = ""
) -> None:
    """Let the person choose a file; ``take`` is called with it, if any.

    With a ``name`` it is one to be written.
    """
    dialog = QFileDialog(parent, title)
    dialog.setNameFilter("Qutong (*.qtpacket)")
    if name:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("qtpacket")
        dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: take(Path(chosen)))
    dialog.open()
