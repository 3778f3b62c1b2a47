"""What the screens of who orders read: orders, their lines, their papers, goods under way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from desktop.store.papers import unsent_of
from shared.access.queries import names_of_users
from shared.catalog.queries import ProductView, packs_of, products
from shared.channel.queries import account, site_of
from shared.core.quantity import Pack
from shared.ordering.queries.deciding import acceptance
from shared.ordering.queries.flow import (
    Refusal,
    ShipmentView,
    ShippedLineView,
    awaited,
    refusals,
    shipment_of,
    shipped_lines,
)
from shared.ordering.queries.orders import LineView, OrderView, lines, order, orders
from shared.ordering.queries.promoted import promotions_of
from shared.ordering.queries.revising import (
    PlannedShipment,
    RevisionDifference,
    RevisionView,
    planned_shipments,
    revision_difference,
    waiting_revision,
)
from shared.ordering.rules import AcceptanceRate, OrderState
from shared.ordering.tables import receipt, receipt_line, shipment
from shared.promotions.documents import PromotionApplied
from shared.promotions.queries import policy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """An order in the list of who asked."""

    order: OrderView
    account_name: str
    is_unsent: bool
    """Still on this device alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """A line with what its product is called and counted in."""

    line: LineView
    goods: ProductView | None
    packs: tuple[Pack, ...]

    @property
    def name(self) -> str:
        """What it is called; its id when nobody here knows it."""
        return self.goods.name if self.goods else self.line.product_id


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """The heading of a block: main goods ('' as policy), or the gifts of a policy (D15)."""

    policy_id: str
    name: str
    lines: int
    amount_minor: int
    accepted_minor: int
    owed_micro: int = 0
    """Gifts that were earned and not chosen or not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A line a waiting revision changes, with the names of both goods."""

    difference: RevisionDifference
    before_name: str
    after_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """Everything the sheet of an order shows."""

    order: OrderView
    lines: tuple[NamedLine, ...]
    refusals: tuple[Refusal, ...]
    revision: RevisionView | None
    """What the supplier changed and this account has to answer (E09)."""
    changes: tuple[Changed, ...]
    planned: tuple[PlannedShipment, ...]
    is_unsent: bool
    names: Mapping[str, str]
    """Of the people and sites it mentions."""
    promotions: tuple[PromotionApplied, ...] = ()
    policy_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def main(self) -> tuple[NamedLine, ...]:
        """The lines that are paid for."""
        return tuple(one for one in self.lines if not one.line.is_gift)

    @property
    def gifts(self) -> list[tuple[str, list[NamedLine]]]:
        """The gifts of each policy, in the order they stand on the order (D15)."""
        found: dict[str, list[NamedLine]] = {}
        for one in self.lines:
            if one.line.is_gift:
                found.setdefault(one.line.policy_id, []).append(one)
        return list(found.items())

    @property
    def blocks(self) -> tuple[NamedLine | BlockHead, ...]:
        """The lines with a heading above each block; none where nothing is given."""
        if not self.gifts:
            return self.lines
        found: list[NamedLine | BlockHead] = [_head("", "", self.main), *self.main]
        owed = {one.policy_id: one.owed_micro for one in self.promotions}
        for policy_id, gifts in self.gifts:
            name = self.policy_names.get(policy_id, policy_id)
            head = _head(policy_id, name, gifts)
            found += [replace(head, owed_micro=owed.get(policy_id, 0)), *gifts]
        return tuple(found)


def _head(policy_id: str, name: str, lines: Sequence[NamedLine]) -> BlockHead:
    return BlockHead(
        policy_id=policy_id,
        name=name,
        lines=len(lines),
        amount_minor=sum(one.line.amount_minor for one in lines),
        accepted_minor=sum(one.line.accepted_minor for one in lines),
    )


def list_orders(
    connection: Connection, account_ids: Sequence[str], states: Collection[OrderState]
) -> list[ListedOrder]:
    """The orders of these accounts, newest first."""
    found = [
        one
        for account_id in account_ids
        for one in orders(connection, account_id=account_id, states=states)
    ]
    found.sort(key=lambda one: (one.submitted_at_us, one.id), reverse=True)
    named = {one: account(connection, one) for one in account_ids}
    unsent = unsent_of(connection, [one.id for one in found])
    return [
        ListedOrder(
            order=one,
            account_name=known.name if (known := named[one.account_id]) else one.account_id,
            is_unsent=one.id in unsent,
        )
        for one in found
    ]


def read_acceptance(connection: Connection, account_ids: Sequence[str]) -> list[AcceptanceRate]:
    """The acceptance rate of each account's decided orders (E10)."""
    return [acceptance(connection, account_id=one) for one in account_ids]


def read_order(connection: Connection, order_id: str) -> OrderDetail | None:
    """An order with its lines, refusals, revision and shipments; None when it is not here."""
    found = order(connection, order_id)
    if found is None:
        return None
    revision = waiting_revision(connection, order_id)
    changes = (
        revision_difference(connection, order_id, revision.base, revision.revision)
        if revision
        else []
    )
    promotions = promotions_of(found.promotions)
    return OrderDetail(
        order=found,
        promotions=promotions,
        policy_names=policy_names(connection, promotions),
        lines=tuple(_named(connection, lines(connection, order_id))),
        refusals=tuple(refusals(connection, order_id)),
        revision=revision,
        changes=tuple(_changed(connection, changes)),
        planned=tuple(planned_shipments(connection, found)),
        is_unsent=bool(unsent_of(connection, [order_id])),
        names=names_of_users(connection, [found.submitted_by, found.decided_by]),
    )


def policy_names(connection: Connection, promotions: Sequence[PromotionApplied]) -> dict[str, str]:
    """What the policies of an order are called; those not known here by their id."""
    known = {one.policy_id: policy_of(connection, one.policy_id, one.number) for one in promotions}
    return {one: policy.name if policy else one for one, policy in known.items()}


def _named(connection: Connection, found: Sequence[LineView]) -> list[NamedLine]:
    known = products(connection, [one.product_id for one in found])
    return [
        NamedLine(
            line=one,
            goods=known.get(one.product_id),
            packs=packs_of(connection, one.product_id),
        )
        for one in found
    ]


def _changed(connection: Connection, found: Sequence[RevisionDifference]) -> list[Changed]:
    ids = [one for each in found for one in (each.before.product_id, each.after.product_id)]
    known = products(connection, ids)

    def named(product_id: str) -> str:
        return known[product_id].name if product_id in known else product_id

    return [
        Changed(
            difference=one,
            before_name=named(one.before.product_id),
            after_name=named(one.after.product_id),
        )
        for one in found
    ]


# Receiving


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A shipment on its way here, as the list of receiving shows it."""

    shipment: ShipmentView
    order_number: str
    from_name: str
    lines: int
    qty_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A line of a shipment with its goods."""

    line: ShippedLineView
    goods: ProductView | None
    packs: tuple[Pack, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.goods.name if self.goods else self.line.product_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A receipt with what was not as announced."""

    number: str
    received_at_us: int
    who: str
    short_micro: int
    damaged_micro: int
    over_micro: int


def read_notices(connection: Connection, site_id: str) -> list[Notice]:
    """Shipments nobody here confirmed yet, oldest first (待确认收货)."""
    found = []
    for one in awaited(connection, site_id):
        parts = shipped_lines(connection, one.id)
        asked = order(connection, one.order_id)
        place = site_of(connection, one.from_site)
        found.append(
            Notice(
                shipment=one,
                order_number=asked.number if asked else "",
                from_name=place.name if place else one.from_site,
                lines=len(parts),
                qty_micro=sum(part.qty_micro for part in parts),
            )
        )
    return found


def read_notice(connection: Connection, shipment_id: str) -> list[NoticeLine]:
    """The lines of a shipment with names and packs."""
    parts = shipped_lines(connection, shipment_id)
    known = products(connection, [one.product_id for one in parts])
    return [
        NoticeLine(
            line=one,
            goods=known.get(one.product_id),
            packs=packs_of(connection, one.product_id),
        )
        for one in parts
    ]


def find_shipment(connection: Connection, code: str, site_id: str) -> str:
    """The shipment a scanned notice means: its number or its id; '' when none is awaited."""
    found = shipment_of(connection, code.strip().lower())
    if found is not None and found.to_site == site_id:
        return found.id
    c = shipment.c
    row = connection.execute(
        select(c.id).where(c.number == code.strip().upper(), c.to_site == site_id)
    ).scalar()
    return str(row or "")


def read_claims(connection: Connection, site_id: str, *, limit: int = 30) -> list[Claimed]:
    """The last receipts here, with what was short, damaged or over."""
    rows = connection.execute(
        select(receipt)
        .where(receipt.c.to_site == site_id)
        .order_by(receipt.c.received_at_us.desc(), receipt.c.id)
        .limit(limit)
    ).all()
    people = names_of_users(connection, {row.received_by for row in rows})
    found = []
    for row in rows:
        parts = connection.execute(
            select(
                receipt_line.c.short_micro,
                receipt_line.c.damaged_micro,
                receipt_line.c.over_micro,
            ).where(receipt_line.c.receipt_id == row.id)
        ).all()
        found.append(
            Claimed(
                number=row.number,
                received_at_us=row.received_at_us,
                who=people.get(row.received_by, row.received_by),
                short_micro=sum(int(one.short_micro) for one in parts),
                damaged_micro=sum(int(one.damaged_micro) for one in parts),
                over_micro=sum(int(one.over_micro) for one in parts),
            )
        )
    return found
