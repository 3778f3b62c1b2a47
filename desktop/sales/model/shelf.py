"""The open basket over time: put aside, taken up again, and brought to the prices of now."""

from desktop.sales.model.open_basket import OpenBasket
from desktop.sales.usecases.basket import Basket
from desktop.sales.usecases.keeping import (
    Repriced,
    held_baskets,
    hold,
    keep,
    promotions_of,
    reprice,
    repriced,
    resume,
    shared_baskets,
    take_over,
)
from desktop.store.desk import Desk


class BasketWithShelf(OpenBasket):
    """The open basket, and those put aside here or by the store's other devices."""

    def __init__(self, desk: Desk, currency: str) -> None:
        super().__init__(desk, currency)
        self.is_busy = False
        """Whether the sale of the basket is being made."""
        self.held: list[Basket] = desk.read(held_baskets)
        """What was put aside, the oldest first."""

    def hold(self) -> None:
        """Put the basket aside. Raises: RuleViolation NO_LINES, TOO_MANY_HELD."""
        self.check_free()
        self.basket = self.desk.do_now(hold, self.basket)
        self.held = self.desk.read(held_baskets)
        self._undo.clear()
        self.say("till.held", "good", n=len(self.held))

    def refresh_held(self) -> None:
        """Baskets put aside are others than before; one that went without us is told."""
        known = {one.uid for one in self.held}
        self.held = self.desk.read(held_baskets)
        if known - {one.uid for one in self.held}:
            self.say("till.taken_elsewhere")
        self.changed()

    def shelf(self) -> tuple[list[Basket], dict[str, str]]:
        """All that may be taken up, own ones first; and on which other device the rest is."""
        identity = self.desk.store.identity
        if self.desk.neighbours is None or identity is None:
            return self.held, {}
        others = self.desk.read(shared_baskets, identity.device_id)
        return [*self.held, *(one for one, _ in others)], {one.uid: tag for one, tag in others}

    async def take_up(self, uid: str) -> None:
        """Take up a basket of this device, or of another one of the store.

        Raises: RuleViolation BASKET_GONE; Conflict BASKET_TAKEN; Unavailable HOST_AWAY.
        """
        self.check_free()
        neighbours = self.desk.neighbours
        content = b"" if neighbours is None else await self.desk.work(neighbours.claim, uid)
        self.check_free()
        if not content:
            self.resume(uid)
            return
        self.basket = self.desk.do_now(take_over, uid, content, self.basket)
        self._taken_up()

    def resume(self, uid: str) -> None:
        """Take a held basket up. Raises: RuleViolation BASKET_GONE."""
        self.check_free()
        self.basket = self.desk.do_now(resume, uid, self.basket)
        self._taken_up()

    def _taken_up(self) -> None:
        self.held = self.desk.read(held_baskets)
        self._undo.clear()
        self.notice = None
        self.check_prices()
        self.changed()

    # prices

    def check_prices(self) -> None:
        """The prices of now: a version that became active changes the open lines (C03)."""
        if self.is_busy or self.basket.parts:
            return
        self._take_prices(self.desk.do_now(reprice, self.basket))
        self.promotions.open(self.basket)
        self.cut()

    async def look_at_prices(self) -> None:
        """As ``check_prices``, beside the window; what was scanned meanwhile is not touched."""
        asked = self.basket
        if self.is_busy or asked.parts or not asked.lines:
            return
        found = await self.desk.do(repriced, asked)
        opened = await self.desk.do(promotions_of, asked)
        if self._is_open(asked):
            before = self.due.total_minor
            self.promotions.take(asked, opened)
            if found.basket != asked:
                self.desk.do_now(keep, found.basket)
                self._take_prices(found)
            elif not self.cut() and self.due.total_minor != before:
                self.say("till.promoted_anew", "waiting")

    def _is_open(self, basket: Basket) -> bool:
        return self.basket is basket and not self.is_busy

    def _take_prices(self, found: Repriced) -> None:
        if found.basket != self.basket:
            self.basket = found.basket
            self._undo.clear()
        if found.lines:
            self.say("till.repriced", "waiting", n=found.lines, version=found.version)
