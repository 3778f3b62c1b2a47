"""Putting a window where it stood last, on a screen that is still there."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

PLACE = "window.place"
"""Setting: where the window stood last, ``x,y,width,height,maximised``."""
SMALLEST, USUAL = (1024, 640), (1280, 720)
_FIGURES = 5


def put_in_place(window: QWidget, place: str) -> None:
    """``place`` is as ``place_of`` says it; '' is the usual size."""
    window.setMinimumSize(*SMALLEST)
    window.resize(*USUAL)
    kept = [int(one) for one in place.split(",") if one.lstrip("-").isdigit()]
    if len(kept) != _FIGURES:
        return
    at = QRect(*kept[:4])
    if any(one.availableGeometry().intersects(at) for one in QGuiApplication.screens()):
        window.setGeometry(at)
    if kept[4]:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def place_of(window: QWidget) -> str:
    """Where the window stands: ``x,y,width,height,maximised``."""
    at = window.normalGeometry()
    figures = (at.x(), at.y(), at.width(), at.height(), int(window.isMaximized()))
    return ",".join(map(str, figures))
