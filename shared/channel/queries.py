"""What screens, prices, orders and the server ask about the channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.access.queries import sales_orgs_of, sales_orgs_of_people
from shared.access.rules import SYSTEM_USER
from shared.channel.rules import (
    HEAD_OFFICE,
    POLICY_CONFIRM,
    POLICY_INFORM,
    category_part,
    founded_site_id,
    level_part,
    part_scope,
    path_to_root,
    split,
    upstreams,
    with_fallbacks,
)
from shared.channel.tables import (
    account_region,
    assortment_account,
    channel_account,
    customer_category,
    device,
    level,
    region,
    sales_org,
    site,
    supply,
)
from shared.core.errors import RuleViolation
from shared.sync import scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A channel account as a screen or a decision needs it."""

    account_id: str
    partner_id: str
    sales_org_id: str
    name: str
    level_id: str
    upstream_ids: tuple[str, ...]
    """Who may supply it; '' is head office (A02)."""
    category_id: str
    credit_limit_minor: int
    terms_days: int
    currency: str
    is_active: bool


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


_ACCOUNT: Final = select(channel_account).where(channel_account.c.id == bindparam("key"))
_SITE: Final = select(site).where(site.c.id == bindparam("key"))
_DEVICE: Final = select(device).where(device.c.id == bindparam("key"))


def account(connection: Connection, account_id: str) -> AccountView | None:
    """A channel account by id."""
    row = connection.execute(_ACCOUNT, {"key": account_id}).one_or_none()
    if row is None:
        return None
    return AccountView(
        account_id=row.account_id,
        partner_id=row.partner_id,
        sales_org_id=row.sales_org_id,
        name=row.name,
        level_id=row.level_id,
        upstream_ids=upstreams(row.upstream_ids),
        category_id=row.category_id,
        credit_limit_minor=row.credit_limit_minor,
        terms_days=row.terms_days,
        currency=row.currency,
        is_active=bool(row.is_active),
    )


def revision_policy(connection: Connection, account_id: str) -> str:
    """``confirm`` or ``inform``: the account's own word, else its sales organisation's (E09)."""
    own = channel_account.c.revision_policy
    statement = (
        select(own, sales_org.c.revision_policy.label("of_org"))
        .join(sales_org, sales_org.c.id == channel_account.c.sales_org_id, isouter=True)
        .where(channel_account.c.id == account_id)
    )
    row = connection.execute(statement).one_or_none()
    said = (row.revision_policy or row.of_org) if row else ""
    return POLICY_INFORM if said == POLICY_INFORM else POLICY_CONFIRM


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


def currency_of(connection: Connection, site_id: str) -> str:
    """The currency a site keeps its books in; CNY where the site is not known here yet."""
    found = site_of(connection, site_id)
    return found.currency if found else "CNY"


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


def accounts_open_to(
    connection: Connection, user_id: str, site_id: str, permission: str
) -> tuple[AccountView, ...]:
    """The site's accounts for which a user may do this, the usual one first (A04, A05).

    What a person chooses between by Ctrl+O; lists and forms show these accounts' goods, prices
    and orders and no others.
    """
    found = (account(connection, one) for one in account_ids_of_site(connection, site_id))
    known = tuple(one for one in found if one is not None)
    if user_id == SYSTEM_USER:
        return known
    orgs = sales_orgs_of(connection, user_id, site_id, permission)
    return tuple(one for one in known if "" in orgs or one.sales_org_id in orgs)


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


def allowed_upstreams(connection: Connection, account_id: str) -> tuple[str, ...]:
    """Who may supply an account, the usual one first; '' is head office (A02)."""
    found = account(connection, account_id)
    return found.upstream_ids if found else ()


def check_upstream(connection: Connection, account_id: str, supplier_id: str) -> None:
    """Nothing when the supplier may supply the account (A02).

    Raises: RuleViolation UPSTREAM_NOT_ALLOWED, ACCOUNT_UNKNOWN.
    """
    found = account(connection, account_id)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id)
    if supplier_id not in found.upstream_ids:
        raise RuleViolation(
            "UPSTREAM_NOT_ALLOWED", account_id=account_id, supplier_id=supplier_id or "-"
        )


def customers_of(connection: Connection, supplier_id: str) -> list[tuple[str, str]]:
    """Id and name of the accounts a supplier may supply, by name."""
    rows = connection.execute(
        select(supply.c.account_id, supply.c.account_name)
        .where(supply.c.supplier_id == supplier_id, supply.c.is_active == 1)
        .order_by(supply.c.account_name, supply.c.account_id)
    )
    return [(row.account_id, row.account_name) for row in rows]


def ever_supplied(connection: Connection, supplier_ids: Collection[str]) -> list[str]:
    """The accounts these suppliers ('' is head office) supply or once supplied, sorted (A02)."""
    rows = connection.execute(
        select(supply.c.account_id)
        .where(supply.c.supplier_id.in_(supplier_ids))
        .distinct()
        .order_by(supply.c.account_id)
    )
    return list(rows.scalars())


_LEAF: Final = (
    select(account_region.c.region_id)
    .where(
        account_region.c.account_id == bindparam("account_id"),
        account_region.c.from_at_us <= bindparam("at_us"),
    )
    .order_by(account_region.c.from_at_us.desc())
    .limit(1)
)


def region_leaf(connection: Connection, account_id: str, at_us: int) -> str:
    """The one leaf an account sits on at an instant, '' before its first (A01)."""
    found = connection.execute(_LEAF, {"account_id": account_id, "at_us": at_us}).scalar()
    return found or ""


def region_tree(connection: Connection, at_us: int) -> dict[str, str]:
    """The parent of every region that exists at an instant; '' at the top (A01)."""
    rows = connection.execute(
        select(region.c.region_id, region.c.parent_id, region.c.to_at_us)
        .where(region.c.from_at_us <= at_us)
        .order_by(region.c.region_id, region.c.from_at_us)
    )
    latest = {row.region_id: row for row in rows}
    return {
        region_id: row.parent_id
        for region_id, row in latest.items()
        if not row.to_at_us or row.to_at_us > at_us
    }


def region_path(connection: Connection, account_id: str, at_us: int) -> tuple[str, ...]:
    """The account's leaf and the regions above it, leaf first (A01)."""
    leaf = region_leaf(connection, account_id, at_us)
    return path_to_root(leaf, region_tree(connection, at_us)) if leaf else ()


def category_chain(connection: Connection, category_id: str) -> tuple[str, ...]:
    """A customer category and those a price lookup goes on with, in order (C05)."""
    if not category_id:
        return ()
    rows = connection.execute(select(customer_category.c.id, customer_category.c.fallback_id))
    return with_fallbacks(category_id, {row.id: row.fallback_id for row in rows})


def may_found(connection: Connection, public_key: bytes, site_id: str) -> bool:
    """Whether the holder of a key may found this site: its name is the key's, and it is new."""
    return site_id == founded_site_id(public_key) and site_of(connection, site_id) is None


def scopes_of_device(connection: Connection, device_id: str) -> tuple[str, ...]:
    """The scopes a device may hold, sorted: what pull serves, and nothing else (B02, B03, C01).

    A device of a site holds the site, its accounts, their sales organisations with the price
    parts of their levels (also of those they supply) and categories, and the exclusive
    assortments that name them; a warehouse of head office's own the orders it ships. A desktop
    of head office holds ``hq`` (every account's rows are in it, too) and everything that is
    shared, but no site's detail. An unknown or revoked device holds nothing.

    Of these only the sales organisations that the site's people, or head office's, are granted,
    with their accounts (A04).
    """
    found = device_of(connection, device_id)
    if found is None or found.is_revoked:
        return ()
    return scopes_of_place(connection, found)


def scopes_of_place(connection: Connection, found: DeviceView) -> tuple[str, ...]:
    """The scopes of a device of this type and site, sorted, whether it is trusted or not."""
    granted = sales_orgs_of_people(connection, found.site_id)
    if found.device_type == "hq":
        return tuple(sorted(_head_office_scopes(connection, granted)))
    home = site_of(connection, found.site_id)
    if home is None:
        return (scopes.ALL, scopes.site(found.site_id))
    held = {scopes.ALL, scopes.site(home.site_id)}
    if not home.account_ids:
        for org_id in home.sales_org_ids:
            if granted is None or org_id in granted:
                held |= _whole_org(connection, org_id)
        if found.device_type == "warehouse":
            held.add(scopes.SUPPLY)
    accounts = _granted_accounts(connection, home.account_ids, granted)
    return tuple(sorted(held | _scopes_of_accounts(connection, accounts)))


_CHUNK = 500


def _granted_accounts(
    connection: Connection, account_ids: Sequence[str], granted: Collection[str] | None
) -> Sequence[str]:
    """The accounts of granted sales organisations; one that is not published yet is nobody's."""
    if granted is None:
        return account_ids
    found: set[str] = set()
    for start in range(0, len(account_ids), _CHUNK):
        keys = {"ids": account_ids[start : start + _CHUNK]}
        rows = connection.execute(_ORGS_OF_ACCOUNTS, keys)
        found |= {row.id for row in rows if row.sales_org_id in granted}
    return [one for one in account_ids if one in found]


def _scopes_of_accounts(connection: Connection, account_ids: Sequence[str]) -> set[str]:
    """Asked for all accounts at once: a region's desk has hundreds, and asks at each request."""
    held = {scopes.account(one) for one in account_ids}
    places: set[tuple[str, str, str]] = set()
    named: set[str] = set()
    for start in range(0, len(account_ids), _CHUNK):
        part = account_ids[start : start + _CHUNK]
        for row in connection.execute(_ACTIVE_ACCOUNTS, {"ids": part}):
            places.add((row.sales_org_id, row.level_id, row.category_id))
            named.add(row.id)
        lists = connection.execute(_LISTS_OF_ACCOUNTS, {"ids": part})
        held |= {scopes.assortment(row.assortment_id) for row in lists if row.account_id in named}
    below = _levels_below(connection) if any(level_id for _, level_id, _ in places) else {}
    for org_id, level_id, category_id in sorted(places):
        held.add(scopes.org(org_id))
        if level_id:
            levels = (level_id, *below.get(level_id, ()))
            held |= {part_scope(org_id, level_part(one)) for one in levels}
        for one in category_chain(connection, category_id):
            held.add(part_scope(org_id, category_part(one)))
    return held


def _levels_below(connection: Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in connection.execute(_LEVELS).all():
        found.setdefault(row.upstream_level_id, []).append(row.id)
    return found


_ACTIVE_ACCOUNTS: Final = select(
    channel_account.c.id,
    channel_account.c.sales_org_id,
    channel_account.c.level_id,
    channel_account.c.category_id,
).where(
    channel_account.c.id.in_(bindparam("ids", expanding=True)), channel_account.c.is_active == 1
)
_ORGS_OF_ACCOUNTS: Final = select(channel_account.c.id, channel_account.c.sales_org_id).where(
    channel_account.c.id.in_(bindparam("ids", expanding=True))
)
_LISTS_OF_ACCOUNTS: Final = select(
    assortment_account.c.assortment_id, assortment_account.c.account_id
).where(
    assortment_account.c.account_id.in_(bindparam("ids", expanding=True)),
    assortment_account.c.is_active == 1,
)


# Built once: every request of a device asks for its scopes.
_LISTS_OF_ORG: Final = select(assortment_account.c.assortment_id).where(
    assortment_account.c.account_id == bindparam("account_id"),
    assortment_account.c.is_active == 1,
    assortment_account.c.sales_org_id == bindparam("org_id"),
)
_LEVEL_IDS: Final = select(level.c.id)
_LEVELS: Final = select(level.c.id, level.c.upstream_level_id)
_ORG_IDS: Final = select(sales_org.c.id)
_CATEGORIES_OF_ORG: Final = select(customer_category.c.id).where(
    customer_category.c.sales_org_id == bindparam("org_id")
)


def _whole_org(connection: Connection, org_id: str) -> set[str]:
    """A sales organisation as head office sees it, with every price part and exclusive list."""
    held = {scopes.org(org_id)}
    lists = {"account_id": HEAD_OFFICE, "org_id": org_id}
    held |= {scopes.assortment(one) for one in connection.execute(_LISTS_OF_ORG, lists).scalars()}
    for level_id in connection.execute(_LEVEL_IDS).scalars():
        held.add(part_scope(org_id, level_part(level_id)))
    for category_id in connection.execute(_CATEGORIES_OF_ORG, {"org_id": org_id}).scalars():
        held.add(part_scope(org_id, category_part(category_id)))
    return held


def _head_office_scopes(connection: Connection, granted: Collection[str] | None) -> set[str]:
    held = {scopes.ALL, scopes.HQ}
    for org_id in connection.execute(_ORG_IDS).scalars():
        if granted is None or org_id in granted:
            held |= _whole_org(connection, org_id)
    return held


def sales_orgs(connection: Connection) -> list[tuple[str, str]]:
    """The sales organisations this replica holds, id and name, by id."""
    rows = connection.execute(select(sales_org.c.id, sales_org.c.name).order_by(sales_org.c.id))
    return [(row.id, row.name) for row in rows]


def level_names(connection: Connection) -> dict[str, str]:
    """What levels are called."""
    return {row.id: row.name for row in connection.execute(select(level.c.id, level.c.name))}


def region_names(connection: Connection) -> dict[str, str]:
    """What regions are called."""
    rows = connection.execute(select(region.c.region_id, region.c.name))
    return {row.region_id: row.name for row in rows}


def supplying_sites(connection: Connection) -> list[tuple[str, str]]:
    """Head office's own sites, from which its goods leave: id and name, by id."""
    rows = connection.execute(
        select(site.c.id, site.c.name)
        .where(site.c.account_ids == "", site.c.is_active == 1)
        .order_by(site.c.id)
    )
    return [(row.id, row.name) for row in rows]
