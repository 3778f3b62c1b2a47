"""A panel that asks one thing: sentences, Enter goes on, Esc does not."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.actions import Action
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, label, row
from desktop.words.texts import Words


class Question(Panel):
    """Closes with True when the person goes on."""

    def __init__(
        self,
        words: Words,
        title: str,
        sentences: Sequence[tuple[str, Tone]],
        *,
        go_on: str = "ask.go_on",
        kind: str = "primary",
    ) -> None:
        super().__init__(title, width=480)
        self._go_on = go_on
        for text, tone in sentences:
            shown = label(text, tone=tone)
            shown.setWordWrap(True)
            self.body.addWidget(shown)
        self._yes = button(words(go_on), self._agree, kind=kind)
        self.body.addWidget(
            row(None, button(words("ask.back"), lambda: self.close_with(None)), self._yes)
        )

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text=self._go_on, keys=("Return",), run=self._agree),)

    def first_focus(self) -> QWidget | None:
        return self._yes

    def _agree(self) -> None:
        self.close_with(True)


class TextQuestion(Panel):
    """Asks for a text; closes with it, '' allowed."""

    def __init__(self, words: Words, title: str, hint: str, *, text: str = "") -> None:
        super().__init__(title, width=480)
        self._field = Field(text=text, name=hint)
        self._field.entered.connect(self.close_with)
        self._field.setClearButtonEnabled(True)
        told = label(hint, "muted")
        told.setWordWrap(True)
        self.body.addWidget(told)
        self.body.addWidget(self._field)
        go_on = button(words("ask.go_on"), self._agree, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words = words

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="ask.go_on", keys=("F10",), run=self._agree),)

    def _agree(self) -> None:
        self.close_with(self._field.text())

    def first_focus(self) -> QWidget | None:
        return self._field
