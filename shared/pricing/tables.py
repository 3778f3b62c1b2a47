"""Tables of pricing; levels and categories are kept from those they do not concern (C01)."""

from collections.abc import Mapping

from sqlalchemy import Index, Table

from shared.channel.rules import part_scope
from shared.journal.document import Value
from shared.pricing.completeness import derive_rows, derive_versions, price_part
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

price_version = replicated_table(
    "price_version",
    text_column("sales_org_id"),
    integer_column("number"),
    integer_column("parent_number"),
    integer_column("effective_at_us"),
    integer_column("sealed_at_us"),
    text_column("status"),
    text_column("steps"),
    text_column("parts"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("reason"),
    text_column("code"),
    text_column("detail"),
    text_column("message"),
    integer_column("prints_labels"),
)
"""id = version_id. ``number`` is 0 until sealed; ``status`` is published, sealed or rejected."""
Index("price_version_number", price_version.c.sales_org_id, price_version.c.number)

price_row = replicated_table(
    "price_row",
    text_column("version_id"),
    text_column("sales_org_id"),
    text_column("part"),
    text_column("product_id"),
    text_column("brand"),
    text_column("dimension"),
    integer_column("unit_price_micro"),
    integer_column("ratio_micro"),
    integer_column("from_qty_micro"),
    integer_column("is_removed"),
)
"""The changes of all versions; what holds is the newest row of each combination."""
Index("price_row_lookup", price_row.c.product_id, price_row.c.brand, price_row.c.dimension)
Index("price_row_part", price_row.c.version_id, price_row.c.part)

own_price = replicated_table(
    "own_price",
    text_column("site_id"),
    text_column("product_id"),
    integer_column("unit_price_micro"),
    integer_column("is_removed"),
    integer_column("set_at_us"),
)
"""What a shop sells at by its own will (B11); id = site and product."""

price_delivery = replicated_table(
    "price_delivery",
    text_column("version_id", index=True),
    text_column("device_id"),
    text_column("site_id"),
    text_column("sales_org_id"),
    integer_column("number"),
    integer_column("received_at_us"),
    integer_column("verified_at_us"),
    integer_column("activated_at_us"),
)
"""How far a version has come on a device, 0 = not so far; id = device and version (C03)."""


price_nudge = replicated_table(
    "price_nudge",
    text_column("version_id", index=True),
    text_column("device_id"),
    text_column("site_id"),
    text_column("sales_org_id"),
    integer_column("number"),
    text_column("text"),
    text_column("nudged_by"),
    integer_column("nudged_at_us"),
)
"""The last time head office asked a device for a version; id = device and version (C03)."""

label_print = replicated_table(
    "label_print",
    text_column("site_id"),
    text_column("sales_org_id"),
    integer_column("number"),
    integer_column("from_number"),
    text_column("device_id"),
    integer_column("products"),
    integer_column("labels"),
    text_column("printed_by"),
    integer_column("printed_at_us"),
)
"""Each time a shop printed the labels a version asked for; id = the document's uid text (B07)."""


def _row_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    part, sales_org_id = str(row["part"]), str(row["sales_org_id"])
    if part.startswith("account:"):
        return (scopes.HQ, scopes.account(part.partition(":")[2]))
    return (part_scope(sales_org_id, part) if part else scopes.org(sales_org_id),)


def _version_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    return (scopes.org(str(row["sales_org_id"])),)


TABLES: tuple[Replicated, ...] = (
    Replicated(table=price_row, role=TableRole.LEDGER, scopes=_row_scopes, derive=derive_rows),
    Replicated(
        table=price_version,
        role=TableRole.RECORD,
        scopes=_version_scopes,
        derive=derive_versions,
    ),
    Replicated(table=price_delivery, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=price_nudge, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=label_print, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=own_price, role=TableRole.RECORD, scopes=scopes.in_site),
)

LOCAL: tuple[Table, ...] = (price_part,)
