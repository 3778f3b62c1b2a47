"""The till: what a scan, a key or a typed code does to the basket, and the sale at its end."""

from collections.abc import Callable

import msgspec

from desktop.sales.model.offering import BasketWithDiscounts
from desktop.sales.model.opening import opened_by_itself
from desktop.sales.model.receipts import receipt_bytes
from desktop.sales.usecases.basket import (
    Line,
    Part,
    Return,
    undiscounted,
    with_lines,
    without_line,
)
from desktop.sales.usecases.basket_sold import sell_basket
from desktop.sales.usecases.coming_back import earlier_sale
from desktop.sales.usecases.keeping import (
    add_own,
    begin,
    keep,
    line_for,
    paying_here,
    scan_into,
    search_goods,
    sell_unknown,
    set_buyer,
    set_quantity,
)
from desktop.sales.usecases.options import TillOptions
from desktop.sales.usecases.selling import Sold
from desktop.sales.usecases.shift_desk import shift_now
from desktop.sales.usecases.showing import sale_paper
from desktop.store.desk import Desk
from desktop.words import formats
from desktop.words.texts import Words
from shared.accounts.queries import ShiftView
from shared.accounts.rules import Tender
from shared.core.errors import Conflict, RuleViolation
from shared.core.money import parse_unit_price_micro
from shared.members.queries import MemberView, find_members
from shared.members.rules import is_member_code


class TillModel(BasketWithDiscounts):
    """The open basket. Every change of it is on disk before a screen shows it."""

    def __init__(self, desk: Desk, currency: str, *, may_approve: bool = False) -> None:
        super().__init__(desk, currency, may_approve=may_approve)
        self._opened: ShiftView | None = None
        """The shift that opened by itself and was not told yet."""
        self.suggested: list[Line] = []
        self.suggestion = -1

    # goods

    def scan(self, code: str, quantity: str = "1") -> None:
        """A scan, or a code typed: one more line, or more of one.

        Raises: RuleViolation CODE_UNKNOWN and what quantities raise.
        """
        self.check_free()
        self._take(self.desk.do_now(scan_into, self._fresh(), code, quantity))
        if self.cut():
            return
        line = self.basket.line
        if line is not None and line.price_micro < 0 and line.said_micro is None:
            self.say("till.no_price", "waiting", name=line.name)
        elif line is None or not self._say_scarce(line):
            self.notice = None
            self.changed()

    def _say_scarce(self, line: Line) -> bool:
        """Warn of a line the books have too little for, or somebody else is promised."""
        if line.is_short or line.takes_reserved:
            key = "till.takes_reserved" if line.takes_reserved else "till.short"
            self.say(key, "waiting", name=line.name)
        return line.is_short or line.takes_reserved

    def take_found(self, line: Line, quantity: str = "1") -> None:
        """Goods found by search go into the basket as if they were scanned."""
        self.suggest([])
        self.scan(line.code if line.code == line.product_id else line.product_id, quantity)

    @property
    def has_office(self) -> bool:
        """Whether there is a head office that hears of what happens here."""
        identity = self.desk.store.identity
        return identity is not None and bool(identity.hq_public_key)

    def has_code(self, code: str) -> bool:
        """Whether a code names goods here."""
        try:
            self.desk.do_now(line_for, code)
        except RuleViolation:
            return False
        return True

    async def search(self, text: str) -> None:
        """Suggest goods a typed text means."""
        found = await self.desk.do(search_goods, text) if len(text.strip()) > 1 else []
        self.suggest(found)

    def suggest(self, found: list[Line]) -> None:
        """Show these suggestions, the first one chosen."""
        if found or self.suggested:
            self.suggested, self.suggestion = found, 0 if found else -1
            self.changed()

    def sell_unknown(self, code: str, price: str) -> None:
        """Goods nobody knows, at a price the person says. Raises what prices raise."""
        price_micro = parse_unit_price_micro(price)
        self._take(self.desk.do_now(sell_unknown, self._fresh(), code, price_micro))
        self.say("till.sold_unknown", "waiting", code=code)

    def add_own(self, code: str, name: str, price: str) -> None:
        """Goods of the shop's own, taken up here and now, and sold (B11).

        Raises: what prices raise, and as ``create_own_product``.
        """
        price_micro = parse_unit_price_micro(price)
        self._take(self.desk.do_now(add_own, self._fresh(), code, name, price_micro))
        self.say("till.own_added", "good", name=name)

    def member_of_card(self, code: str) -> MemberView | None:
        """The member whose card a scan is; None when it is no card of anybody here."""
        if not is_member_code(code):
            return None
        return next(iter(self.desk.read(find_members, code.strip())), None)

    def is_receipt(self, code: str) -> bool:
        """Whether a scan is the receipt of a sale made here."""
        try:
            self.desk.do_now(earlier_sale, code)
        except RuleViolation:
            return False
        return True

    def may_leave(self) -> bool:
        """Whether nothing is left to be paid; says how to leave where something is."""
        is_open = bool(self.basket.lines) or self.basket.came_back is not None
        if is_open:
            self.say("till.stays", "waiting")
        return not is_open

    # lines

    def move(self, by: int) -> None:
        """Up and down: through suggestions while there are any, else through the lines."""
        if self.suggested:
            self.suggestion = max(0, min(self.suggestion + by, len(self.suggested) - 1))
        elif self.moves_choice(by):
            self.choice = max(-1, min(self.choice + by, len(self.deal.to_choose) - 1))
        elif self.basket.lines:
            place = max(0, min(self.basket.current + by, len(self.basket.lines) - 1))
            self.basket = with_lines(self.basket, self.basket.lines, place)
        self.notice = None
        self.changed()

    def point(self, place: int) -> None:
        """The mouse chose a line."""
        self.notice = None
        self.basket = with_lines(self.basket, self.basket.lines, place)
        self.changed()

    def set_quantity(self, text: str) -> None:
        """Another quantity of the current line. Raises what quantities raise."""
        self.check_free()
        place = self.basket.current
        if 0 <= place < len(self.basket.lines):
            self._take(self.desk.do_now(set_quantity, self._fresh(), place, text))
            line = self.basket.line
            if not self.cut() and line is not None and not self._say_scarce(line):
                self.changed()

    def delete_line(self) -> None:
        """The current line goes; without one, goods of an earlier sale come back no more."""
        self.check_free()
        if self.basket.line is not None:
            self._write(without_line(self._fresh(), self.basket.current))
            self.say("till.line_gone", "plain")
        elif self.basket.came_back is not None:
            self._write(msgspec.structs.replace(self._fresh(), came_back=None))
            self.say("till.return_gone", "plain")

    def undo(self) -> None:
        """One step back: the last scan, quantity, price, discount or deletion."""
        self.check_free()
        if self._undo:
            self.basket = self.desk.do_now(keep, self._undo.pop())
        elif self.basket.lines:
            last = len(self.basket.lines) - 1
            self.basket = self.desk.do_now(keep, without_line(self.basket, last))
        elif self.basket.came_back is not None:
            # Taken up again after a kill, a hold or another person: it can still be left out.
            self.basket = self.desk.do_now(
                keep, msgspec.structs.replace(self.basket, came_back=None)
            )
        else:
            return
        self.say("till.undone", "plain")

    # the whole basket

    def set_member(self, member_id: str, name: str) -> None:
        """Who buys; '' is nobody named."""
        self.check_free()
        self._take(self.desk.do_now(set_buyer, self._fresh(), member_id, name))
        self.changed()

    def set_round_off(self, step_minor: int) -> None:
        """抹零 down to a multiple of this; 0 rounds nothing off."""
        self._write(msgspec.structs.replace(self._fresh(), round_off_to_minor=step_minor))

    def take_back(self, returned: Return | None) -> None:
        """Goods of an earlier sale come back in this basket; None leaves them out again."""
        self.check_free()
        # Who stood for a discount did not stand for a refund.
        basket = undiscounted(self._fresh())
        self._write(msgspec.structs.replace(basket, came_back=returned))

    def is_on_line(self) -> bool:
        """Whether the cursor is on a line."""
        return self.basket.line is not None

    def can_take_out(self) -> bool:
        """Whether there is something that may be taken out: a line, or goods that come back."""
        return self.is_on_line() or self.basket.came_back is not None

    def clear(self) -> None:
        """Begin anew; Ctrl+Z brings it back."""
        self.check_free()
        self._take(self.desk.do_now(begin))

    # money

    def payment_options(self) -> tuple[TillOptions, tuple[Tender, ...]]:
        """The rules of paying here, and the tenders that can be chosen."""
        back = self.basket.came_back
        member_id = back.customer_id if back is not None else self.basket.member_id
        return self.desk.do_now(paying_here, member_id)

    def may_pay(self) -> bool:
        """Whether there is something to take money for, at the prices of now, and each line has
        one: without it the total is too small. Says what is missing."""
        if not self.basket.lines and self.basket.came_back is None:
            self.say("till.nothing", "waiting")
            return False
        self.check_prices()
        return bool(self.basket.parts) or not self._lacks_price()

    def _lacks_price(self) -> bool:
        for place, line in enumerate(self.basket.lines):
            if line.price_micro < 0 and line.said_micro is None:
                self.point(place)
                self.say("till.no_price", "waiting", name=line.name)
                return True
        return False

    def needs_shift(self) -> bool:
        """Whether a shift has to be opened before anything is sold. Says it where the shift of an
        earlier day was never closed; that one goes on all the same."""
        found = self.desk.do_now(shift_now)
        if found.is_old and found.shift is not None and self.notice is None:
            self.say("till.shift_old", "waiting", day=found.shift.business_day)
        return found.shift is None and found.options.needs_shift

    async def receipt_job(
        self,
        uid: str,
        words: Words,
        setting: Callable[[str, str], str],
        *,
        copy_number: int = 0,
    ) -> bytes:
        """The receipt of a sale as bytes for the printer."""
        paper = await self.desk.fetch(sale_paper, uid)
        return await self.desk.work(receipt_bytes, paper, words, setting, copy_number=copy_number)

    def give(self, part: Part) -> None:
        """Money was handed over; it stays with the basket."""
        parts = (*self.basket.parts, part)
        at_us = self.basket.promoted_at_us or self.promotions.shown_at_us(self.basket)
        given = msgspec.structs.replace(self._fresh(), parts=parts, promoted_at_us=at_us)
        self.promotions.agree(given)
        self.basket = self.desk.do_now(keep, given)
        self.changed()

    def give_back(self) -> None:
        """The money handed over so far goes back: the sale is not made."""
        if self.basket.parts:
            emptied = msgspec.structs.replace(self.basket, parts=(), promoted_at_us=0)
            self.basket = self.desk.do_now(keep, emptied)
            self.changed()

    async def sell(self) -> Sold | None:
        """Make the sale; None while it is being made already, or when it was (T23).

        Raises: as ``sell_basket``; the basket stays as it is then.
        """
        if self.is_busy:
            return None
        self.is_busy = True
        try:
            self.open_shift()
            opened = self.promotions.opened
            sold, self.basket = await self.desk.do(sell_basket, self.basket, opened)
        except Conflict as error:
            if error.code != "ALREADY_APPENDED":
                raise
            self.basket, sold = await self.desk.do(begin), None
        finally:
            self.is_busy = False
        self._undo.clear()
        self.choice, self._offer = -1, None
        self.promotions.open(self.basket)
        self.notice = None
        opened_now, self._opened = self._opened, None
        self.tell_opened(opened_now)
        self.changed()
        return sold

    def open_shift(self) -> None:
        """Money is about to move: nothing of it is outside a shift (I11)."""
        self._opened = opened_by_itself(self.desk) or self._opened

    def tell_opened(self, opened: ShiftView | None) -> None:
        """Say that a shift opened by itself, and what to do about its float."""
        if opened is not None:
            float_text = formats.money(opened.float_minor, opened.currency)
            self.say("till.shift_opened", "waiting", float=float_text)
