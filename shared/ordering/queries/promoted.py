"""Orders as their promotions leave them: lines, gifts and policies, there and back (D12, D15)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from shared.ordering.documents import OrderLine
from shared.promotions import documents
from shared.promotions.documents import PromotionApplied
from shared.promotions.rules import Choices, Outcome, Priced

_APPLIED: Final = msgspec.json.Decoder(tuple[PromotionApplied, ...])


class Given(Protocol):
    """A line of an order that may be a gift."""

    @property
    def product_id(self) -> str: ...
    @property
    def qty_micro(self) -> int: ...
    @property
    def is_gift(self) -> bool: ...
    @property
    def policy_id(self) -> str: ...


def choices_of(lines: Iterable[Given], promotions: Iterable[PromotionApplied]) -> Choices:
    """What the person chose, read back from the order (D12)."""
    gifts = (
        (one.policy_id, one.product_id, one.qty_micro)
        for one in lines
        if one.is_gift and one.policy_id and one.qty_micro > 0
    )
    return documents.choices_of(gifts, promotions)


def promoted_lines(
    made: Sequence[OrderLine], outcome: Outcome, currency: str, gift_prices: Mapping[str, int]
) -> list[OrderLine]:
    """Main lines as promotions price them, in parts where a line has several prices, then the
    gifts of each policy (D15); ``outcome`` numbers the lines as they are numbered here."""
    parts = outcome.parts
    found: list[OrderLine] = []
    for line in made:
        found += _parts(line, parts.get(line.line_no, ()), currency, len(found))
    for block in outcome.blocks:
        for gift in block.lines:
            found.append(
                OrderLine(
                    line_no=len(found) + 1,
                    product_id=gift.product_id,
                    qty_micro=gift.qty_micro,
                    unit_price_micro=gift.unit_price_micro,
                    amount_minor=gift.amount_minor(currency),
                    is_gift=True,
                    policy_id=block.policy_id,
                    policy_ids=(block.policy_id,),
                    promotion_minor=gift.off_minor,
                    list_price_micro=gift_prices.get(gift.product_id, 0),
                )
            )
    return found


def _parts(line: OrderLine, parts: Sequence[Priced], currency: str, before: int) -> list[OrderLine]:
    if not parts:
        return [msgspec.structs.replace(line, line_no=before + 1)]
    first = before + 1
    found = []
    for nth, part in enumerate(parts):
        is_other = part.unit_price_micro != line.unit_price_micro
        found.append(
            msgspec.structs.replace(
                line,
                line_no=first + nth,
                qty_micro=part.qty_micro,
                unit_price_micro=part.unit_price_micro,
                amount_minor=part.amount_minor(currency),
                policy_ids=part.policy_ids,
                promotion_minor=part.off_minor,
                list_price_micro=line.unit_price_micro if is_other else 0,
                part_of=first if len(parts) > 1 else 0,
            )
        )
    return found


def promotions_of(text: str) -> tuple[PromotionApplied, ...]:
    """What holds on an order, from its row."""
    return _APPLIED.decode(text) if text else ()
