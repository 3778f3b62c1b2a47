"""Icons of the one family, tinted for the look they are drawn in."""

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.theme import tokens_now

SIZE = 20


@cache
def _drawing(name: str) -> str:
    return files("resources.icons").joinpath(f"{name}.svg").read_text(encoding="utf-8")


@cache
def pixmap(
    name: str, colour: str, size: int = SIZE, ratio: float = 1.0, *, gap: int = 0
) -> QPixmap:
    """The icon in one colour, with a gap at its right. Raises FileNotFoundError for a name that
    is none."""
    drawn = QPixmap(round((size + gap) * ratio), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    source = _drawing(name).replace("currentColor", colour)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def icon(name: str, colour: str = "", *, gap: int = 0) -> QIcon:
    """The icon in the muted text colour, and in the accent where it is checked; the gap is part
    of the picture, for buttons that set their text right against it."""
    tokens = tokens_now()
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, colour or tokens.muted, SIZE, ratio, gap=gap))
        on = pixmap(name, colour or tokens.accent, SIZE, ratio, gap=gap)
        made.addPixmap(on, QIcon.Mode.Normal, QIcon.State.On)
    return made
