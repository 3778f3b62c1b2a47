"""What is told of the last syncs, and of own documents head office keeps aside (Q05)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from desktop.store.identity import Identity
from desktop.store.mending import LOST
from desktop.store.tables import sync_finding, sync_log
from shared.core.errors import QutongError
from shared.journal.document import Header
from shared.journal.kind import Registry
from shared.journal.tables import journal


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSync:
    """One sync as it is told; instants in microseconds UTC."""

    at_us: int
    took_us: int
    outcome: str
    """``done``, or the code of what stopped it."""
    sent: int
    received: int
    kept: int
    findings: int
    kinds: Mapping[str, int] = field(default_factory=dict)
    """What was sent, documents by kind; empty where it is not known or too much to count."""


_COUNTED_MAX: Final = 2_000
"""Of more documents nobody reads the kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """An own document that head office could not post, and why."""

    uid: str
    kind: str
    number: str
    """The printed number, '' where the document has none or cannot be read."""
    at_us: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """Something a sync or a start came upon."""

    at_us: int
    code: str
    count: int = 0
    """How many rows or balances it is about, where that is told."""
    number: str = ""
    """Which document it is about, where that is told."""


class _Story(msgspec.Struct):
    up_to_n: int = 0


def sent_kinds(
    connection: Connection, identity: Identity, *, up_to_n: int, count: int
) -> dict[str, int]:
    """The last ``count`` own documents up to a slot, by kind."""
    c = journal.c
    rows = connection.execute(
        select(c.kind, func.count())
        .where(
            c.device_id == identity.device_id,
            c.incarnation == identity.incarnation,
            c.n > up_to_n - count,
            c.n <= up_to_n,
        )
        .group_by(c.kind)
    )
    return {row[0]: row[1] for row in rows}


def _kinds(
    connection: Connection, identity: Identity | None, story: str, pushed: int
) -> dict[str, int]:
    if identity is None or not 0 < pushed <= _COUNTED_MAX:
        return {}
    up_to_n = msgspec.json.decode(story, type=_Story).up_to_n
    if not up_to_n:
        return {}
    return sent_kinds(connection, identity, up_to_n=up_to_n, count=pushed)


def last_syncs(
    connection: Connection, identity: Identity | None = None, *, limit: int = 30
) -> Sequence[PastSync]:
    """The latest first; with whose they are, what was sent is told by kind."""
    rows = connection.execute(
        select(sync_log).order_by(sync_log.c.started_at_us.desc()).limit(limit)
    )
    return [
        PastSync(
            at_us=row.started_at_us,
            took_us=max(row.finished_at_us - row.started_at_us, 0),
            outcome=row.outcome,
            sent=row.pushed,
            received=row.pulled,
            kept=row.kept,
            findings=row.findings,
            kinds=_kinds(connection, identity, row.story, row.pushed),
        )
        for row in rows
    ]


def last_findings(connection: Connection, *, limit: int = 20) -> Sequence[Come]:
    """What was come upon, the latest first."""
    rows = connection.execute(
        select(sync_finding.c.found_at_us, sync_finding.c.code, sync_finding.c.detail)
        .order_by(sync_finding.c.found_at_us.desc(), sync_finding.c.id)
        .limit(limit)
    )
    return [
        Come(
            at_us=row.found_at_us,
            code=row.code,
            count=_count(row.code, row.detail),
            number=row.detail if row.code == LOST else "",
        )
        for row in rows
    ]


_COUNTED = frozenset({"ROWS_REPAIRED", "BALANCES_MENDED"})


def _count(code: str, detail: str) -> int:
    """``changed 1, missing 0, extra 2`` is about three rows."""
    return sum(map(int, re.findall("[0-9]+", detail))) if code in _COUNTED else 0


def kept_documents(
    connection: Connection, identity: Identity | None, registry: Registry, *, limit: int = 200
) -> Sequence[KeptDocument]:
    """Own documents kept aside, the latest first."""
    if identity is None:
        return []
    rows = connection.execute(
        select(journal.c.uid, journal.c.kind, journal.c.stored, journal.c.stored_at_us,
               journal.c.code)
        .where(journal.c.device_id == identity.device_id, journal.c.verdict == "kept")
        .order_by(journal.c.n.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        KeptDocument(
            uid=row.uid,
            kind=row.kind,
            number=_number(registry, row.stored),
            at_us=row.stored_at_us,
            code=row.code,
        )
        for row in rows
    ]


def _number(registry: Registry, stored: bytes) -> str:
    try:
        header: Header = registry.decode(stored).header
    except QutongError:
        return ""
    return header.number
