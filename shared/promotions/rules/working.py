"""A document while its promotions are worked out: parts of lines, and what each policy took off."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO, share_by_largest_remainder
from shared.promotions.rules.outcome import Block, Choices, Cut, Item, Near, Setting
from shared.promotions.rules.policies import Goods, Policy


class Standing(NamedTuple):
    """A policy in force, with the number it was published under."""

    policy: Policy
    number: int


@dataclass(slots=True)
class Part:
    """The part of a line that has one price."""

    item: Item
    qty_micro: int
    unit_price_micro: int
    amount_minor: int
    """Quantity times unit price, rounded once; nothing taken off yet."""
    off_minor: int = 0
    in_sets_micro: int = 0
    """Pieces that belong to a set already."""
    is_special: bool = False
    policy_ids: list[str] = field(default_factory=list)

    @property
    def net_minor(self) -> int:
        """What it costs as it stands."""
        return self.amount_minor - self.off_minor


@dataclass(slots=True)
class Tally:
    """What one policy has done."""

    saving_minor: int = 0
    worth_minor: int = 0
    """Gifts still to choose, at the dearest of them: only for comparing policies."""
    measure: int = 0


@dataclass(slots=True)
class Working:
    """One pass over a document."""

    setting: Setting
    choices: Choices
    parts: list[Part]
    tallies: dict[str, Tally] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)

    def amount(self, qty_micro: int, unit_price_micro: int) -> int:
        """What so many pieces cost, rounded once."""
        return line_amount_minor(qty_micro, unit_price_micro, self.setting.currency)

    def counted(self, policy: Policy) -> list[Part]:
        """The parts a policy counts, in the order of their lines."""
        return [
            part
            for part in self.parts
            if covers(policy.goods, part.item.product_id, part.item.brand)
            and (policy.counts_special or not part.is_special)
        ]

    def done(self, policy: Policy, *, saving: int, measure: int, worth: int = 0) -> None:
        """Note that a policy holds, and what it gave."""
        tally = self.tallies.setdefault(policy.policy_id, Tally())
        tally.saving_minor += saving
        tally.worth_minor += worth
        tally.measure += measure

    def take_off(self, policy: Policy, off_minor: int, over: Sequence[tuple[Part, int]]) -> None:
        """Share an amount over parts by their weights, to the cent (D09)."""
        shares = share_by_largest_remainder(off_minor, [weight for _, weight in over])
        for (part, _), share in zip(over, shares, strict=True):
            if share:
                part.off_minor += share
            mark(part, policy)


def copied(working: Working) -> Working:
    """The same state once more: what is done to it leaves the other as it is."""
    return Working(
        setting=working.setting,
        choices=working.choices,
        parts=[
            Part(
                part.item,
                part.qty_micro,
                part.unit_price_micro,
                part.amount_minor,
                part.off_minor,
                part.in_sets_micro,
                part.is_special,
                list(part.policy_ids),
            )
            for part in working.parts
        ],
        tallies={
            policy_id: Tally(tally.saving_minor, tally.worth_minor, tally.measure)
            for policy_id, tally in working.tallies.items()
        },
        blocks=list(working.blocks),
        near=list(working.near),
        cuts=list(working.cuts),
    )


def mark(part: Part, policy: Policy) -> None:
    """Note on the part that the policy made its price."""
    if policy.policy_id not in part.policy_ids:
        part.policy_ids.append(policy.policy_id)


def begun(items: Iterable[Item], setting: Setting, choices: Choices) -> Working:
    """Every line as one part at the price it came with."""
    working = Working(setting=setting, choices=choices, parts=[])
    for item in items:
        amount = working.amount(item.qty_micro, item.unit_price_micro)
        working.parts.append(Part(item, item.qty_micro, item.unit_price_micro, amount))
    return working


def pieces(parts: Iterable[Part]) -> int:
    """How many pieces these are, in millionths."""
    return sum(part.qty_micro for part in parts)


def covers(goods: Goods, product_id: str, brand: str) -> bool:
    """Whether a product is among these goods; nothing named is everything."""
    sets = _sets(goods)
    if product_id in sets.but:
        return False
    if not goods.products and not goods.brands:
        return True
    return product_id in sets.products or brand in sets.brands


class _Sets(NamedTuple):
    products: frozenset[str]
    brands: frozenset[str]
    but: frozenset[str]


@lru_cache(maxsize=1_024)
def _sets(goods: Goods) -> _Sets:
    return _Sets(frozenset(goods.products), frozenset(goods.brands), frozenset(goods.but))


def whole(qty_micro: int, like_micro: int) -> int:
    """A quantity cut down to whole pieces where the other one is in whole pieces."""
    return qty_micro if like_micro % MICRO else qty_micro - qty_micro % MICRO


def gifts_named(standings: Iterable[Standing]) -> list[str]:
    """The products that policies give, by id."""
    return sorted({one for standing in standings for one in standing.policy.gifts})


def in_order(standings: Iterable[Standing]) -> Iterator[Policy]:
    """The policies as they are worked through within a stage."""
    policies = (standing.policy for standing in standings)
    yield from sorted(policies, key=lambda policy: (policy.priority, policy.policy_id))
