"""Importing a product again: what the file has no column for stays as head office states it."""

from dataclasses import replace
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select

from shared.catalog.importing import ProductRow
from shared.catalog.tables import product
from shared.core.importing import ColumnMapping

_COLUMN_OF: Final = {
    "spec": "spec",
    "brand": "brand",
    "category": "category",
    "base_unit": "unit",
    "kind": "kind",
    "tax_rate_micro": "tax_rate",
    "shelf_life_months": "shelf_life",
    "registration": "registration",
    "producer": "producer",
    "origin": "origin",
    "description": "description",
    "listed_from_us": "",
    "listed_to_us": "",
    "is_lot_tracked": "",
    "picture": "",
}
"""What a product states → the field of a file that may state it; '' = none does."""

_STANDING: Final = select(product.c.scopes, *(product.c[one] for one in _COLUMN_OF)).where(
    product.c.id == bindparam("key")
)


def completed(connection: Connection, row: ProductRow, mapping: ColumnMapping) -> ProductRow:
    """The row with the standing values of columns the file lacks, in all its catalogues."""
    found = connection.execute(_STANDING, {"key": row.product.code}).mappings().one_or_none()
    if found is None:
        return row
    stated = {one.field for one in mapping.columns}
    if "subcategory" in stated:
        stated.add("category")
    kept = {name: found[name] for name, column in _COLUMN_OF.items() if column not in stated}
    if "is_lot_tracked" in kept:
        kept["is_lot_tracked"] = bool(kept["is_lot_tracked"])
    homes = [one.partition(":") for one in str(found["scopes"]).split()]
    orgs = {name for kind, _, name in homes if kind == "org"}
    lists = [name for kind, _, name in homes if kind == "list"]
    whole = msgspec.structs.replace(
        row.product,
        **kept,
        sales_org_ids=tuple(sorted(orgs | set(row.product.sales_org_ids))),
        exclusive_assortment_id=lists[0] if lists else "",
    )
    return replace(row, product=whole)
