"""Choosing one's own PIN, for the first time or another one."""

from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.access.model.own_pin import OwnPin
from desktop.runtime.tasks import TaskScope
from desktop.ui.actions import Action
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Banner, Field, button, form_row, label, row
from desktop.words.texts import Words

SKIPPED: Final = "skipped"


class OwnPinPanel(Panel):
    """Closed with True when the PIN is another one, with ``SKIPPED`` when it was left for later.

    The old PIN is asked for where there is one. ``why`` says what it is wanted for; with it, it
    may be left for later.
    """

    def __init__(self, words: Words, model: OwnPin, tasks: TaskScope, *, why: str = "") -> None:
        has_pin = model.is_set
        super().__init__(words("settings.change_pin" if has_pin else "settings.set_pin"))
        self._words = words
        self._model = model
        self._tasks = tasks
        self._why = why
        self._banner = Banner()
        if why:
            told = label(why)
            told.setWordWrap(True)
            self.body.addWidget(told)
        self.body.addWidget(self._banner)
        asked = ("old", "new", "again") if has_pin else ("new", "again")
        self.fields: dict[str, Field] = {}
        for name in asked:
            field = Field(words("people.pin_digits"), name=words(f"settings.pin_{name}"))
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.entered.connect(lambda _text, at=name: self._entered(at))
            self.fields[name] = field
            self.body.addWidget(form_row(words(f"settings.pin_{name}"), field))
        later = button(words("settings.pin_later"), self._skip)
        back = button(words("panel.cancel"), self.back)
        save = button(words("settings.save"), self._submit, kind="primary")
        self.body.addWidget(row(None, later if why else back, save))

    def key_actions(self) -> tuple[Action, ...]:
        save = Action(text="settings.save", keys=("F10",), run=self._submit)
        if not self._why:
            return (save,)
        return (save, Action(text="settings.pin_later", keys=("F8",), run=self._skip))

    def first_focus(self) -> QWidget | None:
        return next(iter(self.fields.values()))

    def _skip(self) -> None:
        self.close_with(SKIPPED)

    def _entered(self, name: str) -> None:
        names = list(self.fields)
        at = names.index(name)
        if at + 1 < len(names):
            self.fields[names[at + 1]].setFocus()
        else:
            self._submit()

    def _submit(self) -> None:
        self._tasks.start(self._try())

    async def _try(self) -> None:
        typed = {name: one.text() for name, one in self.fields.items()}
        error = await self._model.change(typed.get("old", ""), typed["new"], typed["again"])
        if error is None:
            self.close_with(True)
            return
        self._banner.say(self._words.error(error), Tone.BAD)
        for field in self.fields.values():
            field.clear()
        next(iter(self.fields.values())).setFocus()
