"""Choosing files and folders: a dialog begins where the person was last for the same purpose."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.frame import Settings

_Place = QStandardPaths.StandardLocation


class Purpose(StrEnum):
    """What is chosen; the folder of each is remembered on this device."""

    SHEET = "sheet"
    PACKET = "packet"
    PICTURE = "picture"
    PICTURES = "pictures"
    """A folder of them."""


_FIRST = {
    Purpose.SHEET: (_Place.DownloadLocation, _Place.DocumentsLocation),
    Purpose.PACKET: (_Place.DocumentsLocation,),
    Purpose.PICTURE: (_Place.PicturesLocation, _Place.DocumentsLocation),
    Purpose.PICTURES: (_Place.PicturesLocation, _Place.DocumentsLocation),
}
"""Where somebody looks first who never chose such a file here; the first that exists."""


def file_dialog(
    parent: QWidget,
    title: str,
    settings: Settings,
    purpose: Purpose,
    take: Callable[[Path], object],
) -> QFileDialog:
    """A dialog to be opened; ``take`` is called with what was chosen, if anything."""
    dialog = QFileDialog(parent, title, str(first_folder(settings, purpose)))

    def chosen(name: str) -> None:
        path = Path(name)
        folder = path if purpose is Purpose.PICTURES else path.parent
        settings.put(_key(purpose), str(folder))
        take(path)

    dialog.fileSelected.connect(chosen)
    return dialog


def first_folder(settings: Settings, purpose: Purpose) -> Path:
    """Where a dialog begins: the folder used last while it is there, never the program's own."""
    kept = settings.get(_key(purpose))
    usual = [QStandardPaths.writableLocation(one) for one in _FIRST[purpose]]
    places = [Path(one) for one in (kept, *usual) if one]
    return next((one for one in places if one.is_dir()), Path.home())


def _key(purpose: Purpose) -> str:
    return f"folder.{purpose}"
