"""The open basket of a till with its promotions: what it comes to, and what is chosen of them."""

from typing import Final

import msgspec

from desktop.sales.model.choosing import declined_with
from desktop.sales.model.promotions import BasketPromotions
from desktop.sales.model.typed import Notice
from desktop.sales.usecases.basket import (
    Basket,
    Due,
    deal_of,
    due_of,
    with_cuts,
    with_gift,
)
from desktop.sales.usecases.deal import Deal
from desktop.sales.usecases.keeping import begin, keep, open_basket
from desktop.sales.usecases.promoting import Promotions
from desktop.sales.usecases.renewing import renew_basket
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.quantity import plain_quantity
from shared.promotions.rules import Cut

UNDO_MOST: Final = 100
CUTS_MOST: Final = 5
"""Rounds of cutting lines to limits; one is enough unless limits feed each other."""


class OpenBasket(Watched):
    """A basket on disk, the promotions it was shown with, and the notice under its lines."""

    def __init__(self, desk: Desk, currency: str) -> None:
        super().__init__()
        self.desk = desk
        self.currency = currency
        self.notice: Notice | None = None
        self._undo: list[Basket] = []
        self.promotions = BasketPromotions(desk)
        self.choice = -1
        """Which of the gifts that may still be chosen the cursor is on; -1 = on the lines."""
        desk.once(renew_basket)
        self.basket = desk.read(open_basket) or desk.do_now(begin)
        self.promotions.open(self.basket)

    @property
    def due(self) -> Due:
        """What the basket comes to."""
        return due_of(self.basket, self.currency, self.deal)

    @property
    def opened(self) -> Promotions:
        """The policies in force for the basket."""
        return self.promotions.opened

    @property
    def declined(self) -> tuple[str, ...]:
        """Policies the buyer does not want."""
        return self.basket.declined

    @property
    def total_minor(self) -> int:
        """What the basket comes to in all."""
        return self.due.total_minor

    @property
    def deal(self) -> Deal:
        """What promotions make of the basket."""
        return self.promotions.deal(self.basket)

    @property
    def line_minor(self) -> int:
        """What the line under the cursor costs, after promotions."""
        line, line_no = self.basket.line, self.basket.current + 1
        if line is None:
            return 0
        is_promoted = line_no in self.deal.parts
        return self.deal.amount_minor(line_no) if is_promoted else line.amount_minor(self.currency)

    def worth_minor(self, basket: Basket) -> int:
        """What a basket that was put aside comes to, with the promotions of now."""
        deal = deal_of(basket, self.promotions.opened, self.desk.now_us)
        return due_of(basket, self.currency, deal).total_minor

    def say(self, key: str, tone: str = "plain", **values: str | int) -> None:
        """Say a sentence under the lines until the next key."""
        self.notice = Notice(key=key, tone=tone, values=values)
        self.changed()

    def moves_choice(self, by: int) -> bool:
        """Whether the cursor goes through gifts: below the last line, where there are any."""
        is_last = self.basket.current == len(self.basket.lines) - 1
        return self.choice >= 0 or (by > 0 and is_last and bool(self.deal.to_choose))

    def pick(self, place: int = -1) -> bool:
        """One piece of the gift the cursor is on, or of the one at a place; whether there was one.

        Raises: RuleViolation MONEY_TAKEN.
        """
        self.check_free()
        offered = self.deal.to_choose
        at = self.choice if place < 0 else place
        if not 0 <= at < len(offered):
            return False
        block, product_id = offered[at]
        self._write(with_gift(self._fresh(), block, product_id))
        self.choice = min(at, len(self.deal.to_choose) - 1)
        self.changed()
        return True

    def choose_policy(self, group: str, policy_id: str) -> None:
        """The policy of an exclusive group; '' = none of them (D12). Raises: MONEY_TAKEN."""
        self.check_free()
        groups = {**self.basket.groups, group: policy_id}
        self._write(msgspec.structs.replace(self._fresh(), groups=groups))

    def decline(self, policy_id: str) -> None:
        """The buyer does not want a policy, or wants it again. Raises: MONEY_TAKEN."""
        self.check_free()
        declined = declined_with(self.basket.declined, policy_id)
        self._write(msgspec.structs.replace(self._fresh(), declined=declined))

    def cut(self) -> bool:
        """Cut lines that are over a limit to what it leaves, and say so; whether any was."""
        said: Cut | None = None
        for _round in range(CUTS_MOST):
            cuts = self.deal.outcome.cuts
            if not cuts:
                break
            said = cuts[-1]
            name = self.basket.lines[said.line_no - 1].name
            self.basket = self.desk.do_now(keep, with_cuts(self.basket, cuts))
        if said is None:
            return False
        key = "till.cut_first" if said.code == "FIRST_ONLY" else "till.cut_limit"
        self.say(key, "waiting", policy=said.name, name=name, n=plain_quantity(said.allowed_micro))
        return True

    def check_free(self) -> None:
        """Raises: RuleViolation MONEY_TAKEN while part of the money is handed over."""
        if self.basket.parts:
            raise RuleViolation("MONEY_TAKEN")

    def _fresh(self) -> Basket:
        return msgspec.structs.replace(self.basket, last=None)

    def _write(self, basket: Basket) -> None:
        self._take(self.desk.do_now(keep, basket))
        self.changed()

    def _take(self, basket: Basket) -> None:
        self._undo = [*self._undo[1 - UNDO_MOST :], self.basket]
        # What was said was of the step before; a new sentence comes after this.
        self.basket, self.choice, self.notice = basket, -1, None
