"""Special prices of single lines, and special prices for the first so many (D05, D10, C09)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from shared.core.money import minor_digits
from shared.core.rounding import MICRO, divide_half_away
from shared.promotions.rules.outcome import Cut
from shared.promotions.rules.policies import Beyond, Policy, Special
from shared.promotions.rules.working import Part, Working, covers, mark, whole

_UNIT_PLACES = 6


def special_prices(working: Working, policies: Sequence[Policy]) -> None:
    """Each line takes the lowest of the special prices that hold for it, if it is lower."""
    for part in working.parts:
        if part.item.is_said:
            continue
        offers = (
            (price, place)
            for place, policy in enumerate(policies)
            if (price := special_price(working, policy, part)) is not None
        )
        price, place = min(offers, default=(part.unit_price_micro, -1))
        if price < part.unit_price_micro:
            _reprice(working, part, policies[place], price)


def first_prices(working: Working, policies: Iterable[Policy]) -> None:
    """The first N pieces at a special price, where it saves most; the rest as they were."""
    for policy in policies:
        left = max(policy.first_micro - working.setting.used.get(policy.policy_id, 0), 0)
        _first(working, policy, left)


def special_price(working: Working, policy: Policy, part: Part) -> int | None:
    """The policy's price of a base unit; None where it has none for these goods."""
    named = _named(policy.specials).get(part.item.product_id)
    if named is not None:
        return named
    goods = policy.goods
    if not policy.pay_ratio_micro or not covers(goods, part.item.product_id, part.item.brand):
        return None
    return _rounded(part.unit_price_micro * policy.pay_ratio_micro, working.setting.currency)


def _first(working: Working, policy: Policy, left_micro: int) -> None:
    wanted: list[tuple[int, int, Part, int]] = []
    for at, part in enumerate(working.parts):
        price = None if part.item.is_said else special_price(working, policy, part)
        if price is not None and price < part.unit_price_micro:
            wanted.append((price - part.unit_price_micro, at, part, price))
    rest: list[tuple[int, Part]] = []
    for _, _, part, price in sorted(wanted, key=lambda one: one[:2]):
        taken = whole(min(part.qty_micro, left_micro), part.qty_micro)
        if taken < part.qty_micro:
            over = _split(working, part, taken) if taken else part
            rest.append((taken, over))
        if taken:
            left_micro -= taken
            _reprice(working, part, policy, price)
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
    """Cut a part in two; returns the second, which stands behind the first."""
    rest = part.qty_micro - first_micro
    second = replace(
        part,
        qty_micro=rest,
        amount_minor=working.amount(rest, part.unit_price_micro),
        policy_ids=list(part.policy_ids),
    )
    part.qty_micro = first_micro
    part.amount_minor = working.amount(first_micro, part.unit_price_micro)
    # By identity: two parts may be equal.
    place = next(at for at, one in enumerate(working.parts) if one is part)
    working.parts.insert(place + 1, second)
    return second


def _reprice(working: Working, part: Part, policy: Policy, price_micro: int) -> None:
    amount = working.amount(part.qty_micro, price_micro)
    working.done(policy, saving=part.amount_minor - amount, measure=part.qty_micro)
    part.unit_price_micro, part.amount_minor, part.is_special = price_micro, amount, True
    mark(part, policy)


def _rounded(product: int, currency: str) -> int:
    """A price times a ratio, rounded to the minor unit, half away from zero (domain rule 3)."""
    step: int = 10 ** (_UNIT_PLACES - minor_digits(currency))
    return divide_half_away(product, MICRO * step) * step


@lru_cache(maxsize=1_024)
def _named(specials: tuple[Special, ...]) -> dict[str, int]:
    return {special.product_id: special.unit_price_micro for special in specials}
