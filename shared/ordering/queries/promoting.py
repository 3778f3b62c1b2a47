"""What promotions and limits make of an order: on the device that asks and where it is decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Protocol

from sqlalchemy import Connection, select

from shared.catalog.queries import brands_of
from shared.core.clock import HOME_ZONE, business_day, local_hour
from shared.ordering.queries.orders import LineView
from shared.ordering.queries.promoted import promotions_of
from shared.ordering.rules import OrderState
from shared.ordering.tables import channel_order, order_line
from shared.pricing.queries import context_of
from shared.pricing.rules import account
from shared.promotions.documents import PromotionApplied
from shared.promotions.queries import first_day, policies_in_force, policy_history, used_so_far
from shared.promotions.rules import (
    POLICIES_MAX,
    Choices,
    Holder,
    Item,
    Period,
    PolicyKind,
    Setting,
    Standing,
    Use,
)
from shared.promotions.rules.counting import taken_of

NO_CHOICES: Final = Choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who orders, where and when: all that tells which policies are theirs."""

    account_id: str
    sales_org_id: str
    site_id: str
    currency: str
    at_us: int
    zone: str = HOME_ZONE

    @property
    def day(self) -> str:
        """The local day periods of limits are counted by."""
        return business_day(self.at_us, self.zone)


def order_policies(connection: Connection, buyer: Buyer) -> tuple[Standing, ...]:
    """The policies in force for orders of the buyer's sales organisation."""
    return policies_in_force(connection, [buyer.sales_org_id], Use.ORDER, buyer.at_us)


def policies_named(
    connection: Connection,
    buyer: Buyer,
    promotions: Iterable[PromotionApplied],
    in_force: Sequence[Standing],
) -> list[Standing]:
    """The policies an order names, as they stood at its instant; limits hold unnamed.

    A number that was replaced or ended only after the order was made still holds for it. What is
    named twice holds once, and more than can be in force at once are not looked at.
    """
    now = {one.policy.policy_id: one for one in in_force}
    once: dict[str, PromotionApplied] = {}
    for one in promotions:
        once.setdefault(one.policy_id, one)
    found: list[Standing] = []
    for one in islice(once.values(), POLICIES_MAX):
        current = now.get(one.policy_id)
        if current is not None and current.number == one.number:
            found.append(current)
        elif (former := _former(connection, buyer, one)) is not None:
            found.append(former)
    return [one for one in found if one.policy.kind is not PolicyKind.LIMIT]


def _former(connection: Connection, buyer: Buyer, named: PromotionApplied) -> Standing | None:
    history = {one.number: one for one in policy_history(connection, named.policy_id) if one.number}
    stated = history.get(named.number)
    if stated is None or stated.is_ended or stated.sales_org_id != buyer.sales_org_id:
        return None
    after = history.get(named.number + 1)
    was_known = after is None or after.sealed_at_us > buyer.at_us
    is_for_orders = Use.ORDER in stated.policy.uses
    return Standing(stated.policy, stated.number) if was_known and is_for_orders else None


def setting_of(
    connection: Connection,
    buyer: Buyer,
    policies: Sequence[Standing],
    *,
    gift_prices: Mapping[str, int],
    with_waiting: bool = False,
) -> Setting:
    """Who buys, resolved once; what limits were used is what head office accepted before.

    ``with_waiting`` counts the buyer's own orders nobody decided yet as well: an estimate for who
    is still typing (D02).
    """
    weekday, minute = local_hour(buyer.at_us, buyer.zone)
    used = used_so_far(
        connection,
        policies,
        day=buyer.day,
        account_id=buyer.account_id,
        site_id=buyer.site_id,
    )
    setting = Setting(
        use=Use.ORDER,
        currency=buyer.currency,
        at_us=buyer.at_us,
        weekday=weekday,
        minute=minute,
        dimensions=_dimensions(connection, buyer),
        used=used,
        gift_prices=gift_prices,
    )
    if not with_waiting:
        return setting
    return replace(setting, used=_with_waiting(connection, buyer, policies, used))


def _dimensions(connection: Connection, buyer: Buyer) -> frozenset[str]:
    context = context_of(connection, buyer.account_id, buyer.at_us)
    return context.dimensions() | {account(buyer.account_id), f"site:{buyer.site_id}"}


class Asked(Protocol):
    """A line of an order, in its document or as a row."""

    @property
    def line_no(self) -> int: ...
    @property
    def product_id(self) -> str: ...
    @property
    def qty_micro(self) -> int: ...
    @property
    def unit_price_micro(self) -> int: ...
    @property
    def is_gift(self) -> bool: ...
    @property
    def policy_id(self) -> str: ...
    @property
    def list_price_micro(self) -> int: ...
    @property
    def part_of(self) -> int: ...


def whole_of(lines: Sequence[Asked]) -> dict[int, int]:
    """The first line of the goods each main line belongs to; parts are of one product and price."""
    by_no = {one.line_no: one for one in lines}
    found: dict[int, int] = {}
    for one in lines:
        first = by_no.get(one.part_of)
        is_part = (
            first is not None
            and not first.is_gift
            and first.product_id == one.product_id
            and _before(first) == _before(one)
        )
        if not one.is_gift:
            found[one.line_no] = one.part_of if is_part else one.line_no
    return found


def whole_lines(lines: Sequence[LineView]) -> list[LineView]:
    """The main lines as they were asked for: parts together, at the price before promotions."""
    firsts = whole_of(lines)
    found: dict[int, LineView] = {}
    for one in lines:
        first = firsts.get(one.line_no)
        if first is None:
            continue
        held = found.get(first)
        found[first] = replace(
            one if held is None else held,
            qty_micro=one.qty_micro + (held.qty_micro if held else 0),
            unit_price_micro=_before(one),
        )
    return list(found.values())


def _before(line: Asked) -> int:
    return line.list_price_micro or line.unit_price_micro


def items_of(
    lines: Sequence[Asked], brands: Mapping[str, str], qty_micro: Mapping[int, int] | None = None
) -> list[Item]:
    """The main goods of an order at their prices before promotions, parts put together again.

    ``qty_micro`` says by line what counts of it, such as what is granted.
    """
    firsts = whole_of(lines)
    found: dict[int, Item] = {}
    for one in lines:
        if one.is_gift:
            continue
        qty = one.qty_micro if qty_micro is None else qty_micro.get(one.line_no, 0)
        first = firsts[one.line_no]
        held = found.get(first)
        if held is not None:
            found[first] = held._replace(qty_micro=held.qty_micro + qty)
        else:
            found[first] = Item(
                line_no=first,
                product_id=one.product_id,
                brand=brands.get(one.product_id, ""),
                qty_micro=qty,
                unit_price_micro=_before(one),
            )
    return list(found.values())


def _with_waiting(
    connection: Connection,
    buyer: Buyer,
    policies: Sequence[Standing],
    used: Mapping[str, int],
) -> dict[str, int]:
    """Used before, and asked for by orders of the same holder that nobody decided yet."""
    counted = [
        one.policy
        for one in policies
        if one.policy.kind in (PolicyKind.FIRST, PolicyKind.LIMIT)
        and one.policy.period is not Period.ORDER
    ]
    found = dict(used)
    if not counted:
        return found
    c = channel_order.c
    waiting = connection.execute(
        select(c.id, c.site_id, c.submitted_at_us, c.promotions).where(
            c.account_id == buyer.account_id, c.decided == OrderState.SUBMITTED.value
        )
    ).all()
    for row in waiting:
        day = business_day(row.submitted_at_us, buyer.zone)
        items = _items_waiting(connection, row.id)
        measures = {one.policy_id: one.measure for one in promotions_of(row.promotions)}
        for policy in counted:
            is_same = policy.holder is Holder.ACCOUNT or (
                policy.holder is Holder.SITE and row.site_id == buyer.site_id
            )
            if not is_same or not first_day(policy.period, buyer.day) <= day <= buyer.day:
                continue
            is_limit = policy.kind is PolicyKind.LIMIT
            taken = (
                taken_of(policy, items, buyer.currency)
                if is_limit
                else measures.get(policy.policy_id, 0)
            )
            found[policy.policy_id] = found.get(policy.policy_id, 0) + taken
    return found


def _items_waiting(connection: Connection, order_id: str) -> list[Item]:
    c = order_line.c
    rows = connection.execute(
        select(
            c.line_no, c.product_id, c.qty_micro, c.unit_price_micro, c.is_gift, c.policy_id,
            c.list_price_micro, c.part_of,
        ).where(c.order_id == order_id)
    ).all()  # fmt: skip
    return items_of(rows, brands_of(connection, [row.product_id for row in rows]))
