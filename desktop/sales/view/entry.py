"""The entry line of the till: always has the focus, hands on the keys that are no text."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop.ui.theme import TARGET_TILL
from desktop.ui.widgets import Field


class Entry(Field):
    """Digits, codes, initials. Input methods are off: a code must arrive as it was typed."""

    moved = Signal(int)
    """Up (-1) or down (1)."""
    undone = Signal()
    """Ctrl+Z while nothing is typed."""
    pasted = Signal()
    """Ctrl+V."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder)
        self.setProperty("size", "big")
        self.setMinimumHeight(TARGET_TILL + 4)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

        self.textChanged.connect(self._emptied)

    def let_names_in(self, *, is_on: bool) -> None:
        """Let the input method work until the next goods are taken (F2): names in characters."""
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, is_on)

    def _emptied(self, text: str) -> None:
        if not text:
            self.let_names_in(is_on=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.text():
            self.undone.emit()
        else:
            super().keyPressEvent(event)
