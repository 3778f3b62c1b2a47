"""The papers around an order from asking to paying, opened at any one of them (E11)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from desktop.ordering.usecases.looking import policy_names
from desktop.store.arrivals import arrived_at
from desktop.store.identity import load_identity
from desktop.store.papers import FlowNode, unsent_of
from shared.access.queries import names_of_users
from shared.access.rules import SYSTEM_USER
from shared.accounts.queries import MoneyView, money_documents
from shared.channel.queries import account_ids_of_site, site_name
from shared.ordering.queries.flow import Decision, FlowStep, decisions, flow
from shared.ordering.queries.orders import OrderView, order
from shared.ordering.queries.promoted import promotions_of
from shared.ordering.queries.settling import (
    ClaimView,
    Settlement,
    claims_about,
    orders_settled_by,
    receipts_with_differences,
    settlement,
    shipments_of_orders,
)
from shared.ordering.rules import OrderState

ORDERS_MAX = 20
"""Orders a payment shows at most: one that settles a year of them names the first."""


@dataclass(frozen=True, slots=True)
class _Here:
    """What is known here of the papers that are drawn."""

    connection: Connection
    device_id: str
    people: Mapping[str, str]
    unsent: frozenset[str]
    came: Mapping[str, int]

    def where(self, site_id: str) -> str:
        return site_name(self.connection, site_id)


def read_flow(connection: Connection, document: str, device_id: str) -> list[FlowNode]:
    """The papers around any one of them, and those that are not here (E11).

    A payment shows the orders it pays for; one that pays for nothing stands alone. Empty when
    nothing of it is here.
    """
    steps = flow(connection, document)
    if steps:
        return _chain(connection, steps, device_id)
    nodes: list[FlowNode] = []
    for order_id in orders_settled_by(connection, document)[:ORDERS_MAX]:
        nodes += _chain(connection, flow(connection, order_id), device_id)
    money = money_documents(connection, [document]).get(document)
    if not nodes and money is not None and money.account_id:
        nodes = [_money(_here(connection, [document], [money.author_id], device_id), money)]
    return nodes


def _here(
    connection: Connection, ids: Sequence[str], authors: Sequence[str], device_id: str
) -> _Here:
    return _Here(
        connection,
        device_id,
        names_of_users(connection, set(authors)),
        unsent_of(connection, ids),
        arrived_at(connection, ids),
    )


def _chain(connection: Connection, steps: Sequence[FlowStep], device_id: str) -> list[FlowNode]:
    """The documents of one order's story, then what settled them."""
    shipments = shipments_of_orders(connection, {one.order_id for one in steps})
    claims = claims_about(connection, shipments)
    settled = settlement(connection, shipments)
    money = money_documents(connection, {one.document for one in settled.payments})
    here = _here(
        connection,
        [*(one.id for one in steps), *(one.id for one in claims), *money],
        [
            *(one.author_id for one in steps),
            *(one.author_id for one in money.values()),
            *(one.closed_by for one in claims),
        ],
        device_id,
    )
    orders = {one: order(connection, one) for one in {step.order_id for step in steps}}
    nodes: list[FlowNode] = []
    for one in steps:
        if one.is_predecessor_missing:
            nodes.append(_missing(f"before_{one.kind}", is_known=True))
        nodes += _step_and_paid(here, one, orders[one.order_id])
    nodes += _claims(here, steps, claims)
    found = order(connection, steps[0].order_id)
    nodes += _to_come(found) if found else []
    own = {one.id for one in steps}
    return nodes + _payments(here, settled, money, found, own)


def _step_and_paid(here: _Here, one: FlowStep, about: OrderView | None) -> list[FlowNode]:
    """A document; the order names its promotions, its decision what was taken with it (E14)."""
    node = _step(here, one)
    if about is None or one.id not in (about.id, about.decision):
        return [node]
    if one.id == about.id:
        names = policy_names(here.connection, promotions_of(about.promotions))
        return [replace(node, note=" · ".join(names.values()))]
    taken = about.deposit_taken_minor + about.rebate_taken_minor
    if not taken:
        return [node]
    paid = replace(
        node, kind="order_tenders", number="", code="", amount_minor=taken, currency=about.currency
    )
    return [node, paid]


def _step(here: _Here, one: FlowStep) -> FlowNode:
    return FlowNode(
        id=one.id,
        kind=one.kind,
        number=one.number,
        who=here.people.get(one.author_id, one.author_id),
        where=here.where(one.site_id),
        at_us=one.happened_at_us,
        code=one.code,
        arrived_at_us=here.came.get(one.id, 0),
        is_own=one.device_id == here.device_id,
        is_unsent=one.id in here.unsent,
    )


def _claims(here: _Here, steps: Sequence[FlowStep], claims: Sequence[ClaimView]) -> list[FlowNode]:
    """The claims, and those that a receipt makes certain and that are not here."""
    nodes: list[FlowNode] = []
    for one in claims:
        opened = FlowNode(
            id=one.id,
            kind="claim",
            who=SYSTEM_USER,
            where=here.where(one.site_id),
            at_us=one.opened_at_us,
            arrived_at_us=here.came.get(one.id, 0),
        )
        nodes.append(opened)
        if one.is_closed:
            closed_by = here.people.get(one.closed_by, one.closed_by)
            nodes.append(
                replace(
                    opened,
                    kind="claim_closed",
                    who=closed_by,
                    at_us=one.closed_at_us,
                    note=one.reason,
                    arrived_at_us=0,
                )
            )
    told = {one.receipt_id for one in claims}
    receipts = [one for one in steps if one.kind == "receipt_posted"]
    differing = receipts_with_differences(here.connection, [one.id for one in receipts])
    nodes += [
        # Head office opens it as soon as the receipt has reached it.
        _missing("claim", is_known=one.id not in here.unsent)
        for one in receipts
        if one.id in differing and one.id not in told
    ]
    return nodes


def _payments(
    here: _Here,
    settled: Settlement,
    money: Mapping[str, MoneyView],
    found: OrderView | None,
    own: Collection[str],
) -> list[FlowNode]:
    """What paid for the shipments, once each, and what is open of them; what the order's own
    decision took stands beside that."""
    paid: dict[str, int] = {}
    for one in settled.payments:
        paid[one.document] = paid.get(one.document, 0) + one.amount_minor
    ahead = decisions(here.connection, paid.keys() - money.keys())
    nodes = [
        replace(
            _money(here, money[document]) if document in money
            else _ahead(here, ahead[document]) if document in ahead
            # Its entry is here, its paper is not.
            else _missing("account_payment", is_known=True),
            amount_minor=minor,
            currency=settled.currency,
        )
        for document, minor in paid.items()
        if document not in own
    ]  # fmt: skip
    still = sum(settled.open_minor.values())
    if still and found is not None and _sees_payments(here.connection, found.account_id):
        nodes.append(
            replace(
                _missing("account_payment", is_known=False),
                amount_minor=still,
                currency=settled.currency,
            )
        )
    return nodes


def _ahead(here: _Here, one: Decision) -> FlowNode:
    """Deposit and rebate that were taken when an order was accepted (E14)."""
    return FlowNode(
        id=one.id,
        kind="order_tenders",
        who=here.people.get(one.author_id, one.author_id),
        where=here.where(one.site_id),
        at_us=one.happened_at_us,
        arrived_at_us=here.came.get(one.id, 0),
    )


def _money(here: _Here, one: MoneyView) -> FlowNode:
    return FlowNode(
        id=one.id,
        kind=one.kind,
        number=one.number,
        who=here.people.get(one.author_id, one.author_id),
        where=here.where(one.site_id),
        at_us=one.happened_at_us,
        amount_minor=one.amount_minor,
        currency=one.currency,
        note=one.reference,
        arrived_at_us=here.came.get(one.id, 0),
        is_own=one.device_id == here.device_id,
        is_unsent=one.id in here.unsent,
    )


def _sees_payments(connection: Connection, account_id: str) -> bool:
    """Whether an account's payments come to this device: others would always see all open."""
    identity = load_identity(connection)
    if identity is None:
        return False
    return not identity.site_id or account_id in account_ids_of_site(connection, identity.site_id)


_NEXT = {
    OrderState.SUBMITTED: "order_decided",
    OrderState.ACCEPTED: "shipment_posted",
    OrderState.PARTIAL: "shipment_posted",
    OrderState.PART_SHIPPED: "shipment_posted",
    OrderState.REVISED: "order_revision_settled",
    OrderState.SHIPPED: "receipt_posted",
}


def _to_come(found: OrderView) -> list[FlowNode]:
    kind = _NEXT.get(found.state)
    return [] if kind is None else [_missing(kind, is_known=False)]


def _missing(kind: str, *, is_known: bool) -> FlowNode:
    return FlowNode(kind=kind, is_missing=True, is_known=is_known)
