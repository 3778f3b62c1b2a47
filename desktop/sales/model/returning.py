"""Goods coming back: which sale, which of its lines, how many, and why."""

from collections.abc import Sequence
from typing import Final

from desktop.sales.usecases.basket import Return
from desktop.sales.usecases.coming_back import (
    EarlierSale,
    SoldLine,
    earlier_sale,
    gifts_of,
    is_sale,
    product_of_code,
    returned_part,
    today,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.quantity import parse_quantity
from shared.core.rounding import MICRO
from shared.sales.queries.showing import SaleEntry, sales_of

REASONS: Final = (
    "quality",
    "unsuitable",
    "reaction",
    "wrong_goods",
    "expired",
    "damaged",
    "price",
    "twice",
    "other",
)
"""By the keys 1 to 9; the word is stored with the return."""


class ReturnModel(Watched):
    """A return as it is put together."""

    def __init__(self, desk: Desk, site_id: str, *, sees_sales: bool = True) -> None:
        """``sees_sales``: whether the person may see what everybody sold; who may not takes back
        by the receipt the customer brings, or the number on it."""
        super().__init__()
        self.sees_sales = sees_sales
        self._desk = desk
        self._site_id = site_id
        self.sale: EarlierSale | None = None
        self.said: dict[int, int] = {}
        """What the person marked: line number to quantity in millionths."""
        self.marked: dict[int, int] = {}
        """That, and the gifts that come back with it."""
        self.due: dict[int, int] = {}
        """Gifts no longer earned, proposed to come back (D07)."""
        self.keeps: set[int] = set()
        """Lines of gifts the buyer keeps and pays for."""
        self.reason = ""
        self.back: Return | None = None
        """What is given back for the marked lines; None while nothing is marked."""

    def sales_of_today(self) -> Sequence[SaleEntry]:
        """What was sold today and can come back, newest first; nothing for who may not see it."""
        if not self.sees_sales:
            return []
        day = self._desk.do_now(today)
        found = self._desk.read(sales_of, self._site_id, day=day)
        return [one for one in found if not one.return_of and one.units_micro > 0]

    def is_sale(self, code: str) -> bool:
        """Whether a scan is the receipt of a sale made here."""
        return self._desk.read(is_sale, self._site_id, code.strip())

    def is_goods(self, code: str) -> bool:
        """Whether a scan is goods known here."""
        return bool(self._desk.do_now(product_of_code, code))

    def find(self, name: str) -> None:
        """A sale by its number or the code on its receipt. Raises: RuleViolation SALE_UNKNOWN,
        NOTHING_TO_RETURN."""
        found = self._desk.do_now(earlier_sale, name)
        if not any(line.left_micro for line in found.lines):
            raise RuleViolation("NOTHING_TO_RETURN")
        self.sale, self.said, self.marked, self.back = found, {}, {}, None
        self.due, self.keeps = {}, set()
        self.changed()

    @property
    def lines(self) -> Sequence[SoldLine]:
        """The lines of the sale, gifts that are due first."""
        found = self.sale.lines if self.sale else ()
        return sorted(found, key=lambda line: line.line_no not in self.due)

    def marked_of(self, line: SoldLine) -> int:
        """How many of a line come back, in millionths."""
        return self.marked.get(line.line_no, 0)

    def toggle(self, line: SoldLine) -> None:
        """Mark all that is left of a line, or take the mark away."""
        if line.line_no in self.due:
            self.keeps ^= {line.line_no}
        elif line.line_no in self.said:
            del self.said[line.line_no]
        elif line.left_micro > 0:
            self.said[line.line_no] = line.left_micro
        self._weigh()

    def mark_all(self) -> None:
        """All that is left of the sale comes back."""
        self.said = {one.line_no: one.left_micro for one in self.lines if one.left_micro > 0}
        self._weigh()

    def set_quantity(self, line: SoldLine, text: str) -> None:
        """So many of a line. Raises: RuleViolation RETURNED_TOO_MUCH, QUANTITY_UNREADABLE …"""
        qty_micro = parse_quantity(text)
        if qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", line_no=line.line_no)
        if qty_micro > line.left_micro:
            raise RuleViolation(
                "RETURNED_TOO_MUCH", line_no=line.line_no, left_micro=line.left_micro
            )
        self.said[line.line_no] = qty_micro
        self._weigh()

    def scan(self, code: str) -> bool:
        """Goods of the sale are scanned: one more piece of them comes back."""
        product_id = self._desk.do_now(product_of_code, code)
        for line in self.lines:
            more = self.said.get(line.line_no, 0) + MICRO
            if line.product_id == product_id and more <= line.left_micro:
                self.said[line.line_no] = more
                self._weigh()
                return True
        return False

    def choose_reason(self, place: int) -> None:
        """The reason of a key, from 1."""
        if 1 <= place <= len(REASONS):
            self.reason = REASONS[place - 1]
            self._weigh()

    def made(self) -> Return:
        """The return as it goes into the basket.

        Raises: RuleViolation NOTHING_MARKED, NOTHING_TO_RETURN, REASON_MISSING.
        """
        if self.back is None:
            has_left = any(line.left_micro for line in self.lines)
            raise RuleViolation("NOTHING_MARKED" if has_left else "NOTHING_TO_RETURN")
        if not self.reason:
            raise RuleViolation("REASON_MISSING")
        return self.back

    def is_kept(self, line: SoldLine) -> bool:
        """Whether a gift stays although it is not earned any more."""
        return line.line_no in self.due and line.line_no in self.keeps

    def _weigh(self) -> None:
        self.back, self.due, self.marked = None, {}, dict(self.said)
        if self.sale is not None and self.said:
            self.due = self._desk.do_now(gifts_of, self.sale, self.said)
            for no, qty_micro in self.due.items():
                if no not in self.keeps:
                    self.marked[no] = self.marked.get(no, 0) + qty_micro
            self.back = self._desk.do_now(returned_part, self.sale, self.marked, self.reason)
        self.changed()
