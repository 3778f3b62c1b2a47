"""Choosing another PIN."""

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.runtime.tasks import TaskScope
from desktop.shell.preferences import Preferences
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Banner, Field, button, form_row, row
from desktop.words.texts import Words


class PinPanel(Panel):
    """Closed with True when the PIN is another one."""

    def __init__(self, words: Words, model: Preferences, tasks: TaskScope) -> None:
        super().__init__(words("settings.change_pin"))
        self._words = words
        self._model = model
        self._tasks = tasks
        self._banner = Banner()
        self.body.addWidget(self._banner)
        names = [words(f"settings.pin_{one}") for one in ("old", "new", "again")]
        self.fields = [Field(name=one) for one in names]
        for number, field in enumerate(self.fields):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.entered.connect(lambda _text, at=number: self._entered(at))
            self.body.addWidget(form_row(names[number], field))
        self.body.addWidget(
            row(
                None,
                button(words("panel.cancel"), self.back),
                button(words("settings.save"), self._submit, kind="primary"),
            )
        )

    def first_focus(self) -> QWidget | None:
        return self.fields[0]

    def _entered(self, at: int) -> None:
        if at + 1 < len(self.fields):
            self.fields[at + 1].setFocus()
        else:
            self._submit()

    def _submit(self) -> None:
        self._tasks.start(self._try())

    async def _try(self) -> None:
        old, new, again = (one.text() for one in self.fields)
        error = await self._model.change_pin(old, new, again)
        if error is None:
            self.close_with(True)
            return
        self._banner.say(self._words.error(error), Tone.BAD)
        for field in self.fields:
            field.clear()
        self.fields[0].setFocus()
