"""What a document takes of the limits that hold for it, for the document to say (D02-D04)."""

from collections.abc import Iterable, Sequence

from shared.promotions.rules.evaluating import holds
from shared.promotions.rules.limits import counted_by
from shared.promotions.rules.outcome import Applied, Item, Setting
from shared.promotions.rules.policies import Period, Policy, PolicyKind
from shared.promotions.rules.working import Standing, covers


def limits_used(
    items: Sequence[Item], policies: Sequence[Standing], setting: Setting
) -> tuple[Applied, ...]:
    """Each limit over a period that counts any of these lines, with what they take of it.

    It stands on the document beside the policies that give something, saves nothing, and makes
    no order a promotional one. A limit per order needs no memory and is left out.
    """
    found: list[Applied] = []
    for one in policies:
        policy = one.policy
        if policy.kind is not PolicyKind.LIMIT or policy.period is Period.ORDER:
            continue
        if not holds(policy, setting):
            continue
        taken = taken_of(policy, items, setting.currency)
        if taken:
            found.append(Applied(policy.policy_id, one.number, "", 0, taken))
    return tuple(found)


def taken_of(policy: Policy, items: Iterable[Item], currency: str) -> int:
    """What goods take of a limit: weighted pieces in millionths, or minor units."""
    return sum(
        counted_by(policy, item, currency)
        for item in items
        if item.qty_micro > 0 and covers(policy.goods, item.product_id, item.brand)
    )
