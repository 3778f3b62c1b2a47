"""What promotions and limits make of a cart: its outcome, hints and limits beside each line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import msgspec

from desktop.ordering.model.cart import Cart
from desktop.ordering.usecases.promoting import Terms
from desktop.ordering.usecases.wishing import Goods
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.promotions.rules import (
    Beyond,
    Block,
    Choices,
    Cut,
    GiftChoice,
    Item,
    Near,
    Outcome,
    Policy,
    PolicyKind,
    Priced,
    Weight,
    evaluate,
    holds,
)
from shared.promotions.rules.counting import taken_of
from shared.promotions.rules.limits import left_of
from shared.promotions.rules.working import Places, covers, places_of

_Found = TypeVar("_Found", Near, Block)
_ROUNDS = 4
"""A line on several limits is cut by one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """The outcome of a cart by product, as its rows show it."""

    outcome: Outcome
    parts: Mapping[str, tuple[Priced, ...]]
    near: Mapping[str, Near]
    """By product: what is missing for a policy that counts it."""
    gifts: Mapping[str, Block]
    """By product: gifts a policy gives for it."""
    left_micro: Mapping[str, int]
    """By product: how much more the limits let in beside what is in the cart."""
    limit_names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line was cut to a limit while it was typed (D02)."""

    product_id: str
    wanted_micro: int
    cut: Cut


def choices_of(cart: Cart) -> Choices:
    """What the person chose in the cart."""
    gifts: dict[str, tuple[GiftChoice, ...]] = {}
    for policy_id, product_id, qty_micro in cart.gifts:
        if qty_micro > 0:
            chosen = GiftChoice(product_id, qty_micro)
            gifts[policy_id] = (*gifts.get(policy_id, ()), chosen)
    return Choices(of_group=dict(cart.groups), gifts=gifts, declined=frozenset(cart.declined))


def items_in(
    cart: Cart, goods: Mapping[str, Goods], last: Iterable[str] = ()
) -> tuple[list[Item], dict[int, str]]:
    """The cart as the engine takes it, and the product of each line; ``last`` come at the end, so
    that what was just typed is what a limit cuts."""
    behind = set(last)
    ordered = sorted(cart.lines, key=lambda one: one.product_id in behind)
    items, named = [], {}
    for number, line in enumerate(ordered, start=1):
        known = goods.get(line.product_id)
        if known is None or known.price is None or line.qty_micro <= 0:
            continue
        named[number] = line.product_id
        items.append(
            Item(
                line_no=number,
                product_id=line.product_id,
                brand=known.facts.product.brand,
                qty_micro=line.qty_micro,
                unit_price_micro=known.price.unit_price_micro,
            )
        )
    return items, named


def cut_to_limits(
    cart: Cart, goods: Mapping[str, Goods], terms: Terms, changed: Iterable[str]
) -> tuple[Cart, list[Told]]:
    """The cart with no more of anything than the limits let in, and what was cut."""
    told: list[Told] = []
    if not _is_bounded(goods, terms, changed):
        return cart, told
    for _ in range(_ROUNDS):
        items, named = items_in(cart, goods, changed)
        outcome = evaluate(items, terms.policies, terms.setting, choices_of(cart))
        if not outcome.cuts:
            break
        for cut in outcome.cuts:
            product_id = named[cut.line_no]
            line = cart.line(product_id)
            if line is not None:
                told.append(Told(product_id=product_id, wanted_micro=line.qty_micro, cut=cut))
                cart = cart.with_qty(product_id, cut.allowed_micro)
    return cart, told


def _is_bounded(goods: Mapping[str, Goods], terms: Terms, changed: Iterable[str]) -> bool:
    """Whether anything bounds how much of these products may be asked for."""
    places = Places((one, goods[one].facts.product.brand) for one in changed if one in goods)
    return any(
        places.has(one.reach)
        for one in terms.policies
        if one.policy.kind is PolicyKind.LIMIT or one.policy.beyond is Beyond.REFUSE
    )


def promoted(cart: Cart, goods: Mapping[str, Goods], terms: Terms) -> Promoted:
    """What comes of a cart as it stands."""
    items, named = items_in(cart, goods)
    outcome = evaluate(items, terms.policies, terms.setting, choices_of(cart))
    parts = {named[line_no]: parts for line_no, parts in outcome.parts.items()}
    policies = {one.policy.policy_id: one.policy for one in terms.policies}
    limits = [
        one.policy
        for one in terms.policies
        if one.policy.kind is PolicyKind.LIMIT and holds(one.policy, terms.setting)
    ]
    places = Places((one, known.facts.product.brand) for one, known in goods.items())
    left, names = _left(limits, items, places, terms)
    return Promoted(
        outcome=outcome,
        parts=parts,
        near=_first(outcome.near, policies, places),
        gifts=_first(outcome.blocks, policies, places),
        left_micro=left,
        limit_names=names,
    )


def _first(
    found: Sequence[_Found], policies: Mapping[str, Policy], places: Places
) -> dict[str, _Found]:
    made: dict[str, _Found] = {}
    for one in found:
        for product_id in places.named(policies[one.policy_id].goods):
            made.setdefault(product_id, one)
    return made


def _left(
    limits: Sequence[Policy], items: Sequence[Item], places: Places, terms: Terms
) -> tuple[dict[str, int], dict[str, str]]:
    """How many pieces more of each product fit under all its limits, and the tightest one's name;
    limits of amounts have no pieces and tell nothing here."""
    left: dict[str, int] = {}
    names: dict[str, str] = {}
    lines = places_of(items)
    for policy in limits:
        if not policy.by_quantity:
            continue
        counted = [items[at] for at in lines.of(policy.goods)]
        taken = taken_of(policy, counted, terms.setting.currency)
        rest = max(left_of(policy, terms.setting) - taken, 0)
        weights = {one.product_id: one for one in policy.weights}
        for product_id in places.named(policy.goods):
            weight = weights.get(product_id, Weight(product_id)).weight_micro
            pieces = rest * MICRO // weight if weight else rest
            if product_id not in left or pieces < left[product_id]:
                left[product_id], names[product_id] = pieces, policy.name
    return left, names


class EntryKind(StrEnum):
    """What a line of the promotions panel is."""

    MET = "met"
    OPTION = "option"
    """One of several policies that exclude each other."""
    GIFT = "gift"
    """A product a person may choose as a gift."""
    NEAR = "near"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the promotions panel (P)."""

    kind: EntryKind
    policy_id: str
    name: str
    group: str = ""
    product_id: str = ""
    is_on: bool = False
    saving_minor: int = 0
    qty_micro: int = 0
    """Of a gift: chosen; of MET: gifts earned."""
    left_micro: int = 0
    """Of gifts: still to choose."""
    near: Near | None = None
    packs: tuple[Pack, ...] = field(default=())


def entries_of(
    found: Promoted, terms: Terms, goods: Mapping[str, Goods], cart: Cart
) -> list[Entry]:
    """The panel from top to bottom: what competes, what holds with its gifts, what is near."""
    outcome = found.outcome
    names = {one.policy.policy_id: one.policy.name for one in terms.policies}
    blocks = {one.policy_id: one for one in outcome.blocks}
    entries: list[Entry] = []
    own = {one.policy_id: one.saving_minor for one in outcome.applied}
    offered: set[str] = set()
    for offer in outcome.offers:
        # An option says what the whole order would save: less what is saved whichever is taken.
        whole = {one.policy_id: one.saving_minor for one in offer.options}
        beside = whole.get(offer.chosen, sum(own.values())) - own.get(offer.chosen, 0)
        offered |= set(whole)
        entries += [
            Entry(
                kind=EntryKind.OPTION,
                policy_id=one.policy_id,
                name=one.name,
                group=offer.group,
                is_on=one.policy_id == offer.chosen,
                saving_minor=one.saving_minor - beside,
            )
            for one in offer.options
        ]
    for one in outcome.applied:
        block = blocks.get(one.policy_id)
        if block is None and one.policy_id in offered:
            continue
        entries.append(
            Entry(
                kind=EntryKind.MET,
                policy_id=one.policy_id,
                name=names.get(one.policy_id, one.policy_id),
                is_on=True,
                saving_minor=one.saving_minor,
                qty_micro=block.earned_micro if block else 0,
                left_micro=block.left_micro if block else 0,
            )
        )
        if block is not None and len(block.options) > 1:
            entries += _options(block, goods)
    entries += [
        Entry(
            kind=EntryKind.NEAR,
            policy_id=one.policy_id,
            name=one.name,
            near=one,
            packs=packs_counted(one.policy_id, terms, goods, cart),
        )
        for one in outcome.near
    ]
    return entries


def _options(block: Block, goods: Mapping[str, Goods]) -> list[Entry]:
    chosen: dict[str, int] = {}
    for line in block.lines:
        chosen[line.product_id] = chosen.get(line.product_id, 0) + line.qty_micro
    return [
        Entry(
            kind=EntryKind.GIFT,
            policy_id=block.policy_id,
            name=goods[one].facts.product.name if one in goods else one,
            product_id=one,
            qty_micro=chosen.get(one, 0),
            left_micro=block.left_micro,
            packs=goods[one].facts.packs if one in goods else (),
        )
        for one in block.options
    ]


def packs_counted(
    policy_id: str, terms: Terms, goods: Mapping[str, Goods], cart: Cart
) -> tuple[Pack, ...]:
    """The units to speak of what is missing in: those all its goods in the cart are counted in."""
    policy = next((p.policy for p in terms.policies if p.policy.policy_id == policy_id), None)
    known = [
        goods[line.product_id]
        for line in cart.lines
        if line.product_id in goods
        and policy is not None
        and covers(policy.goods, line.product_id, goods[line.product_id].facts.product.brand)
    ]
    packs = {one.facts.packs for one in known}
    return packs.pop() if len(packs) == 1 else ()


def with_gift(cart: Cart, policy_id: str, product_id: str, qty_micro: int) -> Cart:
    """So much of a product chosen as the policy's gift."""
    kept = tuple(one for one in cart.gifts if one[:2] != (policy_id, product_id))
    said = ((policy_id, product_id, qty_micro),) if qty_micro > 0 else ()
    return msgspec.structs.replace(cart, gifts=(*kept, *said))


def with_group(cart: Cart, group: str, policy_id: str) -> Cart:
    """That policy of an exclusive group."""
    kept = tuple(one for one in cart.groups if one[0] != group)
    return msgspec.structs.replace(cart, groups=(*kept, (group, policy_id)))


def without_promotions(cart: Cart) -> Cart:
    """Nothing chosen and nothing locked: quantities may be typed again (D14)."""
    return msgspec.structs.replace(cart, is_promoted=False, groups=(), gifts=(), declined=())
