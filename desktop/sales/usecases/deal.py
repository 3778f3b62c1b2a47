"""What promotions make of an open basket: lines in parts, gifts, what is still to choose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from shared.core.money import line_amount_minor
from shared.promotions.rules import Block, Item, Outcome, Priced


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftShown:
    """A gift as the till shows it, with what it costs."""

    policy_id: str
    product_id: str
    qty_micro: int
    price_micro: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Deal:
    """An outcome beside the basket it was made of; lines are numbered from 1."""

    currency: str = "CNY"
    items: tuple[Item, ...] = ()
    outcome: Outcome = field(
        default_factory=lambda: Outcome(
            lines=(), blocks=(), applied=(), offers=(), near=(), cuts=()
        )
    )

    @cached_property
    def parts(self) -> Mapping[int, tuple[Priced, ...]]:
        """The parts of each line that promotions changed."""
        return {
            line_no: parts
            for line_no, parts in self.outcome.parts.items()
            if any(part.policy_ids or part.off_minor for part in parts)
        }

    def amount_minor(self, line_no: int) -> int:
        """What a line costs after promotions."""
        return sum(self.part_minor(part) for part in self.parts[line_no])

    def part_minor(self, part: Priced) -> int:
        """What a part of a line costs."""
        return part.amount_minor(self.currency)

    @cached_property
    def gifts(self) -> tuple[GiftShown, ...]:
        """The gifts that were chosen, policy by policy."""
        return tuple(
            GiftShown(
                policy_id=block.policy_id,
                product_id=gift.product_id,
                qty_micro=gift.qty_micro,
                price_micro=gift.unit_price_micro,
                amount_minor=gift.amount_minor(self.currency),
            )
            for block in self.outcome.blocks
            for gift in block.lines
        )

    @cached_property
    def gifts_minor(self) -> int:
        """What the gifts cost: nothing, or a symbolic price."""
        return sum(gift.amount_minor for gift in self.gifts)

    @cached_property
    def off_minor(self) -> int:
        """What promotions take off the goods; gifts are no money."""
        before = sum(
            line_amount_minor(item.qty_micro, item.unit_price_micro, self.currency)
            for item in self.items
            if item.line_no in self.parts
        )
        return before - sum(self.amount_minor(line_no) for line_no in self.parts)

    @property
    def to_choose(self) -> tuple[tuple[Block, str], ...]:
        """Gifts that may still be chosen: the block and a product of it, in their order."""
        return tuple(
            (block, product_id)
            for block in self.outcome.blocks
            if block.left_micro > 0
            for product_id in block.options
        )


NO_DEAL: Final = Deal()
