"""Tables of sales: headers, lines, tenders, register lines; all of them facts of a site."""

from sqlalchemy import Index

from shared.sync import scopes
from shared.sync.tables import Replicated, TableRole, integer_column, replicated_table, text_column

sale = replicated_table(
    "sale",
    text_column("site_id"),
    text_column("device_id"),
    text_column("number"),
    text_column("mode"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("customer_id"),
    text_column("salesperson_id"),
    text_column("currency"),
    text_column("price_logic"),
    text_column("return_of"),
    text_column("shift"),
    text_column("note"),
    integer_column("lines"),
    integer_column("units_micro"),
    integer_column("total_minor"),
    integer_column("rounding_minor"),
    integer_column("paid_minor"),
    integer_column("happened_at_us"),
    text_column("business_day"),
    integer_column("promoted_at_us"),
)
Index("sale_day", sale.c.site_id, sale.c.business_day)
Index("sale_customer", sale.c.site_id, sale.c.customer_id)
_HAS_BUYER, _HAS_SHIFT = sale.c.customer_id != "", sale.c.shift != ""
# Head office's database takes the same condition over when it makes its tables.
Index("sale_buyer", sale.c.customer_id, sqlite_where=_HAS_BUYER)
Index("sale_shift", sale.c.shift, sqlite_where=_HAS_SHIFT)

sale_line = replicated_table(
    "sale_line",
    text_column("document"),
    integer_column("line_no"),
    text_column("site_id"),
    text_column("device_id"),
    text_column("business_day"),
    text_column("product_id"),
    text_column("kind"),
    text_column("unit"),
    text_column("lot"),
    text_column("name"),
    integer_column("qty_micro"),
    integer_column("unit_price_micro"),
    integer_column("discount_minor"),
    integer_column("amount_minor"),
    integer_column("price_version"),
    text_column("price_trail"),
    text_column("policy_ids"),
    integer_column("promotion_minor"),
    integer_column("list_price_micro"),
    integer_column("is_said"),
    integer_column("said_price_micro"),
    integer_column("is_rest"),
)

sale_tender = replicated_table(
    "sale_tender",
    text_column("document"),
    text_column("site_id"),
    text_column("business_day"),
    text_column("shift"),
    text_column("tender"),
    text_column("reference"),
    integer_column("amount_minor"),
)

_IN_SHIFT = sale_tender.c.shift != ""
Index("sale_tender_shift", sale_tender.c.shift, sqlite_where=_IN_SHIFT)

register_line = replicated_table(
    "register_line",
    text_column("document"),
    text_column("site_id"),
    text_column("from_day"),
    text_column("to_day"),
    text_column("product_id"),
    integer_column("qty_micro"),
)


TABLES = tuple(
    Replicated(table=table, role=TableRole.LEDGER, scopes=scopes.in_site)
    for table in (sale, sale_line, sale_tender, register_line)
)
