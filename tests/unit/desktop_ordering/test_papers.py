"""The document flow from asking to paying, opened at any paper, with what is not here (E11)."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, delete, select

from desktop.app.dealer import documents, papers
from desktop.sales.model.sales_list import SalesModel
from desktop.store.arrivals import note_arrivals
from desktop.store.papers import FlowNode
from shared.accounts.rules import oldest_first
from shared.accounts.tables import money_document
from shared.ordering.tables import document_flow
from shared.sales.tables import sale
from shared.tasks.tables import task
from tests.builders.dealer_days import CREAM, CUSTOMER, a_fortnight, east, office
from tests.builders.one_house import House
from tests.builders.plain_desk import sit

ACCOUNT = "P1001-FX"
HOUR_US = 3_600_000_000


def settled_order(house: House) -> tuple[str, str]:
    """An order changed, received two short, its claim settled, partly paid; (order, payment)."""
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
    office(house, "order-decide", order=order["number"])
    changed = [{"line": 1, "qty": "8", "reason": "STOCK"}]
    office(house, "order-revise", order=order["number"], lines=changed)
    east(house, "order-confirm", order=order["number"])
    sent = office(house, "order-ship", order=order["number"], site="HQ01")
    east(house, "order-receive", shipment=sent["number"], lines=[{"line": 1, "good": "6"}])
    claim = house.read(lambda one: one.execute(select(task).where(task.c.code == "CLAIM")).one())
    office(house, "task-close", task=claim.id, reason="补发两支")
    paid = office(house, "account-payment", account=ACCOUNT, amount="500", purpose="receivable")
    return order["uid"], paid["uid"]


def kinds_of(nodes: Sequence[FlowNode]) -> list[str]:
    return [f"{one.kind}{'?' if one.is_missing else ''}" for one in nodes]


CHAIN = [
    "order_submitted",
    "order_decision_requested",
    "order_decided",
    "order_revision_requested",
    "order_revised",
    "order_revision_answered",
    "order_revision_settled",
    "shipment_posted",
    "receipt_posted",
    "claim",
    "claim_closed",
    "account_payment",
]


def as_dealer(house: House, document: str) -> list[FlowNode]:
    sit(house, "dealer-east", "DL01.01", device_type="dealer")
    return house.read(lambda one: papers(one, document, "DL01.01"))


def test_every_paper_from_asking_to_paying_is_one_chain_whichever_is_opened(house: House) -> None:
    order, payment = settled_order(house)
    nodes = as_dealer(house, order)
    assert kinds_of(nodes) == [*CHAIN, "account_payment?"]
    for one in nodes[:-1]:
        assert one.who, one
        assert one.at_us, one
        assert as_dealer(house, one.id) == nodes, one.kind
    paid, still = nodes[-2:]
    # 8 were granted for 90.55 each; the oldest debt is paid first.
    assert (paid.id, paid.amount_minor, still.amount_minor) == (payment, 500_00, 224_40)
    assert (paid.who, paid.number) == ("示例华东业务", "HK-HQ-01A-000001")
    assert nodes[-3].note == "补发两支"
    named = house.read(lambda one: documents(one, [payment]))
    assert named[payment].number == paid.number


def test_what_is_certain_and_not_here_is_told_apart_from_what_is_not_made_yet(
    house: House,
) -> None:
    order, payment = settled_order(house)
    nodes = as_dealer(house, order)
    shipped = next(one.id for one in nodes if one.kind == "shipment_posted")
    claim = next(one.id for one in nodes if one.kind == "claim")
    late_us = nodes[-2].at_us + 5 * HOUR_US
    touched = {"money_document": frozenset({payment}), "task": frozenset({claim})}
    house.local.transact(partial(note_arrivals, touched=touched, now_us=late_us))
    came = {one.kind: one.arrived_at_us for one in as_dealer(house, order) if one.arrived_at_us}
    assert came == {"claim": late_us, "account_payment": late_us}

    def lose(connection: Connection) -> None:
        connection.execute(delete(document_flow).where(document_flow.c.id == shipped))
        connection.execute(delete(task))
        connection.execute(delete(money_document))

    house.local.transact(lose)
    missing = [(one.kind, one.is_known) for one in as_dealer(house, order) if one.is_missing]
    # The receipt is still on this device alone: head office has not opened a claim yet.
    assert missing == [
        ("before_receipt_posted", True),
        ("claim", False),
        ("account_payment", True),
        ("account_payment", False),
    ]


def test_an_invoice_stands_with_what_was_paid_on_it_and_what_came_back(house: House) -> None:
    a_fortnight(house)
    oldest = select(sale).order_by(sale.c.happened_at_us)
    first = house.read(lambda one: one.execute(oldest).first())
    assert first is not None
    paid = east(house, "collect", customer=CUSTOMER, amount="100", tender="cash")
    back = [{"code": CREAM, "qty": "1"}]
    east(house, "return-goods", sale=first.number, lines=back, reason="破损")
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = SalesModel(desk, "DL01")
    nodes = asyncio.run(model.flow(first.id))
    assert kinds_of(nodes) == ["invoice", "collection", "return", "collection?"]
    assert {one.who for one in nodes[:3]} == {"示例华东经销商"}
    for node in (first.id, paid["uid"], nodes[2].id):
        assert as_dealer(house, node) == nodes
    owed = sum(one.amount_minor for one in (nodes[0], nodes[2])) - 100_00
    assert nodes[3].amount_minor == owed


def test_money_that_came_ahead_waits_for_its_charge() -> None:
    shares, still = oldest_first([("p1", -300), ("a", 200), ("b", 400), ("p2", -100), ("c", 50)])
    assert [tuple(one) for one in shares] == [("a", "p1", 200), ("b", "p1", 100), ("b", "p2", 100)]
    assert still == {"b": 200, "c": 50}
