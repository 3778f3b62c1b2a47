"""What is taken off the open basket by hand: it counts once somebody who may stands for it."""

from collections.abc import Callable

import msgspec

from desktop.sales.model.discounts import (
    needs_approval,
    own_off_minor,
    read_typed_discount,
    said_price_micro,
    typed_price_micro,
)
from desktop.sales.model.shelf import BasketWithShelf
from desktop.sales.usecases.basket import (
    Basket,
    Due,
    Line,
    deal_of,
    due_of,
    unapproved,
    with_changed,
)
from desktop.store.desk import Desk
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO

Offer = Callable[[Basket], Basket]
"""Takes something off whatever basket it is laid over."""


class BasketWithDiscounts(BasketWithShelf):
    """The open basket with discounts and prices said by a person (D09).

    More than the person may give alone never stands in the basket: it waits beside it until it
    is approved, so that nobody who comes after finds it there.
    """

    def __init__(self, desk: Desk, currency: str, *, may_approve: bool = False) -> None:
        super().__init__(desk, currency)
        self._may_approve = may_approve
        """Whether who sells may approve discounts: an owner alone in the shop asks nobody (D09)."""
        self._offer: Offer | None = None
        """What was asked for and nobody stands for yet."""

    # one line

    def set_price(self, text: str) -> None:
        """A price said for the current line, or ``9折`` of it; '' takes it back.

        Raises: what prices raise, and as ``said_price_micro``.
        """
        line = self.basket.line
        if line is not None:
            self.check_free()
            self._take_off(self._said(line, typed_price_micro(line, text, self.currency)))

    def set_line_discount(self, text: str) -> None:
        """A discount of the current line. Raises: RuleViolation DISCOUNT_UNREADABLE,
        DISCOUNT_TOO_LARGE."""
        self.check_free()
        line = self.basket.line
        if line is not None:
            self._take_off(self._said(line, said_price_micro(line, text, self.currency)))

    def line_discounted(self, text: str) -> Basket:
        """The basket as it would be with this discount of the current line. Raises as
        ``set_line_discount``."""
        line = self.basket.line
        if line is None:
            return self.basket
        return self._said(line, said_price_micro(line, text, self.currency))(self._fresh())

    def _said(self, line: Line, said_micro: int | None) -> Offer:
        place = self.basket.current

        def offer(basket: Basket) -> Basket:
            # Scans that waited behind the question may have made more of the line.
            now = basket.lines[place] if place < len(basket.lines) else None
            if now is None or (now.product_id, now.unit) != (line.product_id, line.unit):
                return basket
            changed = msgspec.structs.replace(now, said_micro=said_micro)
            # Who stood for what was taken off before did not see this.
            return unapproved(with_changed(basket, place, changed))

        return offer

    # the whole basket

    def set_discount(self, text: str) -> None:
        """A discount of the whole basket; an approval given before does not cover it.

        Raises: RuleViolation DISCOUNT_UNREADABLE, DISCOUNT_TOO_LARGE, EXCHANGE_NO_DISCOUNT.
        """
        self.check_free()
        if self.basket.came_back is not None:
            raise RuleViolation("EXCHANGE_NO_DISCOUNT")
        self._take_off(self._of_whole(text))

    def discounted(self, text: str) -> Basket:
        """The basket as it would be with this discount. Raises as ``set_discount``."""
        return self._of_whole(text)(self._fresh())

    def _of_whole(self, text: str) -> Offer:
        read = read_typed_discount(text, self.currency)
        plain = msgspec.structs.replace(self._fresh(), discount_minor=0, pay_ratio_micro=MICRO)
        sold = due_of(plain, self.currency, self.deal).total_minor
        if read.minor > max(sold, 0):
            raise RuleViolation("DISCOUNT_TOO_LARGE", most=max(sold, 0))
        return lambda basket: unapproved(
            msgspec.structs.replace(
                basket, discount_minor=read.minor, pay_ratio_micro=read.pay_ratio_micro
            )
        )

    def due_with(self, basket: Basket) -> Due:
        """What a changed basket would come to, with the promotions of now."""
        return due_of(basket, self.currency, deal_of(basket, self.opened, self.desk.now_us))

    # who stands for it

    def needs_approval(self, basket: Basket | None = None) -> bool:
        """Whether somebody else has to stand for what is taken off, or asked to be."""
        asked = basket or self._asked()
        deal = deal_of(asked, self.opened, self.desk.now_us)
        return not self._may_approve and needs_approval(asked, self.currency, deal)

    @property
    def asked_minor(self) -> int:
        """What somebody is asked to stand for: all that would be taken off by hand."""
        return own_off_minor(self.due_with(self._asked()))

    def approved(self, approver_id: str, name: str) -> None:
        """Somebody stands for what is taken off: from now on it counts."""
        minor = self.asked_minor
        self._write(
            msgspec.structs.replace(
                self._asked(),
                approver_id=approver_id,
                approver_name=name,
                approved_minor=minor,
            )
        )

    def refused(self) -> None:
        """Nobody stands for it: what stood there before stands."""
        self._offer = None
        self.say("till.not_approved", "waiting")

    def _asked(self) -> Basket:
        return self._offer(self._fresh()) if self._offer is not None else self._fresh()

    def _take_off(self, offer: Offer) -> None:
        asked = offer(self._fresh())
        self._offer = None
        if self.needs_approval(asked):
            self._offer = offer
            self.changed()
        else:
            self._write(asked)

    def _write(self, basket: Basket) -> None:
        # Whatever was written, nothing waits for an approval of the basket before it.
        self._offer = None
        super()._write(basket)
