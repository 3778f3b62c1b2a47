"""A document while its promotions are worked out: parts of lines, and what each policy took off."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO, share_by_largest_remainder
from shared.promotions.rules.outcome import Block, Choices, Cut, Item, Near, Setting
from shared.promotions.rules.policies import Goods, Policy, PolicyKind


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy in force, with the number it was published under."""

    policy: Policy
    number: int
    reach: "Reach" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reach", _reach_of(self.policy))


class Reach(NamedTuple):
    """The goods a policy names in any way: where none of them are, it makes no difference."""

    products: frozenset[str]
    brands: frozenset[str]
    is_all: bool


def _reach_of(policy: Policy) -> Reach:
    by_price = policy.kind in (PolicyKind.SPECIAL, PolicyKind.FIRST)
    if policy.kind is PolicyKind.BUNDLE:
        counted = [one.goods for one in policy.parts]
    else:
        counted = [policy.goods] if policy.pay_ratio_micro or not by_price else []
    named = [one.product_id for one in policy.specials]
    return Reach(
        products=frozenset(chain(named, *(one.products for one in counted))),
        brands=frozenset(chain(*(one.brands for one in counted))),
        is_all=any(not one.products and not one.brands for one in counted),
    )


class Part(NamedTuple):
    """The part of a line that has one price."""

    at: int
    """Which line it is of, counted from 0."""
    item: Item
    qty_micro: int
    unit_price_micro: int
    amount_minor: int
    """Quantity times unit price, rounded once; nothing taken off yet."""
    off_minor: int = 0
    in_sets_micro: int = 0
    """Pieces that belong to a set already."""
    is_special: bool = False
    policy_ids: tuple[str, ...] = ()

    @property
    def net_minor(self) -> int:
        """What it costs as it stands."""
        return self.amount_minor - self.off_minor

    def marked(self, policy: Policy, off_minor: int = 0) -> "Part":
        """The part with the policy noted on it, and so much more off."""
        at, item, qty, price, amount, off, in_sets, is_special, ids = self
        if policy.policy_id not in ids:
            ids = (*ids, policy.policy_id)
        # The quickest way to make one: this is done for every line of every policy that holds.
        return Part._make((at, item, qty, price, amount, off + off_minor, in_sets, is_special, ids))


class Places:
    """Where goods stand in a list, so that a policy looks only at what it names.

    The list is of products with their brands, and places are counted from 0.
    """

    def __init__(self, goods: Iterable[tuple[str, str]]) -> None:
        self._listed: list[str] = []
        self._products: Mapping[str, list[int]] = defaultdict(list)
        self._brands: Mapping[str, list[int]] = defaultdict(list)
        for at, (product_id, brand) in enumerate(goods):
            self._listed.append(product_id)
            self._products[product_id].append(at)
            self._brands[brand].append(at)
        self._names = frozenset(self._products), frozenset(self._brands)

    def has(self, reach: Reach) -> bool:
        """Whether any of these goods are here."""
        products, brands = self._names
        return bool(self._listed) and (
            reach.is_all
            or not reach.products.isdisjoint(products)
            or not reach.brands.isdisjoint(brands)
        )

    def of_product(self, product_id: str) -> Sequence[int]:
        """The lines of a product, in order."""
        return self._products.get(product_id, ())

    def of(self, goods: Goods) -> Sequence[int]:
        """The lines of these goods, in order; nothing named is everything."""
        found: Sequence[int]
        if goods.products or goods.brands:
            named = {at for one in goods.products for at in self._products.get(one, ())}
            for brand in goods.brands:
                named.update(self._brands.get(brand, ()))
            found = sorted(named)
        else:
            found = range(len(self._listed))
        if goods.but and found:
            but = frozenset(goods.but)
            found = [at for at in found if self._listed[at] not in but]
        return found

    def named(self, goods: Goods) -> list[str]:
        """The products of these goods, in order; a product as often as it stands here."""
        return [self._listed[at] for at in self.of(goods)]


class Shelf:
    """Policies by the goods they name: of many that are in force a scan touches few."""

    def __init__(self, policies: Sequence[Standing]) -> None:
        self._policies = policies
        self._everywhere: set[int] = set()
        self._products: Mapping[str, list[int]] = defaultdict(list)
        self._brands: Mapping[str, list[int]] = defaultdict(list)
        for at, one in enumerate(policies):
            if one.reach.is_all:
                self._everywhere.add(at)
                continue
            for product_id in one.reach.products:
                self._products[product_id].append(at)
            for brand in one.reach.brands:
                self._brands[brand].append(at)

    def touching(self, goods: Iterable[tuple[str, str]]) -> list[Standing]:
        """Those that can make a difference to these products with their brands, in order."""
        found = set(self._everywhere)
        for product_id, brand in goods:
            found.update(self._products.get(product_id, ()), self._brands.get(brand, ()))
        return [self._policies[at] for at in sorted(found)]


class Tally(NamedTuple):
    """What one policy has done."""

    saving_minor: int = 0
    worth_minor: int = 0
    """Gifts still to choose, at the dearest of them: only for comparing policies."""
    measure: int = 0


@dataclass(slots=True)
class Working:
    """One pass over a document. Its values never change, so that another pass shares them."""

    setting: Setting
    choices: Choices
    places: Places
    lines: list[tuple[Part, ...]]
    """The parts of each line."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    worth_minor: int = 0
    """Of all tallies together."""
    blocks: list[Block] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)

    def amount(self, qty_micro: int, unit_price_micro: int) -> int:
        """What so many pieces cost, rounded once."""
        return line_amount_minor(qty_micro, unit_price_micro, self.setting.currency)

    def parts(self) -> Iterator[Part]:
        """Every part, in the order of the lines."""
        return chain.from_iterable(self.lines)

    def counted(self, policy: Policy, goods: Goods | None = None) -> list[Part]:
        """The parts of these goods, else of its own, that a policy counts, in the order of their
        lines."""
        lines = self.lines
        return [
            part
            for at in self.places.of(policy.goods if goods is None else goods)
            for part in lines[at]
            if policy.counts_special or not part.is_special
        ]

    def put(self, part: Part, *instead: Part) -> None:
        """Others stand where this part stood. Two parts may be equal: it is found by identity."""
        line = self.lines[part.at]
        if len(line) > 1:
            held = next(place for place, one in enumerate(line) if one is part)
            instead = (*line[:held], *instead, *line[held + 1 :])
        self.lines[part.at] = instead

    def done(self, policy: Policy, *, saving: int, measure: int, worth: int = 0) -> None:
        """Note that a policy holds, and what it gave."""
        self.worth_minor += saving + worth
        before = self.tallies.get(policy.policy_id, _NOTHING)
        self.tallies[policy.policy_id] = Tally(
            before.saving_minor + saving, before.worth_minor + worth, before.measure + measure
        )

    def take_off(
        self, policy: Policy, off_minor: int, over: Sequence[tuple[Part, int]]
    ) -> list[Part]:
        """Share an amount over parts by their weights, to the cent (D09); the parts as they are
        then, in the same order."""
        shares = share_by_largest_remainder(off_minor, [weight for _, weight in over])
        after = [part.marked(policy, share) for (part, _), share in zip(over, shares, strict=True)]
        for (part, _), changed in zip(over, after, strict=True):
            self.put(part, changed)
        return after


_NOTHING = Tally()


def copied(working: Working) -> Working:
    """The same state once more: what is done to it leaves the other as it is."""
    return Working(
        setting=working.setting,
        choices=working.choices,
        places=working.places,
        lines=list(working.lines),
        tallies=dict(working.tallies),
        worth_minor=working.worth_minor,
        blocks=list(working.blocks),
        near=list(working.near),
        cuts=list(working.cuts),
    )


def begun(items: Sequence[Item], places: Places, setting: Setting, choices: Choices) -> Working:
    """Every line as one part at the price it came with."""
    currency = setting.currency
    lines: list[tuple[Part, ...]] = [
        (Part(at, item, item.qty_micro, item.unit_price_micro, _amount(item, currency)),)
        for at, item in enumerate(items)
    ]
    return Working(setting=setting, choices=choices, places=places, lines=lines)


def _amount(item: Item, currency: str) -> int:
    return line_amount_minor(item.qty_micro, item.unit_price_micro, currency)


def places_of(items: Iterable[Item]) -> Places:
    """Where the goods of a document's lines stand."""
    return Places((item.product_id, item.brand) for item in items)


def pieces(parts: Iterable[Part]) -> int:
    """How many pieces these are, in millionths."""
    return sum(part.qty_micro for part in parts)


def covers(goods: Goods, product_id: str, brand: str) -> bool:
    """Whether a product is among these goods; nothing named is everything."""
    if product_id in goods.but:
        return False
    if not goods.products and not goods.brands:
        return True
    return product_id in goods.products or brand in goods.brands


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
