"""What two price versions price differently."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.catalog.tables import product as product_table
from shared.pricing.queries.prices import PriceBook
from shared.pricing.queries.versions import Version
from shared.pricing.rules import Price, PriceContext
from shared.pricing.tables import price_row, price_version

_BRAND_GOODS: Final = (
    select(product_table.c.id).where(product_table.c.site_id == "").order_by(product_table.c.id)
)
_GOODS_OF_BRANDS: Final = select(product_table.c.id).where(
    product_table.c.site_id == "", product_table.c.brand.in_(bindparam("brands", expanding=True))
)
_STATED: Final = (
    select(price_row.c.product_id, price_row.c.brand)
    .join(price_version, price_version.c.id == price_row.c.version_id)
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > bindparam("after"),
        price_version.c.number <= bindparam("number"),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A product that another version prices differently; None = no price there."""

    product_id: str
    before: Price | None
    after: Price | None


def difference(
    connection: Connection, context: PriceContext, older: Version, newer: Version
) -> list[PriceChange]:
    """The products of head office's that a buyer pays another price for, by id (C06)."""
    ids = _touched(connection, older, newer)
    books = [
        PriceBook(connection=connection, context=context, version=one) for one in (older, newer)
    ]
    before, after = (book.prices(ids) for book in books)
    return [
        PriceChange(product_id=one, before=before.get(one), after=after.get(one))
        for one in ids
        if _amount(before.get(one)) != _amount(after.get(one))
    ]


def _touched(connection: Connection, older: Version, newer: Version) -> list[str]:
    """The products whose price may differ: all of them when the logic or everybody's ratio did."""
    keys = {
        "sales_org_id": newer.sales_org_id,
        "after": min(older.number, newer.number),
        "number": max(older.number, newer.number),
    }
    stated = {(row.product_id, row.brand) for row in connection.execute(_STATED, keys)}
    if older.steps != newer.steps or ("", "") in stated:
        return list(connection.execute(_BRAND_GOODS).scalars())
    brands = [brand for _, brand in stated if brand]
    goods = connection.execute(_GOODS_OF_BRANDS, {"brands": brands}).scalars()
    return sorted({product_id for product_id, _ in stated if product_id} | set(goods))


def _amount(found: Price | None) -> int | None:
    return None if found is None else found.unit_price_micro
