"""The panel after a crash: nothing is lost, a code, what to do."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.ui.actions import Action
from desktop.ui.panel import Panel
from desktop.ui.widgets import button, label, row
from desktop.words.texts import Words

RESTART, QUIT = "restart", "quit"


class CrashPanel(Panel):
    """Closed with ``restart`` (the windows are made anew, in the same process), ``quit``, or with
    nothing: go on."""

    def __init__(self, words: Words, code: str, report: str) -> None:
        super().__init__(words("crash.title"), width=600)
        self._report = report
        self._words = words
        told = label(words("crash.told"))
        told.setWordWrap(True)
        self.body.addWidget(told)
        self.body.addWidget(label(words("crash.code", code=code), "strong"))
        shown = QPlainTextEdit(report)
        shown.setReadOnly(True)
        shown.setFixedHeight(120)
        self.body.addWidget(shown)
        self._copied = label("", "small")
        self._go_on = button(words("crash.go_on"), self.back, kind="primary")
        self.body.addWidget(
            row(
                button(words("crash.copy"), self._copy, icon_name="copy"),
                self._copied,
                None,
                button(words("crash.quit"), self._quit),
                button(words("crash.restart"), self._restart),
                self._go_on,
            )
        )

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="crash.copy", keys=("C",), run=self._copy),
            Action(text="crash.restart", keys=("R",), run=self._restart),
            Action(text="crash.quit", keys=("Q",), run=self._quit),
        )

    def first_focus(self) -> QWidget | None:
        return self._go_on

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self._copied.setText(self._words("crash.copied"))

    def _restart(self) -> None:
        self.close_with(RESTART)

    def _quit(self) -> None:
        self.close_with(QUIT)
