"""Goods under way, the document flow around them, and refused requests."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from shared.ordering.tables import (
    channel_order,
    document_flow,
    receipt,
    request_refusal,
    shipment,
    shipment_line,
)
from shared.stock.rules import transit


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentView:
    """A shipment notice as its receiver sees it."""

    id: str
    number: str
    order_id: str
    account_id: str
    supplier: str
    from_site: str
    to_site: str
    currency: str
    amount_minor: int
    carrier: str
    waybill: str
    shipped_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLineView:
    """A line of a shipment notice."""

    line_no: int
    order_line_no: int
    product_id: str
    lot: str
    qty_micro: int
    amount_minor: int


def awaited(connection: Connection, to_site: str) -> list[ShipmentView]:
    """Shipments to a site that nobody has confirmed yet (待确认收货), oldest first."""
    known = select(receipt.c.id).where(receipt.c.shipment_id == shipment.c.id).exists()
    statement = (
        select(shipment)
        .where(shipment.c.to_site == to_site, ~known)
        .order_by(shipment.c.shipped_at_us, shipment.c.id)
    )
    return [_shipment(row) for row in connection.execute(statement)]


def on_road(connection: Connection, site_id: str) -> dict[tuple[str, str, str], int]:
    """What orders sent to and from a site and nobody received yet: by way, product and lot, in
    millionths of the base unit. It shares the road with transfers and is none of them (G06)."""
    s = shipment_line.c
    known = select(receipt.c.id).where(receipt.c.shipment_id == s.shipment_id).exists()
    statement = (
        select(s.from_site, s.to_site, s.product_id, s.lot, func.sum(s.qty_micro).label("qty"))
        .where((s.to_site == site_id) | (s.from_site == site_id), ~known)
        .group_by(s.from_site, s.to_site, s.product_id, s.lot)
    )
    return {
        (transit(row.from_site, row.to_site), row.product_id, row.lot): int(row.qty)
        for row in connection.execute(statement)
    }


def shipment_of(connection: Connection, shipment_id: str) -> ShipmentView | None:
    """One shipment by its id, or None."""
    row = connection.execute(select(shipment).where(shipment.c.id == shipment_id)).one_or_none()
    return _shipment(row) if row else None


def _shipment(row: Row[Any]) -> ShipmentView:
    return ShipmentView(**{name: getattr(row, name) for name in ShipmentView.__slots__})


def shipped_lines(connection: Connection, shipment_id: str) -> list[ShippedLineView]:
    """The lines of a shipment, in its own order."""
    statement = (
        select(shipment_line)
        .where(shipment_line.c.shipment_id == shipment_id)
        .order_by(shipment_line.c.line_no)
    )
    names = ShippedLineView.__slots__
    return [
        ShippedLineView(**{name: getattr(row, name) for name in names})
        for row in connection.execute(statement)
    ]


def receipts_of(connection: Connection, shipment_id: str) -> list[str]:
    """The ids of the receipts that confirm a shipment, oldest first; more than one is a fault."""
    statement = (
        select(receipt.c.id)
        .where(receipt.c.shipment_id == shipment_id)
        .order_by(receipt.c.received_at_us, receipt.c.id)
    )
    return list(connection.execute(statement).scalars())


def sender(connection: Connection, shipment_id: str, said: str, receiver: str) -> str:
    """The site that hears of a claim: the one the receipt names, when that site did send the
    goods there; else the receiver's own, because a stranger's word opens nothing elsewhere."""
    s = shipment.c
    statement = select(s.id).where(s.id == shipment_id, s.from_site == said, s.to_site == receiver)
    return said if connection.execute(statement).first() else receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One document of a chain: what, who, where and when."""

    id: str
    kind: str
    order_id: str
    predecessor: str
    site_id: str
    device_id: str
    number: str
    author_id: str
    code: str
    happened_at_us: int
    depth: int
    """How many documents of the chain that are here come before it."""
    is_predecessor_missing: bool
    """It follows a document that has not reached this replica yet."""


def flow(connection: Connection, document_id: str) -> list[FlowStep]:
    """The whole chain around a document, each behind the one it follows (E11).

    Any document of the chain will do; reworked orders are part of it. Empty when unknown here.
    """
    start = connection.execute(
        select(document_flow.c.order_id).where(document_flow.c.id == document_id)
    ).scalar()
    chain = _reworks(connection, start) if start else []
    f = document_flow.c
    statement = select(document_flow).where(f.order_id.in_(chain)).order_by(f.happened_at_us, f.id)
    rows = connection.execute(statement).all()
    here = {row.id: row for row in rows}
    children: dict[str, list[Row[Any]]] = {}
    for row in rows:
        children.setdefault(row.predecessor if row.predecessor in here else "", []).append(row)
    return list(_walk(children))


def _walk(children: dict[str, list[Row[Any]]]) -> Iterator[FlowStep]:
    """By time, but nothing before what it follows, whatever the clocks said; an order that
    reworks another comes after all of it. A forged circle of predecessors hangs on nothing and is
    never met."""
    waiting = [(0, row.happened_at_us, row.id, 0, row) for row in children.get("", ())]
    heapify(waiting)
    while waiting:
        story, _, _, depth, row = heappop(waiting)
        yield FlowStep(
            depth=depth,
            is_predecessor_missing=bool(row.predecessor) and not depth,
            **{name: getattr(row, name) for name in _FLOW_SAME},
        )
        for below in children.get(row.id, ()):
            later = story + (below.order_id != row.order_id)
            heappush(waiting, (later, below.happened_at_us, below.id, depth + 1, below))


_FLOW_SAME = tuple(
    name for name in FlowStep.__slots__ if name not in ("depth", "is_predecessor_missing")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision that took deposit or rebate, as the flow shows what was paid with an order."""

    id: str
    site_id: str
    author_id: str
    happened_at_us: int


def decisions(connection: Connection, document_ids: Collection[str]) -> dict[str, Decision]:
    """Those of the documents that are head office's word on an order, by id."""
    f = document_flow.c
    statement = select(f.id, f.site_id, f.author_id, f.happened_at_us).where(
        f.id.in_(sorted(document_ids)), f.kind == "order_decided"
    )
    return {row.id: Decision(**row._mapping) for row in connection.execute(statement)}


def _reworks(connection: Connection, order_id: str) -> list[str]:
    """The orders of one story: what this one reworks, and what reworks it."""
    c = channel_order.c
    found = {order_id}
    fresh: set[str] = {order_id}
    while fresh:
        statement = select(c.id, c.follows).where(
            c.id.in_(sorted(fresh)) | c.follows.in_(sorted(fresh))
        )
        near = {name for row in connection.execute(statement) for name in row if name}
        fresh = near - found
        found |= fresh
    return sorted(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request about an order was not done."""

    request: str
    code: str
    params: tuple[tuple[str, str], ...]
    refused_at_us: int


def refusals(connection: Connection, order_id: str) -> Sequence[Refusal]:
    """The refused requests about an order, oldest first."""
    statement = (
        select(request_refusal)
        .where(request_refusal.c.order_id == order_id)
        .order_by(request_refusal.c.refused_at_us, request_refusal.c.id)
    )
    return [
        Refusal(
            request=row.request,
            code=row.code,
            params=_PARAMS.decode(row.params) if row.params else (),
            refused_at_us=row.refused_at_us,
        )
        for row in connection.execute(statement)
    ]


_PARAMS = msgspec.json.Decoder(tuple[tuple[str, str], ...])
