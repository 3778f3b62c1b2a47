"""The columns of the order editor."""

from collections.abc import Callable
from typing import Any

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.rows import BlockRow, Row
from desktop.ordering.view.hints import hint_text
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import RuleViolation

Cell = Callable[[Any], Any]


def _of_line(get: Cell) -> Cell:
    """A cell of main lines; headings and gifts leave it empty."""
    return lambda one: None if isinstance(one, BlockRow) else get(one)


def _edits(edit: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    """Headings and gifts are not typed into: gifts are chosen in the promotions panel."""

    def checked(one: Any, text: str) -> None:
        if isinstance(one, BlockRow):
            raise RuleViolation("LOCKED_BY_PROMO")
        edit(one, text)

    return checked


def columns_of(words: Words, model: OrderEditor, currency: str) -> list[Column]:
    """Goods, what is here and coming, what the rule says, what is ordered and what it costs."""
    return [
        Column(key="code", title=words("reorder.code"), get=_code, kind=Kind.CODE, width=76),
        Column(
            key="name",
            title=words("reorder.name"),
            get=lambda one: _name(words, one),
            stretches=True,
            tone=_name_tone,
        ),
        Column(
            key="stock",
            title=words("reorder.stock"),
            get=_of_line(lambda one: one.on_hand_micro),
            kind=Kind.QTY,
            width=64,
            tone=_stock_tone,
        ),
        Column(
            key="coming",
            title=words("reorder.coming"),
            get=_of_line(lambda one: one.coming_micro),
            kind=Kind.QTY,
            width=64,
        ),
        Column(
            key="sold",
            title=words("reorder.sold"),
            get=_of_line(lambda one: one.sold_30_micro),
            kind=Kind.QTY,
            width=78,
        ),
        Column(
            key="cover",
            title=words("reorder.days"),
            get=_of_line(lambda one: one.cover_days),
            kind=Kind.COUNT,
            width=76,
            tone=_cover_tone,
        ),
        Column(
            key="suggested",
            title=words("reorder.suggested_column"),
            get=_of_line(lambda one: one.suggested_micro),
            kind=Kind.QTY,
            width=80,
            tone=lambda _one: Tone.ACCENT,
        ),
        Column(
            key="was",
            title=words("reorder.was"),
            get=_of_line(lambda one: _was(words, one)),
            width=120,
            is_number=True,
            tone=_of_line(lambda one: Tone.WAITING if one.has_new_price else None),
        ),
        Column(
            key="order",
            title=words("reorder.order"),
            get=lambda one: one.qty_text or None,
            width=96,
            is_number=True,
            edit=_edits(lambda one, text: model.set_qty(one.product_id, text)),
            tone=_order_tone,
        ),
        Column(
            key="price",
            title=words("reorder.price"),
            get=lambda one: one.price_micro,
            kind=Kind.PRICE,
            width=76,
            tone=_of_line(lambda one: Tone.GOOD if one.off_minor else None),
        ),
        Column(
            key="amount",
            title=words("reorder.amount", currency=currency),
            get=lambda one: one.amount_minor,
            kind=Kind.MONEY,
            width=98,
            currency=currency,
        ),
        Column(
            key="left",
            title=words("reorder.limit_left"),
            get=_of_line(lambda one: one.left_micro),
            kind=Kind.QTY,
            width=68,
            tone=_of_line(lambda one: Tone.WAITING if one.left_micro == 0 else None),
        ),
        Column(
            key="hint",
            title=words("reorder.gift_hint"),
            get=lambda one: hint_text(words, one),
            width=150,
            tone=lambda _one: Tone.ACCENT,
        ),
        Column(
            key="date",
            title=words("reorder.line_date"),
            get=_of_line(lambda one: one.line.requested_date),
            kind=Kind.DAY,
            width=96,
            edit=_edits(lambda one, text: model.set_line_date(one.product_id, text)),
        ),
        Column(
            key="note",
            title=words("reorder.line_note"),
            get=_of_line(lambda one: one.line.note),
            width=120,
            is_shown=False,
            edit=_edits(lambda one, text: model.set_line_note(one.product_id, text)),
        ),
    ]


def _code(one: Row) -> str:
    return one.code


def _name(words: Words, one: Row | BlockRow) -> str:
    if isinstance(one, BlockRow) and one.is_heading:
        if not one.policy_id:
            return words("reorder.block_main", n=one.lines)
        return words("reorder.block_gifts", policy=one.name)
    if isinstance(one, BlockRow):
        return words("reorder.block_gift", name=one.name)
    return f"{one.name}  {one.spec}".strip() or words("reorder.off_list")


def _name_tone(one: Row | BlockRow) -> Tone | None:
    if isinstance(one, BlockRow):
        return Tone.ACCENT if one.is_heading else None
    return None if one.is_listed else Tone.BAD


def _was(words: Words, one: Row) -> str:
    if one.line.was_qty_micro < 0:
        return words("reorder.is_new")
    before = formats.qty(one.line.was_qty_micro)
    return f"{before} @ {formats.price(one.line.was_price_micro)}"


def _stock_tone(one: Row | BlockRow) -> Tone | None:
    if isinstance(one, BlockRow):
        return None
    return Tone.BAD if (one.on_hand_micro or 0) < 0 else None


def _cover_tone(one: Row | BlockRow) -> Tone | None:
    if isinstance(one, BlockRow):
        return None
    days = one.cover_days
    return Tone.WAITING if days is not None and days < one.looked_back // 2 else None


def _order_tone(one: Row | BlockRow) -> Tone | None:
    if isinstance(one, BlockRow):
        return None
    return Tone.ACCENT if one.has_new_qty else None
