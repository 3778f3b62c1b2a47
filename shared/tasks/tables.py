"""The table of tasks, held by head office and by the site whose business they are."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from shared.journal.tables import journal
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)
from shared.tasks.rules import KeptState

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

kept_document = replicated_table(
    "kept_document",
    text_column("device_id", index=True),
    integer_column("incarnation"),
    integer_column("n"),
    text_column("site_id"),
    text_column("uid"),
    text_column("kind"),
    text_column("code"),
    text_column("author_id"),
    integer_column("happened_at_us"),
    integer_column("kept_at_us"),
    text_column("content"),
    text_column("state", index=True),
    integer_column("tried_at_us"),
    integer_column("settled_at_us"),
    text_column("settled_by"),
    text_column("reason"),
    text_column("replaced_by"),
)
"""A document head office could not post and keeps for repair (异常单据, Q03)."""


def _note_settled(connection: Connection, ids: Sequence[str]) -> None:
    """A device's own journal hears what became of its kept documents.

    One that is posted after all stands like any other; the rows of one that was laid down exist
    nowhere else, and the end of the sync takes them back.
    """
    k, j = kept_document.c, journal.c
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(k.device_id, k.incarnation, k.n, k.state).where(
                k.id.in_(ids[start : start + 500]),
                k.state.in_([KeptState.STORED.value, KeptState.CLOSED.value]),
            )
        ).all()
        for row in rows:
            connection.execute(
                update(journal)
                .where(
                    j.device_id == row.device_id,
                    j.incarnation == row.incarnation,
                    j.n == row.n,
                    j.verdict == "kept",
                )
                .values(verdict=row.state)
            )


TABLES = (
    Replicated(table=task, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(
        table=kept_document,
        role=TableRole.RECORD,
        scopes=scopes.in_site_and_hq,
        derive=_note_settled,
    ),
)
