"""The panel that asks who counts lines again."""

from PySide6.QtWidgets import QWidget

from desktop.stocktake.model.supervising import SupervisorModel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.widgets import button, label, row


class RecountPanel(Panel):
    """Who counts again; '' is anybody who did not count there."""

    def __init__(self, frame: Frame, model: SupervisorModel, lines: int) -> None:
        super().__init__(frame.words("review.recount"))
        words, board = frame.words, model.board
        people = board.counters if board else ()
        self._who = Choice(words("review.recounter"), [("", words("review.anybody_else")), *people])
        told = label(words("review.recount_n", n=lines), "muted")
        told.setWordWrap(True)
        self.body.addWidget(told)
        self.body.addWidget(self._who)
        go_on = button(words("review.send"), self._send, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="review.send", keys=("Return", "F8"), run=self._send),)

    def first_focus(self) -> QWidget | None:
        return self._who

    def _send(self) -> None:
        self.close_with(self._who.value)
