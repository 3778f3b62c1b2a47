"""The card of a product: every move at a site with the balance after it, and where it stands."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from shared.closing.queries import detail_from
from shared.core.clock import parse_instant_iso
from shared.stock.rules import Status, bin_of, site_of, status_of
from shared.stock.tables import stock_balance, stock_move, stock_opening

CARD_LINES_MAX = 2_000


class CardLine(NamedTuple):
    """One move, as it changes the sellable stock of a site; quantities in millionths."""

    document: str
    """uid text of the document it comes from."""
    movement_type: str
    counter_location: str
    """The other end: a site, a transit, customer, supplier…"""
    lot: str
    happened_at_us: int
    business_day: str
    change_micro: int
    """Into the sellable stock; negative out of it, 0 between other places of the site."""
    balance_micro: int
    """Sellable after it."""
    month: str = ""
    """``2025-03``: all moves of that month of one kind; the single ones are at head office."""


def stock_card(
    connection: Connection, site_id: str, product_id: str, *, limit: int = CARD_LINES_MAX
) -> list[CardLine]:
    """The newest moves of a product at a site, newest first, each with the balance after it; of
    closed months one line for all moves of a kind.

    Counted back from the balance that is kept, so that the figures hold however many are shown.
    """
    m = stock_move.c
    statement = (
        select(stock_move)
        .where(m.site_id == site_id, m.product_id == product_id)
        .order_by(m.happened_at_us.desc(), m.id.desc())
        .limit(limit)
    )
    balance = sum(
        place.qty_micro
        for place in places_of(connection, site_id, product_id)
        if place.status == Status.SELLABLE
    )
    lines = []
    for row in connection.execute(statement):
        came = _is_sellable(row.to_location, site_id)
        went = _is_sellable(row.from_location, site_id)
        change = row.qty_micro * (came - went)
        lines.append(
            CardLine(
                document=row.document,
                movement_type=row.movement_type,
                counter_location=row.from_location if came and not went else row.to_location,
                lot=row.lot,
                happened_at_us=row.happened_at_us,
                business_day=row.business_day,
                change_micro=change,
                balance_micro=balance,
            )
        )
        balance -= change
    return [*lines, *_months(connection, site_id, product_id, balance, limit - len(lines))]


def _months(
    connection: Connection, site_id: str, product_id: str, balance_micro: int, limit: int
) -> list[CardLine]:
    """What stands on a device for the moves of closed months, newest first."""
    if limit <= 0 or not detail_from(connection, site_id):
        return []
    o = stock_opening.c
    statement = (
        select(stock_opening)
        .where(o.site_id == site_id, o.product_id == product_id)
        .order_by(o.month.desc(), o.movement_type, o.id)
        .limit(limit)
    )
    lines = []
    for row in connection.execute(statement):
        came = _is_sellable(row.to_location, site_id)
        went = _is_sellable(row.from_location, site_id)
        change = row.qty_micro * (came - went)
        lines.append(
            CardLine(
                document="",
                movement_type=row.movement_type,
                counter_location=row.from_location if came and not went else row.to_location,
                lot=row.lot,
                happened_at_us=parse_instant_iso(f"{row.business_day}T12:00:00Z"),
                business_day=row.business_day,
                change_micro=change,
                balance_micro=balance_micro,
                month=row.month,
            )
        )
        balance_micro -= change
    return lines


def _is_sellable(place: str, site_id: str) -> bool:
    return site_of(place) == site_id and status_of(place) == Status.SELLABLE


class Place(NamedTuple):
    """What stands in one bin under one status and lot (G01)."""

    bin_id: str
    status: str
    lot: str
    qty_micro: int


def places_of(connection: Connection, site_id: str, product_id: str) -> list[Place]:
    """Where a product stands in a site: bin, status and lot, what is not zero."""
    b = stock_balance.c
    held = (b.came_in - b.went_out).label("held")
    own = f"site/{site_id}/"
    statement = (
        select(b.end, b.lot, held)
        .where(b.end >= own, b.end < own + "\uffff", b.product_id == product_id, held != 0)
        .order_by(b.end, b.lot)
    )
    return [
        Place(bin_of(row.end), status_of(row.end), row.lot, int(row.held))
        for row in connection.execute(statement)
    ]
