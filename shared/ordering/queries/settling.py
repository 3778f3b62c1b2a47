"""What follows goods that arrived: the claim about them, and the money that paid for them (E11)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from shared.accounts.queries import money_documents, payments_of
from shared.ordering.queries.flow import shipment_of
from shared.ordering.tables import receipt, receipt_line, shipment
from shared.tasks.rules import TaskState
from shared.tasks.tables import task

CLAIM = "CLAIM"
"""The task head office opens for goods that came short, damaged or over (E12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim about a shipment, as far as it went."""

    id: str
    shipment_id: str
    receipt_id: str
    site_id: str
    opened_at_us: int
    is_closed: bool
    closed_by: str
    closed_at_us: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """The part of a payment that pays a shipment, the oldest debt first; minor units."""

    document: str
    shipment_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How far shipments are settled."""

    payments: tuple[PaymentView, ...]
    open_minor: dict[str, int]
    """What is still owed for a shipment, where anything is."""
    currency: str = ""


def claims_about(connection: Connection, shipment_ids: Collection[str]) -> list[ClaimView]:
    """The claims about these shipments that are here, oldest first."""
    t = task.c
    rows = connection.execute(
        select(task)
        .where(t.code == CLAIM, t.subject.in_(sorted(shipment_ids)))
        .order_by(t.last_at_us, t.id)
    )
    return [
        ClaimView(
            id=row.id,
            shipment_id=row.subject,
            receipt_id=row.about,
            site_id=row.site_id,
            opened_at_us=row.last_at_us,
            is_closed=row.state == TaskState.CLOSED.value,
            closed_by=row.closed_by,
            closed_at_us=row.closed_at_us,
            reason=row.closing_reason,
        )
        for row in rows
    ]


def receipts_with_differences(connection: Connection, receipt_ids: Collection[str]) -> set[str]:
    """Those of the receipts that head office opens a claim for."""
    r = receipt_line.c
    off = func.sum(r.short_micro + r.damaged_micro + r.over_micro)
    rows = connection.execute(
        select(r.receipt_id)
        .where(r.receipt_id.in_(sorted(receipt_ids)))
        .group_by(r.receipt_id)
        .having(off != 0)
    )
    return set(rows.scalars())


def shipments_of_orders(connection: Connection, order_ids: Collection[str]) -> list[str]:
    """The shipments of these orders that are here, and those that receipts here name."""
    found: set[str] = set()
    for c, column in ((shipment.c, shipment.c.id), (receipt.c, receipt.c.shipment_id)):
        rows = connection.execute(select(column).where(c.order_id.in_(sorted(order_ids))))
        found |= set(rows.scalars())
    return sorted(found)


def settlement(connection: Connection, shipment_ids: Collection[str]) -> Settlement:
    """What payments of the account pay of these shipments, all of one account and currency."""
    wanted = set(shipment_ids)
    some = next((found for one in sorted(wanted) if (found := shipment_of(connection, one))), None)
    if some is None:
        return Settlement(payments=(), open_minor={})
    shares, still = payments_of(connection, some.account_id, some.currency)
    return Settlement(
        payments=tuple(
            PaymentView(document=one.payment, shipment_id=one.charge, amount_minor=one.amount_minor)
            for one in shares
            if one.charge in wanted
        ),
        open_minor={one: minor for one, minor in still.items() if one in wanted},
        currency=some.currency,
    )


def orders_settled_by(connection: Connection, document: str) -> list[str]:
    """The orders whose shipments a payment pays, or a claim is about, in the order of the debts."""
    money = money_documents(connection, [document]).get(document)
    if money is not None and money.account_id:
        shares, _ = payments_of(connection, money.account_id, money.currency)
        ids = [one.charge for one in shares if one.payment == document]
    else:
        t = task.c
        statement = select(t.subject).where(t.id == document, t.code == CLAIM)
        ids = list(connection.execute(statement).scalars())
    rows = connection.execute(
        select(shipment.c.id, shipment.c.order_id).where(shipment.c.id.in_(ids))
    )
    order_of = {row.id: row.order_id for row in rows}
    return list(dict.fromkeys(order_of[one] for one in ids if one in order_of))
