"""Gifts: how many a policy earned, which were chosen, and at what price they stand (D06, D07)."""

from collections.abc import Iterable, Sequence

from shared.core.rounding import share_by_largest_remainder
from shared.promotions.rules.outcome import Block, GiftChoice, GiftLine, Near
from shared.promotions.rules.policies import GiftPrice, Policy
from shared.promotions.rules.working import Part, Working, pieces


def buy_get(working: Working, policies: Iterable[Policy]) -> None:
    """For every N of the counted goods so many gifts; parts of lines add up (D06)."""
    for policy in policies:
        counted = working.counted(policy)
        total = pieces(counted)
        times = bounded(total // policy.every_micro, policy.most_times)
        if times:
            give(working, policy, counted, times * policy.gift_micro, measure=total)
        if total and (not policy.most_times or times < policy.most_times):
            working.near.append(
                Near(
                    policy_id=policy.policy_id,
                    name=policy.name,
                    missing_micro=(times + 1) * policy.every_micro - total,
                    missing_minor=0,
                    gift_micro=policy.gift_micro,
                    off_minor=0,
                )
            )


def bounded(times: int, most: int) -> int:
    """So often, but not above the bound; 0 = no bound."""
    return min(times, most) if most else times


def give(
    working: Working, policy: Policy, counted: Sequence[Part], earned_micro: int, *, measure: int
) -> None:
    """Enter the gifts of a policy: what was chosen, or the only product there is to give."""
    options = policy.gifts or tuple(dict.fromkeys(part.item.product_id for part in counted))
    chosen = _chosen(working, policy, options, earned_micro)
    left = earned_micro - sum(choice.qty_micro for choice in chosen)
    lines = [_line(working, policy, choice) for choice in chosen]
    paid = sum(working.amount(line.qty_micro, line.unit_price_micro) for line in lines)
    value = sum(_value(working, choice.product_id, choice.qty_micro) for choice in chosen)
    off: Sequence[int] = [0] * len(counted)
    if policy.gift_price in (GiftPrice.LIST, GiftPrice.SPREAD):
        lines, off = _at_list(working, policy, counted, lines)
        paid = 0
    dearest = max((_value(working, one, left) for one in options), default=0)
    working.done(policy, saving=max(value - paid, 0), measure=measure, worth=dearest)
    for part, share in zip(counted, off, strict=True):
        working.put(part, part.marked(policy, share))
    working.blocks.append(
        Block(policy.policy_id, policy.name, earned_micro, options, tuple(lines), left)
    )


def _chosen(
    working: Working, policy: Policy, options: Sequence[str], earned_micro: int
) -> list[GiftChoice]:
    said = working.choices.gifts.get(policy.policy_id, ())
    if not said and len(options) == 1:
        said = (GiftChoice(options[0], earned_micro),)
    found: list[GiftChoice] = []
    left = earned_micro
    for choice in said:
        qty = min(choice.qty_micro, left)
        if qty > 0 and choice.product_id in options:
            found.append(GiftChoice(choice.product_id, qty))
            left -= qty
    return found


def _line(working: Working, policy: Policy, choice: GiftChoice) -> GiftLine:
    prices = {
        GiftPrice.ZERO: 0,
        GiftPrice.SYMBOLIC: policy.symbolic_micro,
    }
    listed = working.setting.gift_prices.get(choice.product_id, 0)
    price = prices.get(policy.gift_price, listed)
    return GiftLine(choice.product_id, choice.qty_micro, price, 0)


def _at_list(
    working: Working, policy: Policy, counted: Sequence[Part], lines: Sequence[GiftLine]
) -> tuple[list[GiftLine], Sequence[int]]:
    """Gifts at their list price: the same amount comes off them, or off them and the main goods
    in proportion (揉价), of which each part's share is told, too."""
    amounts = [working.amount(line.qty_micro, line.unit_price_micro) for line in lines]
    if policy.gift_price is GiftPrice.LIST:
        return _with_off(lines, amounts), [0] * len(counted)
    weights = [*(max(part.net_minor, 0) for part in counted), *amounts]
    total = sum(amounts)
    if not total:
        return list(lines), [0] * len(counted)
    shares = share_by_largest_remainder(total, weights)
    return _with_off(lines, shares[len(counted) :]), shares[: len(counted)]


def _with_off(lines: Sequence[GiftLine], off: Sequence[int]) -> list[GiftLine]:
    return [line._replace(off_minor=minor) for line, minor in zip(lines, off, strict=True)]


def _value(working: Working, product_id: str, qty_micro: int) -> int:
    """What gifts are worth at their list price."""
    price = working.setting.gift_prices.get(product_id)
    if price is None:
        lines = working.places.of_product(product_id)
        price = working.lines[lines[0]][0].item.unit_price_micro if lines else 0
    return working.amount(qty_micro, price) if qty_micro else 0
