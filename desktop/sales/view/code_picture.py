"""The shop's own 收款码 as a picture on the screen."""

from PySide6.QtGui import QImage, QPixmap

from desktop.printing.qr import qr_modules


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
