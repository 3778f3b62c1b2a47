"""Panels of the order editor: the check list, a line's details, the rule's parameters."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.ordering.model.checking import Check, Verdict, may_submit
from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.rows import Row
from desktop.ordering.usecases.wishing import COVER_DAYS, LOOKED_BACK, PACK_RULE, PACK_RULES, Wish
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Field, button, form_row, label, line, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import QutongError
from shared.core.money import parse_money
from shared.ordering.rules import Cover

MARKS = {
    Verdict.FINE: ("✓", Tone.GOOD),
    Verdict.DOUBT: ("!", Tone.WAITING),
    Verdict.WRONG: ("✗", Tone.BAD),
    Verdict.ESTIMATE: ("≈", Tone.ACCENT),
}


def check_text(words: Words, check: Check, currency: str) -> str:
    """A check as a sentence."""
    params = dict(check.params)
    for name in ("free", "total", "saving"):
        if name in params:
            params[name] = formats.money(int(params[name]), currency)
    return words(f"reorder.check_{check.name}", **params)


class CheckPanel(Panel):
    """F9: what was checked, the day and the words of the order; Enter or F10 submits."""

    def __init__(self, frame: Frame, model: OrderEditor) -> None:
        words = frame.words
        super().__init__(words("reorder.check_title"), width=560)
        self.frame, self.model = frame, model
        total = formats.signed_money(model.total_minor, model.currency)
        self.body.addWidget(
            row(label(words("reorder.lines", n=len(model.cart.lines))), None, label(total, "big"))
        )
        self.body.addWidget(line())
        self.checks = model.checks()
        for one in self.checks:
            self.body.addWidget(self._check_row(one))
        self.body.addWidget(line())
        self.day = Field("2026-12-31", text=model.cart.requested_date, name=words("reorder.day"))
        self.note = Field(words("reorder.note_hint"), text=model.cart.note)
        self.body.addWidget(form_row(words("reorder.day"), self.day))
        self.body.addWidget(form_row(words("reorder.note"), self.note))
        self.rebate, self.deposit = Field(), Field()
        self.on_account = label("", "strong")
        self._tenders()
        self.wrong = label("", tone=Tone.BAD)
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self.send = button(words("reorder.submit"), self._go, kind="primary")
        self.send.setEnabled(may_submit(self.checks))
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), self.send))
        for field in (self.day, self.note, self.rebate, self.deposit):
            field.returnPressed.connect(self._go)

    def _tenders(self) -> None:
        """返利, 预存款 and 账期: proposed, changed by typing over (E14)."""
        words, model = self.frame.words, self.model
        held = model.purse.free
        if not held.named_minor:
            return
        named = model.named if model.cart.is_paid_said else model.proposed
        most = f"{model.purse.rebate_percent} %"
        for field, name, minor, free in (
            (self.rebate, "rebate", named.rebate_minor, held.rebate_minor),
            (self.deposit, "deposit", named.deposit_minor, held.deposit_minor),
        ):
            if not free:
                continue
            field.setText(formats.money(minor, model.currency))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            told = words(f"reorder.pay_{name}", free=formats.money(free, model.currency), most=most)
            self.body.addWidget(form_row(told, field, width=230))
            field.textChanged.connect(lambda _text: self._rest())
        self.body.addWidget(
            row(label(words("reorder.pay_account"), "muted"), None, self.on_account)
        )
        self._rest()

    def _rest(self) -> None:
        """What is left for the account's terms, as it stands in the fields."""
        try:
            said = [
                parse_money(clean, self.model.currency).minor if clean else 0
                for field in (self.rebate, self.deposit)
                for clean in (field.text().strip().replace(",", ""),)
            ]
        except QutongError:
            self.on_account.setText("–")
            return
        rest = self.model.total_minor - sum(said)
        self.on_account.setText(formats.signed_money(rest, self.model.currency))

    def _check_row(self, check: Check) -> QWidget:
        mark, tone = MARKS[check.verdict]
        sign = label(mark, "strong", tone=tone)
        sign.setFixedWidth(scaled(20))
        said = label(check_text(self.frame.words, check, self.model.currency))
        said.setWordWrap(True)
        made = row(sign, said)
        made.layout().setStretch(1, 1)  # type: ignore[union-attr]
        return made

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reorder.submit", keys=("F10", "Return"), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.day

    def _go(self) -> None:
        try:
            self.model.set_order(requested_date=self.day.text(), note=self.note.text())
            if self.model.purse.free.named_minor:
                self.model.pay_by(self.rebate.text(), self.deposit.text())
        except QutongError as error:
            self.wrong.setText(self.frame.words.error(error))
            self.wrong.show()
            self.day.set_bad(error.code.startswith("DAY_"))
            return
        if may_submit(self.model.checks()):
            self.close_with(True)


class LinePanel(Panel):
    """F6: quantity, day, words and all-or-nothing of one line (E03)."""

    def __init__(self, frame: Frame, model: OrderEditor, found: Row) -> None:
        words = frame.words
        super().__init__(found.name or found.code, width=480)
        self.frame, self.model, self.found = frame, model, found
        self.body.addWidget(label(f"{found.code}  {found.spec}", "muted"))
        self.qty = Field(words("reorder.qty_hint"), text=found.qty_text)
        self.day = Field("2026-12-31", text=found.line.requested_date)
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
            self.model.set_qty(product_id, self.qty.text())
            self.model.set_line_date(product_id, self.day.text())
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
