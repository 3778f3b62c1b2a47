"""Panels of receiving: what is damaged, and what is of another lot."""

from PySide6.QtWidgets import QWidget

from desktop.ordering.model.receiving import Receiving, ReceivingRow
from desktop.ui.actions import Action
from desktop.ui.editors import QuantityField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row
from shared.core.errors import QutongError


class DamagePanel(Panel):
    """How much of a line is damaged, and how."""

    def __init__(self, frame: Frame, found: ReceivingRow) -> None:
        words = frame.words
        super().__init__(words("receiving.damage_title"))
        self.body.addWidget(label(found.notice.name, "strong"))
        self.qty = QuantityField(words("receiving.damaged"), found.notice.packs)
        self.qty.set_value(found.damaged_micro or None)
        self.reason = Field(words("receiving.reason_hint"), text=found.seen.reason)
        self.body.addWidget(form_row(words("receiving.damaged"), self.qty))
        self.body.addWidget(form_row(words("receiving.reason"), self.reason))
        done = button(words("reorder.done"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), done))
        self.qty.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reorder.done", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.qty

    def _go(self) -> None:
        if self.qty.error is None:
            self.close_with((self.qty.text(), self.reason.text().strip()))


class LotPanel(Panel):
    """L: how much of a line is of another lot than the notice says, and until when it is good."""

    def __init__(self, frame: Frame, model: Receiving, found: ReceivingRow) -> None:
        words = frame.words
        super().__init__(words("receiving.other_lot"))
        self.frame, self.model, self.found = frame, model, found
        announced = found.notice.line.lot or words("receiving.no_lot")
        self.body.addWidget(label(found.notice.name, "strong"))
        self.body.addWidget(label(words("receiving.lot_announced", lot=announced), "muted"))
        self.lot = Field(name=words("receiving.lot"))
        self.expiry = Field(words("receiving.expiry_hint"))
        self.qty = QuantityField(words("receiving.lot_qty"), found.notice.packs)
        left = found.good_micro - sum(one.good_micro for one in found.seen.lots)
        self.qty.set_value(left or None)
        for key, field in (
            ("receiving.lot", self.lot),
            ("receiving.expiry", self.expiry),
            ("receiving.lot_qty", self.qty),
        ):
            self.body.addWidget(form_row(words(key), field))
        self.wrong = label("", tone=Tone.BAD)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        done = button(words("reorder.done"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), done))
        self.lot.returnPressed.connect(self.expiry.setFocus)
        self.expiry.returnPressed.connect(self._to_quantity)
        self.qty.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reorder.done", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.lot

    def _to_quantity(self) -> None:
        self.qty.setFocus()
        self.qty.selectAll()

    def _go(self) -> None:
        if self.qty.error is not None:
            return
        line_no = self.found.notice.line.line_no
        try:
            self.model.set_lot(line_no, self.qty.text(), self.lot.text(), self.expiry.text())
        except QutongError as error:
            self.wrong.setText(self.frame.words.error(error))
            self.wrong.show()
            return
        self.close_with(True)
