"""Tables of access: users for head office, and what a site must know of its own users."""

from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

user_account = replicated_table(
    "user_account",
    text_column("name"),
    text_column("role"),
    text_column("pin_hash"),
    integer_column("is_active"),
    integer_column("until_at_us"),
)
"""Every user; id = user_id. Head office alone holds it."""

user_grant = replicated_table(
    "user_grant",
    text_column("user_id", index=True),
    text_column("site_id"),
    text_column("sales_org_id"),
    text_column("level"),
    text_column("name"),
    text_column("role"),
    text_column("pin_hash"),
    integer_column("is_active"),
    integer_column("until_at_us"),
)
"""One user at one site for one sales organisation, with all that signing in there needs.

The user's own columns are repeated, so that a site holds its users and nobody else's.
"""

user_grant_change = replicated_table(
    "user_grant_change",
    text_column("user_id", index=True),
    text_column("site_id"),
    text_column("sales_org_id"),
    text_column("level"),
    text_column("role"),
    integer_column("is_active"),
    integer_column("from_at_us"),
)
"""What every publication said of a grant, and from when.

A till that was offline brings sales of somebody who has left since: they were right when they
happened, and facts are never refused (domain rule 1).
"""


TABLES: tuple[Replicated, ...] = (
    Replicated(table=user_account, role=TableRole.RECORD, scopes=scopes.in_hq),
    Replicated(table=user_grant, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=user_grant_change, role=TableRole.LEDGER, scopes=scopes.in_hq),
)
