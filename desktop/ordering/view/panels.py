"""Panels of the order editor: a line's details, the rule's parameters."""

from datetime import date

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.rows import Row
from desktop.ordering.usecases.wishing import COVER_DAYS, LOOKED_BACK, PACK_RULE, PACK_RULES, Wish
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, DayField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row
from shared.core.errors import QutongError
from shared.ordering.rules import Cover


class LinePanel(Panel):
    """F6: quantity, day, words and all-or-nothing of one line (E03)."""

    def __init__(self, frame: Frame, model: OrderEditor, found: Row) -> None:
        words = frame.words
        super().__init__(found.name or found.code, width=480)
        self.frame, self.model, self.found = frame, model, found
        self.body.addWidget(label(f"{found.code}  {found.spec}", "muted"))
        self.qty = Field(words("reorder.qty_hint"), text=found.qty_text)
        today = date.fromisoformat(model.today)
        self.day = DayField(words("reorder.day"), today, words=words, may_be_empty=True)
        self.day.set_day(found.line.requested_date)
        self.note = Field(words("reorder.note_hint"), text=found.line.note)
        self.whole = QCheckBox(words("reorder.whole_only"))
        self.whole.setChecked(found.line.is_whole_only)
        self.body.addWidget(form_row(words("reorder.order"), self.qty))
        self.body.addWidget(form_row(words("reorder.day"), self.day))
        self.body.addWidget(form_row(words("reorder.note"), self.note))
        self.body.addWidget(self.whole)
        self.wrong = label("", tone=Tone.BAD)
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        done = button(words("reorder.done"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), done))
        for field in (self.qty, self.day, self.note):
            field.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reorder.done", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        self.qty.selectAll()
        return self.qty

    def _go(self) -> None:
        product_id = self.found.product_id
        try:
            day = self.day.checked()
            self.model.set_qty(product_id, self.qty.text())
            self.model.set_line_date(product_id, day)
        except QutongError as error:
            self.wrong.setText(self.frame.words.error(error))
            self.wrong.show()
            return
        self.model.set_line_note(product_id, self.note.text())
        line_now = self.model.cart.line(product_id)
        if line_now is not None and line_now.is_whole_only != self.whole.isChecked():
            self.model.toggle_whole(product_id)
        self.close_with(True)


class CoverPanel(Panel):
    """The parameters of the suggestion rule, kept on this device."""

    def __init__(self, frame: Frame, wish: Wish) -> None:
        words = frame.words
        super().__init__(words("reorder.cover_title"))
        self.frame = frame
        self.back_days = Field(text=str(wish.cover.looked_back), name=words("reorder.cover_back"))
        self.target = Field(text=str(wish.cover.target), name=words("reorder.cover_target"))
        self.packs = Choice(
            words("reorder.cover_pack"),
            [(one, words(f"reorder.pack_{one}")) for one in PACK_RULES],
            value=wish.pack_rule,
        )
        self.body.addWidget(form_row(words("reorder.cover_back"), self.back_days, width=160))
        self.body.addWidget(form_row(words("reorder.cover_target"), self.target, width=160))
        self.body.addWidget(form_row(words("reorder.cover_pack"), self.packs, width=160))
        done = button(words("reorder.done"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), done))
        for field in (self.back_days, self.target):
            field.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reorder.done", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        self.back_days.selectAll()
        return self.back_days

    def _go(self) -> None:
        for field in (self.back_days, self.target):
            if not field.text().isdigit():
                field.set_bad(True)
                field.setFocus()
                return
        try:
            cover = Cover(looked_back=int(self.back_days.text()), target=int(self.target.text()))
        except QutongError as error:
            self.frame.tell(error)
            return
        self.frame.settings.put(LOOKED_BACK, self.back_days.text())
        self.frame.settings.put(COVER_DAYS, self.target.text())
        self.frame.settings.put(PACK_RULE, self.packs.value)
        self.close_with(Wish(cover=cover, pack_rule=self.packs.value))
