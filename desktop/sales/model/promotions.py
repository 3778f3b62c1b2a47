"""The promotions of the open basket at a till: opened once, evaluated with every change."""

from typing import Final

from desktop.sales.usecases.basket import Basket, deal_of
from desktop.sales.usecases.deal import NO_DEAL, Deal
from desktop.sales.usecases.keeping import promotions_of
from desktop.sales.usecases.promoting import Promotions
from desktop.store.desk import Desk

STALE_US: Final = 60_000_000
_Key = tuple[str, str, int]


class BasketPromotions:
    """Holds the policies in force for one basket and what they make of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.opened = Promotions(currency="CNY", zone="", at_us=0)
        self._for: _Key | None = None
        self._basket: Basket | None = None
        self._deal = NO_DEAL
        self._at_us = 0

    def open(self, basket: Basket) -> None:
        """Read the policies in force for the basket anew."""
        self.take(basket, self._desk.do_now(promotions_of, basket))

    def take(self, basket: Basket, opened: Promotions) -> None:
        """These hold for the basket from now on."""
        self.opened, self._for, self._basket = opened, _key(basket), None

    def deal(self, basket: Basket) -> Deal:
        """What they make of the basket; evaluated again only when it changed."""
        if self._for != _key(basket) or self._is_stale(basket):
            self.open(basket)
        if self._basket is None or not _is_same(self._basket, basket):
            self._at_us = self._desk.now_us
            self._deal = deal_of(basket, self.opened, self._at_us)
        self._basket = basket
        return self._deal

    def _is_stale(self, basket: Basket) -> bool:
        """Whether goods come into a basket that stood empty for a while: a night, perhaps."""
        was_empty = self._basket is None or not self._basket.lines
        is_old = self._desk.now_us - self.opened.at_us > STALE_US
        return bool(basket.lines) and was_empty and is_old and not basket.promoted_at_us

    def shown_at_us(self, basket: Basket) -> int:
        """The instant whose promotions the basket is shown with; 0 = there are none."""
        self.deal(basket)
        return self._at_us if self.opened.policies else 0

    def agree(self, basket: Basket) -> None:
        """Money is handed over: what was shown holds until it is sold or given back."""
        self._for, self._basket = _key(basket), basket


def _key(basket: Basket) -> _Key:
    back = basket.came_back.customer_id if basket.came_back else ""
    return basket.uid, back or basket.member_id, basket.promoted_at_us


def _is_same(one: Basket, other: Basket) -> bool:
    """Whether promotions see the same basket."""
    return (
        one.lines == other.lines
        and one.gifts == other.gifts
        and one.groups == other.groups
        and one.declined == other.declined
    )
