"""The payment panel: what is due, what was handed over, what goes back; Enter makes the sale."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar

from desktop.sales.model.payment import PaymentModel
from desktop.sales.view.approval import approver_of
from desktop.sales.view.code_picture import code_pixmap
from desktop.sales.view.coupon import CouponPanel
from desktop.sales.view.fingers import Fingers
from desktop.sales.view.payment_hint import hint_of, savings_text
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_M, TARGET_TILL, Tone
from desktop.ui.widgets import Card, button, column, label, line, pill, row, set_tone
from desktop.vouchers.usecases.taking import CouponHere
from desktop.words import formats
from shared.accounts.rules import Tender
from shared.core.errors import QutongError

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
STATIC_CODE: Final = "pay.static_code"
"""The setting that holds what the shop's own 收款码 says."""
IN_ROW: Final = 5
"""Tenders side by side; more stand below, so that none is cut."""
ASK_AGAIN_S: Final = 2
LENT_WITHIN_S: Final = 8
"""How long head office is waited for to lend points or a coupon."""
LOOK_S: Final = 0.2
_SIGNS = (*"0123456789", ".")


class PaymentPanel(Panel):
    """Closes with the sale that was made."""

    has_own_confirm = False

    def __init__(self, frame: Frame, model: PaymentModel) -> None:
        title = "pay.title_refund" if model.is_refund else "pay.title"
        super().__init__(frame.words(title), width=620)
        self.frame, self.model, self.words = frame, model, frame.words
        self._is_refunding = False
        self._build()
        self._stop = model.watch(self.draw)
        self.draw()

    def _build(self) -> None:
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
                partial(self._choose, tender),
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
                *((f"+{note}", partial(self._lay_down, note)) for note in self.model.notes),
                (words("pay.exactly"), self._take_exactly),
            )
        )
        self.body.addWidget(self._cash)
        self._code = QLabel()
        self._code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._code_said = label("", "muted")
        self._code_said.setWordWrap(True)
        self._code_said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._code_card = Card(self._code, self._code_said)
        self.body.addWidget(self._code_card)
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

    def key_actions(self) -> tuple[Action, ...]:
        model = self.model
        tenders = tuple(
            Action(
                text=f"tender.{tender.value}",
                keys=(KEY_OF[tender],),
                run=partial(self._choose, tender),
                # Money goes back the way it came, or in cash: nothing else is worth a key then.
                in_line=not model.is_refund or tender is Tender.CASH,
            )
            for tender in model.tenders
        )
        signs = tuple(
            Action(text="pay.type", keys=(sign,), run=partial(model.type, sign), in_line=False)
            for sign in _SIGNS
        )
        erase = Action(text="pay.erase", keys=("Backspace",), run=model.erase, in_line=False)
        return (
            Action(text="pay.confirm", keys=("Return",), run=self._enter),
            *tenders,
            Action(
                text="pay.round_off",
                keys=("R",),
                run=model.next_round_off,
                in_line=not model.is_refund,
            ),
            erase,
            *signs,
        )

    def scanned(self, code: str) -> bool:
        if self.model.promises.is_coupon(code) and not self.model.is_refund:
            self._coupon_scanned(code)
            return True
        if not self.model.is_payment_code(code):
            return False
        self.frame.tasks.start(self._take_code(code))
        return True

    def back(self) -> None:
        if self.model.promises.asked:
            self.model.promises.stop_asking()
            self.draw()
        elif self.model.asked is not None and self.model.is_refund:
            self._stop_refund()
        elif self._is_refunding:
            # On its way to the provider: what comes of it is heard in a moment.
            return
        elif self.model.asked is not None:
            self.frame.tasks.start(self._give_up())
        elif not self.model.till.is_busy and self.model.back():
            self.close_with(None)

    # what head office promised

    def _choose(self, tender: Tender) -> None:
        if self._is_held:
            return
        if tender is Tender.COUPON and not self.model.is_refund:
            self.frame.tasks.start(self._ask_coupon())
        else:
            self.model.choose(tender)

    def _lay_down(self, note: int) -> None:
        if not self._is_held:
            self.model.lay_down(note)

    def _take_exactly(self) -> None:
        if not self._is_held:
            self.model.take_exactly()
            self._enter()

    def _coupon_scanned(self, code: str) -> None:
        try:
            found = self.model.promises.find_coupon(code)
        except QutongError as error:
            self._tell(error)
        else:
            self.frame.tasks.start(self._pay_coupon(found))

    async def _ask_coupon(self) -> None:
        found = await self.frame.ask(CouponPanel(self.frame, self.model.promises))
        if isinstance(found, CouponHere):
            await self._pay_coupon(found)

    async def _pay_coupon(self, found: CouponHere) -> None:
        promises = self.model.promises
        if found.needs_lease and not await self._lent(promises.ask_coupon(found)):
            return
        promises.take_coupon(found)
        if self.model.took():
            await self._sell()

    async def _pay_lent(self) -> None:
        """With points or from the deposit, once head office lent them."""
        if await self._lent(self.model.ask_promised()):
            self._enter()

    async def _lent(self, asking: Awaitable[None]) -> bool:
        """Ask head office and wait a little; whether this till holds it now."""
        promises = self.model.promises
        self._ring.setVisible(True)
        try:
            await asking
            self.draw()
            self.frame.sync()
            for _look in range(int(LENT_WITHIN_S / LOOK_S)):
                if promises.has_come():
                    return bool(promises.asked)
                await asyncio.sleep(LOOK_S)
            raise promises.needs_line()
        except QutongError as error:
            promises.stop_asking()
            self._tell(error)
            return False
        finally:
            promises.stop_asking()
            self._ring.setVisible(False)

    async def _take_code(self, code: str) -> None:
        self._ring.setVisible(True)
        try:
            is_paid = await self.model.take_code(code)
            while not is_paid and self.model.asked is not None:
                await asyncio.sleep(ASK_AGAIN_S)
                is_paid = await self.model.ask_again()
            if is_paid:
                await self._sell()
        except QutongError as error:
            self._tell(error)
        finally:
            self._ring.setVisible(False)

    async def _refund_by_code(self) -> None:
        """The money goes first: the return is made once it is known to have gone."""
        self._is_refunding = True
        self._ring.setVisible(True)
        try:
            is_back = await self.model.refund_by_code()
            while not is_back and self._is_waiting():
                await asyncio.sleep(ASK_AGAIN_S)
                is_back = self._is_waiting() and await self.model.refund_by_code()
            if is_back:
                await self._sell()
        except QutongError as error:
            self._tell(error)
        finally:
            self._is_refunding = False
            self._ring.setVisible(False)

    def _is_waiting(self) -> bool:
        return self.model.asked is not None

    @property
    def _is_held(self) -> bool:
        return bool(self.model.promises.asked) or self._is_refunding

    def _stop_refund(self) -> None:
        asked = self.model.asked
        assert asked is not None
        self.model.stop_asking()
        amount = formats.signed_money(-asked.amount_minor, asked.currency)
        self.close_with(None)
        self.frame.say(self.words("payments.still_waiting", amount=amount), Tone.WAITING)

    async def _give_up(self) -> None:
        if await self.model.give_up():
            await self._sell()

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    def _enter(self) -> None:
        if self.model.till.is_busy or self._is_held:
            return
        if self.model.is_refund and self.model.code_refund_minor:
            self.frame.tasks.start(self._refund_by_code())
            return
        try:
            if self.model.must_ask():
                self.frame.tasks.start(self._pay_lent())
                return
            is_paid = self.model.enter()
        except QutongError as error:
            self._tell(error)
            return
        if is_paid:
            self.frame.tasks.start(self._sell())

    async def _sell(self) -> None:
        try:
            self.close_with(await self._sold())
        except QutongError as error:
            # The money handed over was taken for this sale: without it, it goes back.
            self.model.till.give_back()
            self._tell(error)

    async def _sold(self) -> object:
        till = self.model.till
        try:
            return await till.sell() or True
        except QutongError as error:
            if error.code not in ("APPROVER_PIN_NEEDED", "APPROVAL_MISSING"):
                raise
        why = self.words("approve.refund_otherwise") if self.model.is_refund else ""
        given = await approver_of(self.frame, "sale.approve", why)
        if given is None:
            till.give_back()
            return None
        till.approved(*given)
        return await till.sell() or True

    def _tell(self, error: QutongError) -> None:
        self._said.setText(self.words.error(error))
        self._said.setVisible(True)
        self.frame.tell(error)
        self.draw(keeps_said=True)

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
        is_code = self.model.tender is Tender.STATIC_CODE and not self.model.is_refund
        self._code_card.setVisible(is_code)
        if not is_code:
            return
        content = self.frame.settings.get(STATIC_CODE)
        amount = formats.signed_money(self.model.amount_minor, self.model.till.currency)
        if content:
            self._code.setPixmap(code_pixmap(content, 220))
        self._code.setVisible(bool(content))
        key = "pay.code_hint" if content else "pay.code_on_desk"
        self._code_said.setText(self.words(key, amount=amount))
