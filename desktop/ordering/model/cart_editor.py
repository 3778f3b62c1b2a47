"""The open cart of a sales organisation with everything a line needs; every change is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import msgspec

from desktop.ordering.model.again import cart_again
from desktop.ordering.model.cart import Cart, CartLine, kept, restored
from desktop.ordering.model.promoting import (
    Promoted,
    Told,
    cut_to_limits,
    promoted,
)
from desktop.ordering.model.rows import Pasted, Row
from desktop.ordering.usecases.carts import (
    accounts_to_order_for,
    cart_of,
    drop_cart,
    keep_cart,
    lay_cart_aside,
)
from desktop.ordering.usecases.promoting import (
    Purse,
    Terms,
    read_purse,
    read_terms,
)
from desktop.ordering.usecases.wishing import (
    FoundGoods,
    Goods,
    Where,
    Wish,
    find_goods,
    org_names,
    read_code,
    read_credit,
    read_goods,
    read_last_order,
    read_levels,
    read_pasted_rows,
    read_prices,
    suggestion_of,
    synced_at,
    wish_of,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from desktop.words.days import read_day
from shared.channel.queries import AccountView
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.core.importing import Problem
from shared.core.quantity import parse_quantity
from shared.ordering.queries.orders import lines as order_lines
from shared.ordering.queries.orders import order
from shared.ordering.queries.suggesting import Levels
from shared.ordering.rules import (
    Credit,
    Suggestion,
    Tenders,
)

UNDO_MAX = 50


class CartEditor(Watched):
    """The cart of one account at a time; every change is on disk before it is shown (E01)."""

    def __init__(self, desk: Desk, site_id: str, zone: str) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.zone = zone
        self.accounts: tuple[AccountView, ...] = ()
        self.org_names: Mapping[str, str] = {}
        self.account: AccountView | None = None
        self.cart = Cart()
        self.rows: tuple[Row, ...] = ()
        self.credit: Credit | None = None
        self.synced_at_us = 0
        self.version = 0
        self.is_busy = False
        self.problems: tuple[Problem, ...] = ()
        self.wish = Wish.usual()
        self._levels = Levels(on_hand={}, in_transit={}, on_order={})
        self._goods: dict[str, Goods] = {}
        self._suggested: dict[str, Suggestion] = {}
        self._priced_for: dict[str, int] = {}
        self._undo: list[Cart] = []
        self.terms: Terms | None = None
        self.found: Promoted | None = None
        self.purse = Purse(free=Tenders(), rebate_percent=0)
        self.told: tuple[Told, ...] = ()
        """What limits cut of the last change."""
        self._exclusive: tuple[tuple[str, ...], bool] = ((), False)

    # where

    @property
    def where(self) -> Where:
        """Who orders, now. Raises: RuleViolation NOT_YOUR_ACCOUNT."""
        if self.account is None:
            raise RuleViolation("NOT_YOUR_ACCOUNT", account_id="-")
        at_us = self.desk.now_us
        return Where(site_id=self.site_id, account=self.account, at_us=at_us, today=self.today)

    @property
    def today(self) -> str:
        """The business day here."""
        return business_day(self.desk.now_us, self.zone)

    @property
    def currency(self) -> str:
        """What the account pays in."""
        return self.account.currency if self.account else "CNY"

    @property
    def org_name(self) -> str:
        """The sales organisation the open cart belongs to."""
        org_id = self.account.sales_org_id if self.account else ""
        return self.org_names.get(org_id, org_id)

    def start(self, account_id: str = "") -> None:
        """Find the accounts of the person, and open the cart of one, the usual one if unknown."""
        author = self.desk.author_id
        self.accounts = self.desk.read(accounts_to_order_for, author, self.site_id)
        self.org_names = self.desk.read(org_names)
        held = account_id or (self.account.account_id if self.account else "")
        found = [one for one in self.accounts if one.account_id == held]
        self.account = next(iter(found or self.accounts), None)
        self._open()

    def switch(self, account_id: str = "") -> None:
        """Go on in the cart of another account, the next one unless named (A05)."""
        if not self.accounts:
            return
        ids = [one.account_id for one in self.accounts]
        held = self.account.account_id if self.account else ids[-1]
        wanted = account_id or ids[(ids.index(held) + 1) % len(ids)]
        self.account = self.accounts[ids.index(wanted)]
        self._open()

    def refresh(self) -> None:
        """Read stock, prices and credit again."""
        if self.account is None:
            self.changed()
            return
        self._levels = self.desk.read(read_levels, self.where)
        self.credit = self.desk.read(read_credit, self.where)
        self.synced_at_us = self.desk.read(synced_at)
        self.terms = self.desk.read(read_terms, self.where, self.zone)
        self.purse = self.desk.read(read_purse, self.where)
        self._goods.clear()
        self._priced_for.clear()
        self._show()

    def set_wish(self, wish: Wish) -> None:
        """Suggest by other parameters from now on."""
        self.wish = wish
        self._suggested.clear()
        self.refresh()

    def _open(self) -> None:
        self._undo.clear()
        self._suggested.clear()
        self.problems = ()
        self.wish = self.desk.read(wish_of)
        if self.account is not None:
            self.cart = restored(self.desk.read(cart_of, self.account.account_id))
        self.refresh()

    # lines

    def add(self, product_id: str, qty_micro: int, unit: str = "") -> None:
        """Order so much more of a product."""
        self._keep(self.cart.added(product_id, qty_micro, unit))

    def add_code(self, code: str, quantity: str = "1") -> str:
        """Order what a code means; the product. Raises: RuleViolation GOODS_NOT_IN_LIST …"""
        product_id, qty_micro, unit = self.desk.read(read_code, self.where, code, quantity)
        if qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=product_id)
        self.add(product_id, qty_micro, unit)
        return product_id

    def find(self, text: str) -> list[FoundGoods]:
        """Goods of the list that a text means."""
        if self.account is None or not text.strip():
            return []
        return self.desk.read(find_goods, self.where, text)

    def set_qty(self, product_id: str, text: str) -> None:
        """Say how much of a product: ``27``, ``2箱3支``; nothing or 0 takes the line away."""
        goods = self._known([product_id])
        packs = goods[product_id].facts.packs if product_id in goods else ()
        clean = text.strip().replace(",", "")
        qty_micro = parse_quantity(clean, packs) if clean else 0
        if qty_micro < 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=product_id)
        self._keep(self.cart.with_qty(product_id, qty_micro))

    def set_line_date(self, product_id: str, text: str) -> None:
        """When a line is wanted (E03). Raises: RuleViolation DAY_UNREADABLE, DAY_IS_PAST."""
        self._keep(self.cart.with_date(product_id, self._day(text)))

    def set_line_note(self, product_id: str, text: str) -> None:
        """A word to the supplier about a line."""
        self._keep(self.cart.with_note(product_id, text.strip()))

    def toggle_whole(self, product_id: str) -> None:
        """All of a line or nothing (E03)."""
        line = self.cart.line(product_id)
        if line is not None:
            self._keep(self.cart.whole_only(product_id, not line.is_whole_only))

    def set_order(self, *, requested_date: str, note: str) -> None:
        """The day and the words of the whole order."""
        day = self._day(requested_date)
        self._keep(msgspec.structs.replace(self.cart, requested_date=day, note=note.strip()))

    def remove(self, product_id: str) -> None:
        """Take a line away."""
        self._keep(self.cart.without(product_id))

    def undo(self) -> bool:
        """Back before the last change; False when there is none."""
        if not self._undo:
            return False
        self._keep(self._undo.pop(), is_undo=True)
        self.problems = ()
        self.changed()
        return True

    def clear(self) -> None:
        """Forget the cart; one that was laid aside comes back."""
        self.desk.do_now(drop_cart, self.where.account.account_id)
        self._open()

    def paste(self, rows: Sequence[Sequence[str]]) -> Pasted:
        """Order rows of code and quantity; bad rows are told and change nothing (E04)."""
        lines, problems = self.desk.read(read_pasted_rows, self.where, rows)
        cart = self.cart
        for line in lines:
            cart = cart.added(line.product_id, line.qty_micro)
        self._keep(cart)
        self.problems = problems
        self.changed()
        return Pasted(taken=len(lines), problems=problems)

    def repeat_last(self) -> int:
        """Order what the last order asked for, at the prices of now; how many lines (Ctrl+R).

        Goods that are not on the list any more are left out.
        """
        again = self.desk.read(read_last_order, self.where)
        goods = self._known([one for one, _, _ in again])
        cart, taken = self.cart, 0
        for product_id, qty_micro, unit in again:
            if product_id in goods and goods[product_id].facts.is_listed:
                cart, taken = cart.added(product_id, qty_micro, unit), taken + 1
        self._keep(cart)
        return taken

    def rework(self, order_id: str) -> None:
        """Open a copy of an order with its lines as they were asked, marked (E08)."""
        found = self.desk.read(order, order_id)
        if found is None:
            raise RuleViolation("ORDER_UNKNOWN", order=order_id[:40])
        lines = self.desk.read(order_lines, order_id, revision=0)
        cart = cart_again(found, lines, self.today)
        if found.account_id not in {one.account_id for one in self.accounts}:
            raise RuleViolation("NOT_YOUR_ACCOUNT", account_id=found.account_id)
        self.desk.do_now(lay_cart_aside, found.account_id, kept(cart))
        self.switch(found.account_id)

    # within

    def _day(self, text: str) -> str:
        day = read_day(text, date.fromisoformat(self.today))
        if day and day < self.today:
            raise RuleViolation("DAY_IS_PAST", day=day, today=self.today)
        return day

    def _keep(self, cart: Cart, *, is_undo: bool = False) -> None:
        if self.account is None:
            raise RuleViolation("NOT_YOUR_ACCOUNT", account_id="-")
        self.told = ()
        if not is_undo:
            cart = self._within(cart)
        if cart != self.cart:
            self.desk.do_now(keep_cart, self.account.account_id, kept(cart))
            if not is_undo:
                self._undo = [*self._undo[-UNDO_MAX + 1 :], self.cart]
            self.cart = cart
        self._show()

    def _within(self, cart: Cart) -> Cart:
        """The cart as locks and limits let it be. Raises: RuleViolation LOCKED_BY_PROMO."""
        before = {one.product_id: one.qty_micro for one in self.cart.lines}
        now = {one.product_id: one.qty_micro for one in cart.lines}
        if before == now:
            return cart
        if cart.is_promoted:
            raise RuleViolation("LOCKED_BY_PROMO")
        more = [one for one, qty in now.items() if qty > before.get(one, 0)]
        if self.terms is None or not more:
            return cart
        goods = self._known(list(now))
        self._price(cart.lines)
        cart, told = cut_to_limits(cart, goods, self.terms, more)
        self.told = tuple(told)
        return cart

    def _known(self, product_ids: Sequence[str]) -> dict[str, Goods]:
        """Facts of products, read once; prices of the quantities in the cart."""
        missing = [one for one in product_ids if one not in self._goods]
        if missing:
            wanted = dict.fromkeys(missing, 0)
            _, goods = self.desk.read(read_goods, self.where, wanted, self._levels, self.wish.cover)
            self._goods |= goods
        return self._goods

    def _show(self) -> None:
        listed = [one.product_id for one in self.cart.lines]
        more = self._suggested if self.cart.shows_suggestions else {}
        self._known(listed)
        self._price(self.cart.lines)
        self.found = self._promoted()
        lines = [
            *self.cart.lines,
            *(CartLine(product_id=one, qty_micro=0) for one in more if one not in set(listed)),
        ]
        self.rows = tuple(self._row(number, one) for number, one in enumerate(lines, start=1))
        self.changed()

    def _promoted(self) -> Promoted | None:
        if self.terms is None:
            return None
        self._known([*self.terms.gift_prices])
        return promoted(self.cart, self._goods, self.terms)

    def _price(self, lines: Sequence[CartLine]) -> None:
        """Prices follow the quantity; only lines that changed are asked again (C09)."""
        wanted = {one.product_id: one.qty_micro for one in lines}
        fresh = {one: qty for one, qty in wanted.items() if self._priced_for.get(one) != qty}
        if not fresh:
            return
        self.version, prices = self.desk.read(read_prices, self.where, fresh)
        for one, qty_micro in fresh.items():
            self._priced_for[one] = qty_micro
            if one in self._goods:
                self._goods[one] = replace(self._goods[one], price=prices.get(one))

    def _row(self, number: int, line: CartLine) -> Row:
        goods = self._goods.get(line.product_id)
        made = self._suggested.get(line.product_id)
        if made is None and goods is not None:
            made = suggestion_of(goods.facts, self.wish)
        row = Row(
            number=number,
            line=line,
            goods=goods,
            suggestion=made,
            looked_back=self.wish.cover.looked_back,
            currency=self.currency,
        )
        found, one = self.found, line.product_id
        if found is None:
            return row
        return replace(
            row,
            parts=found.parts.get(one, ()),
            near=found.near.get(one),
            gift=found.gifts.get(one),
            left_micro=found.left_micro.get(one),
            limit_name=found.limit_names.get(one, ""),
        )
