"""复制为图片: paper as a picture on the clipboard, ready to be pasted into a chat."""

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication, QImage, QPainter


def copy_pictures(pngs: Sequence[bytes]) -> bool:
    """Put pages on the clipboard as one picture, one below the other; False when there are none."""
    pages = [QImage.fromData(one) for one in pngs]
    if not pages:
        return False
    whole = pages[0]
    if len(pages) > 1:
        height = sum(one.height() for one in pages)
        width = max(one.width() for one in pages)
        whole = QImage(width, height, QImage.Format.Format_RGB32)
        whole.fill(0xFFFFFFFF)
        painter, top = QPainter(whole), 0
        for one in pages:
            painter.drawImage(0, top, one)
            top += one.height()
        painter.end()
    QGuiApplication.clipboard().setImage(whole)
    return True
