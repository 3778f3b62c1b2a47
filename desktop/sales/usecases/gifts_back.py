"""Gifts no longer earned when goods come back: they come back too, or are paid for (D07)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from shared.promotions.documents import PromotionApplied
from shared.promotions.rules import claw_back
from shared.sales.documents import SaleLine
from shared.sales.queries.promoting import (
    Replay,
    items_of,
    replay_of_sale,
    stored_applied,
    stored_line,
    use_of,
)
from shared.sales.rules import LineKind, line_minor


class GiftDue(NamedTuple):
    """A gift the buyer holds and has not earned any more."""

    line_no: int
    """Of the sale."""
    qty_micro: int
    price_micro: int
    """Its list price: what it costs when it is kept; 0 = nobody knew one."""


class Kept(NamedTuple):
    """What of a sale the buyer keeps, before and after goods come back now."""

    lines: Sequence[RowMapping]
    before: Mapping[int, int]
    """By line number, in millionths."""
    after: Mapping[int, int]


def kept_of(
    lines: Sequence[RowMapping], returned: Mapping[int, int], back: Mapping[int, int]
) -> Kept:
    """What stays of a sale of which ``returned`` came back before and ``back`` comes now."""
    before = {
        line["line_no"]: line["qty_micro"] - returned.get(line["line_no"], 0)
        for line in lines
        if line["qty_micro"] > 0
    }
    after = {no: max(qty_micro - back.get(no, 0), 0) for no, qty_micro in before.items()}
    return Kept(lines, before, after)


def gifts_due(connection: Connection, head: RowMapping, kept: Kept) -> list[GiftDue]:
    """The gifts the buyer would still hold that what they keep does not earn."""
    gifts = [line for line in kept.lines if _is_gift(line)]
    if not gifts:
        return []
    again = _replay(connection, head, kept.lines)
    left = _items(again, kept, kept.after)
    lost = claw_back(again.items, left.items, again.policies, again.setting, again.choices)
    earned = {one.policy_id: one.earned_micro for one in again.applied()}
    due: list[GiftDue] = []
    for policy_id, lost_micro in lost.items():
        mine = [line for line in gifts if line["policy_ids"] == policy_id]
        held = sum(kept.after[line["line_no"]] for line in mine)
        over = held - (earned.get(policy_id, 0) - lost_micro)
        # Those chosen last go back first.
        for line in reversed(mine):
            part = min(over, kept.after[line["line_no"]])
            if part > 0:
                listed = line["list_price_micro"] or line["unit_price_micro"]
                due.append(GiftDue(line["line_no"], part, listed))
                over -= part
    return sorted(due)


def taken_back(
    connection: Connection, head: RowMapping, kept: Kept
) -> tuple[PromotionApplied, ...]:
    """What coming back undoes of the policies of the sale, below zero; for limits and figures."""
    if not stored_applied(connection, head["id"]):
        return ()
    again = _replay(connection, head, kept.lines)
    before = {one.policy_id: one for one in _items(again, kept, kept.before).applied()}
    after = {one.policy_id: one for one in _items(again, kept, kept.after).applied()}
    return tuple(
        less
        for policy_id, one in before.items()
        if (less := _less(one, after.get(policy_id))) is not None
    )


def with_taken_back(
    applied: Sequence[PromotionApplied], back: Sequence[PromotionApplied]
) -> tuple[PromotionApplied, ...]:
    """One entry a policy: what an exchange uses anew, less what comes back."""
    found = {one.policy_id: one for one in back}
    for one in applied:
        other = found.get(one.policy_id)
        found[one.policy_id] = one if other is None else _sum(one, other)
    return tuple(found.values())


def charged_line(gift: SaleLine, due: GiftDue, currency: str) -> SaleLine:
    """The gift that is kept, sold at its list price; its piece comes back on another line."""
    return SaleLine(
        product_id=gift.product_id,
        qty_micro=due.qty_micro,
        unit_price_micro=due.price_micro,
        amount_minor=line_minor(due.qty_micro, due.price_micro, currency),
        unit=gift.unit,
        lot=gift.lot,
        name=gift.name,
    )


def _is_gift(line: RowMapping) -> bool:
    return bool(line["kind"] == LineKind.GIFT and line["policy_ids"] and line["qty_micro"] > 0)


def _replay(connection: Connection, head: RowMapping, lines: Sequence[RowMapping]) -> Replay:
    return replay_of_sale(
        connection,
        [stored_line(line) for line in lines],
        stored_applied(connection, head["id"]),
        currency=head["currency"],
        site_id=head["site_id"],
        at_us=head["promoted_at_us"] or head["happened_at_us"],
        use=use_of(head["mode"]),
    )


def _items(again: Replay, kept: Kept, left: Mapping[int, int]) -> Replay:
    """The same promotions over what is left of the goods."""
    brands = {item.product_id: item.brand for item in again.items}
    lines = [
        msgspec.structs.replace(stored_line(line), qty_micro=left.get(line["line_no"], 0))
        for line in kept.lines
        if line["qty_micro"] > 0
    ]
    return again._replace(items=items_of(lines, brands))


def _less(one: PromotionApplied, after: PromotionApplied | None) -> PromotionApplied | None:
    less = PromotionApplied(
        policy_id=one.policy_id,
        number=one.number,
        group=one.group,
        saving_minor=(after.saving_minor if after else 0) - one.saving_minor,
        measure=(after.measure if after else 0) - one.measure,
        earned_micro=(after.earned_micro if after else 0) - one.earned_micro,
    )
    return less if less.saving_minor or less.measure or less.earned_micro else None


def _sum(one: PromotionApplied, other: PromotionApplied) -> PromotionApplied:
    return msgspec.structs.replace(
        one,
        saving_minor=one.saving_minor + other.saving_minor,
        measure=one.measure + other.measure,
        earned_micro=one.earned_micro + other.earned_micro,
    )
