"""What promotions make of a sale's lines, and a stored sale evaluated again (D05-D07, D09, D12)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from shared.catalog.queries import brands_of
from shared.channel.queries import zone_of
from shared.channel.rules import split
from shared.core.clock import local_hour
from shared.journal.document import Header
from shared.members.rules import is_member
from shared.promotions import documents
from shared.promotions.documents import PromotionApplied, applied_of
from shared.promotions.queries import policy_of, used_so_far
from shared.promotions.rules import (
    Choices,
    Item,
    Outcome,
    Period,
    PolicyKind,
    Priced,
    Setting,
    Standing,
    Use,
    evaluate,
)
from shared.promotions.rules.counting import limits_used
from shared.promotions.tables import policy_use
from shared.sales.documents import Sale, SaleLine
from shared.sales.rules import LineKind, SaleMode


class GiftGoods(NamedTuple):
    """A product that is given: what its line says beside quantity and price."""

    unit: str = ""
    name: str = ""
    """Only where head office's catalogue does not know it."""


def use_of(mode: str) -> Use:
    """The policies that hold on a sale of this mode: the till's, or those of wholesale."""
    return Use.INVOICE if mode == SaleMode.INVOICE else Use.TILL


def items_of(lines: Sequence[SaleLine], brands: Mapping[str, str]) -> list[Item]:
    """The main goods of a sale as they were scanned, at their prices before promotions."""
    found: list[Item] = []
    for place, line in enumerate(lines, start=1):
        if line.kind != LineKind.GOODS or line.qty_micro < 0:
            continue
        if line.is_rest and found:
            found[-1] = found[-1]._replace(qty_micro=found[-1].qty_micro + line.qty_micro)
        else:
            found.append(_item(place, line, brands.get(line.product_id, "")))
    return [one for one in found if one.qty_micro > 0]


def _item(place: int, line: SaleLine, brand: str) -> Item:
    before = line.list_price_micro or line.unit_price_micro
    return Item(
        line_no=place,
        product_id=line.product_id,
        brand=brand,
        qty_micro=line.qty_micro,
        unit_price_micro=line.said_price_micro if line.is_said else before,
        is_said=line.is_said,
    )


def promoted_lines(
    lines: Sequence[SaleLine],
    outcome: Outcome,
    currency: str,
    *,
    gift_prices: Mapping[str, int],
    goods: Callable[[str], GiftGoods],
) -> list[SaleLine]:
    """The lines of a sale with what promotions made of them, and the gifts behind them.

    ``outcome`` numbers the lines from 1. A line with several prices becomes several (D05).
    """
    parts = outcome.parts
    made: list[SaleLine] = []
    for place, line in enumerate(lines, start=1):
        made += _parts(line, parts.get(place, ()), currency)
    for block in outcome.blocks:
        for gift in block.lines:
            listed = gift_prices.get(gift.product_id, 0)
            named = goods(gift.product_id)
            made.append(
                SaleLine(
                    product_id=gift.product_id,
                    qty_micro=gift.qty_micro,
                    unit_price_micro=gift.unit_price_micro,
                    amount_minor=gift.amount_minor(currency),
                    kind=LineKind.GIFT.value,
                    unit=named.unit,
                    name=named.name,
                    discount_minor=gift.off_minor,
                    promotion_minor=gift.off_minor,
                    policy_ids=(block.policy_id,),
                    list_price_micro=listed if listed != gift.unit_price_micro else 0,
                )
            )
    return made


def _parts(line: SaleLine, parts: Sequence[Priced], currency: str) -> list[SaleLine]:
    if not any(part.policy_ids or part.off_minor for part in parts):
        return [line]
    if line.is_said:
        off = sum(part.off_minor for part in parts)
        policy_ids = tuple(dict.fromkeys(one for part in parts for one in part.policy_ids))
        return [
            msgspec.structs.replace(
                line,
                amount_minor=line.amount_minor - off,
                discount_minor=line.discount_minor + off,
                promotion_minor=off,
                policy_ids=policy_ids,
            )
        ]
    return [_part(line, part, currency, is_rest=nth > 0) for nth, part in enumerate(parts)]


def _part(line: SaleLine, part: Priced, currency: str, *, is_rest: bool) -> SaleLine:
    is_other = part.unit_price_micro != line.unit_price_micro
    return msgspec.structs.replace(
        line,
        qty_micro=part.qty_micro,
        unit_price_micro=part.unit_price_micro,
        amount_minor=part.amount_minor(currency),
        discount_minor=part.off_minor,
        promotion_minor=part.off_minor,
        policy_ids=part.policy_ids,
        list_price_micro=line.unit_price_micro if is_other else 0,
        is_rest=is_rest,
    )


def choices_of(lines: Sequence[SaleLine], promotions: Sequence[PromotionApplied]) -> Choices:
    """What the person chose, read back from what was sold."""
    gifts = (
        (line.policy_ids[0], line.product_id, line.qty_micro)
        for line in lines
        if line.kind == LineKind.GIFT and line.policy_ids and line.qty_micro > 0
    )
    return documents.choices_of(gifts, promotions)


class Replay(NamedTuple):
    """All a stored sale's promotions are evaluated again from."""

    items: list[Item]
    policies: tuple[Standing, ...]
    setting: Setting
    choices: Choices

    def outcome(self) -> Outcome:
        """What comes of it."""
        return evaluate(self.items, self.policies, self.setting, self.choices)

    def applied(self) -> tuple[PromotionApplied, ...]:
        """The policies that hold then."""
        limits = limits_used(self.items, self.policies, self.setting)
        return applied_of(self.outcome(), limits)


def replay_of(
    lines: Sequence[SaleLine],
    promotions: Sequence[PromotionApplied],
    policies: Sequence[Standing],
    brands: Mapping[str, str],
    *,
    currency: str,
    site_id: str,
    at_us: int,
    zone: str,
    use: Use = Use.TILL,
) -> Replay:
    """The promotions of a sale again: the policies by their numbers, the choices by its lines.

    Who bought is taken from the policies themselves: a member's list may be another one by now.
    """
    weekday, minute = local_hour(at_us, zone)
    dimensions = {one for standing in policies for one in standing.policy.who}
    setting = Setting(
        use=use,
        currency=currency,
        at_us=at_us,
        weekday=weekday,
        minute=minute,
        dimensions=frozenset({f"site:{site_id}", *dimensions}),
        used=_used(promotions, policies),
        gift_prices=_gift_prices(lines),
    )
    choices = choices_of(lines, promotions)
    return Replay(items_of(lines, brands), tuple(policies), setting, choices)


def _used(promotions: Sequence[PromotionApplied], policies: Sequence[Standing]) -> dict[str, int]:
    """What was used before of a first N over a period: all but what this sale says it took."""
    measures = {one.policy_id: one.measure for one in promotions}
    return {
        policy.policy_id: max(policy.first_micro - measures.get(policy.policy_id, 0), 0)
        for policy in (one.policy for one in policies)
        if policy.kind is PolicyKind.FIRST and policy.period is not Period.ORDER
    }


def replay_of_sale(
    connection: Connection,
    lines: Sequence[SaleLine],
    promotions: Sequence[PromotionApplied],
    *,
    currency: str,
    site_id: str,
    at_us: int,
    use: Use = Use.TILL,
    named: Sequence[Standing] | None = None,
) -> Replay:
    """As ``replay_of``, with what this replica knows of policies, brands and the site; ``named``
    are the policies where they were looked up already."""
    return replay_of(
        lines,
        promotions,
        named_policies(connection, promotions) if named is None else named,
        brands_of(connection, (line.product_id for line in lines)),
        currency=currency,
        site_id=site_id,
        at_us=at_us,
        zone=zone_of(connection, site_id),
        use=use,
    )


def named_policies(
    connection: Connection, promotions: Iterable[PromotionApplied]
) -> list[Standing]:
    """The policies a sale names, by their numbers, as far as they are known here."""
    found = ((policy_of(connection, one.policy_id, one.number), one) for one in promotions)
    return [Standing(policy, one.number) for policy, one in found if policy is not None]


def stored_line(row: RowMapping) -> SaleLine:
    """A row of a sale's lines as the document said it."""
    return SaleLine(
        product_id=row["product_id"],
        qty_micro=row["qty_micro"],
        unit_price_micro=row["unit_price_micro"],
        amount_minor=row["amount_minor"],
        kind=row["kind"],
        unit=row["unit"],
        lot=row["lot"],
        discount_minor=row["discount_minor"],
        price_version=row["price_version"],
        price_trail=row["price_trail"],
        name=row["name"],
        policy_ids=split(row["policy_ids"]),
        promotion_minor=row["promotion_minor"],
        list_price_micro=row["list_price_micro"],
        is_said=bool(row["is_said"]),
        said_price_micro=row["said_price_micro"],
        is_rest=bool(row["is_rest"]),
    )


def stored_applied(connection: Connection, document: str) -> list[PromotionApplied]:
    """The policies that hold on a stored sale, by id; what was chosen is read from its lines."""
    u = policy_use.c
    rows = connection.execute(
        select(u.policy_id, u.number, u.measure, u.saving_minor)
        .where(u.id >= f"{document}:policy:", u.id < f"{document}:policy;")
        .order_by(u.policy_id)
    )
    found = []
    for policy_id, number, measure, saving_minor in rows:
        policy = policy_of(connection, policy_id, number)
        found.append(
            PromotionApplied(
                policy_id=policy_id,
                number=number,
                group=policy.group if policy else "",
                saving_minor=saving_minor,
                measure=measure,
            )
        )
    return found


def promotions_agree(
    connection: Connection, header: Header, sold: Sale, named: Sequence[Standing] | None = None
) -> bool:
    """Whether a sale's promotions come out the same here, from its lines, the numbers of its
    policies and what was chosen (D10, D12). Goods that come back have none of their own.

    ``named`` are its policies where they were looked up already."""
    if sold.return_of or not sold.promotions:
        return True
    again = replay_of_sale(
        connection,
        sold.lines,
        sold.promotions,
        currency=sold.currency,
        site_id=header.site_id,
        at_us=sold.promoted_at_us or header.happened_at_us,
        use=use_of(sold.mode),
        named=named,
    )
    return agrees(sold.lines, sold.promotions, again)


def limits_passed(
    connection: Connection, header: Header, sold: Sale, day: str, named: Sequence[Standing]
) -> list[tuple[str, int]]:
    """The limits a sale went over together with what others sold: name, and by how much, in the
    limit's own measure. Tills without a line do not know of each other; sold is sold (D02).

    ``day`` is the one its uses are counted by, ``named`` are the sale's policies."""
    counted = {(one.policy_id, one.number) for one in sold.promotions if one.measure > 0}
    limits = [
        one
        for one in named
        if one.policy.kind is PolicyKind.LIMIT and (one.policy.policy_id, one.number) in counted
    ]
    if not limits:
        return []
    used = used_so_far(
        connection,
        limits,
        day=day,
        site_id=header.site_id,
        member_id=sold.customer_id if is_member(sold.customer_id) else "",
    )
    return [
        (policy.name, used.get(policy.policy_id, 0) - policy.most)
        for policy in (one.policy for one in limits)
        if used.get(policy.policy_id, 0) > policy.most
    ]


def _gift_prices(lines: Sequence[SaleLine]) -> dict[str, int]:
    return {
        line.product_id: line.list_price_micro or line.unit_price_micro
        for line in lines
        if line.kind == LineKind.GIFT
    }


def agrees(
    lines: Sequence[SaleLine], promotions: Sequence[PromotionApplied], again: Replay
) -> bool:
    """Whether evaluating again gives the very lines, gifts and policies of a sale."""
    outcome = again.outcome()
    sold = [_told(line) for line in lines if line.kind == LineKind.GOODS and line.qty_micro > 0]
    given = [
        (*line.policy_ids, line.product_id, line.qty_micro, line.unit_price_micro)
        for line in lines
        if line.kind == LineKind.GIFT and line.policy_ids
    ]
    parts = [
        (one.qty_micro, one.unit_price_micro, one.off_minor, one.policy_ids)
        for one in outcome.lines
    ]
    gifts = [
        (block.policy_id, gift.product_id, gift.qty_micro, gift.unit_price_micro)
        for block in outcome.blocks
        for gift in block.lines
    ]
    return tuple(promotions) == again.applied() and sold == parts and given == gifts


def _told(line: SaleLine) -> tuple[int, int, int, tuple[str, ...]]:
    price = line.said_price_micro if line.is_said else line.unit_price_micro
    return line.qty_micro, price, line.promotion_minor, line.policy_ids
