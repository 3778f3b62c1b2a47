"""What this device has to tell a person of its own accord, within one interval (T64)."""

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from desktop.store.identity import Identity, load_state
from desktop.store.tables import sync_finding
from shared.journal.tables import journal
from shared.sync.appending import head_of

HOUR_US = 3_600_000_000
UNSENT_US = HOUR_US
FOUND_US = 24 * HOUR_US
"""How long a finding is told at the status bar; the list of messages has it for ever."""
CLOCK_US = 5 * 60_000_000
FREE_BYTES = 512 * 1024 * 1024

FINDINGS = (
    "JOURNAL_LOST",
    "JOURNAL_DAMAGED",
    "SPOOL_DAMAGED",
    "SPOOL_DIFFERS",
    "DEVICE_FORKED",
    "DIGEST_MISMATCH",
)
"""Findings that are alarms, the worst first."""


_c = sync_finding.c
_FOUND = (
    select(_c.code, func.max(_c.found_at_us))
    .where(
        _c.code.in_(FINDINGS),
        _c.found_at_us > bindparam("after"),
        # What lies in time to come was found under a clock that was wrong.
        _c.found_at_us <= bindparam("until"),
    )
    .group_by(_c.code)
)
_UNSENT = select(func.min(journal.c.stored_at_us)).where(
    journal.c.device_id == bindparam("device_id"),
    journal.c.incarnation == bindparam("incarnation"),
    journal.c.n > bindparam("after"),
)


class Alarm(NamedTuple):
    """A condition and since when it is so; microseconds UTC, 0 = not known."""

    code: str
    since_us: int = 0


def alarms(
    connection: Connection, identity: Identity, now_us: int, *, free_bytes: int | None = None
) -> list[Alarm]:
    """Every alarm of this device, the worst first; ``free_bytes`` is the room on its disk, and
    ``now_us`` what its clock says, uncorrected.

    Codes: DISK_LOW, those of FINDINGS, CLOCK_SUSPECT, UNSENT_LONG. What head office keeps aside
    and what stops a sync are told beside these.
    """
    found: list[Alarm] = []
    if free_bytes is not None and free_bytes < FREE_BYTES:
        found.append(Alarm("DISK_LOW"))
    found += _findings(connection, now_us)
    state = load_state(connection)
    if abs(state.clock_offset_us) > CLOCK_US + state.clock_doubt_us:
        found.append(Alarm("CLOCK_SUSPECT"))
    since_us = oldest_unsent_us(connection, identity, state.acknowledged_n)
    # Documents say when they were written by the corrected clock, findings by this one.
    unsent_us = now_us + state.clock_offset_us - since_us
    if identity.server_url and since_us and unsent_us > UNSENT_US:
        found.append(Alarm("UNSENT_LONG", since_us))
    return found


def oldest_unsent_us(connection: Connection, identity: Identity, acknowledged_n: int) -> int:
    """When the first document was written that head office has not acknowledged, by the corrected
    clock; 0 = none."""
    head_n, _ = head_of(connection, identity.device_id, identity.incarnation)
    if head_n <= acknowledged_n:
        return 0
    of = {"device_id": identity.device_id, "incarnation": identity.incarnation}
    found = connection.execute(_UNSENT, {**of, "after": acknowledged_n}).scalar()
    return int(found or 0)


def _findings(connection: Connection, now_us: int) -> list[Alarm]:
    rows = connection.execute(_FOUND, {"after": now_us - FOUND_US, "until": now_us + CLOCK_US})
    last: dict[str, int] = {row[0]: row[1] for row in rows}
    return [Alarm(code, last[code]) for code in FINDINGS if code in last]
