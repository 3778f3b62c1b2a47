"""The most that may be bought: per product, group and counter, per order and period (D02-D04)."""

from collections.abc import Iterable, Sequence

from shared.core.money import line_amount_minor, minor_digits
from shared.core.rounding import MICRO
from shared.promotions.rules.outcome import Cut, Item, Setting
from shared.promotions.rules.policies import Policy
from shared.promotions.rules.working import Places, whole

_UNIT_PLACES = 6


def over_limits(
    items: Sequence[Item], places: Places, policies: Iterable[Policy], setting: Setting
) -> tuple[Cut, ...]:
    """For each line that is over some limit the tightest of them, in the order of the lines;
    ``places`` are those of the items."""
    tightest: dict[int, Cut] = {}
    for policy in policies:
        for cut in _over([items[at] for at in places.of(policy.goods)], policy, setting):
            known = tightest.get(cut.line_no)
            if known is None or cut.allowed_micro < known.allowed_micro:
                tightest[cut.line_no] = cut
    return tuple(tightest[item.line_no] for item in items if item.line_no in tightest)


def left_of(policy: Policy, setting: Setting) -> int:
    """What is left of a limit before this document, in its own measure; never below 0."""
    return max(policy.most - setting.used.get(policy.policy_id, 0), 0)


def counted_by(policy: Policy, item: Item, currency: str) -> int:
    """What a line takes of a limit: weighted pieces in millionths, or minor units."""
    if policy.by_quantity:
        return -(-item.qty_micro * _weight(policy, item.product_id) // MICRO)
    return line_amount_minor(item.qty_micro, item.unit_price_micro, currency)


def _over(items: Sequence[Item], policy: Policy, setting: Setting) -> Iterable[Cut]:
    left = left_of(policy, setting)
    is_one = len(policy.goods.products) == 1 and not policy.goods.brands
    for item in items:
        takes = counted_by(policy, item, setting.currency)
        if takes > left:
            allowed = _allowed(policy, item, left, setting.currency)
            yield Cut(
                line_no=item.line_no,
                allowed_micro=allowed,
                policy_id=policy.policy_id,
                name=policy.name,
                code="LIMIT_ITEM" if is_one else "LIMIT_GROUP",
                left=left,
            )
            takes = counted_by(policy, item._replace(qty_micro=allowed), setting.currency)
        left = max(left - takes, 0)


def _allowed(policy: Policy, item: Item, left: int, currency: str) -> int:
    """How much of a line fits into what is left."""
    if policy.by_quantity:
        fits = left * MICRO // _weight(policy, item.product_id)
    elif item.unit_price_micro:
        left_micro = left * 10 ** (_UNIT_PLACES - minor_digits(currency))
        fits = left_micro * MICRO // item.unit_price_micro
    else:
        fits = item.qty_micro
    return min(whole(fits, item.qty_micro), item.qty_micro)


def _weight(policy: Policy, product_id: str) -> int:
    weights = (one.weight_micro for one in policy.weights if one.product_id == product_id)
    return next(weights, MICRO)
