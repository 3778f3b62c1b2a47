"""Tables of counts: what was opened, the sealed sheets, and what was posted and corrected."""

from sqlalchemy import Index

from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

stock_count = replicated_table(
    "stock_count",
    text_column("site_id", index=True),
    text_column("number"),
    text_column("scope"),
    text_column("mode"),
    text_column("currency"),
    integer_column("tolerance_qty_micro"),
    integer_column("tolerance_ratio_micro"),
    integer_column("tolerance_value_minor"),
    integer_column("site_limit_minor"),
    text_column("note"),
    text_column("opened_by"),
    integer_column("opened_at_us"),
    text_column("revealed_by"),
    integer_column("revealed_at_us"),
    text_column("posted"),
    text_column("posted_by"),
    integer_column("posted_at_us"),
    integer_column("value_minor"),
)
"""One count; the id is its document's uid text. What was not done yet is 0 or ''."""

count_zone = replicated_table(
    "count_zone",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("name"),
    text_column("people"),
    integer_column("place"),
)
"""A zone of a count; ``people`` are ids, a blank between them."""

count_product = replicated_table(
    "count_product",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("product_id"),
)
"""What a spot count is about."""

zone_sheet = replicated_table(
    "zone_sheet",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("counted_by"),
    integer_column("is_recount"),
    integer_column("line_count"),
    text_column("seal"),
    integer_column("sealed_at_us"),
    integer_column("started_at_us"),
    integer_column("scans"),
)

zone_unknown = replicated_table(
    "zone_unknown",
    text_column("sheet_id"),
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("counted_by"),
    text_column("code"),
    text_column("note"),
)
"""Codes nobody knew, as counters met them."""

zone_line = replicated_table(
    "zone_line",
    text_column("sheet_id"),
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("counted_by"),
    integer_column("is_recount"),
    integer_column("place"),
    text_column("product_id"),
    text_column("lot"),
    text_column("serial"),
    integer_column("qty_micro"),
    integer_column("counted_at_us"),
)

recount = replicated_table(
    "recount",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("product_id"),
    text_column("person_id"),
    text_column("asked_by"),
    integer_column("asked_at_us"),
)

count_approval = replicated_table(
    "count_approval",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("level"),
    integer_column("value_minor"),
    text_column("approved_by"),
    integer_column("approved_at_us"),
    text_column("note"),
)

count_line = replicated_table(
    "count_line",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("location"),
    text_column("product_id"),
    integer_column("counted_at_us"),
    integer_column("book_micro"),
    integer_column("counted_micro"),
    integer_column("difference_micro"),
    text_column("reason"),
    integer_column("unit_value_micro"),
    integer_column("value_minor"),
    integer_column("posted_at_us"),
)
Index("count_line_place", count_line.c.location, count_line.c.product_id)
"""A posted line: book at its own instant, counted, difference."""

count_correction = replicated_table(
    "count_correction",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("location"),
    text_column("product_id"),
    integer_column("counted_at_us"),
    integer_column("qty_micro"),
    text_column("because"),
    integer_column("corrected_at_us"),
)

count_photo = replicated_table(
    "count_photo",
    text_column("count_id", index=True),
    text_column("site_id"),
    text_column("zone_id"),
    text_column("code"),
    text_column("product_id"),
    text_column("note"),
    text_column("media_type"),
    text_column("data"),
    text_column("taken_by"),
    integer_column("taken_at_us"),
)
"""A photo of a count, its bytes as base64. The site's own: head office signs a value and holds no
sheet of the count, so it holds no picture of one."""


TABLES = (
    Replicated(table=stock_count, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=count_zone, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=count_product, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=zone_sheet, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=zone_unknown, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=zone_line, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=recount, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=count_approval, role=TableRole.LEDGER, scopes=scopes.in_site_and_hq),
    Replicated(table=count_line, role=TableRole.LEDGER, scopes=scopes.in_site_and_hq),
    Replicated(table=count_correction, role=TableRole.LEDGER, scopes=scopes.in_site_and_hq),
    Replicated(table=count_photo, role=TableRole.LEDGER, scopes=scopes.in_site),
)
