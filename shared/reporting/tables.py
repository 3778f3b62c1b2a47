"""Tables of reporting: what each site sold per business day, summed by head office (G04, I03)."""

from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

site_day = replicated_table(
    "site_day",
    text_column("site_id", index=True),
    text_column("business_day", index=True),
    text_column("currency"),
    text_column("mode"),
    integer_column("sales"),
    integer_column("sales_minor"),
    integer_column("sales_micro"),
    integer_column("returns"),
    integer_column("returns_minor"),
    integer_column("returns_micro"),
    integer_column("summed_at_us"),
)
"""One site, business day, currency and mode. Returns count up: net is sales less returns.

``mode`` is the sales mode the documents were made in; ``simple`` has quantities alone (I03).
"""

site_day_product = replicated_table(
    "site_day_product",
    text_column("site_id"),
    text_column("business_day", index=True),
    text_column("product_id", index=True),
    text_column("currency"),
    integer_column("qty_micro"),
    integer_column("amount_minor"),
)
"""Sell-out of a product at a site on a business day, returns taken off."""

site_day_tender = replicated_table(
    "site_day_tender",
    text_column("site_id"),
    text_column("business_day", index=True),
    text_column("currency"),
    text_column("tender"),
    integer_column("amount_minor"),
)
"""Money taken by tender at a site on a business day, money given back taken off."""


TABLES: tuple[Replicated, ...] = tuple(
    Replicated(table=table, role=TableRole.RECORD, scopes=scopes.in_hq)
    for table in (site_day, site_day_product, site_day_tender)
)
