"""From an amount or a quantity on: money off, a ratio, gifts (满减, 满折, 满万赠; D07, D09)."""

from collections.abc import Iterable, Sequence

from shared.core.money import apply_ratio
from shared.promotions.rules.gifts import bounded, give
from shared.promotions.rules.outcome import Near
from shared.promotions.rules.policies import Policy, Tier
from shared.promotions.rules.working import Part, Working, pieces


def thresholds(working: Working, policies: Iterable[Policy]) -> None:
    """Each on what the counted goods cost after what was taken off before; gifts never count."""
    for policy in policies:
        counted = working.counted(policy)
        net = sum(part.net_minor for part in counted)
        measure = pieces(counted) if policy.by_quantity else net
        tier, times = _reached(policy, measure)
        if times:
            _reward(working, policy, counted, tier, times, net, measure)
        if measure > 0:
            _near(working, policy, tier, times, measure, net)


def _reached(policy: Policy, measure: int) -> tuple[Tier, int]:
    """The highest tier and once, or the first one and how often it is full."""
    if policy.is_per_full:
        first = policy.tiers[0]
        return first, bounded(max(measure, 0) // first.from_measure, policy.most_times)
    reached = [tier for tier in policy.tiers if tier.from_measure <= measure]
    return (reached[-1], 1) if reached else (policy.tiers[0], 0)


def _reward(
    working: Working,
    policy: Policy,
    counted: Sequence[Part],
    tier: Tier,
    times: int,
    net_minor: int,
    measure: int,
) -> None:
    off = min(_off(tier, times, net_minor), net_minor)
    if off > 0:
        weights = [(part, max(part.net_minor, 0)) for part in counted]
        counted = working.take_off(policy, off, weights)
    working.done(policy, saving=max(off, 0), measure=0 if tier.gift_micro else measure)
    if tier.gift_micro:
        give(working, policy, counted, times * tier.gift_micro, measure=measure)


def _off(tier: Tier, times: int, net_minor: int) -> int:
    return times * tier.off_minor + net_minor - apply_ratio(net_minor, tier.pay_ratio_micro)


def _near(
    working: Working, policy: Policy, tier: Tier, times: int, measure: int, net_minor: int
) -> None:
    following = _following(policy, tier, times)
    if following is None:
        return
    at, after, more_times = following
    missing = at - measure
    now = _off(tier, times, net_minor) if times else 0
    working.near.append(
        Near(
            policy_id=policy.policy_id,
            name=policy.name,
            missing_micro=missing if policy.by_quantity else 0,
            missing_minor=0 if policy.by_quantity else missing,
            gift_micro=more_times * after.gift_micro - times * tier.gift_micro,
            off_minor=max(_off(after, more_times, net_minor) - now, 0),
        )
    )


def _following(policy: Policy, tier: Tier, times: int) -> tuple[int, Tier, int] | None:
    """From which measure on the next reward comes, its tier and how often it counts then."""
    if policy.is_per_full:
        if policy.most_times and times >= policy.most_times:
            return None
        return (times + 1) * tier.from_measure, tier, times + 1
    if not times:
        return tier.from_measure, tier, 1
    later = [one for one in policy.tiers if one.from_measure > tier.from_measure]
    return (later[0].from_measure, later[0], 1) if later else None
