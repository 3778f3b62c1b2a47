"""What an account sees of its goods while it orders: stock, coming, sold, price, and how much."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Connection, case, func, select

from shared.catalog.queries import ProductView, products, visible_products
from shared.catalog.tables import product_pack
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.ordering.queries.orders import lines, orders
from shared.ordering.rules import Cover, OrderState, Standing
from shared.ordering.tables import (
    channel_order,
    receipt,
    shipment_line,
)
from shared.pricing.queries import context_of, price_book
from shared.pricing.rules import Goods, Price
from shared.stock.queries import holdings
from shared.stock.rules import CUSTOMER, Status, location
from shared.stock.tables import stock_move

_CHUNK = 500
T = TypeVar("T")
MONTH_DAYS = 30
_SOLD_AS = ("sale", "register", "shipment")
"""Movements by which goods leave for somebody who wanted them."""
_OPEN = (
    OrderState.SUBMITTED,
    OrderState.ACCEPTED,
    OrderState.PARTIAL,
    OrderState.REVISED,
    OrderState.PART_SHIPPED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a site has and expects of all its goods, by product; millionths of the base unit."""

    on_hand: Mapping[str, int]
    """Sellable, over all bins and lots."""
    in_transit: Mapping[str, int]
    on_order: Mapping[str, int]


def site_levels(connection: Connection, account_id: str, site_id: str) -> Levels:
    """What a site has and expects, for the account it orders by: read once, used for many rows."""
    return Levels(
        on_hand=_on_hand(connection, site_id),
        in_transit=_in_transit(connection, site_id),
        on_order=_on_order(connection, account_id, site_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsFacts:
    """A product as the order editor shows it; quantities in millionths of the base unit."""

    product: ProductView
    packs: tuple[Pack, ...]
    """The base unit first, then by size."""
    standing: Standing
    sold_30_micro: int
    is_listed: bool
    """Whether the account may order it now (B02)."""

    @property
    def product_id(self) -> str:
        """Its id."""
        return self.product.product_id


def goods_facts(
    connection: Connection,
    account_id: str,
    site_id: str,
    product_ids: Sequence[str],
    levels: Levels,
    *,
    at_us: int,
    today: str,
    cover: Cover,
) -> dict[str, GoodsFacts]:
    """What is known of these products at a site, by id; unknown ones are left out.

    Goods the account may not order are told as not listed and carry no more than their name in
    the account's own documents would (B02).
    """
    known = products(connection, list(product_ids))
    ids = list(known)
    visible = visible_products(connection, account_id, ids, at_us=at_us)
    packs = packs_of_all(connection, known)
    recent = sold_out(connection, site_id, ids, since(today, cover.looked_back))
    month = sold_out(connection, site_id, ids, since(today, MONTH_DAYS))
    return {
        one: GoodsFacts(
            product=known[one],
            packs=packs[one],
            standing=Standing(
                sold_micro=recent.get(one, 0),
                on_hand_micro=levels.on_hand.get(one, 0),
                in_transit_micro=levels.in_transit.get(one, 0),
                on_order_micro=levels.on_order.get(one, 0),
            ),
            sold_30_micro=month.get(one, 0),
            is_listed=one in visible,
        )
        for one in ids
    }


def wanted_again(
    connection: Connection, account_id: str, site_id: str, *, at_us: int, from_day: str
) -> list[str]:
    """The products suggestions are made of: what sold since a day and may be ordered, by id.

    What sold nothing is never suggested, so a list of any length costs what its sales cost.
    """
    sold = [one for one, qty in sold_out(connection, site_id, None, from_day).items() if qty > 0]
    return sorted(visible_products(connection, account_id, sold, at_us=at_us))


def line_prices(
    connection: Connection, account_id: str, wanted: Mapping[str, int], at_us: int
) -> tuple[int, dict[str, Price]]:
    """The version in force and what the account pays for so much of each product (C07, C09).

    0 and nothing where no version is in force; goods without a price are left out.
    """
    book = price_book(connection, context_of(connection, account_id, at_us), at_us)
    if book is None:
        return 0, {}
    known = products(connection, list(wanted))
    by_qty: dict[int, list[Goods]] = {}
    for one, qty_micro in wanted.items():
        if one in known:
            by_qty.setdefault(qty_micro or MICRO, []).append(Goods(one, known[one].brand))
    found: dict[str, Price] = {}
    for qty_micro, goods in by_qty.items():
        for part in _chunks(goods):
            found |= book.of_goods(part, qty_micro=qty_micro)
    return book.version.number, found


def sold_out(
    connection: Connection, site_id: str, product_ids: Collection[str] | None, from_day: str
) -> dict[str, int]:
    """What left a site for customers and downstream sites since a day, less what came back.

    Of the products named, or of all that moved (None).
    """
    m = stock_move.c
    here = location(site_id)
    out = case((m.from_location == here, m.qty_micro), else_=-m.qty_micro)
    statement = (
        select(m.product_id, func.sum(out))
        .where(
            m.site_id == site_id,
            m.business_day >= from_day,
            m.movement_type.in_(_SOLD_AS),
            (m.from_location == here) | ((m.from_location == CUSTOMER) & (m.to_location == here)),
        )
        .group_by(m.product_id)
    )
    if product_ids is None:
        return {one: int(qty) for one, qty in connection.execute(statement)}
    found: dict[str, int] = {}
    for part in _chunks(product_ids):
        rows = connection.execute(statement.where(m.product_id.in_(part)))
        found |= {one: int(qty) for one, qty in rows}
    return found


def last_order(connection: Connection, account_id: str) -> str:
    """The id of the account's order submitted last; '' before the first (Ctrl+R)."""
    c = channel_order.c
    statement = (
        select(c.id)
        .where(c.account_id == account_id, c.decided != "")
        .order_by(c.submitted_at_us.desc(), c.id.desc())
        .limit(1)
    )
    return str(connection.execute(statement).scalar() or "")


def since(today: str, days: int) -> str:
    """The first of so many days that end today."""
    return (date.fromisoformat(today) - timedelta(days=days - 1)).isoformat()


def packs_of_all(
    connection: Connection, known: Mapping[str, ProductView]
) -> dict[str, tuple[Pack, ...]]:
    """The units of many products by id, the base unit first, then by size."""
    found = {one: [Pack(goods.base_unit, MICRO)] for one, goods in known.items()}
    k = product_pack.c
    for part in _chunks(known):
        statement = (
            select(k.product_id, k.unit, k.factor_micro)
            .where(k.product_id.in_(part), k.is_active == 1)
            .order_by(k.factor_micro, k.unit)
        )
        for row in connection.execute(statement):
            if row.unit != known[row.product_id].base_unit:
                found[row.product_id].append(Pack(row.unit, row.factor_micro))
    return {one: tuple(packs) for one, packs in found.items()}


def _on_hand(connection: Connection, site_id: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in holdings(connection, site_id):
        if one.location.endswith(f"/{Status.SELLABLE}"):
            found[one.product_id] = found.get(one.product_id, 0) + one.qty_micro
    return found


def _in_transit(connection: Connection, site_id: str) -> dict[str, int]:
    s = shipment_line.c
    is_received = select(receipt.c.id).where(receipt.c.shipment_id == s.shipment_id).exists()
    statement = (
        select(s.product_id, func.sum(s.qty_micro))
        .where(s.to_site == site_id, ~is_received)
        .group_by(s.product_id)
    )
    return {one: int(qty) for one, qty in connection.execute(statement)}


def _on_order(connection: Connection, account_id: str, site_id: str) -> dict[str, int]:
    """Waiting for a decision as asked, decided and not shipped as granted."""
    found: dict[str, int] = {}
    waiting = orders(connection, account_id=account_id, states=_OPEN)
    for one in waiting:
        if one.deliver_to != site_id:
            continue
        for line in lines(connection, one.id):
            is_asked = one.decided is OrderState.SUBMITTED
            open_micro = line.qty_micro if is_asked else line.to_ship_micro
            found[line.product_id] = found.get(line.product_id, 0) + open_micro
    return found


def _chunks(ids: Iterable[T]) -> Iterable[list[T]]:
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
