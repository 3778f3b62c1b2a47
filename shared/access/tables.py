"""Tables of access: users for head office, and what a site must know of its own users."""

from collections.abc import Mapping

from shared.journal.document import Value
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
    integer_column("pin_at_us"),
)
"""Every user; id = user_id. Head office alone holds it."""

user_grant = replicated_table(
    "user_grant",
    text_column("user_id", index=True),
    text_column("site_id", index=True),
    text_column("sales_org_id"),
    text_column("level"),
    text_column("name"),
    text_column("role"),
    text_column("pin_hash"),
    integer_column("is_active"),
    integer_column("until_at_us"),
    integer_column("pin_at_us"),
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

user_pin = replicated_table(
    "user_pin",
    text_column("user_id"),
    text_column("site_id"),
    text_column("pin_hash"),
    integer_column("changed_at_us"),
)
"""The PIN a person chose at a site; it holds until head office gives a later one."""

policy = replicated_table(
    "policy", text_column("site_id"), text_column("name"), text_column("value")
)
"""Rules of the house; id = name and site ('' = every site)."""


def _policy_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """A site's own rule is the site's business; all others are everybody's."""
    return scopes.in_site_and_hq(row) if row["site_id"] else scopes.in_all(row)


TABLES: tuple[Replicated, ...] = (
    Replicated(table=user_account, role=TableRole.RECORD, scopes=scopes.in_hq),
    Replicated(table=user_grant, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=user_pin, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=policy, role=TableRole.RECORD, scopes=_policy_scopes),
    Replicated(table=user_grant_change, role=TableRole.LEDGER, scopes=scopes.in_hq),
)
