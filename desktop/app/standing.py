"""Where this device stands, read for the status bar."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from desktop.app.client import Client
from desktop.app.home import spool_folder
from desktop.shell.statusbar import Standing
from desktop.store.desk import Desk
from desktop.store.identity import Identity
from desktop.sync.alarms import alarms, oldest_unsent_us
from desktop.sync.progress import HELD, MUCH_ROWS, Progress
from desktop.sync.story import status
from shared.channel.queries import zone_of
from shared.core.errors import QutongError
from shared.pricing.queries import active_version, sales_orgs_of_site
from shared.tasks.queries import count_open

if TYPE_CHECKING:
    from desktop.sync.worker import SyncWorker


def standing_now(client: Client, desk: Desk, worker: "SyncWorker | None") -> Standing:
    """Where this device stands now; without a worker nothing is said of syncs."""
    identity, now_us = client.store.identity, client.clock.now_us()
    free = _free_bytes(client.home, spool_folder(client.home) or client.home)
    return desk.read(standing_of, identity, now_us, sync_state_of(worker), free)


def _free_bytes(*folders: Path) -> int | None:
    """The room on the fuller disk of these; who writes to one that is away tells that."""
    found: list[int] = []
    for folder in folders:
        with suppress(OSError):
            found.append(shutil.disk_usage(folder).free)
    return min(found, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What the worker is doing."""

    is_syncing: bool = False
    trouble: str = ""
    progress: Progress | None = None
    """What is being fetched; None where nothing ever is."""


def standing_of(
    connection: Connection,
    identity: Identity | None,
    now_us: int,
    sync: SyncState,
    free_bytes: int | None = None,
) -> Standing:
    """The bar's figures, from the journal and the rows here."""
    if identity is None:
        return Standing(now_us=now_us, has_office=False)
    found = status(connection, identity)
    told = alarms(connection, identity, now_us, free_bytes=free_bytes)
    here, rows = sync.progress.rows(found.scopes) if sync.progress else (0, 0)
    is_held = sync.progress is not None and sync.progress.is_held
    if rows < MUCH_ROWS or here == rows:
        here = rows = 0
    return Standing(
        now_us=now_us,
        zone=zone_of(connection, identity.site_id),
        unsent=found.unsent,
        unsent_since_us=oldest_unsent_us(connection, identity, found.state.acknowledged_n),
        kept=found.kept,
        # By the clock that sales are priced by.
        price_version=_price_version(
            connection, identity.site_id, now_us + found.state.clock_offset_us
        ),
        synced_at_us=found.state.synced_at_us,
        has_office=bool(identity.server_url),
        is_syncing=sync.is_syncing,
        # What a person holds is no trouble.
        trouble="" if sync.trouble == HELD else sync.trouble,
        rows_here=here,
        rows_all=rows,
        is_held=is_held,
        open_tasks=count_open(connection),
        alarm=told[0].code if told else "",
        is_recovering=bool(identity.server_url) and bool(found.state.is_recovering),
    )


def _price_version(connection: Connection, site_id: str, now_us: int) -> int:
    orgs = sales_orgs_of_site(connection, site_id)
    found = [active_version(connection, org, now_us) for org in orgs]
    return max((one.number for one in found if one is not None), default=0)


def sync_state_of(worker: "SyncWorker | None") -> SyncState:
    """What the program's worker does and how its last sync ended; without one nothing."""
    if worker is None:
        return SyncState()
    last = worker.last
    return SyncState(
        is_syncing=worker.is_syncing,
        trouble=last.code if isinstance(last, QutongError) else "",
        progress=worker.progress,
    )
