"""Head office's products as they were stated last, whole."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from shared.catalog.documents import Product
from shared.catalog.queries.goods import home_of_scopes
from shared.catalog.tables import product as product_table

_CHUNK = 500


def stated_products(connection: Connection, product_ids: Collection[str]) -> dict[str, Product]:
    """By id, without packs and barcodes, which stay beside what is stated anew; a shop's own goods
    and those nobody knows are left out."""
    wanted, found = sorted(set(product_ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(product_table).where(
                product_table.c.id.in_(wanted[start : start + _CHUNK]),
                product_table.c.site_id == "",
            )
        )
        for row in rows:
            assortment_id, org_ids = home_of_scopes(row.scopes)
            found[row.id] = Product(
                code=row.code,
                name=row.name,
                spec=row.spec,
                brand=row.brand,
                category=row.category,
                base_unit=row.base_unit,
                kind=row.kind,
                tax_rate_micro=row.tax_rate_micro,
                initials=row.initials,
                listed_from_us=row.listed_from_us,
                listed_to_us=row.listed_to_us,
                sales_org_ids=org_ids,
                exclusive_assortment_id=assortment_id,
                is_lot_tracked=bool(row.is_lot_tracked),
                shelf_life_months=row.shelf_life_months,
                registration=row.registration,
                producer=row.producer,
                origin=row.origin,
                description=row.description,
                picture=row.picture,
            )
    return found
