"""Pieces held for somebody: which holds stand at an instant, and how much they hold (G05)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, select

from shared.stock.tables import reservation, reservation_release


class Reservation(NamedTuple):
    """A hold that stands: one product of one document, in millionths of the base unit."""

    document: str
    number: str
    product_id: str
    lot: str
    qty_micro: int
    for_whom: str
    note: str
    author_id: str
    reserved_at_us: int
    expires_at_us: int


def reservations(
    connection: Connection, site_id: str, at_us: int, product_id: str = ""
) -> list[Reservation]:
    """The holds of a site that stand at an instant, the first to expire first."""
    r = reservation.c
    statement = (
        select(
            r.document, r.number, r.product_id, r.lot, r.qty_micro, r.for_whom, r.note,
            r.author_id, r.reserved_at_us, r.expires_at_us,
        )
        .where(*_standing(site_id, at_us))
        .order_by(r.expires_at_us, r.id)
    )  # fmt: skip
    if product_id:
        statement = statement.where(r.product_id == product_id)
    return [Reservation._make(row) for row in connection.execute(statement)]


def reserved_micro(
    connection: Connection, site_id: str, at_us: int, product_ids: Sequence[str] = ()
) -> dict[str, int]:
    """How much is held at an instant, by product; all products of the site when none is named."""
    r = reservation.c
    statement = (
        select(r.product_id, func.sum(r.qty_micro))
        .where(*_standing(site_id, at_us))
        .group_by(r.product_id)
    )
    if product_ids:
        statement = statement.where(r.product_id.in_(product_ids))
    return {product: int(qty) for product, qty in connection.execute(statement)}


def _standing(site_id: str, at_us: int) -> tuple[ColumnElement[Any], ...]:
    """Not expired and not released; only a release of the same site counts."""
    r, gone = reservation.c, reservation_release.c
    is_released = exists().where(gone.reservation == r.document, gone.site_id == r.site_id)
    return r.site_id == site_id, r.expires_at_us > at_us, ~is_released
