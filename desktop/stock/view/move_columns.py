"""The columns of a movement in the making; cost and amount of goods that were bought."""

from collections.abc import Callable

from desktop.stock.model.move_rows import MoveRow
from desktop.stock.model.moving import MovingModel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words.texts import Words
from shared.core.quantity import format_quantity
from shared.stock.queries import MovementView
from shared.stock.rules import MARK


def entry_columns(words: Words, model: MovingModel) -> list[Column]:
    """Goods, how many, what a piece and the line cost, until when they are good."""
    currency = model.buying.currency
    return [
        Column(key="code", title=words("stock.code"), width=118, kind=Kind.CODE,
               get=lambda one: one.goods.code),
        Column(key="name", title=words("stock.name"), stretches=True,
               get=lambda one: _named(one, with_spec=model.asks_costs)),
        Column(key="spec", title=words("stock.spec"), width=100,
               get=lambda one: one.goods.spec),
        Column(key="qty", title=words("moving.qty"), width=80, kind=Kind.QTY,
               get=lambda one: one.qty_micro, edit=model.set_qty, has_total=True),
        Column(key="packs", title=words("moving.in_packs"), width=120,
               get=_in_packs),
        Column(key="cost", title=words("buying.cost"), width=80, kind=Kind.PRICE,
               get=lambda one: one.cost_micro, edit=model.set_cost,
               tone=lambda one: Tone.BAD if one.is_dear else None),
        Column(key="amount", title=words("buying.amount"), width=96, kind=Kind.MONEY,
               currency=currency, get=lambda one: one.amount_minor(currency),
               edit=model.set_amount),
        Column(key="expires", title=words("moving.expiry"), width=104, kind=Kind.DAY,
               get=lambda one: one.expires_on or None, edit=model.set_expiry),
    ]  # fmt: skip


def history_columns(
    words: Words, zone: str, type_name: Callable[[str], str], party_name: Callable[[str], str]
) -> list[Column]:
    """What was moved before."""
    return [
        Column(key="at", title=words("card.at"), width=140, kind=Kind.INSTANT,
               zone=zone, get=lambda one: one.happened_at_us),
        Column(key="number", title=words("card.document"), width=164, kind=Kind.NUMBER,
               get=lambda one: one.number),
        Column(key="type", title=words("card.type"), width=120,
               get=lambda one: type_name(one.movement_type)),
        Column(key="party", title=words("card.counter"), width=150,
               get=lambda one: party_name(one.party_id)),
        Column(key="reason", title=words("moving.reason"), stretches=True,
               get=lambda one: " ".join(p for p in (one.reason, one.note) if p)),
        Column(key="lines", title=words("moving.lines"), width=60, kind=Kind.COUNT,
               get=lambda one: one.lines),
        Column(key="pieces", title=words("moving.pieces"), width=80, kind=Kind.QTY,
               get=_units_micro),
    ]  # fmt: skip


def _units_micro(one: MovementView) -> int:
    """What a document moved; below zero what it took back, whatever its type's way is."""
    takes_back = one.reason.startswith(MARK) and one.units_micro > 0
    return -one.units_micro if takes_back else one.units_micro


def _named(one: MoveRow, *, with_spec: bool) -> str:
    """The name; beside costs there is no room for a column of specs."""
    return f"{one.goods.name} {one.goods.spec}".strip() if with_spec else one.goods.name


def _in_packs(one: MoveRow) -> str:
    """The quantity in packs; nothing for goods that come in no packs."""
    return format_quantity(one.qty_micro, one.goods.packs) if len(one.goods.packs) > 1 else ""
