"""Putting a window where it stood last, on a screen that is still there."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SMALLEST, USUAL = (1024, 640), (1280, 720)
_FIGURES = 5


def put_in_place(window: QWidget, place: str) -> None:
    """``place`` is ``x,y,width,height,maximised``; '' is the usual size."""
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
