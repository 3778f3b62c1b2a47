"""The promotion engine: what the policies in force make of a basket or order (domain rule 6)."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.promotions.rules.bundles import bundles
from shared.promotions.rules.gifts import buy_get
from shared.promotions.rules.limits import over_limits
from shared.promotions.rules.outcome import (
    Applied,
    Choices,
    Cut,
    Item,
    Near,
    Offer,
    Option,
    Outcome,
    Priced,
    Setting,
)
from shared.promotions.rules.policies import STAGES, Policy, PolicyKind
from shared.promotions.rules.specials import first_prices, special_prices
from shared.promotions.rules.thresholds import thresholds
from shared.promotions.rules.working import (
    Standing,
    Working,
    begun,
    copied,
    in_order,
    places_of,
)

_DAYS = 7


def holds(policy: Policy, setting: Setting) -> bool:
    """Whether a policy is for this use, this buyer and this instant (D10, A03)."""
    if setting.use not in policy.uses or setting.at_us < policy.from_us:
        return False
    if policy.until_us and setting.at_us >= policy.until_us:
        return False
    if policy.who and setting.dimensions.isdisjoint(policy.who):
        return False
    return _is_hour(policy, setting)


def _is_hour(policy: Policy, setting: Setting) -> bool:
    """A window that crosses midnight belongs to the day on which it began."""
    start, end, weekday = policy.from_minute, policy.until_minute, setting.weekday
    if start < end:
        is_within = start <= setting.minute < end
    else:
        is_within = setting.minute >= start or setting.minute < end
        if setting.minute < end:
            weekday = (weekday - 2) % _DAYS + 1
    return is_within and (not policy.weekdays or weekday in policy.weekdays)


def evaluate(
    items: Sequence[Item], policies: Sequence[Standing], setting: Setting, choices: Choices
) -> Outcome:
    """Special prices, first-N prices, gifts, bundles, thresholds, in this order.

    Deterministic in its arguments: the same on every device and on head office's replay (D12).
    Gifts and returned goods never count; amounts off are shared over the counted lines by largest
    remainder, so that the lines always add up (D09). Items with nothing to sell are left out.
    """
    sold = [item for item in items if item.qty_micro > 0]
    places = places_of(sold)
    live = [one for one in policies if places.has(one.reach) and holds(one.policy, setting)]
    giving = [
        one
        for one in live
        if one.policy.kind is not PolicyKind.LIMIT and one.policy.policy_id not in choices.declined
    ]
    runs = _Runs(begun(sold, places, setting, choices), giving)
    chosen, offers, waiting = _choose(runs, giving, choices)
    working = runs.run(chosen)
    limits = [one.policy for one in live if one.policy.kind is PolicyKind.LIMIT]
    near = (*working.near, *waiting)
    return _outcome(working, giving, offers, near, over_limits(sold, places, limits, setting))


def cuts(items: Sequence[Item], policies: Sequence[Standing], setting: Setting) -> tuple[Cut, ...]:
    """The lines over a limit, and what may stay of each; later lines are cut first (D02-D04)."""
    limits = [
        one.policy
        for one in policies
        if one.policy.kind is PolicyKind.LIMIT and holds(one.policy, setting)
    ]
    sold = [item for item in items if item.qty_micro > 0]
    return over_limits(sold, places_of(sold), limits, setting)


def claw_back(
    sold: Sequence[Item],
    kept: Sequence[Item],
    policies: Sequence[Standing],
    setting: Setting,
    choices: Choices,
) -> dict[str, int]:
    """Gifts no longer earned when of what was ``sold`` only ``kept`` stays, in millionths by
    policy (domain rule 6; D07)."""
    before = evaluate(sold, policies, setting, choices)
    after = evaluate(kept, policies, setting, choices)
    still = {block.policy_id: block.earned_micro for block in after.blocks}
    lost = {
        block.policy_id: block.earned_micro - still.get(block.policy_id, 0)
        for block in before.blocks
    }
    return {policy_id: micro for policy_id, micro in lost.items() if micro > 0}


def _choose(
    runs: "_Runs", giving: Sequence[Standing], choices: Choices
) -> tuple[dict[str, str], tuple[Offer, ...], list[Near]]:
    """The policy of each exclusive group: the person's choice, else the best for the buyer.

    Groups are decided by name, each beside those before it and none of those after it. Where no
    policy of a group is met, it is told what each of them waits for.
    """
    groups: dict[str, list[str]] = {}
    for one in giving:
        if one.policy.group:
            groups.setdefault(one.policy.group, []).append(one.policy.policy_id)
    chosen = dict.fromkeys(sorted(groups), "")
    offers: list[Offer] = []
    waiting: list[Near] = []
    for group in chosen:
        options, near = _options(runs, giving, chosen, group, groups[group])
        if not options:
            waiting += near
        said = choices.of_group.get(group)
        is_known = said == "" or said in {one.policy_id for one in options}
        best = options[0].policy_id if options else ""
        chosen[group] = said if said is not None and is_known else best
        if len(options) > 1:
            offers.append(Offer(group=group, options=options, chosen=chosen[group]))
    return chosen, tuple(offers), waiting


def _options(
    runs: "_Runs",
    giving: Sequence[Standing],
    chosen: Mapping[str, str],
    group: str,
    members: Sequence[str],
) -> tuple[tuple[Option, ...], list[Near]]:
    """The members of a group that are met, the best for the buyer first; and what is missing."""
    names = {one.policy.policy_id: one.policy.name for one in giving}
    found: list[Option] = []
    near: list[Near] = []
    for policy_id in members:
        tried = runs.run({**chosen, group: policy_id})
        if policy_id in tried.tallies:
            found.append(Option(policy_id, names[policy_id], tried.worth_minor))
        near += [one for one in tried.near if one.policy_id == policy_id]
    return tuple(sorted(found, key=lambda one: (-one.saving_minor, one.policy_id))), near


_WORK: Final = {
    PolicyKind.SPECIAL: special_prices,
    PolicyKind.FIRST: first_prices,
    PolicyKind.GIFT: buy_get,
    PolicyKind.BUNDLE: bundles,
    PolicyKind.THRESHOLD: thresholds,
}


class _Runs:
    """Passes over one document, each with other policies chosen of its groups.

    What the stages before the first difference made of it is worked out once: a scan waits for it.
    """

    def __init__(self, begun: Working, giving: Sequence[Standing]) -> None:
        self._begun = begun
        self._stages = [
            (kind, list(in_order(one for one in giving if one.policy.kind is kind)))
            for kind in STAGES
        ]
        self._groups = [
            sorted({one.group for one in policies if one.group}) for _kind, policies in self._stages
        ]
        self._after: dict[tuple[str, ...], Working] = {}

    def run(self, chosen: Mapping[str, str]) -> Working:
        """The document after all stages; it is read and never changed."""
        working = self._begun
        said: tuple[str, ...] = ()
        for (kind, policies), groups in zip(self._stages, self._groups, strict=True):
            said = (*said, kind, *(chosen.get(group, "") for group in groups))
            if said not in self._after:
                active = [one for one in policies if chosen.get(one.group, "") == _member(one)]
                working = copied(working)
                _WORK[kind](working, active)
                self._after[said] = working
            working = self._after[said]
        return working


def _member(policy: Policy) -> str:
    """What its group's choice must say for the policy to be active."""
    return policy.policy_id if policy.group else ""


def _outcome(
    working: Working,
    giving: Sequence[Standing],
    offers: tuple[Offer, ...],
    near: tuple[Near, ...],
    limited: tuple[Cut, ...],
) -> Outcome:
    standing = {one.policy.policy_id: one for one in giving}
    return Outcome(
        lines=tuple(
            Priced(
                line_no=part.item.line_no,
                qty_micro=part.qty_micro,
                unit_price_micro=part.unit_price_micro,
                off_minor=part.off_minor,
                policy_ids=part.policy_ids,
            )
            for part in working.parts()
        ),
        blocks=tuple(working.blocks),
        applied=tuple(
            Applied(
                policy_id=policy_id,
                number=standing[policy_id].number,
                group=standing[policy_id].policy.group,
                saving_minor=tally.saving_minor,
                measure=tally.measure,
            )
            for policy_id, tally in working.tallies.items()
        ),
        offers=offers,
        near=near,
        cuts=_tightest(working.cuts, limited),
    )


def _tightest(*found: Sequence[Cut]) -> tuple[Cut, ...]:
    """One cut for each line, the smallest quantity of them."""
    of_line: dict[int, Cut] = {}
    for cut in (one for group in found for one in group):
        known = of_line.get(cut.line_no)
        if known is None or cut.allowed_micro < known.allowed_micro:
            of_line[cut.line_no] = cut
    return tuple(of_line[line_no] for line_no in sorted(of_line))
