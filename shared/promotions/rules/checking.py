"""Whether a policy can stand: every kind has what it needs, and nothing in it is nonsense (D01)."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.money import AMOUNT_MINOR_MAX, RATIO_MICRO_MAX, UNIT_PRICE_MICRO_MAX
from shared.core.rounding import MICRO
from shared.promotions.rules.policies import (
    GOODS_MAX,
    GiftPrice,
    Goods,
    Holder,
    Period,
    Policy,
    PolicyKind,
    Tier,
    Use,
)

NAME_CHARS_MAX: Final = 60
WHO_MAX: Final = 200
TIERS_MAX: Final = 20
_DAY_MINUTES: Final = 24 * 60
_MEASURE_MAX: Final = AMOUNT_MINOR_MAX
_INSTANT_MAX_US: Final = 1 << 52
_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_PLAIN: Final = r"[^\s+:]+"
_WHO: Final = re.compile(
    rf"(?:account|level|region|category|site):{_PLAIN}|region:{_PLAIN}\+level:{_PLAIN}|list:member"
)


def check_policy(policy: Policy) -> None:
    """Nothing when head office can seal the policy.

    Raises: RuleViolation PROMOTION_BAD with the ``field`` that is meant, PROMOTION_GOODS_TOO_MANY.
    """
    _check_words(policy)
    _check_time(policy)
    _check_numbers(policy)
    _check_goods(policy)
    _CHECKS[policy.kind](policy)


def is_who(text: str) -> bool:
    """Whether a policy can be for this: ``level:L1``, ``site:SH01``, ``list:member`` and so on."""
    return _WHO.fullmatch(text) is not None


def _need(is_good: bool, field: str) -> None:
    if not is_good:
        raise RuleViolation("PROMOTION_BAD", field=field)


def _within(value: int, most: int, field: str, *, least: int = 0) -> None:
    _need(least <= value <= most, field)


def _check_words(policy: Policy) -> None:
    _need(_ID.fullmatch(policy.policy_id) is not None, "policy_id")
    _need(0 < len(policy.name) <= NAME_CHARS_MAX and policy.name.isprintable(), "name")
    _need(len(policy.group) <= NAME_CHARS_MAX and (policy.group + "x").isprintable(), "group")
    _need(0 < len(policy.uses) == len(set(policy.uses)), "uses")
    _need(len(policy.who) <= WHO_MAX and all(map(is_who, policy.who)), "who")
    _need(-1_000 <= policy.priority <= 1_000, "priority")


def _check_time(policy: Policy) -> None:
    _within(policy.from_us, _INSTANT_MAX_US, "from_us")
    _within(policy.until_us, _INSTANT_MAX_US, "until_us")
    _need(not policy.until_us or policy.until_us > policy.from_us, "until_us")
    days = policy.weekdays
    _need(all(1 <= one <= 7 for one in days) and len(set(days)) == len(days), "weekdays")
    # A window may cross midnight; an empty one would never hold.
    _need(0 <= policy.from_minute < _DAY_MINUTES, "from_minute")
    _need(0 <= policy.until_minute <= _DAY_MINUTES, "until_minute")
    _need(policy.from_minute != policy.until_minute, "until_minute")


def _check_numbers(policy: Policy) -> None:
    for field, most in (
        ("pay_ratio_micro", RATIO_MICRO_MAX),
        ("first_micro", _MEASURE_MAX),
        ("every_micro", _MEASURE_MAX),
        ("gift_micro", _MEASURE_MAX),
        ("most_times", _MEASURE_MAX),
        ("symbolic_micro", UNIT_PRICE_MICRO_MAX),
        ("bundle_minor", AMOUNT_MINOR_MAX),
        ("most", _MEASURE_MAX),
    ):
        _within(getattr(policy, field), most, field)
    _need(policy.pay_ratio_micro < MICRO, "pay_ratio_micro")


def _check_goods(policy: Policy) -> None:
    named = sum(map(_named, (policy.goods, *(part.goods for part in policy.parts))))
    named += len(policy.specials) + len(policy.gifts) + len(policy.weights)
    if named > GOODS_MAX:
        raise RuleViolation("PROMOTION_GOODS_TOO_MANY", most=GOODS_MAX)
    _once(policy.gifts, "gifts")
    for goods in (policy.goods, *(part.goods for part in policy.parts)):
        _once((*goods.products, *goods.but), "goods")
        _once(goods.brands, "goods")
    _need(policy.gift_price is not GiftPrice.SYMBOLIC or policy.symbolic_micro > 0, "gift_price")


def _named(goods: Goods) -> int:
    return len(goods.products) + len(goods.brands) + len(goods.but)


def _once(names: Sequence[str], field: str) -> None:
    _need(all(names) and len(set(names)) == len(names), field)


def _check_special(policy: Policy) -> None:
    _need(bool(policy.specials or policy.pay_ratio_micro), "specials")
    _once([one.product_id for one in policy.specials], "specials")
    for one in policy.specials:
        _within(one.unit_price_micro, UNIT_PRICE_MICRO_MAX, "specials")


def _check_first(policy: Policy) -> None:
    _check_special(policy)
    _need(policy.first_micro > 0, "first_micro")
    _check_holder(policy)


def _check_holder(policy: Policy) -> None:
    """Who buys at a till is no account, and who orders is no member: nothing would be counted.
    What is invoiced is counted for the site alone: its customers are its own business."""
    if policy.period is not Period.ORDER:
        _need(Use.INVOICE not in policy.uses or policy.holder is Holder.SITE, "holder")
        _need(Use.TILL not in policy.uses or policy.holder is not Holder.ACCOUNT, "holder")
        _need(Use.ORDER not in policy.uses or policy.holder is not Holder.MEMBER, "holder")


def _check_gift(policy: Policy) -> None:
    _need(policy.every_micro > 0, "every_micro")
    _need(policy.gift_micro > 0, "gift_micro")
    # Without gifts of its own it gives the main goods, which then have to be named.
    _need(bool(policy.gifts or policy.goods.products), "gifts")


def _check_bundle(policy: Policy) -> None:
    _need(len(policy.parts) > 0, "parts")
    for part in policy.parts:
        _within(part.qty_micro, _MEASURE_MAX, "parts", least=1)
        _need(bool(part.goods.products or part.goods.brands), "parts")
    _need(len(policy.parts) > 1 or policy.parts[0].qty_micro > MICRO, "parts")
    _need(policy.bundle_minor > 0, "bundle_minor")


def _check_threshold(policy: Policy) -> None:
    tiers = policy.tiers
    _need(0 < len(tiers) <= TIERS_MAX, "tiers")
    _need(_ascends([one.from_measure for one in tiers]), "tiers")
    _need(tiers[0].from_measure > 0, "tiers")
    for tier in tiers:
        _check_tier(policy, tier)
    _need(not policy.is_per_full or len(tiers) == 1, "is_per_full")


def _check_tier(policy: Policy, tier: Tier) -> None:
    _within(tier.from_measure, _MEASURE_MAX, "tiers", least=1)
    _within(tier.off_minor, AMOUNT_MINOR_MAX, "tiers")
    _within(tier.pay_ratio_micro, MICRO, "tiers")
    _within(tier.gift_micro, _MEASURE_MAX, "tiers")
    gives = (tier.off_minor > 0) + (tier.pay_ratio_micro < MICRO) + (tier.gift_micro > 0)
    _need(gives > 0 and not (tier.off_minor and tier.pay_ratio_micro < MICRO), "tiers")
    # Nobody is paid for buying.
    _need(policy.by_quantity or tier.off_minor <= tier.from_measure, "tiers")
    _need(not tier.gift_micro or bool(policy.gifts or policy.goods.products), "gifts")


def _ascends(numbers: Iterable[int]) -> bool:
    values = list(numbers)
    return all(one < other for one, other in pairwise(values))


def _check_limit(policy: Policy) -> None:
    _need(policy.most > 0, "most")
    _check_holder(policy)
    _once([one.product_id for one in policy.weights], "weights")
    for one in policy.weights:
        _within(one.weight_micro, 1_000 * MICRO, "weights", least=1)
    _need(policy.by_quantity or not policy.weights, "weights")


_CHECKS: Final = {
    PolicyKind.SPECIAL: _check_special,
    PolicyKind.FIRST: _check_first,
    PolicyKind.GIFT: _check_gift,
    PolicyKind.BUNDLE: _check_bundle,
    PolicyKind.THRESHOLD: _check_threshold,
    PolicyKind.LIMIT: _check_limit,
}

_ALONE: Final = ("account", "level", "site")
"""Of these a buyer is at one; somebody else's policy never meets theirs."""


def may_meet(who: Sequence[str], others: Sequence[str]) -> bool:
    """Whether policies for these and for those can hold for one buyer, as far as words tell."""
    if not who or not others:
        return True
    kinds = {one.partition(":")[0] for one in (*who, *others)}
    is_apart = len(kinds) == 1 and kinds <= set(_ALONE)
    return not (is_apart and set(who).isdisjoint(others))
