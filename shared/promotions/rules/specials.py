"""Special prices of single lines, and special prices for the first so many (D05, D10, C09)."""

from collections.abc import Iterable, Iterator

from shared.core.money import minor_digits
from shared.core.rounding import MICRO, divide_half_away
from shared.promotions.rules.outcome import Cut
from shared.promotions.rules.policies import Beyond, Policy
from shared.promotions.rules.working import Part, Working, whole

_UNIT_PLACES = 6


def special_prices(working: Working, policies: Iterable[Policy]) -> None:
    """Each line takes the lowest of the special prices that hold for it, if it is lower; of equal
    ones the first policy's."""
    best: dict[int, tuple[int, Part, Policy]] = {}
    for policy in policies:
        for part, price in _lower(working, policy):
            if part.at not in best or price < best[part.at][0]:
                best[part.at] = price, part, policy
    for at in sorted(best):
        price, part, policy = best[at]
        _reprice(working, part, policy, price)


def first_prices(working: Working, policies: Iterable[Policy]) -> None:
    """The first N pieces at a special price, where it saves most; the rest as they were."""
    for policy in policies:
        left = max(policy.first_micro - working.setting.used.get(policy.policy_id, 0), 0)
        _first(working, policy, left)


def _lower(working: Working, policy: Policy) -> Iterator[tuple[Part, int]]:
    """The parts a policy has a lower price for, and that price of a base unit: the product's own
    before the ratio of what it would cost; in the order of the lines of each."""
    named: dict[int, int] = {}
    for special in policy.specials:
        for at in working.places.of_product(special.product_id):
            named[at] = special.unit_price_micro
    ratio, currency = policy.pay_ratio_micro, working.setting.currency
    by_ratio = working.places.of(policy.goods) if ratio else ()
    for at in sorted({*named, *by_ratio}) if named and by_ratio else named or by_ratio:
        for part in working.lines[at]:
            price = named.get(at)
            if price is None:
                price = _rounded(part.unit_price_micro * ratio, currency)
            if price < part.unit_price_micro and not part.item.is_said:
                yield part, price


def _first(working: Working, policy: Policy, left_micro: int) -> None:
    wanted = sorted(_lower(working, policy), key=lambda one: one[0].at)
    rest: list[tuple[int, Part]] = []
    for part, price in sorted(wanted, key=lambda one: one[1] - one[0].unit_price_micro):
        taken = whole(min(part.qty_micro, left_micro), part.qty_micro)
        first = part
        if taken < part.qty_micro:
            if taken:
                first = _split(working, part, taken)
            rest.append((taken, part))
        if taken:
            left_micro -= taken
            _reprice(working, first, policy, price)
    if policy.beyond is Beyond.REFUSE:
        for taken, over in rest:
            working.cuts.append(_refused(policy, over, taken))


def _refused(policy: Policy, part: Part, allowed_micro: int) -> Cut:
    return Cut(
        line_no=part.item.line_no,
        allowed_micro=allowed_micro,
        policy_id=policy.policy_id,
        name=policy.name,
        code="FIRST_ONLY",
        left=allowed_micro,
    )


def _split(working: Working, part: Part, first_micro: int) -> Part:
    """Cut a part in two; returns the first, and the second stands behind it."""
    price, rest = part.unit_price_micro, part.qty_micro - first_micro
    first = part._replace(qty_micro=first_micro, amount_minor=working.amount(first_micro, price))
    second = part._replace(qty_micro=rest, amount_minor=working.amount(rest, price))
    working.put(part, first, second)
    return first


def _reprice(working: Working, part: Part, policy: Policy, price_micro: int) -> None:
    amount = working.amount(part.qty_micro, price_micro)
    working.done(policy, saving=part.amount_minor - amount, measure=part.qty_micro)
    at, item, qty, _price, _amount, off, in_sets, _special, ids = part.marked(policy)
    changed = (at, item, qty, price_micro, amount, off, in_sets, True, ids)
    working.put(part, Part._make(changed))


def _rounded(product: int, currency: str) -> int:
    """A price times a ratio, rounded to the minor unit, half away from zero (domain rule 3)."""
    step: int = 10 ** (_UNIT_PLACES - minor_digits(currency))
    return divide_half_away(product, MICRO * step) * step
