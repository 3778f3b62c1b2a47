"""Orders with their state and lines, as lists and screens show them."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from shared.ordering.rules import (
    GRANTED,
    OUTCOMES,
    Action,
    AskedLine,
    OrderState,
    Side,
    actions,
    order_state,
)
from shared.ordering.tables import (
    channel_order,
    order_decision,
    order_line,
    order_revision_line,
    receipt_line,
    shipment_line,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order with the state its decision and its goods give it."""

    id: str
    number: str
    account_id: str
    supplier: str
    sales_org: str
    site_id: str
    deliver_to: str
    follows: str
    currency: str
    price_version: int
    price_logic: str
    order_type: str
    requested_date: str
    delivery_date: str
    note: str
    state: OrderState
    decided: OrderState
    """Submitted, or the outcome of its decision."""
    decision: str
    revision: int
    in_force: int
    """The revision whose lines hold; 0 = those of the decision (E09)."""
    code: str
    decided_by: str
    submitted_by: str
    submitted_at_us: int
    decided_at_us: int
    line_count: int
    asked_minor: int
    accepted_minor: int
    asked_micro: int
    accepted_micro: int
    shipped_micro: int
    arrived_micro: int
    promotions: str
    """JSON of what holds; ``promotions_of`` reads it."""
    deposit_minor: int
    rebate_minor: int
    """As the order names them (E14)."""
    deposit_taken_minor: int
    rebate_taken_minor: int
    deposit_held_minor: int
    rebate_held_minor: int
    """What head office held before it."""

    def actions(self, side: Side) -> tuple[Action, ...]:
        """What this side may do now."""
        return actions(self.state, side)


def order(connection: Connection, order_id: str) -> OrderView | None:
    """One order by its id, or None when this replica does not hold it."""
    statement = _orders().where(channel_order.c.id == order_id)
    row = connection.execute(statement).one_or_none()
    return _view(row) if row else None


def orders(
    connection: Connection,
    *,
    account_id: str | None = None,
    supplier: str | None = None,
    states: Collection[OrderState] = (),
    sales_orgs: Collection[str] | None = None,
    limit: int = 200,
    oldest_first: bool = False,
) -> list[OrderView]:
    """Orders of an account, or asked of a supplier ('' = head office), newest first.

    ``oldest_first`` is for orders that wait, of which ``limit`` keeps the longest waiting.
    ``sales_orgs`` are those its reader is granted (A04); None or '' among them is every one.
    """
    statement = _orders()
    if sales_orgs is not None and "" not in sales_orgs:
        statement = statement.where(channel_order.c.sales_org.in_(sorted(sales_orgs)))
    if account_id is not None:
        statement = statement.where(channel_order.c.account_id == account_id)
    if supplier is not None:
        statement = statement.where(channel_order.c.supplier == supplier)
    if states:
        statement = statement.where(channel_order.c.decided.in_(_decided_of(states)))
    keys = (channel_order.c.submitted_at_us, channel_order.c.id)
    ordered = statement.order_by(*(keys if oldest_first else (one.desc() for one in keys)))
    # The state follows from the goods, so rows are read until enough of them fit.
    with connection.execute(ordered) as rows:
        views = (_view(row) for row in rows)
        return list(islice((view for view in views if not states or view.state in states), limit))


def _decided_of(states: Collection[OrderState]) -> list[str]:
    """The stored outcomes behind states; goods under way belong to granted orders."""
    wanted = set(states)
    if wanted - _STORED:
        wanted |= GRANTED
    return sorted(state.value for state in wanted & _STORED)


_STORED = OUTCOMES | {OrderState.SUBMITTED}


def _orders() -> Select[Any]:
    """Orders beside what was shipped of each and what its receiver accounted for."""
    shipped = (
        select(func.coalesce(func.sum(shipment_line.c.qty_micro), 0))
        .where(shipment_line.c.order_id == channel_order.c.id)
        .scalar_subquery()
    )
    r = receipt_line.c
    accounted = r.good_micro + r.damaged_micro + r.short_micro - r.over_micro
    arrived = (
        select(func.coalesce(func.sum(accounted), 0))
        .where(r.order_id == channel_order.c.id)
        .scalar_subquery()
    )
    return select(channel_order, shipped.label("shipped"), arrived.label("arrived"))


def _view(row: Row[Any]) -> OrderView:
    decided = OrderState(row.decided)
    state = order_state(
        decided,
        accepted_micro=row.accepted_micro,
        shipped_micro=int(row.shipped),
        arrived_micro=int(row.arrived),
    )
    same = {name: getattr(row, name) for name in _SAME}
    return OrderView(
        state=state,
        decided=decided,
        shipped_micro=int(row.shipped),
        arrived_micro=int(row.arrived),
        **same,
    )


_SAME = tuple(
    name
    for name in OrderView.__slots__
    if name not in ("state", "decided", "shipped_micro", "arrived_micro")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of an order with what is granted now and what became of it."""

    line_no: int
    product_id: str
    """What is to come: a substitute, once its revision is in force (E09)."""
    asked_product_id: str
    unit: str
    qty_micro: int
    unit_price_micro: int
    amount_minor: int
    """As asked."""
    is_gift: bool
    is_whole_only: bool
    policy_id: str
    requested_date: str
    delivery_date: str
    """As promised for this line; '' = no date of its own."""
    note: str
    price_trail: str
    accepted_micro: int
    accepted_minor: int
    reason: str
    shipped_micro: int
    shipped_minor: int
    good_micro: int
    damaged_micro: int
    short_micro: int
    because: str = ""
    """The name of the limit or promotion that cut it (D02)."""
    policy_ids: tuple[str, ...] = ()
    promotion_minor: int = 0
    """Off quantity × price as asked."""
    list_price_micro: int = 0
    """The account's price before promotions; 0 = the unit price is that."""
    part_of: int = 0

    @property
    def to_ship_micro(self) -> int:
        """Granted and not shipped yet."""
        return max(self.accepted_micro - self.shipped_micro, 0)


def lines(connection: Connection, order_id: str, *, revision: int | None = None) -> list[LineView]:
    """The lines of an order in its own order, main goods and gifts.

    As they are granted now, or as a revision granted them (0 = as they were decided).
    """
    if revision is None:
        held = select(channel_order.c.in_force).where(channel_order.c.id == order_id)
        revision = connection.execute(held).scalar() or 0
    decided = {row.line_no: row for row in connection.execute(_last_decision(order_id))}
    revised = {row.line_no: row for row in connection.execute(_revised(order_id, revision))}
    went = {row.order_line_no: row for row in connection.execute(_shipped(order_id))}
    came = {row.order_line_no: row for row in connection.execute(_arrived(order_id))}
    statement = (
        select(order_line).where(order_line.c.order_id == order_id).order_by(order_line.c.line_no)
    )
    found = []
    for row in connection.execute(statement):
        grant = revised.get(row.line_no) or decided.get(row.line_no)
        found.append(_line(row, grant, went.get(row.line_no), came.get(row.line_no)))
    return found


def _line(
    row: Row[Any], grant: Row[Any] | None, gone: Row[Any] | None, here: Row[Any] | None
) -> LineView:
    # A revision's row names the goods and their price; a decision's only how much of them.
    priced = grant if grant is not None and "product_id" in grant._fields else row
    return LineView(
        line_no=row.line_no,
        product_id=priced.product_id,
        asked_product_id=row.product_id,
        unit=row.unit,
        qty_micro=row.qty_micro,
        unit_price_micro=priced.unit_price_micro,
        amount_minor=row.amount_minor,
        is_gift=bool(row.is_gift),
        is_whole_only=bool(row.is_whole_only),
        policy_id=row.policy_id,
        requested_date=row.requested_date,
        delivery_date=grant.delivery_date if grant else "",
        note=row.note,
        price_trail=priced.price_trail,
        accepted_micro=grant.accepted_micro if grant else 0,
        accepted_minor=grant.accepted_minor if grant else 0,
        reason=grant.reason if grant else "",
        shipped_micro=int(gone.qty) if gone else 0,
        shipped_minor=int(gone.minor) if gone else 0,
        good_micro=int(here.good) if here else 0,
        damaged_micro=int(here.damaged) if here else 0,
        short_micro=int(here.short) if here else 0,
        because=grant.because if grant is not None and "because" in grant._fields else "",
        policy_ids=tuple(row.policy_ids.split("\n")) if row.policy_ids else (),
        promotion_minor=row.promotion_minor,
        list_price_micro=row.list_price_micro,
        part_of=row.part_of,
    )


def _revised(order_id: str, revision: int) -> Select[Any]:
    r = order_revision_line.c
    return select(order_revision_line).where(r.order_id == order_id, r.revision == revision)


def _last_decision(order_id: str) -> Select[Any]:
    d = order_decision.c
    last = (
        select(func.max(d.revision)).where(d.order_id == order_id).correlate(None).scalar_subquery()
    )
    return select(order_decision).where(d.order_id == order_id, d.revision == last)


def _shipped(order_id: str) -> Select[Any]:
    s = shipment_line.c
    return (
        select(
            s.order_line_no,
            func.sum(s.qty_micro).label("qty"),
            func.sum(s.amount_minor).label("minor"),
        )
        .where(s.order_id == order_id)
        .group_by(s.order_line_no)
    )


def _arrived(order_id: str) -> Select[Any]:
    r = receipt_line.c
    return (
        select(
            r.order_line_no,
            func.sum(r.good_micro).label("good"),
            func.sum(r.damaged_micro).label("damaged"),
            func.sum(r.short_micro).label("short"),
        )
        .where(r.order_id == order_id)
        .group_by(r.order_line_no)
    )


def asked_lines(connection: Connection, order_id: str) -> list[AskedLine]:
    """The lines as the rules of deciding want them, in the order's own order."""
    statement = (
        select(order_line).where(order_line.c.order_id == order_id).order_by(order_line.c.line_no)
    )
    return [
        AskedLine(
            line_no=row.line_no,
            qty_micro=row.qty_micro,
            amount_minor=row.amount_minor,
            is_gift=bool(row.is_gift),
            is_whole_only=bool(row.is_whole_only),
            off_minor=row.promotion_minor,
        )
        for row in connection.execute(statement)
    ]
