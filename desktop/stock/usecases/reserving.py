"""Pieces are held for somebody, and let go again (G05)."""

from collections.abc import Sequence
from typing import Final

from desktop.access.usecases import require
from desktop.channel.usecases import day_at, place_of
from desktop.stock.usecases.moving import Goods
from desktop.store.session import Session
from shared.catalog.queries import unknown_products
from shared.core.errors import Conflict, RuleViolation
from shared.journal.document import Header
from shared.stock.documents import MoveLine, ReservationReleased, StockReserved
from shared.stock.queries import Reservation, reservations

DAY_US: Final = 24 * 60 * 60 * 1_000_000
DAYS_MOST: Final = 90


def reserve(
    session: Session, goods: Sequence[Goods], *, days: int, for_whom: str = "", note: str = ""
) -> Header:
    """Hold pieces of this site for so many days from now. They may be more than are there: what
    was promised is a fact, and the screens say that too little is left.

    Raises: RuleViolation NO_LINES, QUANTITY_NOT_POSITIVE, PRODUCT_UNKNOWN, RESERVATION_DAYS;
    AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "stock.move")
    if not goods:
        raise RuleViolation("NO_LINES")
    if not 1 <= days <= DAYS_MOST:
        raise RuleViolation("RESERVATION_DAYS", days=DAYS_MOST)
    for one in goods:
        if one.qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=one.product_id)
    if unknown := unknown_products(session.connection, [one.product_id for one in goods]):
        raise RuleViolation("PRODUCT_UNKNOWN", code=unknown[0])
    lines = [
        MoveLine(product_id=one.product_id, qty_micro=one.qty_micro, lot=one.lot) for one in goods
    ]
    body = StockReserved(
        lines=lines,
        expires_at_us=session.now_us + days * DAY_US,
        for_whom=for_whom.strip(),
        note=note.strip(),
    )
    return session.append(body, business_day=day_at(session, place))


def release(session: Session, document: str, *, reason: str = "") -> Header:
    """Let go of what a document holds, before it expires.

    Raises: Conflict RESERVATION_GONE (expired, or let go of before); AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "stock.move")
    if not any(one.document == document for one in standing(session)):
        raise Conflict("RESERVATION_GONE")
    body = ReservationReleased(reservation=document, reason=reason.strip())
    return session.append(body, business_day=day_at(session, place))


def standing(session: Session, product_id: str = "") -> list[Reservation]:
    """What is held at this site now, the first to expire first."""
    return reservations(session.connection, place_of(session).site_id, session.now_us, product_id)
