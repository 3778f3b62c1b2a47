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


TABLES = (Replicated(table=month_close, role=TableRole.LEDGER, scopes=scopes.in_site),)
