"""Which months of a site are closed, and what they cover."""

from sqlalchemy import Connection, select

from shared.closing.rules import mark_in
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

month_close = replicated_table(
    "month_close",
    text_column("site_id", index=True),
    text_column("month"),
    text_column("business_day"),
    integer_column("part"),
    text_column("journals"),
    text_column("signed_off_by"),
    integer_column("closed_at_us"),
)
"""id = uid text of the closing. ``business_day`` is the month's last one; ``journals`` names the
last slot of each journal that is covered."""


def last_slot(connection: Connection, closing: str, device_id: str, incarnation: int) -> int:
    """The last slot of a journal that a closing covers, by its uid text; 0 for none."""
    query = select(month_close.c.journals).where(month_close.c.id == closing)
    return mark_in(connection.execute(query).scalar() or "", device_id, incarnation)


month_request = replicated_table(
    "month_request",
    text_column("month"),
    text_column("sites"),
    text_column("author_id"),
    integer_column("is_signed_off"),
    integer_column("is_done"),
    integer_column("asked_at_us"),
)
"""id = uid text of the request; ``sites`` with blanks between them, '' = all."""

month_outcome = replicated_table(
    "month_outcome",
    text_column("request", index=True),
    text_column("site_id"),
    text_column("month"),
    integer_column("row_count"),
    integer_column("openings"),
    text_column("code"),
    text_column("named"),
    integer_column("told_at_us"),
)
"""id = request and site: what came of a request there."""

TABLES = (
    Replicated(table=month_close, role=TableRole.LEDGER, scopes=scopes.in_site),
    Replicated(table=month_request, role=TableRole.RECORD, scopes=scopes.in_hq),
    Replicated(table=month_outcome, role=TableRole.RECORD, scopes=scopes.in_hq),
)
