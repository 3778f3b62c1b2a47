"""A shift at the drawer: opened with a float, counted blind, closed, reported."""

from collections.abc import Mapping
from typing import Final

import msgspec

from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.slip import PaperRoll
from desktop.printing.slips import Denomination, TenderCount, ZReport, z_report_slip
from desktop.sales.usecases.keeping import held_baskets, open_basket
from desktop.sales.usecases.renewing import renew_basket
from desktop.sales.usecases.shift_desk import COUNT, ShiftNow, keep_count, kept_count, shift_now
from desktop.sales.usecases.shifts import (
    Declared,
    begin_shift,
    close_shift,
    declare_shift,
    declared_shift,
    shift_figures,
    state_float,
)
from desktop.store.desk import Desk
from desktop.store.drafts import consuming
from desktop.watched import Watched
from desktop.words.texts import Words
from shared.accounts.rules import denominations
from shared.core.errors import RuleViolation
from shared.core.money import parse_money
from shared.sales.queries import ShiftReport

_COUNTS: Final = msgspec.json.Decoder(dict[int, int])
COUNT_MOST: Final = 100_000
_SELDOM: Final = {"CNY": frozenset({200, 20, 5, 2, 1})}
"""Notes and coins hardly anybody has in a drawer: counted last."""
_TOTAL: Final = 0
"""Where the draft keeps a sum that was typed: no note has this value."""


class ShiftModel(Watched):
    """What a person does with the drawer; nothing tells what it should hold before they declare."""

    def __init__(self, desk: Desk, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self.currency = currency
        self.now: ShiftNow = desk.do_now(shift_now)
        self.counts: dict[int, int] = self._kept()
        self.is_counting = bool(self.counts)
        self.declared: Declared | None = None
        self.report: ShiftReport | None = None
        self._look()

    def _kept(self) -> dict[int, int]:
        content = self._desk.read(kept_count)
        try:
            return _COUNTS.decode(content) if content else {}
        except msgspec.MsgspecError:
            return {}

    def _look(self) -> None:
        self.now = self._desk.do_now(shift_now)
        is_declared = self.now.shift is not None and bool(self.now.shift.declaration)
        self.declared = self._desk.do_now(declared_shift) if is_declared else None

    def refresh(self) -> None:
        """Read anew where the shift stands."""
        self._look()
        self.changed()

    @property
    def values(self) -> tuple[int, ...]:
        """The notes and coins to count in minor units, largest first, the seldom ones last."""
        seldom = _SELDOM.get(self.currency, frozenset())
        return tuple(sorted(denominations(self.currency), key=lambda one: (one in seldom, -one)))

    @property
    def may_state_float(self) -> bool:
        """Whether the float may still be said: a shift runs and no count was declared."""
        return self.now.shift is not None and not self.now.shift.declaration

    @property
    def often(self) -> int:
        """How many of them are the usual ones."""
        seldom = _SELDOM.get(self.currency, frozenset())
        return sum(one not in seldom for one in self.values)

    @property
    def total_minor(self) -> int | None:
        """The sum that was typed instead of pieces; None when none was."""
        return self.counts.get(_TOTAL)

    @property
    def counted_minor(self) -> int:
        """What was counted so far: the sum that was typed, or the pieces."""
        if self.total_minor is not None:
            return self.total_minor
        return sum(value * count for value, count in self.counts.items())

    async def open(self, float_text: str) -> None:
        """Open a shift with a float. Raises as ``begin_shift``; what amounts raise."""
        minor = parse_money(float_text or "0", self.currency).minor
        await self._desk.do(begin_shift, minor)
        self.report, self.is_counting = None, False
        self.refresh()

    async def state_float(self, float_text: str) -> None:
        """Say what the float was, while the shift runs. Raises as ``state_float``; what amounts
        raise."""
        minor = parse_money(float_text or "0", self.currency).minor
        await self._desk.do(state_float, minor)
        self.refresh()

    def start_counting(self) -> None:
        """Begin to count. Raises: RuleViolation SHIFT_MISSING, MONEY_TAKEN."""
        if self.now.shift is None:
            raise RuleViolation("SHIFT_MISSING")
        self._check_open_sale()
        self.is_counting, self.report = True, None
        self.changed()

    def _check_open_sale(self) -> None:
        """Money of a sale that is half paid lies in the drawer and in no shift: it would be too
        much in this one and missing in the next."""
        self._desk.once(renew_basket)
        basket = self._desk.read(open_basket)
        if basket is not None and basket.parts:
            raise RuleViolation("MONEY_TAKEN")

    @property
    def held(self) -> int:
        """How many sales are still put aside here: nobody has paid for them."""
        return len(self._desk.read(held_baskets))

    def set_count(self, value_minor: int, text: str) -> None:
        """So many notes or coins of a value; on disk at once. Raises: RuleViolation
        COUNT_UNREADABLE."""
        clean = text.strip() or "0"
        if not (clean.isascii() and clean.isdigit()) or int(clean) > COUNT_MOST:
            raise RuleViolation("COUNT_UNREADABLE", text=clean[:20])
        counts = {**self.counts, value_minor: int(clean)}
        self._keep({value: count for value, count in counts.items() if count or value == _TOTAL})

    def set_total(self, text: str) -> None:
        """The sum of the drawer, typed; '' goes back to the pieces. Raises: RuleViolation
        AMOUNT_NEGATIVE; what amounts raise."""
        pieces = {value: count for value, count in self.counts.items() if value != _TOTAL}
        if not text.strip():
            self._keep(pieces)
            return
        check_amount(text, self.currency)
        self._keep(pieces | {_TOTAL: parse_money(text, self.currency).minor})

    def _keep(self, counts: dict[int, int]) -> None:
        self.counts = counts
        self._desk.do_now(keep_count, msgspec.json.encode(counts))
        self.changed()

    async def declare(self, *, approver_id: str = "") -> None:
        """Say what is in the drawer; only now is it told what should be. Raises as
        ``declare_shift``, and RuleViolation MONEY_TAKEN, NOTHING_COUNTED."""
        self._check_open_sale()
        if not self.counts:
            # A count cannot be typed again: a slip of the key is no empty drawer.
            raise RuleViolation("NOTHING_COUNTED")
        pieces = {value: count for value, count in self.counts.items() if value != _TOTAL}
        declared = await self._desk.do(
            consuming(COUNT, declare_shift),
            pieces,
            {},
            total_minor=self.total_minor,
            approver_id=approver_id,
        )
        self.declared, self.is_counting = declared, False
        self.now = self._desk.do_now(shift_now)
        self.changed()

    def count_again(self) -> None:
        """Another count; it needs somebody who may approve shifts when it is declared."""
        self.is_counting = True
        self.changed()

    async def close(self, deposit_text: str, *, approver_id: str = "") -> ShiftReport:
        """Hand the drawer over. Raises as ``close_shift``; what amounts raise."""
        deposit = parse_money(deposit_text, self.currency).minor if deposit_text.strip() else None
        report = await self._desk.do(close_shift, deposit, approver_id=approver_id)
        self.counts = {}
        self._look()
        self.report = report
        self.changed()
        return report

    async def x_report(self) -> ShiftReport:
        """The figures of the running shift. Raises as ``shift_figures``."""
        return await self._desk.do(shift_figures)


def check_amount(text: str, currency: str) -> None:
    """Whether a text is an amount of money, not below zero. Raises: RuleViolation
    AMOUNT_NEGATIVE; what amounts raise."""
    minor = parse_money(text or "0", currency).minor
    if minor < 0:
        raise RuleViolation("AMOUNT_NEGATIVE", amount=minor)


def move_name(words: Words, reason: str, tender: str) -> str:
    """What a shift took or paid beside its sales, as people call it."""
    return words(f"shift.moves.{reason}", tender=words.of("tender", tender))


def z_value(
    report: ShiftReport, words: Words, shop: str, zone: str, names: Mapping[str, str]
) -> ZReport:
    """All that stands on the paper of a closed shift."""
    shift = report.shift
    return ZReport(
        shop=shop,
        register=shift.device_id,
        number=report.closing_number,
        zone=zone,
        opened_at_us=shift.opened_at_us,
        closed_at_us=shift.closed_at_us,
        cashier=names.get(shift.closed_by, shift.closed_by),
        currency=shift.currency,
        sales_count=report.sales,
        sales_minor=report.sales_minor,
        returns_count=report.returns,
        returns_minor=-report.returns_minor,
        discount_minor=report.discount_minor,
        tenders=tuple(
            TenderCount(
                name=words.of("tender", one.tender),
                expected_minor=one.expected_minor,
                declared_minor=one.declared_minor if one.is_declared else one.expected_minor,
            )
            for one in report.tenders
        ),
        float_minor=shift.float_minor,
        denominations=tuple(
            Denomination(value_minor=value, count=count) for value, count in report.cash
        ),
        moves=tuple(
            (move_name(words, reason, tender), minor) for tender, reason, minor in report.moves
        ),
        first_number=report.first_number,
        last_number=report.last_number,
        approver=names.get(report.approver_id, report.approver_id),
    )


def z_bytes(
    report: ShiftReport, words: Words, shop: str, zone: str, names: Mapping[str, str], roll: str
) -> bytes:
    """The report of a closed shift as bytes for the receipt printer."""
    value = z_value(report, words, shop, zone, names)
    width = PaperRoll.MM_58 if roll == "58" else PaperRoll.MM_80
    return encode(z_report_slip(value, words, width), PrinterProfile(roll=width))
