"""The columns of the till's lines and of what a search suggests."""

from typing import Final

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Back, Line
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import STRONG, Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.rounding import MICRO

LINES_FONT: Final = STRONG


def qty_text(line: Line | Back) -> str:
    """``2 箱`` as it was scanned, else base units: ``27 支``; goods that come back with a minus."""
    if isinstance(line, Back):
        return f"-{formats.qty(line.qty_micro)} {line.unit}".rstrip()
    whole, rest = divmod(line.qty_micro, line.factor_micro)
    if rest or line.factor_micro == MICRO:
        return f"{formats.qty(line.qty_micro)} {line.base_unit}".rstrip()
    return f"{formats.qty(whole * MICRO)} {line.unit}"


def line_columns(words: Words, model: TillModel) -> list[Column]:
    """Name, code, price, quantity, discount, amount."""
    currency = model.currency

    def amount(line: Line | Back) -> int:
        return line.amount_minor if isinstance(line, Back) else line.amount_minor(currency)

    def off(line: Line | Back) -> int | None:
        taken = 0 if isinstance(line, Back) else line.off_minor(currency)
        return -taken if taken else None

    def price(line: Line | Back) -> int | None:
        if isinstance(line, Back):
            return line.price_micro
        if line.price_micro < 0 and line.said_micro is None:
            return None
        # What stands beside "2 箱" is the price of a case.
        is_pack = line.qty_micro % line.factor_micro == 0
        return line.pays_micro * line.factor_micro // MICRO if is_pack else line.pays_micro

    def tone(line: Line | Back) -> Tone | None:
        if isinstance(line, Back):
            return Tone.BAD
        return Tone.WAITING if line.is_short or line.pays_micro == 0 else None

    def name(line: Line | Back) -> str:
        if isinstance(line, Back):
            return words("till.back_line", name=line.name)
        return f"{line.name}  {line.spec}".rstrip()

    return [
        Column(key="name", title=words("till.goods"), get=name, stretches=True, tone=tone),
        Column(
            key="code",
            title=words("till.code"),
            get=lambda one: one.code,
            kind=Kind.CODE,
            width=116,
        ),
        Column(key="price", title=words("till.unit_price"), get=price, kind=Kind.PRICE, width=96),
        Column(
            key="qty", title=words("till.qty"), get=qty_text, width=88, tone=tone, is_number=True
        ),
        Column(
            key="off",
            title=words("till.off"),
            get=off,
            kind=Kind.MONEY,
            currency=currency,
            width=84,
        ),
        Column(
            key="amount",
            title=words("till.amount"),
            get=amount,
            kind=Kind.MONEY,
            currency=currency,
            width=112,
            tone=lambda one: Tone.BAD if isinstance(one, Back) else None,
        ),
    ]


def suggestion_columns(words: Words, currency: str) -> list[Column]:
    """Name, code, price."""
    return [
        Column(
            key="name",
            title=words("till.goods"),
            get=lambda one: f"{one.name}  {one.spec}".rstrip(),
            stretches=True,
        ),
        Column(
            key="code",
            title=words("till.code"),
            get=lambda one: one.code,
            kind=Kind.CODE,
            width=116,
        ),
        Column(
            key="price",
            title=words("till.unit_price"),
            get=lambda one: one.price_micro if one.price_micro >= 0 else None,
            kind=Kind.PRICE,
            currency=currency,
            width=110,
        ),
    ]
