"""Transfers under way between sites: what was sent, what arrived, what is missing (G06)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.stock.rules import TRANSIT, transit_ends
from shared.stock.tables import stock_balance, stock_move

OnRoad = Mapping[tuple[str, str, str], int]
"""How much is under way by way, product and lot, in millionths of the base unit."""
NOTHING: Final[OnRoad] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """A product on the way between two sites, in millionths of the base unit."""

    product_id: str
    code: str
    name: str
    base_unit: str
    lot: str
    sent_micro: int
    arrived_micro: int

    @property
    def missing_micro(self) -> int:
        """Sent and not arrived; below zero: arrived before the sender's paper came."""
        return self.sent_micro - self.arrived_micro


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """The goods under way from one site to another."""

    from_site: str
    to_site: str
    missing_micro: int
    """Still on the way, over all products."""
    early_micro: int
    """Arrived before the sender's paper did."""
    products: int
    last_at_us: int
    """When something moved on this way last."""


def transfers_of(
    connection: Connection, site_id: str, of_orders: OnRoad = NOTHING
) -> list[TransferView]:
    """The ways to and from a site on which something is missing or came early, newest first.

    ``of_orders`` is what orders brought onto the road: it is received against its shipment, and
    taken for a transfer it would come in twice.
    """
    b = stock_balance.c
    held = (b.came_in - b.went_out).label("held")
    start = f"{TRANSIT}/"
    statement = select(b.end, b.product_id, b.lot, held).where(
        b.end >= start, b.end < start + "\uffff", held != 0
    )
    under_way = {
        (row.end, row.product_id, row.lot): int(row.held) for row in connection.execute(statement)
    }
    for place, qty_micro in of_orders.items():
        under_way[place] = under_way.get(place, 0) - qty_micro
    ways: dict[str, list[int]] = {}
    goods: dict[str, set[str]] = {}
    for (end, product_id, _), qty_micro in under_way.items():
        if qty_micro and site_id in transit_ends(end):
            ways.setdefault(end, []).append(qty_micro)
            goods.setdefault(end, set()).add(product_id)
    lasts = _last_moves(connection, sorted(ways))
    found = [
        TransferView(
            from_site=transit_ends(way)[0],
            to_site=transit_ends(way)[1],
            missing_micro=sum(qty for qty in held_there if qty > 0),
            early_micro=-sum(qty for qty in held_there if qty < 0),
            products=len(goods[way]),
            last_at_us=lasts.get(way, 0),
        )
        for way, held_there in ways.items()
    ]
    return sorted(found, key=lambda one: (-one.last_at_us, one.from_site, one.to_site))


def _last_moves(connection: Connection, ways: Sequence[str]) -> dict[str, int]:
    lasts: dict[str, int] = {}
    m = stock_move.c
    statement = select(m.from_location, m.to_location, m.happened_at_us).where(
        m.from_location.in_(ways) | m.to_location.in_(ways)
    )
    for row in connection.execute(statement):
        way = row.to_location if row.to_location in ways else row.from_location
        lasts[way] = max(lasts.get(way, 0), row.happened_at_us)
    return lasts


def transfer_lines(
    connection: Connection, from_site: str, to_site: str, of_orders: OnRoad = NOTHING
) -> list[TransferLine]:
    """What was sent and arrived between two sites and is not settled, by code; but for what
    orders sent."""
    b = stock_balance.c
    way = f"{TRANSIT}/{from_site}/{to_site}"
    statement = select(b.product_id, b.lot, b.came_in, b.went_out).where(
        b.end == way, b.came_in != b.went_out
    )
    rows = connection.execute(statement).all()
    known = products(connection, [row.product_id for row in rows])
    lines = [
        TransferLine(
            product_id=row.product_id,
            code=known[row.product_id].code if row.product_id in known else row.product_id,
            name=known[row.product_id].name if row.product_id in known else row.product_id,
            base_unit=known[row.product_id].base_unit if row.product_id in known else "",
            lot=row.lot,
            sent_micro=int(row.came_in) - of_orders.get((way, row.product_id, row.lot), 0),
            arrived_micro=int(row.went_out),
        )
        for row in rows
    ]
    return sorted(
        (line for line in lines if line.missing_micro), key=lambda line: (line.code, line.lot)
    )
