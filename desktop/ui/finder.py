"""A field that finds as one types: hits under it, arrows choose, Enter takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.ui.theme import ROW, SPACE_L, scaled
from desktop.ui.widgets import Field

SHOWN_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of what was found."""

    value: Any
    text: str
    hint: str = ""


class Finder(QWidget):
    """Asks ``find`` at each letter. Enter takes the hit chosen, or tells what was typed when
    nothing was found; pasted rows are handed on instead of being squeezed into one line."""

    picked = Signal(object)
    """The value of a hit."""
    typed = Signal(str)
    """Enter on a text nothing was found for."""
    pasted = Signal(object)
    """Rows of cells from the clipboard."""

    def __init__(
        self, placeholder: str, find: Callable[[str], Sequence[Hit]], *, opens_at: int = 1
    ) -> None:
        super().__init__()
        self._find = find
        self._opens_at = opens_at
        self.field = _PasteField(placeholder)
        self.field.rows.connect(self.pasted.emit)
        self.field.setClearButtonEnabled(True)
        self.field.textEdited.connect(self._search)
        self.field.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.hits = QListWidget()
        self.hits.setObjectName("card")
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hits.itemClicked.connect(lambda _item: self._take())
        self.hits.hide()

    def clear(self) -> None:
        """Nothing typed, nothing found."""
        self.field.clear()
        self.hits.hide()

    def search(self, text: str) -> None:
        """Type a text into it."""
        self.field.setText(text)
        self._search(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress and self._key(event.key()):
                return True
        elif event.type() is QEvent.Type.FocusOut:
            self.hits.hide()
        return False

    def _key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            return True
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is None or not self.hits.isVisible():
            return False
        count = self.hits.count()
        self.hits.setCurrentRow((self.hits.currentRow() + step) % count)
        return True

    def _search(self, text: str) -> None:
        found = self._find(text) if len(text.strip()) >= self._opens_at else ()
        self.hits.clear()
        for one in found:
            item = QListWidgetItem(f"  {one.text}    {one.hint}".rstrip())
            item.setData(Qt.ItemDataRole.UserRole, one.value)
            self.hits.addItem(item)
        if not found:
            self.hits.hide()
            return
        self.hits.setCurrentRow(0)
        self._place(min(len(found), SHOWN_MAX))

    def _place(self, rows: int) -> None:
        window = self.window()
        if self.hits.parent() is not window:
            self.hits.setParent(window)
        below = self.field.mapTo(window, QPoint(0, self.field.height() + 2))
        width, height = max(self.field.width(), scaled(420)), rows * scaled(ROW) + 6
        # A narrow field at the right edge: its hits are wider than it, and stay in the window.
        left = max(min(below.x(), window.width() - width - SPACE_L), 0)
        self.hits.setGeometry(left, below.y(), width, height)
        row_size = QSize(0, scaled(ROW))
        for at in range(self.hits.count()):
            self.hits.item(at).setSizeHint(self.hits.item(at).sizeHint().expandedTo(row_size))
        self.hits.show()
        self.hits.raise_()

    def _take(self) -> None:
        item = self.hits.currentItem() if self.hits.isVisible() else None
        text = self.field.text().strip()
        self.hits.hide()
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
        elif text:
            self.typed.emit(text)

    def hideEvent(self, event: Any) -> None:  # noqa: N802
        self.hits.hide()
        super().hideEvent(event)


class _PasteField(Field):
    """Several lines or cells are rows, not text."""

    rows = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Paste):
            text = QGuiApplication.clipboard().text()
            if "\n" in text.strip() or "\t" in text:
                cells = [line.split("\t") for line in text.splitlines() if line.strip()]
                self.rows.emit(cells)
                return
        super().keyPressEvent(event)
