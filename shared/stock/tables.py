"""Tables of stock: the move ledger with its balances, movement types, opened sites."""

from collections.abc import Mapping

from sqlalchemy import Index

from shared.closing.tables import last_slot
from shared.journal.document import Value
from shared.stock.rules import transit_ends
from shared.sync import scopes
from shared.sync.tables import (
    Balance,
    Opens,
    Replicated,
    TableRole,
    balance_table,
    integer_column,
    replicated_table,
    text_column,
)

stock_move = replicated_table(
    "stock_move",
    text_column("document"),
    text_column("site_id"),
    text_column("movement_type"),
    text_column("product_id"),
    text_column("lot"),
    integer_column("qty_micro"),
    text_column("from_location"),
    text_column("to_location"),
    integer_column("happened_at_us"),
    text_column("business_day"),
    text_column("period"),
)
Index("stock_move_product", stock_move.c.site_id, stock_move.c.product_id)
"""Goods of one product from one location to another; ``qty_micro`` is positive. ``period`` is the
month (``2025-03``) with which head office closed the row, '' while it is open."""

stock_opening = replicated_table(
    "stock_opening",
    text_column("document"),
    text_column("site_id"),
    text_column("month"),
    text_column("movement_type"),
    text_column("product_id"),
    text_column("lot"),
    integer_column("qty_micro"),
    text_column("from_location"),
    text_column("to_location"),
    text_column("business_day"),
    integer_column("row_count"),
)
Index("stock_opening_product", stock_opening.c.site_id, stock_opening.c.product_id)
"""What a closed month moved between two locations: one row for all its moves of a product, lot and
type. At a site it stands for them; head office keeps the moves."""

movement = replicated_table(
    "movement",
    text_column("site_id"),
    text_column("device_id"),
    text_column("number"),
    text_column("movement_type"),
    text_column("from_location"),
    text_column("to_location"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("party_id"),
    text_column("reason"),
    text_column("note"),
    integer_column("lines"),
    integer_column("units_micro"),
    integer_column("happened_at_us"),
    text_column("business_day"),
)
"""One row per movement or transfer document, as lists show it."""

stock_balance = balance_table("stock_balance", "product_id", "lot")
stock_day = balance_table("stock_day", "product_id", "business_day")
"""Per location, product and business day: the stock ledger report grows with days, not moves."""

movement_type = replicated_table(
    "movement_type",
    text_column("name_zh"),
    text_column("name_en"),
    text_column("direction"),
    text_column("counter_location"),
    integer_column("needs_reason"),
    integer_column("needs_party"),
    integer_column("needs_approval"),
)

site_opening = replicated_table(
    "site_opening",
    text_column("site_id"),
    text_column("document"),
    integer_column("opened_at_us"),
)
"""A site whose opening stock was counted; before that a negative balance means nothing."""

purchase_line = replicated_table(
    "purchase_line",
    text_column("document"),
    text_column("site_id"),
    text_column("supplier_id", index=True),
    text_column("reference"),
    text_column("product_id"),
    text_column("lot"),
    text_column("currency"),
    integer_column("qty_micro"),
    integer_column("unit_cost_micro"),
    integer_column("amount_minor"),
    integer_column("happened_at_us"),
    text_column("business_day"),
)
Index("purchase_line_product", purchase_line.c.site_id, purchase_line.c.product_id)
"""What a shop bought itself, with what it cost (B11)."""

reservation = replicated_table(
    "reservation",
    text_column("document", index=True),
    text_column("site_id"),
    text_column("number"),
    text_column("author_id"),
    text_column("product_id"),
    text_column("lot"),
    integer_column("qty_micro"),
    text_column("for_whom"),
    text_column("note"),
    integer_column("reserved_at_us"),
    integer_column("expires_at_us"),
)
Index("reservation_product", reservation.c.site_id, reservation.c.product_id)
"""Pieces held for somebody: goods do not move, what is available is worked out when read."""

reservation_release = replicated_table(
    "reservation_release",
    text_column("reservation", index=True),
    text_column("site_id"),
    text_column("reason"),
    integer_column("released_at_us"),
)
"""Holds that ended before their time; a row counts only for reservations of its own site."""


_BALANCES = tuple(
    Balance(
        table=table,
        from_column="from_location",
        to_column="to_location",
        keys=keys,
        amount="qty_micro",
        openings="stock_opening",
    )
    for table, keys in (
        (stock_balance, ("product_id", "lot")),
        (stock_day, ("product_id", "business_day")),
    )
)


def _in_sites_of_the_way(row: Mapping[str, Value]) -> tuple[str, ...]:
    """The site's own, and where goods go between two sites the other's as well (G06)."""
    ends = (str(row["from_location"]), str(row["to_location"]))
    sites = {str(row["site_id"]), *(site for end in ends for site in transit_ends(end) if site)}
    return tuple(scopes.site(one) for one in sorted(sites))


def _move_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """Of a closed month nobody at the site holds the moves; opening rows stand for them."""
    if row["period"]:
        return (scopes.closed_month(str(row["site_id"]), str(row["period"])),)
    return _in_sites_of_the_way(row)


TABLES = (
    Replicated(
        table=stock_move,
        role=TableRole.LEDGER,
        scopes=_move_scopes,
        balances=_BALANCES,
    ),
    Replicated(
        table=stock_opening,
        role=TableRole.LEDGER,
        scopes=scopes.in_site,
        opens=Opens(
            table="stock_move",
            keys=("product_id", "lot", "movement_type", "from_location", "to_location"),
            amount="qty_micro",
            balances=_BALANCES,
            included=last_slot,
        ),
    ),
    Replicated(table=movement, role=TableRole.LEDGER, scopes=_in_sites_of_the_way),
    Replicated(table=purchase_line, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=reservation, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=reservation_release, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=movement_type, role=TableRole.RECORD, scopes=scopes.in_all),
    Replicated(table=site_opening, role=TableRole.RECORD, scopes=scopes.in_site),
)
