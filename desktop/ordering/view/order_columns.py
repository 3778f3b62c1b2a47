"""The columns of the list of orders and of an order's lines."""

from collections.abc import Callable
from typing import Any

from desktop.ordering.model.orders import UNSENT, state_word
from desktop.ordering.usecases.looking import BlockHead, NamedLine
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.quantity import format_quantity
from shared.ordering.rules import OrderState

STATE_TONES: dict[str, Tone] = {
    UNSENT: Tone.WAITING,
    OrderState.SUBMITTED: Tone.WAITING,
    OrderState.ACCEPTED: Tone.GOOD,
    OrderState.PARTIAL: Tone.ACCENT,
    OrderState.REVISED: Tone.WAITING,
    OrderState.REJECTED: Tone.BAD,
    OrderState.CANCELLED: Tone.PLAIN,
    OrderState.PART_SHIPPED: Tone.ACCENT,
    OrderState.SHIPPED: Tone.ACCENT,
    OrderState.RECEIVED: Tone.GOOD,
}


def order_columns(frame: Frame) -> list[Column]:
    """Of the list of orders."""
    words, person = frame.words, frame.person
    return [
        Column(
            key="number",
            title=words("orders.number"),
            get=lambda one: one.order.number,
            kind=Kind.NUMBER,
            stretches=True,
        ),
        Column(
            key="at",
            title=words("orders.at"),
            get=lambda one: formats.short_instant(
                one.order.submitted_at_us, frame.desk.now_us, person.zone
            ),
            width=92,
        ),
        Column(
            key="amount",
            title=words("orders.amount", currency=person.currency),
            get=lambda one: one.order.asked_minor,
            kind=Kind.MONEY,
            width=96,
            currency=person.currency,
        ),
        Column(
            key="state",
            title=words("orders.state"),
            get=lambda one: words(f"orders.state_{state_word(one)}"),
            width=116,
            tone=lambda one: STATE_TONES[state_word(one)],
        ),
    ]


def line_columns(frame: Frame, is_decided: Callable[[], bool]) -> list[Column]:
    """Of the lines of an order: asked, granted, why not all, shipped, received."""
    words, person = frame.words, frame.person

    def accepted(one: NamedLine | BlockHead) -> str | None:
        if not is_decided() or isinstance(one, BlockHead):
            return None
        return format_quantity(one.line.accepted_micro, one.packs)

    def accepted_tone(one: NamedLine | BlockHead) -> Tone | None:
        if isinstance(one, BlockHead):
            return None
        is_cut = is_decided() and one.line.accepted_micro < one.line.qty_micro
        return Tone.BAD if is_cut else None

    return [
        Column(
            key="name",
            title=words("orders.product"),
            get=lambda one: _name(words, one),
            stretches=True,
            tone=lambda one: Tone.ACCENT if isinstance(one, BlockHead) else None,
        ),
        Column(
            key="asked",
            title=words("orders.asked"),
            get=_of_line(lambda one: format_quantity(one.line.qty_micro, one.packs)),
            width=82,
            is_number=True,
        ),
        Column(
            key="accepted",
            title=words("orders.accepted"),
            get=accepted,
            width=72,
            is_number=True,
            tone=accepted_tone,
        ),
        Column(
            key="reason",
            title=words("orders.reason"),
            get=_of_line(lambda one: _reason(words, one)),
            width=104,
            tone=lambda _one: Tone.BAD,
        ),
        Column(
            key="shipped",
            title=words("orders.shipped"),
            get=_of_line(lambda one: one.line.shipped_micro or None),
            kind=Kind.QTY,
            width=66,
        ),
        Column(
            key="received",
            title=words("orders.received"),
            get=_of_line(lambda one: one.line.good_micro or None),
            kind=Kind.QTY,
            width=68,
            tone=_received_tone,
        ),
        Column(
            key="amount",
            title=words("orders.line_amount"),
            get=_amount,
            kind=Kind.MONEY,
            width=86,
            currency=person.currency,
        ),
        Column(
            key="date",
            title=words("orders.line_date"),
            get=_of_line(lambda one: one.line.delivery_date or one.line.requested_date),
            width=92,
            is_shown=False,
        ),
    ]


def _of_line(get: Callable[[NamedLine], Any]) -> Callable[[Any], Any]:
    """A cell of a line; the heading of a block leaves it empty."""
    return lambda one: None if isinstance(one, BlockHead) else get(one)


def _name(words: Words, one: NamedLine | BlockHead) -> str:
    if isinstance(one, NamedLine):
        return one.name
    return (
        words("orders.block_gifts", policy=one.name)
        if one.policy_id
        else words("orders.block_main")
    )


def _reason(words: Words, one: NamedLine) -> str:
    """Why it got less, with the name of the limit or promotion (D02)."""
    said = words.of("orders.reason", one.line.reason)
    return f"{said} {one.line.because}" if one.line.because else said


def _amount(one: NamedLine | BlockHead) -> int:
    return one.amount_minor if isinstance(one, BlockHead) else one.line.amount_minor


def _received_tone(one: NamedLine | BlockHead) -> Tone | None:
    if isinstance(one, BlockHead):
        return None
    return Tone.BAD if one.line.damaged_micro or one.line.short_micro else None
