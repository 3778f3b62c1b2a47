"""F9 of the order editor: what was checked before an order goes, its day, words and tenders."""

from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ordering.model.checking import Check, Verdict, may_submit
from desktop.ordering.model.editor import OrderEditor
from desktop.ui.actions import Action
from desktop.ui.editors import DayField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Field, button, column, form_row, label, line, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import QutongError
from shared.core.money import parse_money

SIGN_WIDTH: Final = 20
NAMED_MOST: Final = 3
"""So many lines are named before the rest is only counted."""
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
        self._total = label("", "big")
        self.body.addWidget(
            row(label(words("reorder.lines", n=len(model.cart.lines))), None, self._total)
        )
        self.body.addWidget(line())
        self._list = column(spacing=SPACE_S // 2)
        self.body.addWidget(self._list)
        self.body.addWidget(line())
        today = date.fromisoformat(model.today)
        self.day = DayField(words("reorder.day"), today, words=words, may_be_empty=True)
        self.day.set_day(model.cart.requested_date)
        self.note = Field(words("reorder.note_hint"), text=model.cart.note)
        said = row(self.day, SPACE_M, label(words("reorder.note"), "muted"), self.note)
        self.body.addWidget(form_row(words("reorder.day"), said, width=72))
        self.rebate, self.deposit = Field(), Field()
        self.on_account = label("", "strong")
        self._are_tenders_typed = False
        self._tenders()
        self.wrong = label("", tone=Tone.BAD)
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self.send = button(words("reorder.submit"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), self.send))
        self._show()
        for field in (self.day, self.note, self.rebate, self.deposit):
            field.returnPressed.connect(self._go)

    # whole packs

    def _rounding(self) -> QWidget:
        words = self.frame.words
        down = button(words("reorder.round_down"), partial(self._rounded, is_up=False))
        up = button(words("reorder.round_up"), partial(self._rounded, is_up=True))
        return row(down, up)

    def _rounded(self, *, is_up: bool) -> None:
        """Round all of them; what was typed below stays as it is."""
        try:
            n = self.model.round_packs(is_up=is_up)
        except QutongError as error:
            self._say_wrong(error)
            return
        self._show()
        self.frame.say(self.frame.words("reorder.rounded", n=n), Tone.GOOD)

    def _show(self) -> None:
        """The checks and sums as the cart is now."""
        model = self.model
        self.checks = model.checks()
        self._total.setText(formats.signed_money(model.total_minor, model.currency))
        layout = self._list.layout()
        assert layout is not None
        while (item := layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in self.checks:
            layout.addWidget(self._check_row(one))
            for text in self._named(one):
                layout.addWidget(row(scaled(SIGN_WIDTH) + SPACE_S, label(text, "small"), None))
        self.send.setEnabled(may_submit(self.checks))
        if not self._are_tenders_typed and not model.cart.is_paid_said:
            named = model.proposed
            for field, minor in (
                (self.rebate, named.rebate_minor),
                (self.deposit, named.deposit_minor),
            ):
                if field.parent() is not None:
                    field.setText(formats.money(minor, model.currency))
        self._rest()

    def _named(self, check: Check) -> list[str]:
        """The lines a doubt is about, the first few of many."""
        words = self.frame.words
        found = []
        for one in check.rows[:NAMED_MOST]:
            down, up = one.whole_text(is_up=False), one.whole_text(is_up=True)
            key = "reorder.broken_pack" if down != one.qty_text else "reorder.below_pack"
            named = {"code": one.code, "name": one.name, "qty": one.qty_text}
            found.append(words(key, **named, down=down, up=up))
        if more := len(check.rows) - NAMED_MOST:
            found += [words("reorder.and_more", n=more)] if more > 0 else []
        return found

    def _tenders_typed(self) -> None:
        self._are_tenders_typed = True

    # paying

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
            field.textEdited.connect(lambda _text: self._tenders_typed())
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
        sign.setFixedWidth(scaled(SIGN_WIDTH))
        said = label(check_text(self.frame.words, check, self.model.currency))
        said.setWordWrap(True)
        extra = [self._rounding()] if check.rows and self.model.can_round else []
        made = row(sign, said, *extra)
        made.layout().setStretch(1, 1)  # type: ignore[union-attr]
        return made

    def key_actions(self) -> tuple[Action, ...]:
        may_round = self._may_round
        return (
            Action(text="reorder.submit", keys=("F10", "Return"), run=self._go),
            Action(
                text="reorder.round_up",
                keys=("Ctrl+Up",),
                run=partial(self._rounded, is_up=True),
                is_enabled=may_round,
            ),
            Action(
                text="reorder.round_down",
                keys=("Ctrl+Down",),
                run=partial(self._rounded, is_up=False),
                is_enabled=may_round,
            ),
        )

    def _may_round(self) -> bool:
        return self.model.can_round

    def first_focus(self) -> QWidget | None:
        return self.day

    def _go(self) -> None:
        try:
            self.model.set_order(requested_date=self.day.checked(), note=self.note.text())
            if self.model.purse.free.named_minor:
                self.model.pay_by(self.rebate.text(), self.deposit.text())
        except QutongError as error:
            self._say_wrong(error)
            self.day.set_bad(error.code.startswith("DAY_"))
            return
        if may_submit(self.model.checks()):
            self.close_with(True)

    def _say_wrong(self, error: QutongError) -> None:
        self.wrong.setText(self.frame.words.error(error))
        self.wrong.show()
