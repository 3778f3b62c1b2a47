"""The shop's own 收款码 as a picture on the screen."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel

from desktop.printing.qr import qr_modules
from desktop.ui.widgets import Card, label

STATIC_CODE: Final = "pay.static_code"
"""The setting that holds what the shop's own 收款码 says."""
SIDE: Final = 220


class CodeCard(Card):
    """The code, and what the customer is to do with it."""

    def __init__(self) -> None:
        code, said = QLabel(), label("", "muted")
        said.setWordWrap(True)
        for part in (code, said):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        super().__init__(code, said)
        self._code, self._said = code, said

    def draw(self, content: str, said: str) -> None:
        """Show what the shop's code says, or without it where it lies."""
        if content:
            self._code.setPixmap(code_pixmap(content, SIDE))
        self._code.setVisible(bool(content))
        self._said.setText(said)


def code_pixmap(content: str, side: int) -> QPixmap:
    """A QR code as a picture on screen, dark on light in every look."""
    rows = qr_modules(content)
    size = len(rows) + 8
    image = QImage(size, size, QImage.Format.Format_Grayscale8)
    image.fill(255)
    for y, modules in enumerate(rows):
        for x, is_dark in enumerate(modules):
            if is_dark:
                image.setPixel(x + 4, y + 4, 0)
    step = max(side // size, 1)
    return QPixmap.fromImage(image.scaled(size * step, size * step))
