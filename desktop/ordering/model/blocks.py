"""The rows of a promotional order: main goods, then the gifts of each policy, with sums (D15)."""

from collections.abc import Mapping, Sequence

from desktop.ordering.model.rows import BlockRow, Row
from desktop.ordering.usecases.wishing import Goods
from shared.core.quantity import format_quantity
from shared.promotions.rules import Block, GiftLine, Outcome


def blocks_of(
    rows: Sequence[Row], outcome: Outcome, goods: Mapping[str, Goods], currency: str
) -> tuple[Row | BlockRow, ...]:
    """A heading above each block; what is only suggested stays at the end of the main goods."""
    ordered = [one for one in rows if one.line.qty_micro]
    main = BlockRow(
        policy_id="",
        is_heading=True,
        lines=len(ordered),
        amount_minor=sum(one.amount_minor or 0 for one in ordered),
    )
    found: list[Row | BlockRow] = [main, *rows]
    for block in outcome.blocks:
        gifts = [_gift(block, one, goods, currency) for one in block.lines]
        found.append(
            BlockRow(
                policy_id=block.policy_id,
                is_heading=True,
                name=block.name,
                lines=len(gifts),
                qty_micro=sum(one.qty_micro for one in gifts),
                qty_text=f"{_pieces(block.earned_micro - block.left_micro)}"
                f" / {_pieces(block.earned_micro)}",
                amount_minor=sum(one.amount_minor or 0 for one in gifts),
                suggested_micro=block.earned_micro,
                left_micro=block.left_micro or None,
            )
        )
        found += gifts
    return tuple(found)


def _pieces(qty_micro: int) -> str:
    return format_quantity(qty_micro, ())


def _gift(block: Block, gift: GiftLine, goods: Mapping[str, Goods], currency: str) -> BlockRow:
    known = goods.get(gift.product_id)
    return BlockRow(
        policy_id=block.policy_id,
        is_heading=False,
        code=known.facts.product.code if known else gift.product_id,
        name=known.facts.product.name if known else gift.product_id,
        spec=known.facts.product.spec if known else "",
        product_id=gift.product_id,
        qty_micro=gift.qty_micro,
        qty_text=format_quantity(gift.qty_micro, known.facts.packs if known else ()),
        price_micro=gift.unit_price_micro,
        amount_minor=gift.amount_minor(currency),
    )
