"""A small line chart in steps: how a figure went over time, with the value under the pointer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.ui.theme import SMALL, font, tokens_now

LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value from an instant on; both integers in any unit."""

    at: int
    value: int


class LineChart(QWidget):
    """Points in order of time; each value holds until the next. Below zero is drawn as bad."""

    def __init__(
        self, name: str, value_text: Callable[[int], str], time_text: Callable[[int], str]
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(148)
        self._value_text = value_text
        self._time_text = time_text
        self._points: Sequence[Point] = ()

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw these, oldest first."""
        self._points = points
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(SMALL))
        if self._points:
            self._draw_grid(painter)
            self._draw_line(painter)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        found = self._point_at(event.position().x())
        if found is not None:
            text = f"{self._time_text(found.at)}   {self._value_text(found.value)}"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)

    def _range(self) -> tuple[int, int]:
        low = min(0, *(one.value for one in self._points))
        high = max(0, *(one.value for one in self._points))
        return low, high if high > low else low + 1

    def _place(self, point: Point) -> QPointF:
        area, (low, high) = self._area(), self._range()
        first, last = self._points[0].at, self._points[-1].at
        share = (point.at - first) / (last - first) if last > first else 1
        height = (point.value - low) / (high - low)
        return QPointF(area.left() + share * area.width(), area.bottom() - height * area.height())

    def _draw_grid(self, painter: QPainter) -> None:
        tokens, area, (low, high) = tokens_now(), self._area(), self._range()
        for value in sorted({low, 0, high}):
            y = self._place(Point(at=self._points[0].at, value=value)).y()
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(tokens.bad if value < 0 else tokens.muted))
            box = QRectF(0, y - 9, LEFT - 8, 18)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, self._value_text(value))
        painter.setPen(QColor(tokens.muted))
        foot = QRectF(area.left(), area.bottom() + 4, area.width(), BOTTOM - 4)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, self._time_text(self._points[0].at))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, self._time_text(self._points[-1].at))

    def _draw_line(self, painter: QPainter) -> None:
        tokens, area = tokens_now(), self._area()
        places = [self._place(one) for one in self._points]
        path = QPainterPath(places[0])
        for before, place in pairwise(places):
            path.lineTo(QPointF(place.x(), before.y()))
            path.lineTo(place)
        zero = self._place(Point(at=self._points[0].at, value=0)).y()
        filled = QPainterPath(path)
        filled.lineTo(QPointF(places[-1].x(), zero))
        filled.lineTo(QPointF(places[0].x(), zero))
        painter.fillPath(filled, QColor(tokens.accent_soft))
        below = self._points[-1].value < 0
        painter.setPen(QPen(QColor(tokens.bad if below else tokens.accent), 2))
        painter.drawPath(path)
        painter.setBrush(QColor(tokens.bad if below else tokens.accent))
        painter.drawEllipse(QPointF(min(places[-1].x(), area.right()), places[-1].y()), 3, 3)

    def _point_at(self, x: float) -> Point | None:
        before = [one for one in self._points if self._place(one).x() <= x]
        return before[-1] if before else None
