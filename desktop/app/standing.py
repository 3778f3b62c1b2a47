"""Where this device stands, read for the status bar."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from desktop.shell.statusbar import Standing
from desktop.store.identity import Identity
from desktop.sync.story import status
from shared.channel.queries import site_of
from shared.journal.tables import journal
from shared.pricing.queries import active_version, sales_orgs_of_site
from shared.tasks.queries import count_open


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What the worker is doing."""

    is_syncing: bool = False
    trouble: str = ""


def standing_of(
    connection: Connection, identity: Identity | None, now_us: int, sync: SyncState
) -> Standing:
    """The bar's figures, from the journal and the rows here."""
    if identity is None:
        return Standing(now_us=now_us, has_office=False)
    found = status(connection, identity)
    place = site_of(connection, identity.site_id)
    return Standing(
        now_us=now_us,
        zone=(place.zone if place else "") or "Asia/Shanghai",
        unsent=found.unsent,
        unsent_since_us=_oldest_unsent(connection, identity, found.state.acknowledged_n),
        kept=found.kept,
        price_version=_price_version(connection, identity.site_id, now_us),
        synced_at_us=found.state.synced_at_us,
        has_office=bool(identity.server_url),
        is_syncing=sync.is_syncing,
        trouble=sync.trouble,
        open_tasks=count_open(connection),
    )


def _oldest_unsent(connection: Connection, identity: Identity, acknowledged_n: int) -> int:
    found = connection.execute(
        select(func.min(journal.c.stored_at_us)).where(
            journal.c.device_id == identity.device_id,
            journal.c.incarnation == identity.incarnation,
            journal.c.n > acknowledged_n,
        )
    ).scalar()
    return int(found or 0)


def _price_version(connection: Connection, site_id: str, now_us: int) -> int:
    orgs = sales_orgs_of_site(connection, site_id)
    found = [active_version(connection, org, now_us) for org in orgs]
    return max((one.number for one in found if one is not None), default=0)
