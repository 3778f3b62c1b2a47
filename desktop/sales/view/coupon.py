"""The panel that takes a coupon's code, typed or scanned."""

from PySide6.QtWidgets import QWidget

from desktop.sales.model.promises import Promises
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import TARGET_TILL, Tone
from desktop.ui.widgets import Field, label, set_tone
from shared.core.errors import QutongError


class CouponPanel(Panel):
    """Closes with the coupon that may pay; what may not is told and can be typed anew."""

    def __init__(self, frame: Frame, promises: Promises) -> None:
        super().__init__(frame.words("coupon.take"), width=480)
        self._frame, self._promises = frame, promises
        self.field = Field(frame.words("coupon.code"))
        self.field.setProperty("size", "big")
        self.field.setMinimumHeight(TARGET_TILL)
        self.field.entered.connect(self._look)
        self.body.addWidget(self.field)
        self._said = label(frame.words("coupon.hint"), "muted")
        self._said.setWordWrap(True)
        self.body.addWidget(self._said)

    def first_focus(self) -> QWidget:
        return self.field

    def key_actions(self) -> tuple[Action, ...]:
        look = Action(text="ask.go_on", keys=("Return",), run=lambda: self._look(self.field.text()))
        return (look,)

    def scanned(self, code: str) -> bool:
        self.field.setText(code)
        self._look(code)
        return True

    def _look(self, text: str) -> None:
        if not text.strip():
            return
        try:
            self.close_with(self._promises.find_coupon(text))
        except QutongError as error:
            self._said.setText(self._frame.words.error(error))
            set_tone(self._said, Tone.BAD)
            self.field.set_bad(True)
            self.field.selectAll()
