"""The columns of the wholesale invoice."""

from collections.abc import Callable

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import InvoiceGift, InvoiceRow
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import RuleViolation

Shown = InvoiceRow | InvoiceGift


def invoice_columns(words: Words, model: InvoiceModel) -> list[Column]:
    """Goods, stock, quantity, guide price, price and amount of a line; below the lines gifts."""
    currency = model.currency

    def of_line(change: Callable[[str, str], None]) -> Callable[[Shown, str], None]:
        def edit(one: Shown, text: str) -> None:
            if isinstance(one, InvoiceGift):
                raise RuleViolation("GIFT_OF_POLICY", policy=one.policy)
            change(one.product_id, text)

        return edit

    return [
        Column(
            key="code",
            title=words("invoice.code"),
            get=_code,
            kind=Kind.CODE,
            width=90,
        ),
        Column(
            key="name",
            title=words("invoice.goods"),
            get=lambda one: _name(words, one),
            stretches=True,
            tone=_gift_tone,
        ),
        Column(
            key="stock",
            title=words("invoice.stock"),
            get=_on_hand,
            kind=Kind.QTY,
            width=90,
            tone=lambda one: Tone.WAITING if isinstance(one, InvoiceRow) and one.is_short else None,
        ),
        Column(
            key="qty",
            title=words("invoice.qty"),
            get=_qty,
            width=120,
            is_number=True,
            edit=of_line(model.set_qty),
        ),
        Column(
            key="list",
            title=words("invoice.guide_price"),
            get=lambda one: one.list_micro if isinstance(one, InvoiceRow) else None,
            kind=Kind.PRICE,
            width=100,
        ),
        Column(
            key="price",
            title=words("invoice.price"),
            get=_price,
            kind=Kind.PRICE,
            width=100,
            edit=of_line(model.set_price),
            tone=_price_tone,
        ),
        Column(
            key="amount",
            title=words("invoice.amount", currency=currency),
            get=lambda one: None if _is_offered(one) else one.amount_minor,
            kind=Kind.MONEY,
            width=120,
            currency=currency,
            has_total=True,
        ),
    ]


def _on_hand(one: Shown) -> int | None:
    return one.goods.on_hand_micro if isinstance(one, InvoiceRow) and one.goods else None


def _is_offered(one: Shown) -> bool:
    return isinstance(one, InvoiceGift) and one.is_offered


def _code(one: Shown) -> str:
    if isinstance(one, InvoiceGift):
        return one.code
    return one.goods.product.code if one.goods else one.product_id


def _name(words: Words, one: Shown) -> str:
    if isinstance(one, InvoiceGift):
        key = "invoice.gift_offered" if one.is_offered else "invoice.gift"
        return words(key, name=one.name, policy=one.policy)
    return f"{one.name}  {one.goods.product.spec if one.goods else ''}"


def _qty(one: Shown) -> str:
    if isinstance(one, InvoiceGift):
        return f"{formats.qty(one.qty_micro)}{one.unit}"
    return one.qty_text


def _price(one: Shown) -> int | None:
    if isinstance(one, InvoiceGift):
        return None if one.is_offered else one.price_micro
    return one.pays_micro


def _gift_tone(one: Shown) -> Tone | None:
    if isinstance(one, InvoiceGift):
        return Tone.ACCENT if one.is_offered else Tone.GOOD
    return None


def _price_tone(one: Shown) -> Tone | None:
    if isinstance(one, InvoiceGift):
        return None
    if one.own_micro is None:
        return Tone.BAD
    if one.is_special:
        return Tone.GOOD
    return Tone.WAITING if one.line.said_micro is not None else None
