"""The columns of the order editor."""

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.rows import Row
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words


def columns_of(words: Words, model: OrderEditor, currency: str) -> list[Column]:
    """Goods, what is here and coming, what the rule says, what is ordered and what it costs."""
    return [
        Column(key="code", title=words("reorder.code"), get=_code, kind=Kind.CODE, width=84),
        Column(
            key="name",
            title=words("reorder.name"),
            get=lambda one: f"{one.name}  {one.spec}".strip() or words("reorder.off_list"),
            stretches=True,
            tone=lambda one: None if one.is_listed else Tone.BAD,
        ),
        Column(
            key="stock",
            title=words("reorder.stock"),
            get=lambda one: one.on_hand_micro,
            kind=Kind.QTY,
            width=72,
            tone=_stock_tone,
        ),
        Column(
            key="coming",
            title=words("reorder.coming"),
            get=lambda one: one.coming_micro,
            kind=Kind.QTY,
            width=72,
        ),
        Column(
            key="sold",
            title=words("reorder.sold"),
            get=lambda one: one.sold_30_micro,
            kind=Kind.QTY,
            width=82,
        ),
        Column(
            key="cover",
            title=words("reorder.days"),
            get=lambda one: one.cover_days,
            kind=Kind.COUNT,
            width=72,
            tone=_cover_tone,
        ),
        Column(
            key="suggested",
            title=words("reorder.suggested_column"),
            get=lambda one: one.suggested_micro,
            kind=Kind.QTY,
            width=78,
            tone=lambda _one: Tone.ACCENT,
        ),
        Column(
            key="was",
            title=words("reorder.was"),
            get=lambda one: _was(words, one),
            width=120,
            is_number=True,
            tone=lambda one: Tone.WAITING if one.has_new_price else None,
        ),
        Column(
            key="order",
            title=words("reorder.order"),
            get=lambda one: one.qty_text or None,
            width=104,
            is_number=True,
            edit=lambda one, text: model.set_qty(one.product_id, text),
            tone=_order_tone,
        ),
        Column(
            key="price",
            title=words("reorder.price"),
            get=lambda one: one.price_micro,
            kind=Kind.PRICE,
            width=86,
        ),
        Column(
            key="amount",
            title=words("reorder.amount", currency=currency),
            get=lambda one: one.amount_minor,
            kind=Kind.MONEY,
            width=104,
            currency=currency,
        ),
        Column(
            key="date",
            title=words("reorder.line_date"),
            get=lambda one: one.line.requested_date,
            kind=Kind.DAY,
            width=96,
            edit=lambda one, text: model.set_line_date(one.product_id, text),
        ),
        Column(
            key="note",
            title=words("reorder.line_note"),
            get=lambda one: one.line.note,
            width=120,
            is_shown=False,
            edit=lambda one, text: model.set_line_note(one.product_id, text),
        ),
    ]


def _code(one: Row) -> str:
    return one.code


def _was(words: Words, one: Row) -> str:
    if one.line.was_qty_micro < 0:
        return words("reorder.is_new")
    before = formats.qty(one.line.was_qty_micro)
    return f"{before} @ {formats.price(one.line.was_price_micro)}"


def _stock_tone(one: Row) -> Tone | None:
    return Tone.BAD if (one.on_hand_micro or 0) < 0 else None


def _cover_tone(one: Row) -> Tone | None:
    days = one.cover_days
    return Tone.WAITING if days is not None and days < one.looked_back // 2 else None


def _order_tone(one: Row) -> Tone | None:
    return Tone.ACCENT if one.has_new_qty else None
