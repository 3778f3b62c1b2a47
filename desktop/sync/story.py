"""The story of a sync, and where a device stands: what is told to people and kept in the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from desktop.store.identity import Identity, SyncState, load_state, store_state
from desktop.store.local import LocalStore
from desktop.store.tables import sync_log
from desktop.sync.progress import HELD
from shared.journal.tables import journal
from shared.sync.appending import head_of
from shared.sync.confirm import Finding
from shared.sync.holding import cursors
from shared.sync.statements import ONE_ROW

LOGS_KEPT = 100


@dataclass(slots=True)
class Summary:
    """The story of one sync."""

    started_at_us: int
    finished_at_us: int = 0
    outcome: str = "done"
    """``done``, or the code of what stopped it."""
    pushed: int = 0
    """Slots head office acknowledged for the first time."""
    kept: dict[int, str] = field(default_factory=dict)
    """Own slots head office keeps aside, with the reason's code."""
    pulled: int = 0
    """Rows and tombstones."""
    returned: int = 0
    """Documents of others a restored head office took back."""
    scopes: dict[str, int] = field(default_factory=dict)
    """Rows by scope."""
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    up_to_n: int = 0
    """The last own slot acknowledged for the first time; 0 = none."""
    head_office_at_us: int = 0
    """Head office's own time when it answered the last hello; 0 = it did not."""

    @property
    def is_idle(self) -> bool:
        """Whether all there is to say is that nothing was new."""
        moved = self.pushed or self.pulled or self.gained or self.lost
        return self.outcome in ("done", HELD) and not (moved or self.kept or self.findings)


def write_log(local: LocalStore, summary: Summary) -> None:
    """Keep the story; the oldest of many goes."""
    row = {
        "started_at_us": summary.started_at_us,
        "finished_at_us": summary.finished_at_us,
        "outcome": summary.outcome,
        "pushed": summary.pushed,
        "kept": len(summary.kept),
        "pulled": summary.pulled,
        "findings": len(summary.findings),
        "story": msgspec.json.encode(summary).decode(),
    }

    def work(connection: Connection) -> None:
        at_us = summary.started_at_us
        connection.execute(_DROP, {"same": at_us, "ahead": at_us + _AHEAD_US})
        connection.execute(_ADD, [row])
        oldest = connection.execute(_OLDEST).scalar()
        if oldest is not None:
            connection.execute(delete(sync_log).where(sync_log.c.started_at_us <= oldest))
        if summary.outcome == "done":
            store_state(connection, synced_at_us=summary.finished_at_us)

    (local.transact_lightly if summary.is_idle else local.transact)(work)


# Built once: making a statement costs more than running it.
_AHEAD_US = 3_600_000_000
_DROP = delete(sync_log).where(
    (sync_log.c.started_at_us == bindparam("same"))
    | (sync_log.c.started_at_us > bindparam("ahead"))
)
"""The same sync told twice, and those of a clock that was hours ahead: they would be the newest for
as long, and every later one would go."""
_ADD = insert(sync_log)
_OLDEST = (
    select(sync_log.c.started_at_us)
    .order_by(sync_log.c.started_at_us.desc())
    .offset(LOGS_KEPT)
    .limit(ONE_ROW)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """Where this device stands: what is not acknowledged, and the last sync."""

    identity: Identity
    head_n: int
    state: SyncState
    kept: int
    """Own documents head office keeps aside and nobody settled yet (Q03)."""
    scopes: Mapping[str, tuple[int, int, int]]
    """Sequence, count and digest by scope."""

    @property
    def unsent(self) -> int:
        """Documents head office has not acknowledged."""
        return self.head_n - self.state.acknowledged_n


def status(connection: Connection, identity: Identity) -> SyncStatus:
    """What a status bar and ``status`` on the command line show."""
    head_n, _ = head_of(connection, identity.device_id, identity.incarnation)
    kept = connection.execute(
        select(journal.c.n).where(
            journal.c.device_id == identity.device_id, journal.c.verdict == "kept"
        )
    ).all()
    return SyncStatus(
        identity=identity,
        head_n=head_n,
        state=load_state(connection),
        kept=len(kept),
        scopes={row.scope: (row.seq, row[3], row.digest) for row in cursors(connection)},
    )
