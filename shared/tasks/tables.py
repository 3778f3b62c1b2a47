"""The table of tasks, held by head office and by the site whose business they are."""

from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

task = replicated_table(
    "task",
    text_column("code"),
    text_column("subject"),
    text_column("site_id", index=True),
    text_column("params"),
    text_column("about"),
    text_column("state", index=True),
    integer_column("last_at_us"),
    integer_column("closed_at_us"),
    text_column("closed_by"),
    text_column("closing_reason"),
)
"""One row per trouble. ``params`` is JSON of name and text, ``about`` a document's uid text."""


TABLES = (Replicated(table=task, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),)
