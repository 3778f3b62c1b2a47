"""Paying at the till: what is typed, what is still due, what goes back, and when it is enough."""

from typing import Final

from desktop.sales.model.promises import Promises
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Part
from desktop.sales.usecases.coming_back import refund_plan
from desktop.sales.usecases.options import TillOptions
from desktop.sales.usecases.payment_refunds import look_at_refunds, refund_sale
from desktop.sales.usecases.payments import (
    Payment,
    PaymentProvider,
    PaymentState,
    begin_payment,
    give_up_payment,
    look_again,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.accounts.rules import PROMISED, Tender
from shared.core.decimals import write_scaled
from shared.core.errors import RuleViolation
from shared.core.money import minor_digits, parse_money
from shared.sales.rules import wallet_of

TYPED_MOST: Final = 10
NOTES: Final = (20, 50, 100)
ROUND_STEPS: Final = (0, 10, 100)
"""抹零 as R goes through it: none, to the jiao, to the yuan."""


class PaymentModel(Watched):
    """One payment of the open basket. The tender proposed first is a setting of the house."""

    def __init__(
        self,
        till: TillModel,
        options: TillOptions,
        tenders: tuple[Tender, ...],
        provider: PaymentProvider | None = None,
    ) -> None:
        super().__init__()
        self.till = till
        self.options = options
        self.tenders = tenders
        """What can be chosen here, in the order of the buttons."""
        self.provider = provider
        """Takes payment codes; None where nobody set one up, and then there are none."""
        self.asked: Payment | None = None
        """A payment by the customer's code that is not known for sure."""
        self.is_cash_refund = False
        """Money goes back in cash, not the way it came."""
        self.went_back: tuple[Part, ...] = ()
        """What was handed over and is in no sale now: it is the customer's, and told until other
        money is taken."""
        self.promises = Promises(till, tenders)
        self.typed = ""
        first = options.first_tender
        has_none = first is Tender.POINTS and not self.promises.left_minor
        self.tender = first if first in tenders and not has_none else Tender.CASH

    @property
    def rest_minor(self) -> int:
        """What is still to pay; below zero it goes back to the customer."""
        return self.till.due.rest_minor

    @property
    def is_refund(self) -> bool:
        """Whether money goes back in all: nothing is typed then."""
        return self.till.due.total_minor < 0

    @property
    def amount_minor(self) -> int:
        """What would be handed over now: what was typed, or all that is still to pay."""
        if not self.typed.strip("."):
            is_points = self.tender is Tender.POINTS
            most = self.promises.left_minor if is_points else self.rest_minor
            return min(self.rest_minor, most)
        return parse_money(self.typed.rstrip("."), self.till.currency).minor

    @property
    def change_minor(self) -> int:
        """What goes back over the counter; cash only."""
        if self.is_refund or self.tender is not Tender.CASH:
            return 0
        return max(self.amount_minor - self.rest_minor, 0)

    @property
    def short_minor(self) -> int:
        """What would still be due after this part."""
        return 0 if self.is_refund else max(self.rest_minor - self.amount_minor, 0)

    def type(self, sign: str) -> None:
        """One digit or the point; what would be no amount any more is ignored."""
        if self.is_refund:
            return
        text = self.typed + sign
        whole, _, decimals = text.partition(".")
        if len(text) > TYPED_MOST or text.count(".") > 1 or len(decimals) > 2:
            return
        self.typed = text if whole else "0" + text
        self.changed()

    @property
    def notes(self) -> tuple[int, ...]:
        """Notes customers pay with, in whole units of the currency."""
        return NOTES if minor_digits(self.till.currency) else tuple(100 * one for one in NOTES)

    def lay_down(self, note: int) -> None:
        """A customer lays down a note: so much more cash than was typed."""
        if self.is_refund or Tender.CASH not in self.tenders:
            return
        before = self.amount_minor if self.typed.strip(".") else 0
        size: int = 10 ** minor_digits(self.till.currency)
        typed = write_scaled(before + note * size, minor_digits(self.till.currency))
        if len(typed) <= TYPED_MOST:
            self.tender, self.typed = Tender.CASH, typed
            self.changed()

    def take_exactly(self) -> None:
        """Exactly what is still to pay, in cash."""
        if not self.is_refund:
            self.tender, self.typed = Tender.CASH, ""
            self.changed()

    def erase(self) -> None:
        """The last sign goes."""
        self.typed = self.typed[:-1]
        self.changed()

    def choose(self, tender: Tender) -> None:
        """Pay the rest, or the part typed, another way; a refund goes back in cash, or again the
        way it came."""
        if self.is_refund:
            self.is_cash_refund = tender is Tender.CASH and not self.is_cash_refund
            self.changed()
        elif tender in self.tenders and tender is not Tender.COUPON:
            # A coupon says itself how much it pays.
            self.tender = tender
            self.changed()

    def is_payment_code(self, code: str) -> bool:
        """Whether a scan is a customer's code that can be charged here."""
        return self.provider is not None and not self.is_refund and bool(wallet_of(code))

    async def take_code(self, code: str) -> bool:
        """Charge the customer's code with the rest, or with what was typed; whether the basket
        is paid now. While the answer is in doubt ``asked`` holds the payment.

        Raises: as ``begin_payment``; RuleViolation PAYMENT_REFUSED, PAID_TOO_MUCH.
        """
        if self.asked is not None:
            return False
        amount = self.amount_minor
        if amount > self.rest_minor:
            raise RuleViolation("PAID_TOO_MUCH", amount=amount - self.rest_minor)
        desk = self.till.desk
        self.till.open_shift()
        return self._settled(
            await desk.work(begin_payment, desk.store, self.provider, amount, code)
        )

    async def ask_again(self) -> bool:
        """What became of the payment in doubt. Raises as ``take_code``."""
        if self.asked is None or self.provider is None:
            return False
        desk = self.till.desk
        return self._settled(
            await desk.work(look_again, desk.store, self.provider, self.asked.reference)
        )

    async def give_up(self) -> bool:
        """Reverse the payment in doubt; whether it was paid in the meantime after all."""
        if self.asked is None or self.provider is None:
            return False
        desk = self.till.desk
        found = await desk.work(give_up_payment, desk.store, self.provider, self.asked.reference)
        if found.state in (PaymentState.REFUSED, PaymentState.REVERSED):
            self.asked = None
            self.changed()
            return False
        return self._settled(found)

    def _settled(self, payment: Payment) -> bool:
        self.asked = payment if payment.state is PaymentState.WAITING else None
        if payment.state is PaymentState.PAID:
            given = payment.given
            self.till.give(
                Part(
                    tender=given.tender.value,
                    amount_minor=given.amount_minor,
                    reference=given.reference,
                )
            )
            self.typed = ""
        self.changed()
        if payment.state in (PaymentState.REFUSED, PaymentState.REVERSED):
            raise RuleViolation("PAYMENT_REFUSED")
        return payment.state is PaymentState.PAID and self.rest_minor <= 0

    def next_round_off(self) -> None:
        """抹零: none, to the jiao, to the yuan, and none again; before any money was taken."""
        if self.till.basket.parts or self.till.basket.came_back is not None:
            return
        step = self.till.basket.round_off_to_minor
        at = ROUND_STEPS.index(step) if step in ROUND_STEPS else 0
        self.till.set_round_off(ROUND_STEPS[(at + 1) % len(ROUND_STEPS)])
        self.changed()

    def enter(self) -> bool:
        """Take what is proposed or typed; whether the basket is paid now.

        Raises: RuleViolation PAID_TOO_MUCH, AMOUNT_ZERO.
        """
        if self.is_cash_refund and not self.till.basket.parts:
            self.till.give(Part(tender=Tender.CASH.value, amount_minor=self.rest_minor))
        if self.is_refund or not self.rest_minor:
            return True
        amount = self.amount_minor
        if amount <= 0:
            raise RuleViolation("AMOUNT_ZERO", tender=self.tender.value)
        if amount > self.rest_minor and self.tender is not Tender.CASH:
            raise RuleViolation("PAID_TOO_MUCH", amount=amount - self.rest_minor)
        self.till.give(Part(tender=self.tender.value, amount_minor=amount))
        return self.took()

    def took(self) -> bool:
        """A part was taken; whether the basket is paid now."""
        self.typed, self.tender, self.went_back = "", Tender.CASH, ()
        self.changed()
        return self.rest_minor <= 0

    def must_ask(self) -> bool:
        """Whether head office is asked before this part is taken: points, or a part of the
        member's deposit, this till does not hold.

        Raises: RuleViolation POINTS_NOT_ENOUGH.
        """
        is_lent = self.tender in (Tender.POINTS, Tender.DEPOSIT)
        if self.is_refund or not is_lent or not 0 < self.amount_minor <= self.rest_minor:
            return False
        if self.tender is Tender.DEPOSIT:
            return self.promises.must_ask_deposit(self.amount_minor)
        return self.promises.must_ask_points(self.amount_minor)

    async def ask_promised(self) -> None:
        """Ask head office for what would be taken now. Raises: as ``ask_lease``."""
        if self.tender is Tender.DEPOSIT:
            await self.promises.ask_deposit(self.amount_minor)
        else:
            await self.promises.ask_points(self.amount_minor)

    def refund_parts(self) -> list[tuple[str, int]]:
        """What goes back by which tender, in minor units above zero."""
        back = self.till.basket.came_back
        if back is None or not self.is_refund:
            return []
        return self.till.desk.do_now(
            refund_plan, back.sale, -self.rest_minor, in_cash=self.is_cash_refund
        )

    @property
    def code_refund_minor(self) -> int:
        """What goes back by the customers' codes it was paid with; 0 in cash, and without one
        who does it."""
        if self.provider is None or self.is_cash_refund or self.till.basket.parts:
            return 0
        return sum(
            minor for name, minor in self.refund_parts() if name == Tender.PAYMENT_CODE.value
        )

    async def refund_by_code(self) -> bool:
        """Send the money back the way it came, or ask again what became of it; whether all of it
        went. While it is in doubt ``asked`` holds the refund.

        Raises: as ``refund_sale``.
        """
        back, desk, amount = self.till.basket.came_back, self.till.desk, self.code_refund_minor
        if back is None or not amount:
            return True
        plan = self.refund_parts()
        self.till.open_shift()
        made = await desk.work(refund_sale, desk.store, self.provider, back.sale, amount)
        doubtful = next((one for one in made if one.state is PaymentState.WAITING), None)
        self.asked = doubtful
        self.changed()
        if doubtful is not None:
            return False
        for one in made:
            self._give_back_by(Tender.PAYMENT_CODE.value, -one.amount_minor, one.reference)
        for name, minor in plan:
            if name != Tender.PAYMENT_CODE.value and name not in PROMISED:
                self._give_back_by(name, minor)
        return True

    def stop_asking(self) -> None:
        """Nobody waits for the refund in doubt here any more; it stands in the payments."""
        self.asked = None
        self.changed()

    def _give_back_by(self, tender: str, minor: int, reference: str = "") -> None:
        self.till.give(Part(tender=tender, amount_minor=-minor, reference=reference))

    def back(self) -> bool:
        """Esc: first what was typed, then money handed over, then the panel; whether it closes."""
        if self.typed:
            self.typed = ""
        elif self.till.basket.parts:
            self.give_back()
        else:
            return True
        self.changed()
        return False

    def give_back(self) -> None:
        """What was handed over goes back to the customer: the sale is not made."""
        self.went_back = self.till.basket.parts
        self.till.give_back()


async def refunds_in_doubt(desk: Desk, provider: PaymentProvider) -> None:
    """Ask again for refunds whose outcome nobody knows, whenever a till is opened."""
    await desk.work(look_at_refunds, desk.store, provider)
