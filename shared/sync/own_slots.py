"""What this device's own documents posted: to post it again, or to have it confirmed again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from shared.core.errors import QutongError
from shared.journal.chain import document_hash
from shared.journal.document import Write
from shared.journal.kind import Registry
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.holding import Tally, granted_scopes
from shared.sync.replica import load_rows
from shared.sync.statements import upsert
from shared.sync.tables import Replicated, TableRole

NONSENSE = (QutongError, ArithmeticError, LookupError, ValueError, TypeError)
"""What code that posts a document raises when the document makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The journal whose rows wait for confirmation: this device's, in its incarnation."""

    device_id: str
    incarnation: int


class OwnSlots:
    """What this device's own slots posted, decoded once each."""

    def __init__(self, connection: Connection, registry: Registry, own: Own) -> None:
        self.of = own
        self._connection = connection
        self._registry = registry
        self._of = {"device_id": own.device_id, "incarnation": own.incarnation}
        self._after: dict[tuple[str, str], list[tuple[int, Write]]] | None = None
        self._of_slot: dict[int, list[Write]] = {}

    def writes(self, n: int) -> list[Write]:
        """The rows slot ``n`` posted."""
        if n not in self._of_slot:
            found = self._connection.execute(_STORED, self._of | {"n": n}).one_or_none()
            self._of_slot[n] = self._posted(found.stored, found.hash) if found else []
        return self._of_slot[n]

    def after(self, posted_n: int, table: str, row_id: str) -> list[tuple[int, Write]]:
        """Writes of the slots after ``posted_n`` to one row, in order of the slots."""
        if self._after is None:
            self._after = {}
            found = self._connection.execute(_STORED_AFTER, self._of | {"n": posted_n})
            for n, stored, hashed in found.all():
                for write in self._posted(stored, hashed):
                    self._after.setdefault((write.table, write.id), []).append((n, write))
        return self._after.get((table, row_id), [])

    def _posted(self, stored: bytes, hashed: bytes) -> list[Write]:
        if document_hash(stored) != hashed:
            # A flipped bit: the rows know better than what is left of their document.
            return []
        try:
            return self._registry.post(self._registry.decode(stored))
        except NONSENSE:
            # Such a document was never posted here either; head office keeps it aside.
            return []

    def kept(self, slots: Iterable[int]) -> set[int]:
        """Which of these slots head office keeps aside."""
        return set(self._connection.execute(_KEPT, self._of).scalars()).intersection(slots)


# Built once: making a statement costs more than running it.
_OF = (
    journal.c.device_id == bindparam("device_id"),
    journal.c.incarnation == bindparam("incarnation"),
)
_STORED = select(journal.c.stored, journal.c.hash).where(*_OF, journal.c.n == bindparam("n"))
_STORED_AFTER = (
    select(journal.c.n, journal.c.stored, journal.c.hash)
    .where(*_OF, journal.c.n > bindparam("n"))
    .order_by(journal.c.n)
)
_KEPT = select(journal.c.n).where(*_OF, journal.c.verdict == "kept")


def unconfirm(connection: Connection, replica: Replica, own: Own, after_n: int) -> int:
    """Head office lost our slots after ``after_n``: their rows wait for confirmation again.

    Returns how many rows that are; what they add up to stays as it is.
    """
    tally = Tally(granted_scopes(connection))
    slots = OwnSlots(connection, replica.registry, own)
    query = select(journal.c.n).where(
        journal.c.device_id == own.device_id,
        journal.c.incarnation == own.incarnation,
        journal.c.n > after_n,
    )
    count = 0
    for n in connection.execute(query.order_by(journal.c.n)).scalars().all():
        for write in slots.writes(n):
            count += _unconfirm_row(connection, replica.schema[write.table], write.id, n, tally)
    tally.store(connection)
    return count


def _unconfirm_row(
    connection: Connection, table: Replicated, row_id: str, n: int, tally: Tally
) -> int:
    row: Any = load_rows(connection, table, {row_id}).get(row_id)
    if row is None:
        return 0
    row["_slot"] = n
    if table.role is TableRole.LEDGER:
        tally.change(table.scopes(row), row["_digest"], 0)
        row["_digest"] = 0
    upsert(connection, table.table, ("id",), [row])
    return 1
