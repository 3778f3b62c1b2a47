"""One bar of several parts: how a whole divides, each part with its name and number below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme import RADIUS, SMALL, SPACE_L, SPACE_S, Tone, font, scaled, tokens_now

BAR_PX, LEAST_PX, DOT_PX = 14, 3, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of the whole: its name, how many, and what its colour says."""

    name: str
    count: int
    tone: Tone
    is_soft: bool = False
    """Drawn in the lighter colour of the tone, to tell two parts of one tone apart."""


class StackedBar(QWidget):
    """Shares side by side with a legend; parts of nothing stand in the legend alone."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._shares: Sequence[Share] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(scaled(BAR_PX + 30))
        self.setAccessibleName(name)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Draw these, from left to right."""
        self._shares = list(shares)
        told = ", ".join(f"{one.name} {one.count}" for one in shares)
        self.setAccessibleDescription(told)
        self.setToolTip(told)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(SMALL))
        self._draw_bar(painter)
        self._draw_legend(painter)
        painter.end()

    def _draw_bar(self, painter: QPainter) -> None:
        whole = QRectF(0, 0, self.width(), scaled(BAR_PX))
        path = QPainterPath()
        path.addRoundedRect(whole, RADIUS, RADIUS)
        painter.setClipPath(path)
        painter.fillRect(whole, QColor(tokens_now().raised))
        total = sum(one.count for one in self._shares)
        left = 0.0
        for one in self._shares:
            if one.count and total:
                wide = max(whole.width() * one.count / total, LEAST_PX)
                painter.fillRect(QRectF(left, 0, wide - 1, whole.height()), _colour(one))
                left += wide
        painter.setClipping(False)

    def _draw_legend(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        left, top = 0.0, float(scaled(BAR_PX) + SPACE_S)
        high = float(metrics.height())
        for one in self._shares:
            text = f"{one.name} {one.count:,}"
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_colour(one))
            painter.drawEllipse(QRectF(left, top + (high - DOT_PX) / 2, DOT_PX, DOT_PX))
            painter.setPen(QColor(tokens_now().muted))
            wide = float(metrics.horizontalAdvance(text))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(left + DOT_PX + 5, top, wide + 2, high), flags, text)
            left += DOT_PX + 5 + wide + SPACE_L


def _colour(one: Share) -> QColor:
    tokens = tokens_now()
    if one.tone is Tone.PLAIN:
        return QColor(tokens.muted)
    colour = QColor(tokens.tone(one.tone))
    if one.is_soft:
        colour.setAlpha(140)
    return colour
