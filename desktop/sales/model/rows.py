"""The rows of the till's table: goods coming back, lines, their parts, gifts, gifts to choose."""

from dataclasses import dataclass
from typing import Final

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Back, Basket, KeptGift, Line
from desktop.sales.usecases.deal import Deal
from desktop.sales.usecases.promoting import GiftName, Promotions
from shared.core.money import line_amount_minor
from shared.promotions.rules import Block, Priced

OPTIONS_MOST: Final = 8
"""Gifts to choose that are shown below the lines; the list of policies shows the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePart:
    """The part of a line that has one price after promotions (D05)."""

    place: int
    """Of its line in the basket."""
    line: Line
    qty_micro: int
    price_micro: int
    off_minor: int
    """What promotions take off the part."""
    amount_minor: int
    is_rest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """The heading of what one policy gives, and how much may still be chosen (D15)."""

    policy_id: str
    name: str
    left_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftRow:
    """A gift that was chosen, or the only one there is."""

    name: str
    code: str
    unit: str
    qty_micro: int
    price_micro: int
    off_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftOption:
    """A gift that may be chosen; Enter takes one."""

    at: int
    """Its place among all that may be chosen."""
    name: str
    code: str
    unit: str


Row = Back | KeptGift | Line | LinePart | BlockHead | GiftRow | GiftOption


def rows_of(model: TillModel) -> list[Row]:
    """The whole basket as the table shows it, gifts apart from the lines."""
    basket, deal = model.basket, model.deal
    back = basket.came_back
    found: list[Row] = [*back.lines, *back.kept] if back else []
    for place, line in enumerate(basket.lines):
        parts = deal.parts.get(place + 1)
        found += [line] if parts is None else _parts(deal, place, line, parts)
    first = 0
    for block in deal.outcome.blocks:
        found += _block(model, deal, block, first)
        first += len(block.options) if block.left_micro > 0 else 0
    return found


def row_of_cursor(model: TillModel, rows: list[Row]) -> int:
    """Where the cursor stands: on a line, or on a gift to choose; -1 = nowhere."""
    line = model.basket.line
    for at, row in enumerate(rows):
        if model.choice >= 0:
            if isinstance(row, GiftOption) and row.at == model.choice:
                return at
        elif isinstance(row, LinePart):
            if row.place == model.basket.current:
                return at
        elif row is line:
            return at
    return -1


def _parts(deal: Deal, place: int, line: Line, parts: tuple[Priced, ...]) -> list[LinePart]:
    return [
        LinePart(
            place=place,
            line=line,
            qty_micro=part.qty_micro,
            price_micro=part.unit_price_micro,
            off_minor=_list_minor(deal, line, part) - deal.part_minor(part),
            amount_minor=deal.part_minor(part),
            is_rest=nth > 0,
        )
        for nth, part in enumerate(parts)
    ]


def _list_minor(deal: Deal, line: Line, part: Priced) -> int:
    return line_amount_minor(part.qty_micro, line.list_micro, deal.currency)


def _block(model: TillModel, deal: Deal, block: Block, first: int) -> list[Row]:
    name = model.promotions.opened.name_of(block.policy_id)
    found: list[Row] = [
        BlockHead(policy_id=block.policy_id, name=name, left_micro=block.left_micro)
    ]
    for gift in deal.gifts:
        if gift.policy_id == block.policy_id:
            named = gift_name(model.promotions.opened, model.basket, gift.product_id)
            gross = line_amount_minor(gift.qty_micro, gift.price_micro, deal.currency)
            found.append(
                GiftRow(
                    name=named.name,
                    code=named.code,
                    unit=named.unit,
                    qty_micro=gift.qty_micro,
                    price_micro=gift.price_micro,
                    off_minor=gross - gift.amount_minor,
                    amount_minor=gift.amount_minor,
                )
            )
    if block.left_micro > 0:
        # The cursor may go beyond those shown first; what it stands on is always there.
        skipped = max(model.choice - first - OPTIONS_MOST + 1, 0)
        for at, product_id in enumerate(block.options):
            if skipped <= at < skipped + OPTIONS_MOST:
                named = gift_name(model.promotions.opened, model.basket, product_id)
                found.append(
                    GiftOption(at=first + at, name=named.name, code=named.code, unit=named.unit)
                )
    return found


def gift_name(opened: Promotions, basket: Basket, product_id: str) -> GiftName:
    """What a gift is called: as the policy's goods, or as the same goods among the lines."""
    known = opened.goods.get(product_id)
    if known is not None:
        return known
    for line in basket.lines:
        if line.product_id == product_id:
            unit = line.base_unit or line.unit
            return GiftName(product_id=product_id, code=line.code, name=line.name, unit=unit)
    return GiftName(product_id=product_id, code=product_id, name=product_id, unit="")
