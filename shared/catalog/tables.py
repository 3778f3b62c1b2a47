"""Tables of the catalogue; each row carries the names of the scopes it belongs to."""

from collections.abc import Mapping

from shared.catalog.search_index import derive_products
from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

product = replicated_table(
    "product",
    text_column("scopes"),
    text_column("code"),
    text_column("name"),
    text_column("spec"),
    text_column("brand"),
    text_column("category"),
    text_column("base_unit"),
    text_column("kind"),
    integer_column("tax_rate_micro"),
    text_column("initials"),
    integer_column("listed_from_us"),
    integer_column("listed_to_us"),
    text_column("site_id"),
    integer_column("is_lot_tracked"),
    integer_column("shelf_life_months"),
    text_column("registration"),
    text_column("producer"),
    text_column("origin"),
    text_column("description"),
    text_column("picture"),
)
"""id = product_id: head office's code, or the derived id of a shop's own goods (B11)."""

product_pack = replicated_table(
    "product_pack",
    text_column("scopes"),
    text_column("product_id", index=True),
    text_column("unit"),
    integer_column("factor_micro"),
    integer_column("is_active"),
)
"""Units beside the base unit (B08)."""

product_barcode = replicated_table(
    "product_barcode",
    text_column("scopes"),
    text_column("barcode", index=True),
    text_column("gtin", index=True),
    text_column("product_id", index=True),
    text_column("unit"),
    integer_column("is_active"),
)
"""Barcodes; ``gtin`` are the 14 digits under which all spellings of a retail code meet."""

assortment = replicated_table(
    "assortment",
    text_column("assortment_id"),
    text_column("sales_org_id", index=True),
    text_column("name"),
    integer_column("is_exclusive"),
)
"""id = assortment_id."""

assortment_item = replicated_table(
    "assortment_item",
    text_column("assortment_id", index=True),
    text_column("product_id", index=True),
    text_column("sales_org_id"),
    integer_column("is_exclusive"),
    integer_column("from_at_us"),
    integer_column("to_at_us"),
    integer_column("rank"),
)
"""A product on a list; the list's own columns are repeated for the scope and the lookup."""


own_supplier = replicated_table(
    "own_supplier",
    text_column("site_id"),
    text_column("code"),
    text_column("name"),
    text_column("phone"),
    text_column("note"),
    integer_column("is_active"),
)
"""Whom a shop buys its own goods from; nobody else holds it (B11)."""
product_picture = replicated_table(
    "product_picture",
    text_column("scopes"),
    text_column("product_id", index=True),
    text_column("size_class"),
    text_column("digest", index=True),
    integer_column("size_bytes"),
    text_column("media_type"),
    text_column("document"),
)
"""That a product has a picture in a size, and its SHA-256; '' = it was taken back. The bytes are
nowhere in rows: head office keeps them in ``document``, and tells them to who asks."""

product_cost = replicated_table(
    "product_cost",
    text_column("site_id"),
    text_column("product_id", index=True),
    text_column("currency"),
    integer_column("unit_cost_micro"),
    integer_column("is_removed"),
    integer_column("stated_at_us"),
)
"""What a base unit costs to buy: id = site, currency and product. Of a site for itself alone; with
site_id '' head office's, for its desks alone: no dealer and no store holds one of those."""


def _stated(row: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(str(row["scopes"]).split())


def _confidential(row: Mapping[str, Value]) -> tuple[str, ...]:
    site_id = str(row["site_id"])
    return (scopes.site(site_id),) if site_id else (scopes.HQ,)


def _of_list(row: Mapping[str, Value]) -> tuple[str, ...]:
    if row["is_exclusive"]:
        return (scopes.assortment(str(row["assortment_id"])),)
    return (scopes.org(str(row["sales_org_id"])),)


TABLES: tuple[Replicated, ...] = (
    Replicated(table=product, role=TableRole.RECORD, scopes=_stated, derive=derive_products),
    Replicated(table=product_pack, role=TableRole.RECORD, scopes=_stated),
    Replicated(table=product_barcode, role=TableRole.RECORD, scopes=_stated),
    Replicated(table=assortment, role=TableRole.RECORD, scopes=_of_list),
    Replicated(table=assortment_item, role=TableRole.RECORD, scopes=_of_list),
    Replicated(table=own_supplier, role=TableRole.RECORD, scopes=scopes.in_site),
    Replicated(table=product_picture, role=TableRole.RECORD, scopes=_stated),
    Replicated(table=product_cost, role=TableRole.RECORD, scopes=_confidential),
)
