"""What the payment panel shows: what is due, what was handed over, what goes back."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar

from desktop.sales.model.payment import PaymentModel
from desktop.sales.view.code_picture import STATIC_CODE, CodeCard
from desktop.sales.view.fingers import Fingers
from desktop.sales.view.payment_hint import hint_of, savings_text
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_M, TARGET_TILL, Tone
from desktop.ui.widgets import button, column, label, line, pill, row, set_tone
from desktop.words import formats
from shared.accounts.rules import Tender

KEY_OF = {
    Tender.CASH: "C",
    Tender.STATIC_CODE: "W",
    Tender.CARD: "K",
    Tender.BANK_TRANSFER: "B",
    Tender.MALL: "M",
    Tender.COUPON: "Q",
    Tender.POINTS: "P",
    Tender.DEPOSIT: "D",
}
IN_ROW: Final = 5
"""Tenders side by side; more stand below, so that none is cut."""


class PaymentFace(Panel):
    """Draws a payment; what its buttons do is handed in."""

    has_own_confirm = False

    def __init__(
        self,
        frame: Frame,
        model: PaymentModel,
        *,
        choose: Callable[[Tender], None],
        lay_down: Callable[[int], None],
        take_exactly: Callable[[], None],
    ) -> None:
        title = "pay.title_refund" if model.is_refund else "pay.title"
        super().__init__(frame.words(title), width=620)
        self.frame, self.model, self.words = frame, model, frame.words
        self._build(choose, lay_down, take_exactly)
        self.draw()

    def _build(
        self,
        choose: Callable[[Tender], None],
        lay_down: Callable[[int], None],
        take_exactly: Callable[[], None],
    ) -> None:
        words = self.words
        self._due_name, self._due = label("", "muted"), label("", "total")
        self._typed_name, self._typed = label("", "muted"), label("", "total")
        self._change_name, self._change = label("", "muted"), label("", "total")
        for figure in (self._typed, self._change):
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        due = column(self._due_name, self._due, spacing=0)
        typed = column(self._typed_name, self._typed, spacing=0)
        change = column(self._change_name, self._change, spacing=0)
        self.body.addWidget(row(due, None, typed, None, change))
        self._savings = label("", "muted")
        self.body.addWidget(self._savings)
        self._parts = label("", "muted")
        self.body.addWidget(self._parts)
        self.body.addWidget(line())
        self._buttons = {
            tender: button(
                f"{KEY_OF[tender]}  {words.of('tender', tender.value)}",
                partial(choose, tender),
            )
            for tender in self.model.tenders
        }
        for one in self._buttons.values():
            one.setMinimumHeight(TARGET_TILL)
            one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made = [*self._buttons.values()]
        for start in range(0, len(made), IN_ROW):
            self.body.addWidget(row(*made[start : start + IN_ROW], None))
        self._cash = Fingers(
            (
                *((f"+{note}", partial(lay_down, note)) for note in self.model.notes),
                (words("pay.exactly"), take_exactly),
            )
        )
        self.body.addWidget(self._cash)
        self._code = CodeCard()
        self.body.addWidget(self._code)
        # Without a maximum it runs: nobody knows how long a customer looks at the phone.
        self._ring = QProgressBar()
        self._ring.setRange(0, 0)
        self._ring.setTextVisible(False)
        self._ring.setVisible(False)
        self.body.addWidget(self._ring)
        self._hint = label(words("pay.hint"), "muted")
        self._hint.setWordWrap(True)
        self.body.addWidget(self._hint)
        self._said = pill("", Tone.BAD)
        self._said.setVisible(False)
        self.body.addWidget(self._said)
        self.body.setSpacing(SPACE_M)

    def draw(self, *, keeps_said: bool = False) -> None:
        """Show what the model says."""
        model, words = self.model, self.words
        currency = model.till.currency
        if not keeps_said:
            self._said.setVisible(False)
        is_part = bool(model.till.basket.parts)
        refund = "pay.refund_cash" if model.is_cash_refund else "pay.refund"
        due_key = refund if model.is_refund else "pay.rest" if is_part else "pay.due"
        self._due_name.setText(words(due_key))
        self._due.setText(formats.money(abs(model.rest_minor), currency))
        self._typed_name.setText(words.of("tender", model.tender.value))
        typed = model.typed or formats.money(abs(model.amount_minor), currency)
        self._typed.setText("" if model.is_refund else typed)
        self._typed_name.setVisible(not model.is_refund)
        set_tone(self._typed, Tone.PLAIN if model.typed else Tone.ACCENT)
        self._draw_change()
        self._cash.setVisible(Tender.CASH in model.tenders and not model.is_refund)
        self._savings.setText(savings_text(model, words))
        self._savings.setVisible(bool(self._savings.text()))
        parts = [(part.tender, part.amount_minor) for part in model.till.basket.parts]
        shown = model.refund_parts() or parts
        self._parts.setText(
            "   ".join(
                f"{words.of('tender', tender)} {formats.money(minor, currency)}"
                for tender, minor in shown
            )
        )
        self._parts.setVisible(bool(shown))
        for tender, one in self._buttons.items():
            one.setProperty("kind", "primary" if tender is model.tender else "")
            one.setVisible(not model.is_refund)
            one.style().unpolish(one)
            one.style().polish(one)
        self._hint.setText(hint_of(model, words, self.frame.person.zone))
        set_tone(self._hint, Tone.WAITING if model.went_back else Tone.PLAIN)
        self._draw_code()

    def _draw_change(self) -> None:
        model, currency = self.model, self.model.till.currency
        shows = model.change_minor or model.short_minor
        self._change_name.setText(
            self.words("pay.short" if model.short_minor else "pay.change") if shows else ""
        )
        value = model.short_minor or model.change_minor
        self._change.setText(formats.money(value, currency) if shows else "")
        set_tone(self._change, Tone.WAITING if model.short_minor else Tone.GOOD)

    def _draw_code(self) -> None:
        is_shown = self.model.tender is Tender.STATIC_CODE and not self.model.is_refund
        self._code.setVisible(is_shown)
        if is_shown:
            content = self.frame.settings.get(STATIC_CODE)
            amount = formats.signed_money(self.model.amount_minor, self.model.till.currency)
            key = "pay.code_hint" if content else "pay.code_on_desk"
            self._code.draw(content, self.words(key, amount=amount))
