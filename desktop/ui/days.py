"""Two days beside each other: from when to when a list is."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.days import OverDays
from desktop.ui.editors import DayField
from desktop.ui.theme import SPACE_M
from desktop.ui.widgets import label
from desktop.words.texts import Words


class FromTo(QWidget):
    """The days of a model; ``taken`` is called when somebody chose others."""

    def __init__(self, words: Words, model: OverDays, taken: Callable[[], None]) -> None:
        super().__init__()
        self._model, self._taken = model, taken
        today = date.fromisoformat(model.today)
        self._from = DayField(words("report.from"), today, words=words, is_past=True)
        self._to = DayField(words("report.to"), today, words=words, is_past=True)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_M)
        for part in (self._from, label("–", "muted"), self._to):
            across.addWidget(part)
        self.draw()
        for field in (self._from, self._to):
            field.changed.connect(self._read)
        self.setFocusProxy(self._from)

    def draw(self) -> None:
        """Show the model's days."""
        self._from.set_day(self._model.from_day)
        self._to.set_day(self._model.to_day)

    def _read(self) -> None:
        said = (self._from.day, self._to.day)
        if said != (self._model.from_day, self._model.to_day):
            self._model.between(*said)
            self._taken()
