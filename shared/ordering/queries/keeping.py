"""What of an order's promotions, gifts and limits holds when it is decided (D02-D04, D12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from shared.catalog.queries import brands_of
from shared.channel.queries import zone_of
from shared.core.rounding import MICRO
from shared.ordering.queries.deciding import OrderStanding
from shared.ordering.queries.order_prices import gift_list_prices
from shared.ordering.queries.orders import LineView, lines
from shared.ordering.queries.promoted import choices_of, promotions_of
from shared.ordering.queries.promoting import (
    Buyer,
    items_of,
    order_policies,
    policies_named,
    setting_of,
    whole_of,
)
from shared.ordering.rules import LineGrant
from shared.promotions.documents import PromotionApplied, applied_of, limits_of
from shared.promotions.queries import used_by
from shared.promotions.rules import (
    Choices,
    Cut,
    GiftLine,
    Item,
    Outcome,
    Period,
    PolicyKind,
    Priced,
    Setting,
    Standing,
    cuts,
    evaluate,
)
from shared.promotions.rules.counting import limits_used

LIMIT: Final = "LIMIT"
"""Cut by a limit, whose name stands with it."""
PROMOTION: Final = "PROMOTION"
"""Cut since the promotion it names does not hold, or did not earn it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What may be granted of an order, and what of promotions and limits it takes then."""

    grants: tuple[LineGrant, ...]
    promotions: tuple[PromotionApplied, ...]
    limits: tuple[PromotionApplied, ...]
    day: str
    """The local day the limits' periods are counted by."""
    left_micro: Mapping[int, int]
    """By line that a limit cut: what was left for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything one decision is made from."""

    lines: Sequence[LineView]
    brands: Mapping[str, str]
    named: Sequence[Standing]
    limits: Sequence[Standing]
    setting: Setting
    choices: Choices
    names: Mapping[str, str]

    def outcome(self, qty_micro: Mapping[int, int] | None = None) -> Outcome:
        items = items_of(self.lines, self.brands, qty_micro)
        return evaluate(items, self.named, self.setting, self.choices)

    def taken(self, qty_micro: Mapping[int, int]) -> tuple[PromotionApplied, ...]:
        """What so much of each line takes of the limits over a period that hold for the buyer."""
        items = items_of(self.lines, self.brands, qty_micro)
        return limits_of(limits_used(items, self.limits, self.setting))


def keep(connection: Connection, order: OrderStanding, grants: Sequence[LineGrant]) -> Kept:
    """Hold what is to be granted to the promotions and limits of the order's own instant.

    Main goods whose promotion does not hold are not granted at that price; then limits cut, later
    lines first; gifts are what the goods granted earn (domain rule 6). Nothing is ever added.
    """
    case, day = _case(connection, order)
    held = {one.line_no: one for one in grants}
    _cut_prices(case, held)
    left = _cut_limits(case, held)
    earned = _cut_gifts(case, held)
    granted = {no: grant.accepted_micro for no, grant in held.items()}
    return Kept(
        grants=tuple(held[one.line_no] for one in grants),
        promotions=_accepted(case, earned, held),
        limits=case.taken(granted),
        day=day,
        left_micro=left,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Less:
    """What a revision of a granted order leaves of its gifts, and frees of its limits."""

    gifts_micro: Mapping[int, int]
    """By gift line: the most the goods still granted earn."""
    limits: tuple[PromotionApplied, ...]
    """What is used less than before of limits, and of first N prices."""
    day: str


def less(
    connection: Connection,
    order: OrderStanding,
    before_micro: Mapping[int, int],
    after_micro: Mapping[int, int],
) -> Less:
    """What follows when a granted order is granted otherwise, by line (domain rule 6).

    What the order itself used is its own still, and a limit that did not count it has nothing to
    be freed.
    """
    case, day = _case(connection, order)
    counted = [one.policy.policy_id for one in (*case.named, *case.limits)]
    own = used_by(connection, order.decision, counted)
    case = replace(case, setting=_without(case.setting, own))
    held = {
        line.line_no: LineGrant(
            line_no=line.line_no, accepted_micro=after_micro.get(line.line_no, 0)
        )
        for line in case.lines
    }
    _cut_gifts(case, held)
    now = {one.policy_id: one.measure for one in case.taken(after_micro)}
    freed = tuple(
        PromotionApplied(
            policy_id=one.policy_id,
            number=one.number,
            measure=one.measure - now.get(one.policy_id, 0),
        )
        for one in case.taken(before_micro)
        if one.policy_id in own and one.measure > now.get(one.policy_id, 0)
    )
    freed += _firsts_freed(case, own, before_micro, after_micro)
    gifts = {line.line_no: held[line.line_no].accepted_micro for line in case.lines if line.is_gift}
    return Less(gifts_micro=gifts, limits=freed, day=day)


def _firsts_freed(
    case: _Case,
    own: Mapping[str, int],
    before_micro: Mapping[int, int],
    after_micro: Mapping[int, int],
) -> tuple[PromotionApplied, ...]:
    """The places of a first N over a period that are free again: pieces at its price, before and
    after, as far as the order ever took them (D05)."""
    found: list[PromotionApplied] = []
    for standing in case.named:
        policy = standing.policy
        taken = own.get(policy.policy_id, 0)
        if policy.kind is not PolicyKind.FIRST or policy.period is Period.ORDER or not taken:
            continue
        mine = [one.line_no for one in case.lines if policy.policy_id in one.policy_ids]
        before = min(sum(before_micro.get(no, 0) for no in mine), taken)
        after = min(sum(after_micro.get(no, 0) for no in mine), taken)
        if after < before:
            freed = PromotionApplied(
                policy_id=policy.policy_id, number=standing.number, measure=before - after
            )
            found.append(freed)
    return tuple(found)


def _without(setting: Setting, own: Mapping[str, int]) -> Setting:
    used = {
        policy_id: max(measure - own.get(policy_id, 0), 0)
        for policy_id, measure in setting.used.items()
    }
    return replace(setting, used=used)


def _case(connection: Connection, order: OrderStanding) -> tuple[_Case, str]:
    asked = lines(connection, order.id, revision=0)
    promotions = promotions_of(order.promotions)
    buyer = Buyer(
        account_id=order.account_id,
        sales_org_id=order.sales_org,
        site_id=order.site_id,
        currency=order.currency,
        at_us=order.submitted_at_us,
        zone=zone_of(connection, order.site_id),
    )
    in_force = order_policies(connection, buyer)
    named = policies_named(connection, buyer, promotions, in_force)
    limits = [one for one in in_force if one.policy.kind is PolicyKind.LIMIT]
    gifts = gift_list_prices(connection, order, [one.product_id for one in asked if one.is_gift])
    setting = setting_of(connection, buyer, [*named, *limits], gift_prices=gifts)
    names = {one.policy.policy_id: one.policy.name for one in (*in_force, *named)}
    case = _Case(
        lines=asked,
        brands=brands_of(connection, [one.product_id for one in asked]),
        named=named,
        limits=limits,
        setting=setting,
        choices=choices_of(asked, promotions),
        names=names,
    )
    return case, buyer.day


# Main goods


def _cut_prices(case: _Case, held: dict[int, LineGrant]) -> None:
    """Nothing of a line that claims a better price than its promotions give on the whole order."""
    claims = [one for one in case.lines if not one.is_gift and _is_claim(one)]
    if not claims:
        return
    outcome = case.outcome()
    firsts = whole_of(case.lines)
    parts = outcome.parts
    for first in dict.fromkeys(firsts[one.line_no] for one in claims):
        members = [one for one in case.lines if firsts.get(one.line_no) == first]
        for bad in _unearned(members, parts.get(first, ())):
            _cut(held, bad, 0, PROMOTION, _name(case, bad))
    _cut_refused(case, outcome.cuts, held)


def _is_claim(line: LineView) -> bool:
    is_other = bool(line.list_price_micro) and line.list_price_micro != line.unit_price_micro
    return bool(line.promotion_minor or is_other or line.policy_ids)


def _unearned(members: Sequence[LineView], parts: Sequence[Priced]) -> list[LineView]:
    """Lines of one product that are cheaper than the engine's parts have pieces for."""
    left = [[part.unit_price_micro, part.qty_micro] for part in parts]
    bad: list[LineView] = []
    for line in sorted(members, key=lambda one: one.unit_price_micro):
        missing = line.qty_micro
        for place in left:
            if place[0] <= line.unit_price_micro:
                taken = min(place[1], missing)
                place[1] -= taken
                missing -= taken
        if missing:
            bad.append(line)
    off_left = sum(part.off_minor for part in parts)
    if sum(one.promotion_minor for one in members) > off_left:
        bad += [one for one in members if one.promotion_minor and one not in bad]
    return bad


def _cut_refused(case: _Case, refused: Sequence[Cut], held: dict[int, LineGrant]) -> None:
    firsts = whole_of(case.lines)
    for cut in refused:
        if cut.code == "FIRST_ONLY":
            members = [one for one in case.lines if firsts.get(one.line_no) == cut.line_no]
            _cut_to(held, members, cut.allowed_micro, cut.name)


def _name(case: _Case, line: LineView) -> str:
    """The promotion a line claims, by its name where it is known here."""
    named = [one for one in line.policy_ids or (line.policy_id,) if one]
    return " ".join(case.names.get(one, one) for one in named)


# Limits


def _cut_limits(case: _Case, held: dict[int, LineGrant]) -> dict[int, int]:
    granted = {no: grant.accepted_micro for no, grant in held.items()}
    items = items_of(case.lines, case.brands, granted)
    firsts = whole_of(case.lines)
    left: dict[int, int] = {}
    # A line on two limits is cut by each: what the first leaves is looked at again.
    for _ in range(len(case.limits) + 1):
        found = cuts(items, case.limits, case.setting)
        if not found:
            break
        allowed = {cut.line_no: cut for cut in found}
        for cut in found:
            members = [one for one in case.lines if firsts.get(one.line_no) == cut.line_no]
            for line in _cut_to(held, members, cut.allowed_micro, cut.name):
                left[line.line_no] = cut.left
        items = [_less(one, allowed.get(one.line_no)) for one in items]
    return left


def _less(item: Item, cut: Cut | None) -> Item:
    return item if cut is None else item._replace(qty_micro=cut.allowed_micro)


def _cut_to(
    held: dict[int, LineGrant], members: Sequence[LineView], allowed_micro: int, name: str
) -> list[LineView]:
    """Grant so much of these lines together, the first ones first; the lines that were cut."""
    touched = []
    for line in members:
        grant = held[line.line_no]
        part = min(grant.accepted_micro, max(allowed_micro, 0))
        if part < grant.accepted_micro:
            _cut(held, line, part, LIMIT, name)
            touched.append(line)
        allowed_micro -= held[line.line_no].accepted_micro
    return touched


def _cut(
    held: dict[int, LineGrant], line: LineView, qty_micro: int, reason: str, because: str
) -> None:
    """A line that is wanted whole or not at all gets nothing instead of a part (E03)."""
    part = 0 if line.is_whole_only and qty_micro < line.qty_micro else qty_micro
    grant = held[line.line_no]
    if part < grant.accepted_micro:
        held[line.line_no] = replace(grant, accepted_micro=part, reason=reason, because=because)


# Gifts


def _cut_gifts(case: _Case, held: dict[int, LineGrant]) -> Outcome | None:
    """Gifts go down with the goods that earned them; one that nothing earned goes altogether."""
    gifts = [one for one in case.lines if one.is_gift]
    granted = {no: grant.accepted_micro for no, grant in held.items()}
    if not case.named and not gifts:
        return None
    outcome = case.outcome(granted)
    left = {block.policy_id: block.earned_micro for block in outcome.blocks}
    options = {block.policy_id: block.options for block in outcome.blocks}
    prices = _gift_prices(case.outcome()) if gifts else {}
    for line in gifts:
        grant = held[line.line_no]
        is_one = line.product_id in options.get(line.policy_id, ())
        is_paid = _is_paid(line, prices.get((line.policy_id, line.product_id), ()))
        most = left.get(line.policy_id, 0) if is_one and is_paid else 0
        part = min(grant.accepted_micro, most)
        if line.qty_micro % MICRO == 0:
            part -= part % MICRO
        _cut(held, line, part, PROMOTION, _name(case, line))
        left[line.policy_id] = left.get(line.policy_id, 0) - held[line.line_no].accepted_micro
    return outcome


def _gift_prices(outcome: Outcome) -> dict[tuple[str, str], list[GiftLine]]:
    found: dict[tuple[str, str], list[GiftLine]] = {}
    for block in outcome.blocks:
        for gift in block.lines:
            found.setdefault((block.policy_id, gift.product_id), []).append(gift)
    return found


def _is_paid(line: LineView, stated: Sequence[GiftLine]) -> bool:
    """Whether a gift stands at no better price than its policy gives it (D07)."""
    return any(
        line.unit_price_micro >= one.unit_price_micro and line.promotion_minor <= one.off_minor
        for one in stated
    )


def _accepted(
    case: _Case, outcome: Outcome | None, held: Mapping[int, LineGrant]
) -> tuple[PromotionApplied, ...]:
    """What holds on what is granted; what of the gifts earned is not given stays owed."""
    if outcome is None:
        return ()
    given: dict[str, int] = {}
    for line in case.lines:
        if line.is_gift:
            qty = held[line.line_no].accepted_micro
            given[line.policy_id] = given.get(line.policy_id, 0) + qty
    return tuple(
        PromotionApplied(
            policy_id=one.policy_id,
            number=one.number,
            group=one.group,
            saving_minor=one.saving_minor,
            measure=one.measure,
            earned_micro=one.earned_micro,
            owed_micro=max(one.earned_micro - given.get(one.policy_id, 0), 0),
        )
        for one in applied_of(outcome)
    )
