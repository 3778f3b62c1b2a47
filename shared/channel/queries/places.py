"""Sites and devices: what they are, and in whose name they work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.access.tables import user_account
from shared.channel.rules import founded_site_id, founder_id, split
from shared.channel.tables import device, site
from shared.core.clock import HOME_ZONE
from shared.journal.document import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """A site as a screen or a decision needs it."""

    site_id: str
    name: str
    site_type: str
    account_ids: tuple[str, ...]
    sales_org_ids: tuple[str, ...]
    zone: str
    sales_mode: str
    currency: str
    region_id: str
    mall_partner_id: str
    is_active: bool
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """An enrolled device."""

    device_id: str
    device_type: str
    site_id: str
    tag: str
    public_key: bytes
    is_revoked: bool


_SITE: Final = select(site).where(site.c.id == bindparam("key"))
_SITE_NAME: Final = select(site.c.name).where(site.c.id == bindparam("key"))
_DEVICE: Final = select(device).where(device.c.id == bindparam("key"))


def site_of(connection: Connection, site_id: str) -> SiteView | None:
    """A site by id."""
    row = connection.execute(_SITE, {"key": site_id}).one_or_none()
    if row is None:
        return None
    return SiteView(
        site_id=row.site_id,
        name=row.name,
        site_type=row.site_type,
        account_ids=split(row.account_ids),
        sales_org_ids=split(row.sales_org_ids),
        zone=row.zone,
        sales_mode=row.sales_mode,
        currency=row.currency,
        region_id=row.region_id,
        mall_partner_id=row.mall_partner_id,
        is_active=bool(row.is_active),
        phone=row.phone,
    )


def zone_of(connection: Connection, site_id: str) -> str:
    """The zone of a site; head office's own where it is not known."""
    found = site_of(connection, site_id) if site_id else None
    return (found.zone if found else "") or HOME_ZONE


def currency_of(connection: Connection, site_id: str) -> str:
    """The currency a site keeps its books in; CNY where the site is not known here yet."""
    found = site_of(connection, site_id)
    return found.currency if found else "CNY"


def site_name(connection: Connection, site_id: str) -> str:
    """What a site is called; its id where nobody here knows it."""
    name = connection.execute(_SITE_NAME, {"key": site_id}).scalar_one_or_none()
    return site_id if name is None else name


def device_of(connection: Connection, device_id: str) -> DeviceView | None:
    """An enrolled device by id, revoked ones included."""
    row = connection.execute(_DEVICE, {"key": device_id}).one_or_none()
    if row is None:
        return None
    return DeviceView(
        device_id=row.id,
        device_type=row.device_type,
        site_id=row.site_id,
        tag=row.tag,
        public_key=bytes.fromhex(row.public_key),
        is_revoked=row.revoked_at_us > 0,
    )


def account_ids_of_site(connection: Connection, site_id: str) -> tuple[str, ...]:
    """The channel accounts a site works for, the usual one first."""
    found = site_of(connection, site_id)
    return found.account_ids if found else ()


def sites_of_account(connection: Connection, account_id: str) -> tuple[str, ...]:
    """The sites that work for an account, sorted; head office only holds all of them."""
    rows = connection.execute(
        select(site.c.id, site.c.account_ids)
        .where(site.c.account_ids.contains(account_id, autoescape=True))
        .order_by(site.c.id)
    )
    return tuple(row.id for row in rows if account_id in split(row.account_ids))


def sites_of_device(connection: Connection, device_id: str) -> tuple[str, ...]:
    """The sites in whose name a device may write; () for head office's own and unknown ones."""
    found = device_of(connection, device_id)
    return (found.site_id,) if found and found.site_id and not found.is_revoked else ()


def accounts_of_device(connection: Connection, device_id: str) -> tuple[str, ...]:
    """The channel accounts in whose name a device may order."""
    return tuple(
        account_id
        for site_id in sites_of_device(connection, device_id)
        for account_id in account_ids_of_site(connection, site_id)
    )


def may_found(connection: Connection, public_key: bytes, site_id: str) -> bool:
    """Whether the holder of a key may found this site: its name is the key's, and it has no owner.

    A restored head office is told by others where the shop joined, before the shop comes itself.
    """
    if site_id != founded_site_id(public_key):
        return False
    owner = select(user_account.c.id).where(user_account.c.id == founder_id(site_id))
    return connection.execute(owner).scalar() is None


def founding_beneath(
    name: str, row: Mapping[str, Value], said: Mapping[str, Value]
) -> dict[str, Value]:
    """What a founding document adds to a row that stands at head office already, by table: what
    joining left blank, and nothing where head office published the whole row."""
    if name == site.name and not row["site_type"]:
        return {column: value for column, value in said.items() if not row[column]}
    return {}


def supplying_sites(connection: Connection) -> list[tuple[str, str]]:
    """Head office's own sites, from which its goods leave: id and name, by id."""
    rows = connection.execute(
        select(site.c.id, site.c.name)
        .where(site.c.account_ids == "", site.c.is_active == 1)
        .order_by(site.c.id)
    )
    return [(row.id, row.name) for row in rows]
