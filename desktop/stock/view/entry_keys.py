"""Keys of a list of goods that work in its entry line, too, while nothing is typed there."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop.ui.finder import Finder


class EntryKeys(QObject):
    """The entry line has the focus after each scan: Ctrl+Z and Delete mean the goods, not the
    empty line."""

    def __init__(
        self, entry: Finder, *, undo: Callable[[], None], remove: Callable[[], None]
    ) -> None:
        super().__init__(entry)
        self._entry, self._undo, self._remove = entry, undo, remove
        # Installed after the finder's own: asked before it.
        entry.field.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if self._entry.field.text():
            return False
        if event.matches(QKeySequence.StandardKey.Undo):
            self._undo()
            return True
        if event.key() == Qt.Key.Key_Delete:
            self._remove()
            return True
        return False
