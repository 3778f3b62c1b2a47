"""The panel in which another person approves: id, PIN, Enter."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.access.model.approving import Approving
from desktop.runtime.tasks import TaskScope
from desktop.store.desk import Desk
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Banner, Field, button, form_row, label, row
from desktop.words.texts import Words


class ApprovePanel(Panel):
    """Closed with the approver's id."""

    def __init__(
        self, words: Words, desk: Desk, tasks: TaskScope, permission: str, why: str = ""
    ) -> None:
        super().__init__(words("approve.title"))
        self._words = words
        self._tasks = tasks
        self.model = Approving(desk, permission)
        told = label(why or words.of("permission", permission), "muted")
        told.setWordWrap(True)
        self.body.addWidget(told)
        self._banner = Banner()
        self.body.addWidget(self._banner)
        self.who = Field(words("approve.id"))
        self.pin = Field(name=words("sign_in.pin"))
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.body.addWidget(form_row(words("approve.who"), self.who, width=88))
        self.body.addWidget(form_row(words("sign_in.pin"), self.pin, width=88))
        self._able = label("", "small")
        self._able.setWordWrap(True)
        self.body.addWidget(self._able)
        self._go = button(words("approve.go"), self._submit, kind="primary")
        self.body.addWidget(row(None, button(words("panel.cancel"), self.back), self._go))
        self.who.entered.connect(lambda _text: self.pin.setFocus())
        self.pin.entered.connect(lambda _text: self._submit())
        self.model.watch(self._draw)
        tasks.start(self.model.load())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As tall as its sentences become when they break: the fields keep their height."""
        hint, width = super().minimumSizeHint(), self.maximumWidth()
        return QSize(hint.width(), max(hint.height(), self.body.totalHeightForWidth(width)))

    def first_focus(self) -> QWidget | None:
        return self.who

    def _submit(self) -> None:
        self._tasks.start(self._try())

    async def _try(self) -> None:
        done = await self.model.submit(self.who.text(), self.pin.text())
        if done is not None:
            self.close_with(done)
            return
        self.pin.clear()
        is_person = self.model.error is None or self.model.error.code.startswith("PIN")
        (self.pin if is_person else self.who).setFocus()

    def _draw(self) -> None:
        error = self.model.error
        self._banner.say(self._words.error(error) if error else "", Tone.BAD)
        names = self._words("names.comma").join(self.model.names)
        text = self._words("approve.able", names=names) if names else self._words("approve.none")
        self._able.setText(text)
        self._go.setEnabled(not self.model.is_busy)
