"""A trial: what the engine makes of a basket under the policy being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.core.clock import local_hour
from shared.promotions.rules import (
    Choices,
    Item,
    Outcome,
    Policy,
    Setting,
    Standing,
    Use,
    evaluate,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """A line of the result: goods at a price, a gift, or what is left to choose."""

    product_id: str
    qty_micro: int
    unit_price_micro: int
    off_minor: int
    is_gift: bool
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the engine made of the basket."""

    lines: tuple[TrialLine, ...]
    outcome: Outcome
    saving_minor: int
    left_micro: int
    """Gifts earned that a person would still choose."""


def trial_instant(policy: Policy, now_us: int) -> int:
    """An instant at which the policy is meant to hold: now, or when it begins."""
    if now_us < policy.from_us or (policy.until_us and now_us >= policy.until_us):
        return policy.from_us or policy.until_us - 1
    return now_us


def try_out(
    policy: Policy,
    items: Sequence[Item],
    prices: Mapping[str, int],
    *,
    others: Sequence[Standing],
    now_us: int,
    zone: str,
    currency: str,
) -> Trial:
    """Evaluate the basket for somebody the policy is for, within its hours and days."""
    at_us = trial_instant(policy, now_us)
    weekday, minute = local_hour(at_us, zone)
    if policy.weekdays and weekday not in policy.weekdays:
        weekday = policy.weekdays[0]
    if not policy.from_minute <= minute < policy.until_minute:
        minute = policy.from_minute
    setting = Setting(
        use=policy.uses[0] if policy.uses else Use.ORDER,
        currency=currency,
        at_us=at_us,
        weekday=weekday,
        minute=minute,
        dimensions=frozenset(policy.who),
        gift_prices=prices,
    )
    outcome = evaluate(items, [Standing(policy, 1), *others], setting, Choices())
    product_of = {item.line_no: item.product_id for item in items}
    lines = [
        TrialLine(
            product_id=product_of[one.line_no],
            qty_micro=one.qty_micro,
            unit_price_micro=one.unit_price_micro,
            off_minor=one.off_minor,
            is_gift=False,
            policies=one.policy_ids,
        )
        for one in outcome.lines
    ]
    lines += [
        TrialLine(
            product_id=gift.product_id,
            qty_micro=gift.qty_micro,
            unit_price_micro=gift.unit_price_micro,
            off_minor=gift.off_minor,
            is_gift=True,
            policies=(block.policy_id,),
        )
        for block in outcome.blocks
        for gift in block.lines
    ]
    return Trial(
        lines=tuple(lines),
        outcome=outcome,
        saving_minor=outcome.saving_minor,
        left_micro=sum(block.left_micro for block in outcome.blocks),
    )
