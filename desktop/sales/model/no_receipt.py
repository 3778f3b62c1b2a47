"""Goods coming back without a receipt: which, how many, why, and what they give."""

from dataclasses import dataclass, replace

from desktop.sales.model.opening import opened_by_itself
from desktop.sales.model.returning import REASONS
from desktop.sales.usecases.invoicing import new_uid
from desktop.sales.usecases.no_receipt import (
    Goods,
    goods_back,
    needs_approver,
    return_without_receipt,
)
from desktop.sales.usecases.selling import Sold
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.accounts.queries import ShiftView
from shared.core.errors import RuleViolation
from shared.core.quantity import parse_quantity
from shared.sales.rules import line_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """A line of the panel with what it gives back, in minor units."""

    goods: Goods
    amount_minor: int


class NoReceiptModel(Watched):
    """The goods on the counter."""

    def __init__(self, desk: Desk, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self._currency = currency
        self._uid = desk.do_now(new_uid)
        self._goods: list[Goods] = []
        self.reason = ""
        self.shift_opened: ShiftView | None = None
        """The shift that opened by itself for this return."""
        self.needs_approver = desk.do_now(needs_approver)

    @property
    def lines(self) -> list[GoodsLine]:
        """The goods in the order they were scanned first."""
        return [
            GoodsLine(
                goods=one, amount_minor=line_minor(one.qty_micro, one.price_micro, self._currency)
            )
            for one in self._goods
        ]

    @property
    def back_minor(self) -> int:
        """What is given back, positive."""
        return sum(one.amount_minor for one in self.lines)

    def scan(self, code: str) -> int:
        """One more of it; the line's place. Raises: RuleViolation PRODUCT_UNKNOWN,
        PRICE_MISSING."""
        found = self._desk.do_now(goods_back, code)
        ids = [one.product_id for one in self._goods]
        if found.product_id in ids:
            at = ids.index(found.product_id)
            before = self._goods[at]
            self._goods[at] = replace(before, qty_micro=before.qty_micro + found.qty_micro)
        else:
            at = len(ids)
            self._goods.append(found)
        self.changed()
        return at

    def set_quantity(self, line: GoodsLine, text: str) -> None:
        """So many. Raises: RuleViolation QUANTITY_NOT_POSITIVE, QUANTITY_UNREADABLE …"""
        qty_micro = parse_quantity(text)
        if qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE")
        at = self._goods.index(line.goods)
        self._goods[at] = replace(line.goods, qty_micro=qty_micro)
        self.changed()

    def remove(self, line: GoodsLine) -> None:
        """It does not come back after all."""
        self._goods.remove(line.goods)
        self.changed()

    def choose_reason(self, place: int) -> None:
        """The reason of a key, from 1."""
        if 1 <= place <= len(REASONS):
            self.reason = REASONS[place - 1]
            self.changed()

    def check(self) -> None:
        """Raises: RuleViolation NOTHING_MARKED, REASON_MISSING."""
        if not self._goods:
            raise RuleViolation("NOTHING_MARKED")
        if not self.reason:
            raise RuleViolation("REASON_MISSING")

    async def refund(self, approver_id: str) -> Sold:
        """Take them back. Raises as ``return_without_receipt``."""
        self.shift_opened = opened_by_itself(self._desk)
        return await self._desk.do(
            return_without_receipt,
            [(one.product_id, one.qty_micro) for one in self._goods],
            reason=self.reason,
            approver_id=approver_id,
            uid=bytes.fromhex(self._uid),
        )
