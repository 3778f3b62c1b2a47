"""The simple register (出库台账): what went out in a day or a week, by code and quantity."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from desktop.sales.usecases.registering import (
    Register,
    RegisterRow,
    booked,
    keep_register,
    open_register,
    periods,
    post_register,
    register_row,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import QutongError, RuleViolation
from shared.core.quantity import parse_quantity
from shared.sales.queries.by_product import InTheBooks


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A pasted row that could not be taken."""

    row: int
    text: str
    error: QutongError


class RegisterModel(Watched):
    """One page. Every line is on disk before it is shown; posting makes one document."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.page: Register = desk.do_now(open_register)
        self.bad: Sequence[BadRow] = ()
        self.current = ""
        """The product of the last line touched."""
        self.is_busy = False
        """Whether the page is being posted."""
        self.period, self.booked = "", InTheBooks(0, 0)
        """Which of the periods the page is for, '' = another one; what is in the books for it."""
        self.look()

    def look(self) -> None:
        """Which days the page is for as seen from today, and what is in the books for them."""
        days = (self.page.from_day, self.page.to_day)
        self._periods = self._desk.do_now(periods)
        self.period = next((name for name, one in self._periods.items() if one == days), "")
        identity = self._desk.store.identity
        if identity is not None:
            self.booked = self._desk.read(booked, identity.site_id, self.page)

    @property
    def rows(self) -> Sequence[RegisterRow]:
        """The lines, the first typed first."""
        return self.page.rows

    @property
    def pieces_micro(self) -> int:
        """All pieces, those that came back taken off."""
        return sum(row.qty_micro for row in self.page.rows)

    @property
    def is_week(self) -> bool:
        """Whether the page is for more than a day."""
        return self.page.from_day != self.page.to_day

    def find(self, code: str) -> str:
        """The name of what a code means. Raises: RuleViolation PRODUCT_UNKNOWN."""
        return self._desk.do_now(register_row, code).name

    def add(self, code: str, quantity: str = "1") -> RegisterRow:
        """One scan, or a code with its quantity; the same product adds up.

        Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE …
        """
        added = self._desk.do_now(register_row, code, quantity)
        self._keep(_with(self.page.rows, added))
        self.current = added.product_id
        self.changed()
        return added

    def set_quantity(self, row: RegisterRow, text: str) -> None:
        """Another quantity of a line; 0 takes it away. Raises: what quantities raise."""
        qty_micro = parse_quantity(text)
        changed = [
            msgspec.structs.replace(one, qty_micro=qty_micro)
            if one.product_id == row.product_id
            else one
            for one in self.page.rows
        ]
        self._keep([one for one in changed if one.qty_micro])
        self.changed()

    def remove(self, row: RegisterRow) -> None:
        """A line goes."""
        self._keep([one for one in self.page.rows if one.product_id != row.product_id])
        self.changed()

    def paste(self, cells: Sequence[Sequence[str]]) -> int:
        """Rows of code and quantity, as Excel copies them; how many were taken.

        Rows that cannot be read are kept in ``bad`` with the reason; a heading is left out.
        """
        rows, bad, taken = list(self.page.rows), [], 0
        for number, row in enumerate(cells, start=1):
            try:
                code, quantity = _cells(row)
                added = self._desk.do_now(register_row, code, quantity)
            except QutongError as error:
                if number > 1 or any(sign.isdigit() for cell in row for sign in cell):
                    bad.append(BadRow(row=number, text=" ".join(row)[:40], error=error))
                continue
            rows, taken = _with(rows, added), taken + 1
        self.bad = bad
        self._keep(rows)
        self.changed()
        return taken

    def next_period(self) -> None:
        """Today, this week from Monday, yesterday, last week, and today again (F4)."""
        self.look()
        names = [*self._periods]
        at = names.index(self.period) + 1 if self.period else 0
        start, end = self._periods[names[at % len(names)]]
        self.page = self._desk.do_now(
            keep_register, msgspec.structs.replace(self.page, from_day=start, to_day=end)
        )
        self.look()
        self.changed()

    async def post(self) -> str:
        """Post the page; its printed number, '' while it is being posted already: two presses of
        the key take the goods out once. Raises as ``register``."""
        if self.is_busy:
            return ""
        self.is_busy = True
        try:
            header = await self._desk.do(post_register, self.page)
        finally:
            self.is_busy = False
        self.page = self._desk.do_now(open_register)
        self.bad, self.current = (), ""
        self.look()
        self.changed()
        return header.number

    def _keep(self, rows: Sequence[RegisterRow]) -> None:
        page = msgspec.structs.replace(self.page, rows=tuple(rows))
        self.page = self._desk.do_now(keep_register, page)


def _with(rows: Sequence[RegisterRow], added: RegisterRow) -> list[RegisterRow]:
    found = list(rows)
    for place, row in enumerate(found):
        if row.product_id == added.product_id:
            total = row.qty_micro + added.qty_micro
            found[place] = msgspec.structs.replace(added, qty_micro=total)
            return [one for one in found if one.qty_micro]
    return [*found, added]


def _cells(row: Sequence[str]) -> tuple[str, str]:
    filled = [cell.strip() for cell in row if cell.strip()]
    if len(filled) < 2:
        raise RuleViolation("QUANTITY_UNREADABLE", text=" ".join(filled)[:20])
    return filled[0], filled[-1]
