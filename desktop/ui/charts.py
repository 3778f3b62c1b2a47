"""A chart of bars, drawn by hand: values on hover and by the arrow keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import RADIUS, SMALL, font, scaled, tokens_now

_GRID_LINES = 4
_BAR_WIDEST = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: the name below it, its height, and what is told of it."""

    name: str
    value: int
    told: str


class BarChart(QWidget):
    """Bars from zero up; those below zero hang down. ``axis`` writes the figures at the left, which
    reach to ``least`` at least; ``unit`` stands above them."""

    def __init__(
        self, axis: Callable[[int], str], *, name: str, least: int = 1, unit: str = ""
    ) -> None:
        super().__init__()
        self._unit = unit
        self._axis = axis
        self._least = least
        self._bars: Sequence[Bar] = ()
        self._at = -1
        self.setMouseTracking(True)
        self.setMinimumHeight(scaled(160))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Draw these."""
        self._bars = list(bars)
        self._at = min(self._at, len(bars) - 1)
        self.update()

    @property
    def told(self) -> str:
        """What is said of the bar under the mouse or the cursor."""
        return self._bars[self._at].told if 0 <= self._at < len(self._bars) else ""

    def point_at(self, number: int) -> None:
        """Say a bar's value; -1 says none."""
        if number != self._at:
            self._at = number
            self.setAccessibleDescription(self.told)
            self.update()

    # events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        inside = self._inside()
        step = inside.width() / max(len(self._bars), 1)
        number = int((event.position().x() - inside.left()) / step)
        is_in = inside.left() <= event.position().x() < inside.right()
        self.point_at(number if is_in and number < len(self._bars) else -1)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._bars:
            super().keyPressEvent(event)
            return
        self.point_at((max(self._at, 0) + step) % len(self._bars) if self._at >= 0 else 0)

    # drawing

    def _inside(self) -> QRectF:
        left = scaled(64)
        return QRectF(left, scaled(22), self.width() - left - 8, self.height() - scaled(48))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(SMALL))
        self._draw(painter, self._inside())
        painter.end()

    def _draw(self, painter: QPainter, inside: QRectF) -> None:
        tokens = tokens_now()
        low, high, step = nice_range([self._least, *(bar.value for bar in self._bars)])
        span = high - low

        def y_of(value: int) -> float:
            return inside.bottom() - inside.height() * (value - low) / span

        for value, text in axis_lines(low, high, step, self._axis):
            painter.setPen(QPen(QColor(tokens.line), 1))
            y = round(y_of(value)) + 0.5
            painter.drawLine(QPointF(inside.left(), y), QPointF(inside.right(), y))
            painter.setPen(QColor(tokens.muted))
            place = QRectF(0, y - 10, inside.left() - 8, 20)
            painter.drawText(
                place,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                text,
            )
        painter.setPen(QColor(tokens.muted))
        above = QRectF(0, 0, inside.left() - 8, inside.top() - 10)
        painter.drawText(above, Qt.AlignmentFlag.AlignRight, self._unit)
        self._draw_bars(painter, inside, y_of)
        if self._at >= 0:
            painter.setPen(QColor(tokens.text))
            line = QRectF(inside.left(), 0, inside.width(), scaled(20))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, self.told)

    def _draw_bars(self, painter: QPainter, inside: QRectF, y_of: Callable[[int], float]) -> None:
        tokens = tokens_now()
        count = max(len(self._bars), 1)
        step = inside.width() / count
        width = min(step * 0.62, _BAR_WIDEST)
        metrics = painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(bar.name) for bar in self._bars), default=0)
        every = max(1, int((widest + 10) / step) + 1)
        for number, bar in enumerate(self._bars):
            middle = inside.left() + step * (number + 0.5)
            top, zero = y_of(max(bar.value, 0)), y_of(min(bar.value, 0))
            colour = QColor(tokens.bad if bar.value < 0 else tokens.accent)
            if self._at not in (-1, number):
                colour.setAlpha(110)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            box = QRectF(middle - width / 2, top, width, max(zero - top, 0))
            painter.drawRoundedRect(box, min(RADIUS / 2, box.height() / 2), RADIUS / 2)
            if number % every == 0:
                painter.setPen(QColor(tokens.muted))
                place = QRectF(middle - step * every / 2, inside.bottom() + 4, step * every, 20)
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, bar.name)


def axis_lines(low: int, high: int, step: int, said: Callable[[int], str]) -> list[tuple[int, str]]:
    """The lines of an axis with what they say, each text once: that of an empty chart is 0."""
    found: dict[str, int] = {}
    for value in range(low, high + 1, step):
        found.setdefault(said(value), value)
    return [(value, text) for text, value in found.items()]


def nice_range(values: Sequence[int]) -> tuple[int, int, int]:
    """Lowest and highest line of an axis and the step between lines: 1, 2 or 5 times ten."""
    low, high = min(0, *values, 0), max(0, *values, 0)
    rough = max((high - low) // _GRID_LINES, 1)
    size = 10 ** (len(str(rough)) - 1)
    step = next(one * size for one in (1, 2, 5, 10) if one * size >= rough)
    return (low // step) * step, max(-(-high // step), 1) * step, step
