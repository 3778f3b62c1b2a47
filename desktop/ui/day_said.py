"""Below a day that is being typed: what it was understood as."""

from datetime import date

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from shiboken6 import isValid

from desktop.ui.theme import Tone
from desktop.ui.widgets import pill, set_tone
from desktop.words.days import told_day
from desktop.words.texts import Words

_BELOW_PX = 2


class DaySaid(QObject):
    """A small label under a field while something is typed there; it covers, it moves nothing."""

    def __init__(self, field: QLineEdit, words: Words) -> None:
        super().__init__(field)
        self._field, self._words = field, words
        self._label: QLabel | None = None
        field.installEventFilter(self)

    @property
    def text(self) -> str:
        """What stands there now; '' = nothing."""
        shown = self._label is not None and isValid(self._label) and not self._label.isHidden()
        return self._label.text() if shown and self._label is not None else ""

    def say(self, read: date | None) -> None:
        """What was understood, or that it was not; nothing for an empty field."""
        if not self._field.text().strip():
            self.hide()
            return
        if self._label is None or not isValid(self._label):
            self._label = pill("")
            self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        told = told_day(self._words, read) if read else self._words("day.unreadable")
        self._label.setText(told)
        set_tone(self._label, Tone.GOOD if read else Tone.BAD, name="pill")
        self._label.setParent(self._field.window())
        self._label.adjustSize()
        below = QPoint(0, self._field.height() + _BELOW_PX)
        self._label.move(self._field.mapTo(self._field.window(), below))
        self._label.show()
        self._label.raise_()

    def hide(self) -> None:
        """Say nothing any more."""
        if self._label is not None and isValid(self._label):
            self._label.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.Move):
            self.hide()
        if event.type() is QEvent.Type.Hide and self._label is not None:
            # It belongs to the window, which stays when the field goes.
            if isValid(self._label):
                self._label.deleteLater()
            self._label = None
        return super().eventFilter(watched, event)
