"""The columns of the wholesale invoice."""

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import InvoiceRow
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words.texts import Words


def invoice_columns(words: Words, model: InvoiceModel) -> list[Column]:
    """Goods, stock, quantity, guide price, price and amount of a line."""
    currency = model.currency
    return [
        Column(
            key="code",
            title=words("invoice.code"),
            get=lambda one: one.goods.product.code if one.goods else one.product_id,
            kind=Kind.CODE,
            width=90,
        ),
        Column(
            key="name",
            title=words("invoice.goods"),
            get=lambda one: f"{one.name}  {one.goods.product.spec if one.goods else ''}",
            stretches=True,
        ),
        Column(
            key="stock",
            title=words("invoice.stock"),
            get=lambda one: one.goods.on_hand_micro if one.goods else None,
            kind=Kind.QTY,
            width=90,
            tone=lambda one: Tone.WAITING if one.is_short else None,
        ),
        Column(
            key="qty",
            title=words("invoice.qty"),
            get=lambda one: one.qty_text,
            width=120,
            is_number=True,
            edit=lambda one, text: model.set_qty(one.product_id, text),
        ),
        Column(
            key="list",
            title=words("invoice.guide_price"),
            get=lambda one: one.list_micro,
            kind=Kind.PRICE,
            width=100,
        ),
        Column(
            key="price",
            title=words("invoice.price"),
            get=lambda one: one.pays_micro,
            kind=Kind.PRICE,
            width=100,
            edit=lambda one, text: model.set_price(one.product_id, text),
            tone=_price_tone,
        ),
        Column(
            key="amount",
            title=words("invoice.amount", currency=currency),
            get=lambda one: one.amount_minor,
            kind=Kind.MONEY,
            width=120,
            currency=currency,
            has_total=True,
        ),
    ]


def _price_tone(one: InvoiceRow) -> Tone | None:
    if one.pays_micro is None:
        return Tone.BAD
    return Tone.WAITING if one.line.said_micro is not None else None
