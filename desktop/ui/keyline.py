"""The key line at the foot of a screen: the actions that can be done now, with their keys."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.actions import Action
from desktop.ui.theme import SPACE_L, SPACE_M
from desktop.ui.widgets import button, key_cap
from desktop.words.texts import Words


class KeyLine(QWidget):
    """Buttons for people with a mouse, key caps for those without."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("keyline")
        self._words = words
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, 4, SPACE_L, 4)
        self._layout.setSpacing(SPACE_M)

    def show_actions(self, actions: Iterable[Action]) -> None:
        """Draw these; those that are off now stay visible and greyed."""
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for action in actions:
            if not action.in_line:
                continue
            pressed = button(self._words(action.text), action.run, kind="flat")
            pressed.setEnabled(action.is_enabled())
            # The work keeps the focus: a click here must not take it, nor hold it when redrawn.
            pressed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            holder = QWidget()
            inner = QHBoxLayout(holder)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(2)
            if action.keys:
                inner.addWidget(key_cap(shown_key(action.keys[0])))
            inner.addWidget(pressed)
            self._layout.addWidget(holder)
        self._layout.addStretch(1)


_NAMES = {"Return": "Enter", "Space": "␣", "Escape": "Esc", "Up": "↑", "Down": "↓"}


def shown_key(key: str) -> str:
    """A key as it stands on a keyboard."""
    return _NAMES.get(key, key)
