"""The scopes a device may hold: what pull serves it, and nothing else."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.access.queries import sales_orgs_of_people
from shared.channel.queries.grouping import category_chain
from shared.channel.queries.places import DeviceView, device_of, site_of
from shared.channel.rules import HEAD_OFFICE, category_part, level_part, part_scope
from shared.channel.tables import (
    assortment_account,
    channel_account,
    customer_category,
    level,
    sales_org,
)
from shared.sync import scopes


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
