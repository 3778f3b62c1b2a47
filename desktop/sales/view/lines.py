"""The columns of the till's lines and of what a search suggests."""

from typing import Final

from desktop.sales.model.discounts import shown_price_micro
from desktop.sales.model.rows import BlockHead, GiftOption, GiftRow, LinePart, Row
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Back, KeptGift, Line
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import STRONG, Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.rounding import MICRO

LINES_FONT: Final = STRONG


def qty_text(line: Row) -> str:
    """``2 箱`` as it was scanned, else base units: ``27 支``; goods that come back with a minus."""
    match line:
        case Back():
            return f"-{formats.qty(line.qty_micro)} {line.unit}".rstrip()
        case GiftRow() | KeptGift():
            return f"{formats.qty(line.qty_micro)} {line.unit}".rstrip()
        case LinePart():
            return _packs(line.line, line.qty_micro)
        case Line():
            return _packs(line, line.qty_micro)
        case _:
            return ""


def _packs(line: Line, qty_micro: int) -> str:
    whole, rest = divmod(qty_micro, line.factor_micro)
    if rest or line.factor_micro == MICRO:
        return f"{formats.qty(qty_micro)} {line.base_unit}".rstrip()
    return f"{formats.qty(whole * MICRO)} {line.unit}"


def _price(row: Row) -> int | None:
    match row:
        case Back() | GiftRow() | KeptGift():
            return row.price_micro
        case Line() if row.price_micro < 0 and row.said_micro is None:
            return None
        case Line():
            # What stands beside "2 箱" is the price of a case.
            return shown_price_micro(row)
        case LinePart():
            is_pack = row.qty_micro % row.line.factor_micro == 0
            return row.price_micro * row.line.factor_micro // MICRO if is_pack else row.price_micro
        case _:
            return None


def _tone(row: Row) -> Tone | None:
    match row:
        case Back():
            return Tone.BAD
        case BlockHead() | GiftRow():
            return Tone.GOOD
        case GiftOption():
            return Tone.ACCENT
        case KeptGift():
            return Tone.WAITING
        case Line() if amber_reason(row):
            return Tone.WAITING
        case LinePart() if row.line.is_short:
            return Tone.WAITING
        case _:
            return None


def amber_reason(line: Line) -> str:
    """Key of why a line is amber; '' for one that is not."""
    if line.is_short:
        return "till.mark_short"
    if line.pays_micro:
        return ""
    is_missing = line.said_micro is None and line.price_micro < 0
    return "till.mark_no_price" if is_missing else "till.mark_free"


def _code(row: Row) -> str:
    match row:
        case LinePart():
            return "" if row.is_rest else row.line.code
        case BlockHead():
            return ""
        case _:
            return row.code


def line_columns(words: Words, model: TillModel) -> list[Column]:
    """Name, code, price, quantity, discount, amount; below the lines the gifts of each policy."""
    currency = model.currency

    def amount(row: Row) -> int | None:
        match row:
            case Line():
                return row.amount_minor(currency)
            case Back() | KeptGift() | LinePart() | GiftRow():
                return row.amount_minor
            case _:
                return None

    def off(row: Row) -> int | None:
        match row:
            case Line():
                taken = row.off_minor(currency)
            case LinePart() | GiftRow():
                taken = row.off_minor
            case _:
                taken = 0
        return -taken if taken else None

    def name(row: Row) -> str:
        match row:
            case Back():
                return words("till.back_line", name=row.name)
            case LinePart() if row.is_rest:
                return words("till.rest_line", name=row.line.name)
            case LinePart():
                return named(row.line)
            case BlockHead() if row.left_micro:
                left = formats.qty(row.left_micro)
                return words("till.block_left", policy=row.name, n=left)
            case BlockHead():
                return words("till.block", policy=row.name)
            case KeptGift():
                return words("till.gift_kept", name=row.name)
            case GiftRow():
                return words("till.gift_line", name=row.name)
            case GiftOption():
                return words("till.gift_option", name=row.name)
            case _:
                return named(row)

    def named(line: Line) -> str:
        mark = amber_reason(line)
        parts = (line.name, line.spec, f"· {words(mark)}" if mark else "")
        return "  ".join(part for part in parts if part)

    return [
        Column(key="name", title=words("till.goods"), get=name, stretches=True, tone=_tone),
        Column(
            key="code",
            title=words("till.code"),
            get=_code,
            kind=Kind.CODE,
            width=116,
        ),
        Column(key="price", title=words("till.unit_price"), get=_price, kind=Kind.PRICE, width=96),
        Column(
            key="qty", title=words("till.qty"), get=qty_text, width=88, tone=_tone, is_number=True
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
    """Name, code, what there is of it, price."""
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
            key="left",
            title=words("till.left"),
            get=lambda one: one.left_micro,
            kind=Kind.QTY,
            width=90,
            tone=lambda one: Tone.WAITING if (one.left_micro or 0) <= 0 else None,
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
