"""A paper of a document flow as it is drawn, and which papers head office lacks yet (E11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.store.identity import load_identity, load_state
from shared.journal.tables import journal

NAMES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """A step of the document flow as it is drawn; one without a document is still to come."""

    kind: str
    number: str = ""
    who: str = ""
    where: str = ""
    at_us: int = 0
    code: str = ""
    id: str = ""
    """uid text of the document; '' = it is not here."""
    amount_minor: int = 0
    """What a payment pays of this chain, or what is still open; 0 = says nothing of money."""
    currency: str = ""
    note: str = ""
    """What a person wrote to it."""
    arrived_at_us: int = 0
    """When it came here; 0 = made here, or not known."""
    is_missing: bool = False
    """It is not here: at head office, or not made yet."""
    is_known: bool = False
    """Of a missing one: it is certain that head office has it."""
    is_own: bool = False
    is_unsent: bool = False


def unsent_of(connection: Connection, uids: Sequence[str]) -> frozenset[str]:
    """Those of the documents that head office has not acknowledged yet."""
    own, acknowledged_n = load_identity(connection), load_state(connection).acknowledged_n
    if own is None:
        return frozenset()
    found: set[str] = set()
    for start in range(0, len(uids), NAMES_MAX):
        part = uids[start : start + NAMES_MAX]
        rows = connection.execute(
            select(journal.c.uid).where(
                journal.c.uid.in_(part),
                journal.c.device_id == own.device_id,
                journal.c.incarnation == own.incarnation,
                journal.c.n > acknowledged_n,
            )
        )
        found |= {row.uid for row in rows}
    return frozenset(found)
