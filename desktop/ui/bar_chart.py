"""Bars to the left and right of zero: what is missing and what is too much, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.ui.theme import SMALL, font, tokens_now

ROW_PX, BAR_PX, NAME_SHARE, VALUE_PX = 24, 12, 0.38, 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A name and a signed value in any integer unit."""

    name: str
    value: int


class BarChart(QWidget):
    """One bar below the other, in the order given; below zero is drawn as bad."""

    def __init__(self, name: str, value_text: Callable[[int], str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._value_text = value_text
        self._bars: Sequence[Bar] = ()
        self.setFixedHeight(ROW_PX)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Draw these."""
        self._bars = bars
        self.setFixedHeight(max(len(bars), 1) * ROW_PX)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setFont(font(SMALL))
        for place, bar in enumerate(self._bars):
            self._draw(painter, place, bar)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        place = int(event.position().y()) // ROW_PX
        if 0 <= place < len(self._bars):
            bar = self._bars[place]
            text = f"{bar.name}   {self._value_text(bar.value)}"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _draw(self, painter: QPainter, place: int, bar: Bar) -> None:
        tokens, top = tokens_now(), place * ROW_PX
        names = int(self.width() * NAME_SHARE)
        name_box = QRectF(0, top, names - 8, ROW_PX)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        short = painter.fontMetrics().elidedText(
            bar.name, Qt.TextElideMode.ElideRight, int(name_box.width())
        )
        painter.setPen(QColor(tokens.text))
        painter.drawText(name_box, flags, short)
        left, right = names, self.width() - VALUE_PX
        zero, share = self._scale(left, right)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(int(zero), top, int(zero), top + ROW_PX)
        length = share * bar.value
        colour = QColor(tokens.bad if bar.value < 0 else tokens.good)
        start = zero + min(length, 0)
        painter.fillRect(QRectF(start, top + (ROW_PX - BAR_PX) / 2, abs(length), BAR_PX), colour)
        painter.setPen(colour)
        value_box = QRectF(right, top, VALUE_PX, ROW_PX)
        right_flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(value_box, right_flags, self._value_text(bar.value))

    def _scale(self, left: int, right: int) -> tuple[float, float]:
        """Where zero is, and pixels per unit."""
        low = min(0, *(one.value for one in self._bars))
        high = max(0, *(one.value for one in self._bars))
        share = (right - left - 8) / ((high - low) or 1)
        return left - low * share, share
