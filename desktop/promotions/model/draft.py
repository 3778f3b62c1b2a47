"""A policy being written: what a person keyed so far, what is still missing, kept on disk."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import msgspec

from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.promotions.rules import (
    BundlePart,
    Goods,
    Policy,
    PolicyKind,
    Special,
    Tier,
    Use,
    Weight,
)
from shared.promotions.rules.checking import check_policy

TEMPLATES: Final = ("gift", "off", "ratio", "full_gift", "special", "first", "bundle", "limit")
"""What merchandisers call the kinds: 10+1, 满减, 满折, 满万赠, 特价, 低价限购, 套装, 限购."""

_EVERYWHERE: Final = (Use.TILL, Use.ORDER)
_PIECE: Final = MICRO


def template_of(policy: Policy) -> str:
    """The template a published policy is edited by."""
    if policy.kind is not PolicyKind.THRESHOLD:
        return _TEMPLATE_OF[policy.kind]
    if policy.is_per_full or any(one.gift_micro for one in policy.tiers):
        return "full_gift"
    return "ratio" if any(one.pay_ratio_micro < MICRO for one in policy.tiers) else "off"


_TEMPLATE_OF: Final = {
    PolicyKind.SPECIAL: "special",
    PolicyKind.FIRST: "first",
    PolicyKind.GIFT: "gift",
    PolicyKind.BUNDLE: "bundle",
    PolicyKind.LIMIT: "limit",
}


def blank(template: str, policy_id: str) -> Policy:
    """An empty policy of a template, with what most of its kind have."""
    empty = Policy(policy_id=policy_id, name="", kind=PolicyKind.GIFT, uses=(Use.ORDER,))
    made = {
        "gift": replace(empty, every_micro=10 * _PIECE, gift_micro=_PIECE),
        "off": replace(empty, kind=PolicyKind.THRESHOLD, uses=_EVERYWHERE),
        "ratio": replace(empty, kind=PolicyKind.THRESHOLD, uses=_EVERYWHERE),
        "full_gift": replace(
            empty,
            kind=PolicyKind.THRESHOLD,
            is_per_full=True,
            tiers=(Tier(1_000_000, gift_micro=_PIECE),),
        ),
        "special": replace(empty, kind=PolicyKind.SPECIAL, uses=(Use.TILL,)),
        "first": replace(empty, kind=PolicyKind.FIRST, uses=(Use.TILL,), first_micro=2 * _PIECE),
        "bundle": replace(empty, kind=PolicyKind.BUNDLE, uses=(Use.TILL,)),
        "limit": replace(empty, kind=PolicyKind.LIMIT, by_quantity=True),
    }
    return made[template]


class GoodsRow(NamedTuple):
    """Goods of one of a policy's lists; ``value`` is a price, quantity or weight, if it has one."""

    product_id: str
    value: int = 0
    is_brand: bool = False
    part: int = -1
    """Of a bundle: which part it belongs to."""


class _Kept(msgspec.Struct):
    """A draft as it stands on disk."""

    sales_org_id: str
    template: str
    policy: Policy
    parent_number: int = 0
    reason: str = ""
    trial: list[tuple[str, int]] = []
    with_others: bool = False


class PolicyDraft(Watched):
    """One policy being written. Every change is kept at once."""

    def __init__(
        self,
        sales_org_id: str,
        template: str,
        policy: Policy,
        keep: Callable[[bytes], None],
        *,
        parent_number: int = 0,
    ) -> None:
        super().__init__()
        self.sales_org_id = sales_org_id
        self.template = template
        self.policy = policy
        self.parent_number = parent_number
        self.reason = ""
        self.trial: list[tuple[str, int]] = []
        self.with_others = False
        self._keep = keep

    @classmethod
    def of_bytes(cls, content: bytes, keep: Callable[[bytes], None]) -> "PolicyDraft":
        """Go on where a draft was left."""
        kept = msgspec.msgpack.decode(content, type=_Kept)
        made = cls(
            kept.sales_org_id,
            kept.template,
            kept.policy,
            keep,
            parent_number=kept.parent_number,
        )
        made.reason, made.trial, made.with_others = kept.reason, kept.trial, kept.with_others
        return made

    def to_bytes(self) -> bytes:
        """The draft as it is kept."""
        return msgspec.msgpack.encode(
            _Kept(
                self.sales_org_id,
                self.template,
                self.policy,
                self.parent_number,
                self.reason,
                self.trial,
                self.with_others,
            )
        )

    @property
    def is_new(self) -> bool:
        """Whether the policy was never published: only then its code can be chosen."""
        return self.parent_number == 0

    @property
    def problem(self) -> RuleViolation | None:
        """Why it cannot be published yet; None when it can."""
        try:
            check_policy(self.policy)
            if any(not one.unit_price_micro for one in self.policy.specials):
                # A product just put in has no price yet; nobody means to give it away.
                raise RuleViolation("PROMOTION_BAD", field="specials")
        except RuleViolation as error:
            return error
        return None

    def set(self, **changes: Any) -> None:
        """Change fields of the policy by name."""
        after = replace(self.policy, **changes)
        if after != self.policy:
            self.policy = after
            self.touch()

    def touch(self) -> None:
        """Keep the draft and tell who watches."""
        self._keep(self.to_bytes())
        self.changed()

    def set_reason(self, text: str) -> None:
        """Why it is published."""
        self.reason = text
        self.touch()

    # goods

    def goods_rows(self, which: str) -> list[GoodsRow]:
        """The rows of one of its lists: ``goods but gifts specials parts weights``."""
        policy = self.policy
        match which:
            case "but":
                return [GoodsRow(one) for one in policy.goods.but]
            case "gifts":
                return [GoodsRow(one) for one in policy.gifts]
            case "specials":
                return [GoodsRow(one.product_id, one.unit_price_micro) for one in policy.specials]
            case "parts":
                return [
                    GoodsRow(product, part.qty_micro, part=at)
                    for at, part in enumerate(policy.parts)
                    for product in part.goods.products
                ]
        weights = {one.product_id: one.weight_micro for one in policy.weights}
        is_limit = policy.kind is PolicyKind.LIMIT
        brands = [GoodsRow(one, is_brand=True) for one in policy.goods.brands]
        return brands + [
            GoodsRow(one, weights.get(one, MICRO) if is_limit else 0)
            for one in policy.goods.products
        ]

    def add_goods(self, which: str, product_id: str, value: int = 0) -> None:
        """Put a product into a list; one that is there already takes the value."""
        if any(one.product_id == product_id for one in self.goods_rows(which)):
            if value:
                self.set_value(which, product_id, value)
            return
        policy = self.policy
        match which:
            case "gifts":
                self.set(gifts=(*policy.gifts, product_id))
            case "specials":
                self.set(specials=(*policy.specials, Special(product_id, value)))
            case "parts":
                part = BundlePart(Goods(products=(product_id,)), value or MICRO)
                self.set(parts=(*policy.parts, part))
            case "but":
                self._set_goods(but=(*policy.goods.but, product_id))
            case _:
                self._set_goods(products=(*policy.goods.products, product_id))

    def add_brand(self, brand: str) -> None:
        """Every product of a brand counts."""
        if brand and brand not in self.policy.goods.brands:
            self._set_goods(brands=(*self.policy.goods.brands, brand))

    def drop_goods(self, which: str, row: GoodsRow) -> None:
        """Take a product or brand out of a list."""
        policy, gone = self.policy, row.product_id
        match which:
            case "gifts":
                self.set(gifts=_without(policy.gifts, gone))
            case "specials":
                self.set(specials=tuple(one for one in policy.specials if one.product_id != gone))
            case "parts":
                self.set(parts=self._parts_without(row))
            case "but":
                self._set_goods(but=_without(policy.goods.but, gone))
            case _ if row.is_brand:
                self._set_goods(brands=_without(policy.goods.brands, gone))
            case _:
                left = tuple(one for one in policy.weights if one.product_id != gone)
                self.policy = replace(policy, weights=left)
                self._set_goods(products=_without(policy.goods.products, gone))

    def set_value(self, which: str, product_id: str, value: int) -> None:
        """A product's special price, its pieces in a set, or its weight in a limit."""
        policy = self.policy
        if which == "specials":
            changed = (
                Special(product_id, value) if one.product_id == product_id else one
                for one in policy.specials
            )
            self.set(specials=tuple(changed))
        elif which == "parts":
            parts = (
                one._replace(qty_micro=value) if product_id in one.goods.products else one
                for one in policy.parts
            )
            self.set(parts=tuple(parts))
        elif policy.kind is PolicyKind.LIMIT:
            left = tuple(one for one in policy.weights if one.product_id != product_id)
            weight = () if value == MICRO else (Weight(product_id, value),)
            self.set(weights=left + weight)

    def join_part(self, row: GoodsRow) -> None:
        """A product of a set becomes a choice beside the one before it, or a part of its own."""
        parts = list(self.policy.parts)
        if row.part < 0 or row.part >= len(parts):
            return
        part = parts[row.part]
        if len(part.goods.products) > 1:
            rest = _without(part.goods.products, row.product_id)
            parts[row.part] = part._replace(goods=Goods(products=rest))
            parts.insert(row.part + 1, part._replace(goods=Goods(products=(row.product_id,))))
        elif row.part:
            before = parts[row.part - 1]
            both = (*before.goods.products, row.product_id)
            parts[row.part - 1] = before._replace(goods=Goods(products=both))
            del parts[row.part]
        self.set(parts=tuple(parts))

    def _parts_without(self, row: GoodsRow) -> tuple[BundlePart, ...]:
        kept: list[BundlePart] = []
        for part in self.policy.parts:
            rest = _without(part.goods.products, row.product_id)
            if rest:
                kept.append(part._replace(goods=Goods(products=rest)))
        return tuple(kept)

    def _set_goods(self, **changes: tuple[str, ...]) -> None:
        after = self.policy.goods._replace(**changes)
        if after != self.policy.goods:
            self.set(goods=after)

    # tiers

    def set_tier(self, at: int, **changes: int) -> None:
        """Change a tier, or begin a further one behind the last; sorted as they are reached."""
        tiers = list(self.policy.tiers)
        if at >= len(tiers):
            tiers.append(Tier(0))
            at = len(tiers) - 1
        tiers[at] = tiers[at]._replace(**changes)
        self.set(tiers=tuple(tiers))

    def drop_tier(self, at: int) -> None:
        """Take a tier away."""
        tiers = self.policy.tiers
        self.set(tiers=tiers[:at] + tiers[at + 1 :])

    # who

    def toggle_who(self, dimension: str) -> None:
        """Somebody more it is for, or not any more."""
        who = self.policy.who
        after = _without(who, dimension) if dimension in who else (*who, dimension)
        self.set(who=after)

    # the trial

    def add_trial(self, product_id: str, qty_micro: int) -> None:
        """Goods into the trial basket; the same goods add up."""
        lines = dict(self.trial)
        lines[product_id] = lines.get(product_id, 0) + qty_micro
        self.trial = [(key, qty) for key, qty in lines.items() if qty > 0]
        self.touch()

    def clear_trial(self) -> None:
        """An empty trial basket."""
        self.trial = []
        self.touch()


def _without(names: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != gone)
