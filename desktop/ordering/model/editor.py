"""The order editor: a cart with its promotions and tenders, checked and submitted."""

import msgspec

from desktop.ordering.model.again import wanted_of
from desktop.ordering.model.blocks import blocks_of
from desktop.ordering.model.cart_editor import CartEditor
from desktop.ordering.model.checking import Check, checks_of, gifts_minor
from desktop.ordering.model.promoting import (
    Entry,
    choices_of,
    entries_of,
    with_gift,
    with_group,
    without_promotions,
)
from desktop.ordering.model.rows import BlockRow, Row
from desktop.ordering.usecases.asking import Submitted
from desktop.ordering.usecases.carts import submit_cart
from desktop.ordering.usecases.offering import Paid
from desktop.ordering.usecases.promoting import read_exclusive
from desktop.ordering.usecases.wishing import read_suggestions
from shared.core.errors import RuleViolation
from shared.core.money import parse_money
from shared.core.quantity import parse_quantity
from shared.ordering.rules import (
    OrderType,
    Tenders,
    order_type,
    rebate_most,
    tenders_proposed,
    tenders_taken,
)
from shared.promotions.rules import Block, Outcome


class OrderEditor(CartEditor):
    """What an order comes to under its promotions, how it is paid, and sending it (D12-D15)."""

    # promotions

    @property
    def outcome(self) -> Outcome | None:
        """What promotions make of the cart; None where there are none."""
        return self.found.outcome if self.found else None

    @property
    def order_type(self) -> OrderType:
        """What kind of order it is, from its lines and policies (D13)."""
        ids = tuple(one.product_id for one in self.cart.lines)
        if self._exclusive[0] != ids and self.account is not None:
            found = self.desk.read(read_exclusive, self.where, ids) if ids else frozenset()
            self._exclusive = (ids, bool(found))
        return order_type(
            (one.qty_micro for one in self.cart.lines),
            has_exclusive=self._exclusive[1],
            is_promotional=self.outcome is not None and self.outcome.is_promotional,
        )

    @property
    def entries(self) -> list[Entry]:
        """The promotions panel: what competes, what holds, what is near (P)."""
        if self.found is None or self.terms is None:
            return []
        return entries_of(self.found, self.terms, self._goods, self.cart)

    @property
    def shown(self) -> tuple[Row | BlockRow, ...]:
        """The rows as they are listed: blocks of their own once promotions stand (D15)."""
        outcome = self.outcome
        if outcome is None or not self.cart.is_promoted or not outcome.is_promotional:
            return self.rows
        return blocks_of(self.rows, outcome, self._goods, self.currency)

    def choose(self, group: str, policy_id: str) -> None:
        """That policy of an exclusive group (D12)."""
        self._keep(with_group(self.cart, group, policy_id))

    def choose_gift(self, policy_id: str, product_id: str, text: str) -> None:
        """So much of a product as the policy's gift, as far as it is earned."""
        goods = self._known([product_id])
        packs = goods[product_id].facts.packs if product_id in goods else ()
        qty_micro = parse_quantity(text.strip(), packs) if text.strip() else 0
        if qty_micro < 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=product_id)
        block = self._block(policy_id)
        if block is not None:
            others = sum(one.qty_micro for one in block.lines if one.product_id != product_id)
            qty_micro = min(qty_micro, max(block.earned_micro - others, 0))
        self._keep(with_gift(self.cart, policy_id, product_id, qty_micro))

    def _block(self, policy_id: str) -> Block | None:
        found = self.outcome.blocks if self.outcome else ()
        return next((one for one in found if one.policy_id == policy_id), None)

    def promote(self) -> bool:
        """Let the promotion result stand: quantities are locked from here on (D14)."""
        if self.outcome is None or not self.outcome.is_promotional:
            return False
        self._keep(msgspec.structs.replace(self.cart, is_promoted=True))
        return True

    def reopen(self) -> bool:
        """Drop gifts and choices; quantities may be typed again (D14)."""
        if not self.cart.is_promoted:
            return False
        self._keep(without_promotions(self.cart))
        return True

    # checking and submitting

    @property
    def total_minor(self) -> int:
        """What the order comes to at the prices of now, after promotions."""
        goods = sum(one.amount_minor or 0 for one in self.rows)
        return goods + gifts_minor(self.outcome, self.currency)

    @property
    def proposed(self) -> Tenders:
        """What it may be paid with: rebate as far as its share goes, then the deposit (E14)."""
        return tenders_proposed(self.purse.free, self.total_minor, self.purse.rebate_percent)

    @property
    def asks_tenders(self) -> bool:
        """Whether a rebate or deposit could pay some of it and nobody said so yet: the check list
        is shown before it goes (E14)."""
        return bool(self.proposed.named_minor) and not self.cart.is_paid_said

    @property
    def named(self) -> Tenders:
        """What it is to be paid with; nothing was said is all on account."""
        if not self.cart.is_paid_said:
            return Tenders()
        said = Tenders(deposit_minor=self.cart.deposit_minor, rebate_minor=self.cart.rebate_minor)
        return tenders_taken(said, self.purse.free, self.total_minor, self.purse.rebate_percent)

    def pay_by(self, rebate: str, deposit: str) -> None:
        """Say what it is paid with; what is left goes on account.

        Raises: RuleViolation AMOUNT_UNREADABLE, TENDER_TOO_LITTLE, REBATE_TOO_MUCH.
        """
        named = Tenders(deposit_minor=self._money(deposit), rebate_minor=self._money(rebate))
        most = rebate_most(self.total_minor, self.purse.rebate_percent)
        if named.rebate_minor > most:
            raise RuleViolation("REBATE_TOO_MUCH", most_minor=most)
        free = self.purse.free
        if named.rebate_minor > free.rebate_minor or named.deposit_minor > free.deposit_minor:
            raise RuleViolation(
                "TENDER_TOO_LITTLE",
                deposit_minor=free.deposit_minor,
                rebate_minor=free.rebate_minor,
            )
        self._keep(
            msgspec.structs.replace(
                self.cart,
                rebate_minor=named.rebate_minor,
                deposit_minor=named.deposit_minor,
                is_paid_said=True,
            )
        )

    def _money(self, text: str) -> int:
        clean = text.strip().replace(",", "")
        minor = parse_money(clean, self.currency).minor if clean else 0
        if minor < 0:
            raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=minor)
        return minor

    @property
    def ordered(self) -> tuple[Row, ...]:
        """The rows that are ordered."""
        return tuple(one for one in self.rows if one.line.qty_micro)

    @property
    def can_round(self) -> bool:
        """Whether quantities may be rounded to whole packs: a standing promotion locks them."""
        return not self.cart.is_promoted and any(not one.is_whole_packs for one in self.ordered)

    def round_packs(self, *, is_up: bool) -> int:
        """Order whole packs where a line is none; how many lines changed, one step of undo.

        A line of less than one pack stays when rounded down. Raises: RuleViolation
        LOCKED_BY_PROMO.
        """
        wanted = {one.product_id: one.whole_micro(is_up=is_up) for one in self.ordered}
        cart = self.cart
        for product_id, qty_micro in wanted.items():
            cart = cart.with_qty(product_id, qty_micro)
        before = {one.product_id: one.qty_micro for one in self.cart.lines}
        self._keep(cart)
        return sum(1 for one in self.cart.lines if before.get(one.product_id) != one.qty_micro)

    def checks(self) -> tuple[Check, ...]:
        """The check list before submitting (F9); only WRONG holds an order up."""
        free = self.credit.free_minor if self.credit else 0
        return checks_of(
            self.ordered,
            self.cart.requested_date,
            today=self.today,
            version=self.version,
            free_minor=free,
            outcome=self.outcome,
            named=self.named if self.cart.is_paid_said else self.proposed,
        )

    async def submit(self) -> Submitted:
        """Send the cart to the supplier; it is empty afterwards.

        Raises as ``submit_order``.
        """
        cart, account_id = self.cart, self.where.account.account_id
        wanted = wanted_of(cart)
        done = await self.desk.do(
            submit_cart,
            account_id,
            wanted,
            requested_date=cart.requested_date,
            note=cart.note,
            follows=cart.follows,
            choices=choices_of(cart),
            paid=Paid(deposit_minor=self.named.deposit_minor, rebate_minor=self.named.rebate_minor),
        )
        self._open()
        return done

    # suggestions

    async def suggest(self) -> int:
        """List what the rule would order beside what is ordered; how many goods."""
        self.is_busy = True
        self.changed()
        try:
            goods, found = await self.desk.fetch(
                read_suggestions, self.where, self._levels, self.wish
            )
        finally:
            self.is_busy = False
        self._goods |= goods
        self._suggested = found
        self._keep(msgspec.structs.replace(self.cart, shows_suggestions=True))
        return len(found)

    def take(self, product_id: str) -> None:
        """Order what is suggested of a product."""
        found = self._suggested.get(product_id)
        if found is not None:
            self._keep(self.cart.with_qty(product_id, found.suggested_micro))

    def take_all(self) -> int:
        """Order everything as suggested; how many lines changed (Ctrl+Enter)."""
        cart, taken = self.cart, 0
        for product_id, found in self._suggested.items():
            line = cart.line(product_id)
            if line is None or line.qty_micro != found.suggested_micro:
                cart, taken = cart.with_qty(product_id, found.suggested_micro), taken + 1
        if taken:
            self._keep(cart)
        return taken
