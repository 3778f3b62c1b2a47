"""The table of members: a row per member and site that knows them, for it and head office."""

from sqlalchemy import Index

from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

member = replicated_table(
    "member",
    text_column("member_id", index=True),
    text_column("site_id"),
    text_column("code"),
    text_column("name"),
    text_column("initials"),
    text_column("phone"),
    text_column("phone_tail"),
    text_column("birthday"),
    text_column("note"),
    text_column("price_list"),
    integer_column("is_active"),
    integer_column("registered_at_us"),
)
"""id = member and site. One person in two shops is two rows of one ``member_id``, so that a shop
holds its own members' phones and nobody else's."""
Index("member_code", member.c.code)
Index("member_tail", member.c.phone_tail)

TABLES: tuple[Replicated, ...] = (
    Replicated(table=member, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
)
