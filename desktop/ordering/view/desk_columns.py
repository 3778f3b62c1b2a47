"""The columns of the order desk: its orders, and the lines of the chosen one."""

from dataclasses import dataclass
from typing import Any, Final

from desktop.ordering.model.desk import OrderDesk
from desktop.ordering.model.desk_lines import DeskLine
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.spans import span
from desktop.words.texts import Words
from shared.ordering.rules import OrderState

STATE_TONES = {
    OrderState.SUBMITTED: Tone.WAITING,
    OrderState.REJECTED: Tone.BAD,
    OrderState.CANCELLED: Tone.PLAIN,
}
LONG_WAIT_US: Final = 24 * 3_600 * 1_000_000
"""An order that waits for longer stands out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait(Column):
    """How long something waits: sorted by its length, shown in words."""

    words: Words

    def text(self, row: Any) -> str:
        length_us = self.get(row)
        return "" if length_us is None else span(self.words, length_us)


def order_columns(frame: Frame, model: OrderDesk) -> list[Column]:
    """The orders: when, who, how much, and how long they wait."""
    words = frame.words
    return [
        Column(
            key="at",
            title=words("desk.at"),
            get=lambda one: one.submitted_at_us,
            kind=Kind.INSTANT,
            zone=frame.person.zone,
            width=134,
        ),
        _Wait(
            key="waited",
            title=words("desk.waited"),
            get=model.waited_us,
            width=92,
            is_number=True,
            words=words,
            tone=lambda one: Tone.BAD if (model.waited_us(one) or 0) >= LONG_WAIT_US else None,
        ),
        Column(
            key="number",
            title=words("desk.number"),
            get=lambda one: one.number,
            kind=Kind.NUMBER,
            width=176,
        ),
        Column(
            key="account",
            title=words("desk.account"),
            get=lambda one: model.names.get(one.account_id, one.account_id),
            stretches=True,
        ),
        Column(
            key="lines",
            title=words("desk.lines"),
            get=lambda one: one.line_count,
            kind=Kind.COUNT,
            width=56,
        ),
        Column(
            key="asked",
            title=words("desk.asked"),
            get=lambda one: one.asked_minor,
            kind=Kind.MONEY,
            width=106,
            has_total=True,
        ),
        Column(
            key="granted",
            title=words("desk.granted"),
            get=lambda one: one.accepted_minor if one.decision else None,
            kind=Kind.MONEY,
            width=106,
        ),
        Column(
            key="wanted",
            title=words("desk.wanted"),
            get=lambda one: one.requested_date,
            kind=Kind.DAY,
            width=100,
        ),
        Column(
            key="state",
            title=words("desk.state"),
            get=lambda one: words.of("order.state", one.state.value),
            width=92,
            tone=lambda one: STATE_TONES.get(one.state, Tone.GOOD),
        ),
    ]


def line_columns(words: Words, model: OrderDesk) -> list[Column]:
    """The lines of the chosen order with what the person deciding has to know."""
    return [
        Column(key="code", title=words("desk.code"), get=lambda one: one.code, width=76),
        Column(key="name", title=words("desk.name"), get=lambda one: one.name, stretches=True),
        Column(
            key="asked",
            title=words("desk.qty"),
            get=lambda one: one.line.qty_micro,
            kind=Kind.QTY,
            width=84,
        ),
        Column(
            key="stock",
            title=words("desk.stock"),
            get=lambda one: one.stock_micro,
            kind=Kind.QTY,
            width=64,
            tone=lambda one: Tone.BAD if one.is_short else None,
        ),
        Column(
            key="granted",
            title=words("desk.granted_qty"),
            get=lambda one: one.granted_micro,
            kind=Kind.QTY,
            width=80,
            edit=model.grant,
            tone=lambda one: Tone.BAD if one.is_cut else Tone.ACCENT,
        ),
        Column(
            key="price",
            title=words("desk.price"),
            get=lambda one: one.line.unit_price_micro,
            kind=Kind.PRICE,
            width=76,
            tone=lambda one: Tone.BAD if one.expected_price_micro is not None else None,
        ),
        Column(
            key="expected",
            title=words("desk.expected"),
            get=lambda one: _expected(words, one),
            width=76,
            is_number=True,
            tone=lambda _one: Tone.BAD,
        ),
        Column(
            key="promotion",
            title=words("desk.promotion"),
            get=lambda one: _promotion(words, one),
            width=150,
            tone=lambda one: Tone.BAD if one.kept_micro is not None else Tone.GOOD,
        ),
        Column(
            key="amount",
            title=words("desk.amount"),
            get=lambda one: one.granted_minor,
            kind=Kind.MONEY,
            width=96,
            has_total=True,
        ),
        Column(
            key="date",
            title=words("desk.promised"),
            get=lambda one: one.delivery_date or one.line.requested_date,
            kind=Kind.DAY,
            width=96,
            edit=model.promise,
        ),
        Column(
            key="reason",
            title=words("desk.reason"),
            get=lambda one: words.of("orders.reason", one.reason) if one.reason else "",
            width=124,
            tone=lambda _one: Tone.BAD,
        ),
    ]


def _promotion(words: Words, one: DeskLine) -> str:
    """The promotions of a line, or what its limit or promotion does not let through (D02)."""
    if one.kept_micro is not None:
        key = "desk.limit_cut" if one.kept_reason == "LIMIT" else "desk.promotion_bad"
        return words(
            key,
            limit=one.kept_name,
            policy=one.kept_name,
            qty=formats.qty(one.kept_micro),
        )
    named = " · ".join(one.policies)
    return words("desk.gift_of", policy=named) if one.line.is_gift else named


def _expected(words: Words, one: DeskLine) -> str:
    if one.expected_price_micro is None:
        return ""
    if one.expected_price_micro < 0:
        return words("desk.no_price")
    return formats.price(one.expected_price_micro)
