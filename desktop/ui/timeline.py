"""Steps one below the other, joined by a line: what happened, when, and what is still to come."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.theme import SPACE_M, Tone, tokens_now
from desktop.ui.widgets import column, label, row

MARK = 22
RADIUS_PX = 5.0
DOT_AT = 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``is_hollow`` is one that is not here."""

    title: str
    details: tuple[str, ...] = ()
    tone: Tone = Tone.GOOD
    is_hollow: bool = False


class Timeline(QScrollArea):
    """All steps, the first on top."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        last = len(steps) - 1
        for place, step in enumerate(steps):
            mark = _Mark(step, has_above=place > 0, has_below=place < last)
            layout.addWidget(_line(mark, step))
        layout.addStretch(1)
        self.setWidget(content)


def _line(mark: QWidget, step: Step) -> QWidget:
    heading = label(step.title, "muted" if step.is_hollow else "")
    heading.setWordWrap(True)
    texts: list[QWidget | int | None] = [heading]
    for detail in step.details:
        said = label(detail, "small")
        said.setWordWrap(True)
        texts.append(said)
    texts.append(SPACE_M)
    said_all = column(*texts, spacing=2)
    made = row(mark, said_all)
    inside = made.layout()
    assert inside is not None
    inside.setStretch(1, 1)  # type: ignore[attr-defined]
    return made


class _Mark(QWidget):
    """The dot of a step with the line to its neighbours."""

    def __init__(self, step: Step, *, has_above: bool, has_below: bool) -> None:
        super().__init__()
        self._step = step
        self._has_above = has_above
        self._has_below = has_below
        self.setFixedWidth(MARK)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        tokens = tokens_now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(MARK / 2, DOT_AT)
        painter.setPen(QPen(QColor(tokens.line), 2))
        if self._has_above:
            painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), DOT_AT - RADIUS_PX))
        if self._has_below:
            bottom = QPointF(middle.x(), float(self.height()))
            painter.drawLine(QPointF(middle.x(), DOT_AT + RADIUS_PX), bottom)
        colour = QColor(tokens.muted if self._step.is_hollow else tokens.tone(self._step.tone))
        painter.setPen(QPen(colour, 2))
        painter.setBrush(QColor(tokens.surface) if self._step.is_hollow else colour)
        painter.drawEllipse(middle, RADIUS_PX, RADIUS_PX)
        painter.end()
