"""What a site sold of each product over some days, returns taken off."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from shared.sales.tables import register_line, sale, sale_line

_BEHIND_COLON = ";"
"""The sign after the colon that parts a row's id from its document's."""


class SoldOn(NamedTuple):
    """A product on a business day; quantities in millionths, money in minor units."""

    product_id: str
    business_day: str
    name: str
    """What it was called on a receipt."""
    lines: int
    qty_micro: int
    amount_minor: int


class InTheBooks(NamedTuple):
    """What is in the books of a site for some days, in millionths; returns are taken off."""

    sold_micro: int
    """By the tills and on invoices."""
    registered_micro: int
    """By the simple register."""


def in_the_books(connection: Connection, site_id: str, from_day: str, to_day: str) -> InTheBooks:
    """What went out on the days from..to inclusive as far as anybody wrote it down (I01). What the
    register has for a longer time counts for each of its days."""
    s, r = sale.c, register_line.c
    sold = select(func.coalesce(func.sum(s.units_micro), 0)).where(
        s.site_id == site_id, s.business_day >= from_day, s.business_day <= to_day
    )
    registered = select(func.coalesce(func.sum(r.qty_micro), 0)).where(
        r.site_id == site_id, r.from_day <= to_day, r.to_day >= from_day
    )
    return InTheBooks(
        int(connection.execute(sold).scalar_one()), int(connection.execute(registered).scalar_one())
    )


def sold_by_product(
    connection: Connection, site_id: str, from_day: str, to_day: str, currency: str
) -> list[SoldOn]:
    """The sell-out of a site on the days from..to inclusive, by product and day."""
    s, n = sale.c, sale_line.c
    # A sale's lines stand behind its id: by the key, so that a day reads a day's lines alone.
    statement = (
        select(
            n.product_id,
            s.business_day,
            func.max(n.name).label("name"),
            func.count().label("lines"),
            func.sum(n.qty_micro).label("qty_micro"),
            func.sum(n.amount_minor).label("amount_minor"),
        )
        .select_from(sale)
        .join(sale_line, (n.id >= s.id + ":l:") & (n.id < s.id + ":l" + _BEHIND_COLON))
        .where(
            s.site_id == site_id,
            s.business_day >= from_day,
            s.business_day <= to_day,
            s.currency == currency,
        )
        .group_by(n.product_id, s.business_day)
    )
    return [
        SoldOn(
            row.product_id,
            row.business_day,
            row.name,
            int(row.lines),
            int(row.qty_micro),
            int(row.amount_minor),
        )
        for row in connection.execute(statement)
    ]
