"""Buttons a finger can hit, for who has a screen and no keys at hand."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.sales.model.typed import stepped
from desktop.sales.view.panels import StepsPanel
from desktop.ui.frame import Frame
from desktop.ui.theme import SPACE_M, TARGET_TILL, scaled
from desktop.ui.widgets import button
from desktop.words import formats


class Fingers(QWidget):
    """Large buttons side by side; the field or the panel keeps the focus and its keys."""

    def __init__(self, choices: Sequence[tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        for text, act in choices:
            made = button(text, act)
            made.setMinimumSize(scaled(TARGET_TILL * 2), TARGET_TILL)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(made)
        layout.addStretch(1)


class QuantityPanel(StepsPanel):
    """How many of a line: typed, or one more and one less by − and +."""

    def __init__(
        self, frame: Frame, qty_micro: int, accept: Callable[[list[str]], None], *, hint: str
    ) -> None:
        field = ("till.qty", formats.qty(qty_micro))
        super().__init__(frame, frame.words("till.quantity"), (field,), accept, hint=hint)
        at = self.body.indexOf(self.fields[0]) + 1
        less, more = partial(self._step, -1), partial(self._step, 1)
        self.body.insertWidget(at, Fingers((("−", less), ("+", more))))

    def _step(self, by: int) -> None:
        field = self.fields[0]
        field.setText(stepped(field.text(), by))
        field.selectAll()
