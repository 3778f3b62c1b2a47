"""Why goods come back, each reason with its digit: pressed by key or by mouse."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.sales.model.returning import REASONS
from desktop.ui.theme import SPACE_S
from desktop.ui.widgets import button
from desktop.words.texts import Words

IN_ROW = 5


class Reasons(QWidget):
    """All reasons; the chosen one is filled, and nothing beside it moves."""

    def __init__(self, words: Words, choose: Callable[[int], None]) -> None:
        super().__init__()
        places = QGridLayout(self)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(SPACE_S)
        self._buttons = []
        for at, reason in enumerate(REASONS):
            text = f"{at + 1} {words(f'return.reason.{reason}')}"
            made = button(text, partial(choose, at + 1))
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            places.addWidget(made, at // IN_ROW, at % IN_ROW)
            self._buttons.append(made)

    def mark(self, chosen: str) -> None:
        """Fill the chosen one."""
        for made, reason in zip(self._buttons, REASONS, strict=True):
            made.setProperty("kind", "primary" if reason == chosen else "")
            made.style().unpolish(made)
            made.style().polish(made)
