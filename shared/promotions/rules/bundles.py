"""Sets of goods at one price (套装)."""

from collections.abc import Iterable

from shared.promotions.rules.gifts import bounded
from shared.promotions.rules.policies import Policy
from shared.promotions.rules.working import Part, Working


def bundles(working: Working, policies: Iterable[Policy]) -> None:
    """As many whole sets as there are pieces for; a piece belongs to one set."""
    for policy in policies:
        _bundle(working, policy)


def _bundle(working: Working, policy: Policy) -> None:
    times = _most_sets(working, policy)
    taken = _taken(working, policy, times) if times else None
    if not taken:
        return
    costs = [
        (part, min(working.amount(qty, part.unit_price_micro), part.net_minor))
        for part, qty in taken
    ]
    off = sum(cost for _, cost in costs) - times * policy.bundle_minor
    if off <= 0:
        return
    after = working.take_off(policy, off, costs)
    for part, (_, qty) in zip(after, taken, strict=True):
        working.put(part, part._replace(in_sets_micro=part.in_sets_micro + qty))
    working.done(policy, saving=off, measure=sum(qty for _, qty in taken))


def _most_sets(working: Working, policy: Policy) -> int:
    """The most sets that can be taken: halving between none and what each part alone allows."""
    free = [
        sum(_free(part) for part in working.counted(policy, one.goods)) // one.qty_micro
        for one in policy.parts
    ]
    low, high = 0, bounded(min(free, default=0), policy.most_times)
    while low < high:
        middle = (low + high + 1) // 2
        if _taken(working, policy, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _taken(working: Working, policy: Policy, times: int) -> list[tuple[Part, int]]:
    """The pieces of so many sets, the dearest first; [] when there are too few.

    Of a set's parts, the one that fewest lines fit is served first.
    """
    wants = [(one, working.counted(policy, one.goods)) for one in policy.parts]
    used: dict[int, tuple[Part, int]] = {}
    for one, matching in sorted(wants, key=lambda want: len(want[1])):
        missing = one.qty_micro * times
        for part in sorted(matching, key=lambda part: -part.unit_price_micro):
            before = used.get(id(part), (part, 0))[1]
            qty = min(missing, _free(part) - before)
            if qty > 0:
                used[id(part)] = (part, before + qty)
                missing -= qty
        if missing:
            return []
    return _by_line(working, used)


def _by_line(working: Working, used: dict[int, tuple[Part, int]]) -> list[tuple[Part, int]]:
    lines = sorted({part.at for part, _ in used.values()})
    return [used[id(part)] for at in lines for part in working.lines[at] if id(part) in used]


def _free(part: Part) -> int:
    return part.qty_micro - part.in_sets_micro
