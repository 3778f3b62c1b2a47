"""What the order desk reads: the orders that wait, and all that a decision needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from desktop.ordering.usecases.looking import policy_names
from shared.catalog.queries import products
from shared.channel.queries import account, account_name, supplying_sites, zone_of
from shared.core.clock import business_day
from shared.ordering.queries.deciding import credit, standing
from shared.ordering.queries.keeping import keep
from shared.ordering.queries.orders import (
    LineView,
    OrderView,
    asked_lines,
    lines,
    order,
    orders,
)
from shared.ordering.queries.promoted import promotions_of
from shared.ordering.queries.revising import price_doubts
from shared.ordering.queries.tendering import rebate_percent, tenders_held
from shared.ordering.rules import Credit, LineGrant, OrderState, Tenders
from shared.stock.queries import on_hand_micro, stock_sites
from shared.stock.rules import location

TO_DECIDE: Final = frozenset({OrderState.SUBMITTED})
"""The states of orders that wait for head office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOnDesk:
    """An order with what the person deciding has to know."""

    order: OrderView
    account_name: str
    lines: Sequence[tuple[LineView, str, str]]
    """Line, product code and name."""
    stock: dict[str, dict[str, int]] | None
    """Sellable by site goods may leave from and by product, in millionths; None when this device
    does not hold those sites."""
    credit: Credit
    sites: Sequence[tuple[str, str]]
    """Where goods may leave from: id and name."""
    doubts: dict[int, int]
    """By line: what its price should be, -1 = no price at all."""
    kept: Mapping[int, LineGrant] = field(default_factory=dict)
    """By line: what its promotions and limits would let through now, where that is less."""
    policy_names: Mapping[str, str] = field(default_factory=dict)
    held: Tenders = field(default_factory=Tenders)
    """What the account's deposit and rebate hold now."""
    rebate_percent: int = 0


def orders_on_desk(
    connection: Connection, states: frozenset[OrderState]
) -> tuple[list[OrderView], dict[str, str]]:
    """Orders asked of head office and what their accounts are called.

    Those that wait for a decision stand oldest first: who asked first is served first. Any other
    list is a history, newest first.
    """
    found = orders(connection, supplier="", states=states, oldest_first=states == TO_DECIDE)
    names = {one: account_name(connection, one) for one in {one.account_id for one in found}}
    return found, names


def order_on_desk(connection: Connection, order_id: str) -> OrderOnDesk | None:
    """One order with its lines, credit and stock; None when it is not here."""
    found = order(connection, order_id)
    if found is None:
        return None
    buyer = account(connection, found.account_id)
    sites = supplying_sites(connection)
    held = lines(connection, order_id)
    goods = products(connection, [one.product_id for one in held])
    rows = [
        (
            one,
            goods[one.product_id].code if one.product_id in goods else one.product_id,
            goods[one.product_id].name if one.product_id in goods else "",
        )
        for one in held
    ]
    limit = buyer.credit_limit_minor if buyer else 0
    day = business_day(found.submitted_at_us, zone_of(connection, found.site_id))
    return OrderOnDesk(
        kept=_kept(connection, found),
        policy_names=policy_names(connection, promotions_of(found.promotions)),
        held=tenders_held(connection, found.account_id, found.currency, day),
        rebate_percent=rebate_percent(connection),
        order=found,
        account_name=buyer.name if buyer else found.account_id,
        lines=rows,
        stock=_stock_here(connection, [site_id for site_id, _ in sites], list(goods)),
        credit=credit(connection, found.account_id, found.currency, limit),
        sites=sites,
        doubts={one.line_no: one.expected_micro for one in price_doubts(connection, found)},
    )


def _kept(connection: Connection, found: OrderView) -> dict[int, LineGrant]:
    """What promotions and limits would cut if all of a waiting order were granted now (D02).

    An estimate of this desktop: head office decides with what it accepted until then.
    """
    waiting = standing(connection, found.id)
    if waiting is None or waiting.decided is not OrderState.SUBMITTED:
        return {}
    asked = asked_lines(connection, found.id)
    grants = [LineGrant(line_no=one.line_no, accepted_micro=one.qty_micro) for one in asked]
    kept = keep(connection, waiting, grants)
    return {one.line_no: one for one in kept.grants if one.reason}


def _stock_here(
    connection: Connection, site_ids: Sequence[str], product_ids: Sequence[str]
) -> dict[str, dict[str, int]] | None:
    if not set(site_ids) <= {one.site_id for one in stock_sites(connection)}:
        return None
    return {
        site_id: {one: on_hand_micro(connection, location(site_id), one) for one in product_ids}
        for site_id in site_ids
    }


def stock_reported(site_id: str, rows: Sequence[tuple[str, str, int]]) -> dict[str, int]:
    """Sellable by product of a ``stock_of_site`` report's rows: location, product, millionths."""
    found: dict[str, int] = {}
    for place, product_id, qty_micro in rows:
        if place == location(site_id):
            found[product_id] = found.get(product_id, 0) + qty_micro
    return found
