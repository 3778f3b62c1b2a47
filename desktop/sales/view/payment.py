"""The payment panel: what is due, what was handed over, what goes back; Enter makes the sale."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Final

from desktop.sales.model.payment import PaymentModel
from desktop.sales.view.approval import approver_of
from desktop.sales.view.coupon import CouponPanel
from desktop.sales.view.payment_face import KEY_OF, PaymentFace
from desktop.sales.view.payment_hint import given_back
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.vouchers.usecases.taking import CouponHere
from desktop.words import formats
from shared.accounts.rules import Tender
from shared.core.errors import QutongError

ASK_AGAIN_S: Final = 2
LENT_WITHIN_S: Final = 8
"""How long head office is waited for to lend points or a coupon."""
LOOK_S: Final = 0.2
_SIGNS = (*"0123456789", ".")


class PaymentPanel(PaymentFace):
    """Closes with the sale that was made."""

    def __init__(self, frame: Frame, model: PaymentModel) -> None:
        super().__init__(
            frame,
            model,
            choose=self._choose,
            lay_down=self._lay_down,
            take_exactly=self._take_exactly,
        )
        self._is_under_way = self._is_selling = False
        self._stops = (
            model.watch(self.draw),
            # A price that comes into force now is asked for at once: what is taken is what shows.
            model.till.watch(partial(self.draw, keeps_said=True)),
        )

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
                run=self._round_off,
                in_line=not model.is_refund,
            ),
            erase,
            *signs,
        )

    def scanned(self, code: str) -> bool:
        is_coupon = self.model.promises.is_coupon(code) and not self.model.is_refund
        if not is_coupon and not self.model.is_payment_code(code):
            return False
        if self._is_held:
            # A code read twice is charged once.
            return True
        if is_coupon:
            self._coupon_scanned(code)
        else:
            self._is_under_way = True
            self.frame.tasks.start(self._take_code(code))
        return True

    def back(self) -> None:
        if self.model.promises.asked:
            self.model.promises.stop_asking()
            self.draw()
        elif self.model.asked is not None and self.model.is_refund:
            self._stop_refund()
        elif self.model.asked is not None:
            self.frame.tasks.start(self._give_up())
        elif self._is_under_way or self._is_selling:
            # On its way to the provider, or to the disk: what comes of it is heard in a moment.
            return
        elif not self.model.till.is_busy:
            if self.model.back():
                self.close_with(None)
            self._tell_given_back()

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

    def _round_off(self) -> None:
        if not self._is_held:
            self.model.next_round_off()

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
            self._is_under_way = False
            self._ring.setVisible(False)

    async def _refund_by_code(self) -> None:
        """The money goes first: the return is made once it is known to have gone."""
        self._is_under_way = True
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
            self._is_under_way = False
            self._ring.setVisible(False)

    def _is_waiting(self) -> bool:
        return self.model.asked is not None

    @property
    def _is_held(self) -> bool:
        is_asked = bool(self.model.promises.asked) or self.model.asked is not None
        return is_asked or self._is_under_way or self._is_selling

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
        for stop in self._stops:
            stop()
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
            # From this very key on: a second one in the same breath makes no second sale.
            self._is_selling = True
            self.frame.tasks.start(self._sell_now())

    async def _sell(self) -> None:
        if not self._is_selling:
            self._is_selling = True
            await self._sell_now()

    async def _sell_now(self) -> None:
        try:
            self.close_with(await self._sold())
        except QutongError as error:
            # The money handed over was taken for this sale: without it, it goes back.
            self._is_selling = False
            self.model.give_back()
            self._tell(error)
            self._tell_given_back()

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
            self.model.give_back()
            self._tell_given_back()
            return None
        till.approved(*given)
        return await till.sell() or True

    def _tell_given_back(self) -> None:
        """It is told at the till, too: this panel may be gone before the money is."""
        if told := given_back(self.model, self.words):
            self.model.till.say(told[0], "waiting", **told[1])

    def _tell(self, error: QutongError) -> None:
        self._said.setText(self.words.error(error))
        self._said.setVisible(True)
        self.frame.tell(error)
        self.draw(keeps_said=True)
