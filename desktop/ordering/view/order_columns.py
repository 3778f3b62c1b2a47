"""The columns of the list of orders and of an order's lines."""

from collections.abc import Callable

from desktop.ordering.model.orders import UNSENT, state_word
from desktop.ordering.usecases.looking import NamedLine
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
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
            kind=Kind.CODE,
            stretches=True,
        ),
        Column(
            key="at",
            title=words("orders.at"),
            get=lambda one: formats.short_instant(
                one.order.submitted_at_us, frame.desk.now_us, person.zone
            ),
            width=96,
        ),
        Column(
            key="amount",
            title=words("orders.amount", currency=person.currency),
            get=lambda one: one.order.asked_minor,
            kind=Kind.MONEY,
            width=104,
            currency=person.currency,
        ),
        Column(
            key="state",
            title=words("orders.state"),
            get=lambda one: words(f"orders.state_{state_word(one)}"),
            width=104,
            tone=lambda one: STATE_TONES[state_word(one)],
        ),
    ]


def line_columns(frame: Frame, is_decided: Callable[[], bool]) -> list[Column]:
    """Of the lines of an order: asked, granted, why not all, shipped, received."""
    words, person = frame.words, frame.person

    def accepted(one: NamedLine) -> str | None:
        if not is_decided():
            return None
        return format_quantity(one.line.accepted_micro, one.packs)

    def accepted_tone(one: NamedLine) -> Tone | None:
        is_cut = is_decided() and one.line.accepted_micro < one.line.qty_micro
        return Tone.BAD if is_cut else None

    return [
        Column(
            key="name",
            title=words("orders.product"),
            get=lambda one: one.name,
            stretches=True,
        ),
        Column(
            key="asked",
            title=words("orders.asked"),
            get=lambda one: format_quantity(one.line.qty_micro, one.packs),
            width=78,
            is_number=True,
        ),
        Column(
            key="accepted",
            title=words("orders.accepted"),
            get=accepted,
            width=78,
            is_number=True,
            tone=accepted_tone,
        ),
        Column(
            key="reason",
            title=words("orders.reason"),
            get=lambda one: words.of("orders.reason", one.line.reason),
            width=92,
            tone=lambda _one: Tone.BAD,
        ),
        Column(
            key="shipped",
            title=words("orders.shipped"),
            get=lambda one: one.line.shipped_micro or None,
            kind=Kind.QTY,
            width=66,
        ),
        Column(
            key="received",
            title=words("orders.received"),
            get=lambda one: one.line.good_micro or None,
            kind=Kind.QTY,
            width=66,
            tone=_received_tone,
        ),
        Column(
            key="amount",
            title=words("orders.line_amount"),
            get=lambda one: one.line.amount_minor,
            kind=Kind.MONEY,
            width=92,
            currency=person.currency,
        ),
        Column(
            key="date",
            title=words("orders.line_date"),
            get=lambda one: one.line.delivery_date or one.line.requested_date,
            width=92,
            is_shown=False,
        ),
    ]


def _received_tone(one: NamedLine) -> Tone | None:
    return Tone.BAD if one.line.damaged_micro or one.line.short_micro else None
