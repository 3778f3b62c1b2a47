"""What a version states in all: the newest row of every combination up to its number."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from shared.catalog.tables import product as product_table
from shared.pricing.rules import PriceRow, row_key
from shared.pricing.tables import price_row, price_version


class Stated(NamedTuple):
    """A price or ratio in force under a version, with the product's words; '' for a brand's."""

    row: PriceRow
    code: str
    name: str
    number: int
    """The version that stated it."""


_ROWS: Final = (
    select(
        price_row.c.product_id,
        price_row.c.brand,
        price_row.c.dimension,
        price_row.c.unit_price_micro,
        price_row.c.ratio_micro,
        price_row.c.from_qty_micro,
        price_row.c.is_removed,
        func.coalesce(product_table.c.code, "").label("code"),
        func.coalesce(product_table.c.name, "").label("name"),
        price_version.c.number,
    )
    .join(price_version, price_version.c.id == price_row.c.version_id)
    .outerjoin(product_table, product_table.c.id == price_row.c.product_id)
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_version.c.number <= bindparam("number"),
    )
    .order_by(price_version.c.number)
)


def newest_rows(
    connection: Connection, sales_org_id: str, number: int
) -> dict[tuple[str, str, str, bool, int], Stated]:
    """The newest row of every combination up to a version, removed ones too, by ``row_key``; in
    the order in which the combinations were stated first."""
    found: dict[tuple[str, str, str, bool, int], Stated] = {}
    for one in connection.execute(_ROWS, {"sales_org_id": sales_org_id, "number": number}):
        row = PriceRow(*one[:6], is_removed=bool(one.is_removed))
        found[row_key(row)] = Stated(row, one.code, one.name, one.number)
    return found


def stated_rows(connection: Connection, sales_org_id: str, number: int) -> list[Stated]:
    """Every price and ratio of a version, its parents' included: goods by code, then brands."""
    found = newest_rows(connection, sales_org_id, number).values()
    return sorted(
        (one for one in found if not one.row.is_removed),
        key=lambda one: (not one.code, one.code, one.row.brand, one.row.dimension),
    )
