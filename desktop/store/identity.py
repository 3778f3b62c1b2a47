"""Who this device is, as stored in its database and its spool."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from desktop.store.tables import sync_state, this_device
from shared.journal.chain import SigningKey
from shared.journal.spool import SpoolIdentity
from shared.sync.appending import Author
from shared.sync.replica import Owns


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An enrolled device. ``tag`` is its short name in printed numbers."""

    device_id: str
    device_type: str
    site_id: str
    tag: str
    incarnation: int
    epoch: str
    """Head office's epoch as last told."""
    public_key: bytes
    hq_public_key: bytes
    server_url: str = ""

    def author(self, key: SigningKey) -> Author:
        """The writer of this device's journal."""
        return Author(device_id=self.device_id, incarnation=self.incarnation, tag=self.tag, key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What head office acknowledged, and the clock; microseconds."""

    acknowledged_n: int = 0
    acknowledged_hash: bytes = b""
    head_signature: bytes = b""
    synced_at_us: int = 0
    clock_offset_us: int = 0
    """To be added to this clock."""
    clock_doubt_us: int = 0
    returned_epoch: bytes = b""
    """The epoch of the restored head office that was given everything held here."""
    return_tries: int = 0
    is_reported: int = 0
    """Whether that epoch was told so."""
    is_recovering: int = 0
    """Whether head office's figures are not whole yet, as last told."""
    revoked_at_us: int = 0
    """When this device learned that head office trusts it no more; 0 = it does."""
    clock_looked_at_us: int = 0
    """When the clock was compared, by this clock; 0 = not known."""


def load_identity(connection: Connection) -> Identity | None:
    """The enrolled identity; None before enrolment."""
    row = connection.execute(_IDENTITY).mappings().one_or_none()
    if row is None:
        return None
    return Identity(**{name: row[name] for name in Identity.__slots__})


def store_identity(connection: Connection, identity: Identity) -> None:
    """Remember who this device is."""
    row = {name: getattr(identity, name) for name in Identity.__slots__}
    connection.execute(delete(this_device))
    connection.execute(insert(this_device), [row | {"id": 1}])


# Built once: a sync reads it several times, also when there is nothing to do.
_STATE = select(sync_state)
_STATE_ID = select(sync_state.c.id)
_CHANGE_STATE = update(sync_state)
_IDENTITY = select(this_device)


def load_state(connection: Connection) -> SyncState:
    """Where sync stands; the defaults before the first one."""
    row = connection.execute(_STATE).mappings().one_or_none()
    if row is None:
        return SyncState()
    return SyncState(**{name: row[name] for name in SyncState.__slots__})


def store_state(connection: Connection, **values: int | bytes) -> None:
    """Change what is given, keep the rest."""
    if connection.execute(_STATE_ID).scalar() is None:
        connection.execute(insert(sync_state), [{"id": 1}])
    connection.execute(_CHANGE_STATE, values)


def spool_identity(identity: Identity, key: SigningKey) -> SpoolIdentity:
    """The spool's record of who this is, signed."""
    plain = SpoolIdentity(
        device_id=identity.device_id,
        incarnation=identity.incarnation,
        public_key=identity.public_key,
        hq_public_key=identity.hq_public_key,
        device_type=identity.device_type,
        site_id=identity.site_id,
        tag=identity.tag,
        epoch=identity.epoch,
        server_url=identity.server_url,
    )
    return plain.signed(key)


def identity_of(record: SpoolIdentity) -> Identity:
    """The identity a spool names."""
    return Identity(**{name: getattr(record, name) for name in Identity.__slots__})


def owns_for(
    site_ids: frozenset[str], account_ids: frozenset[str], *, is_head_office: bool = False
) -> Owns:
    """The ledger ends a device keeps balances of: its sites', the ways to and from them
    (``transit/A/B``, whose moves both sites hold), and its channel accounts'.

    A desktop of head office holds every account's entries, and so every account's balance.
    """
    if is_head_office:
        account_ids = frozenset()
    prefixes = tuple(f"site/{site}/" for site in site_ids) + tuple(
        f"partner/{account}/" for account in account_ids
    )
    if is_head_office:
        prefixes += ("partner/", "hq/")

    def owns(end: str) -> bool:
        if end.startswith(prefixes):
            return True
        kind, *sites = end.split("/")
        return kind == "transit" and not site_ids.isdisjoint(sites)

    return owns
