"""The whole channel as head office's tree shows it: regions, accounts, their sites (A01-A07)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.channel.documents import Account
from shared.channel.queries import region_tree
from shared.channel.rules import split, upstreams
from shared.channel.tables import (
    account_region,
    channel_account,
    customer_category,
    level,
    partner,
    region,
    sales_org,
    site,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLine:
    """A region that exists now; ``parent_id`` '' stands at the top."""

    region_id: str
    parent_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """A site with the accounts it works for."""

    site_id: str
    name: str
    site_type: str
    account_ids: tuple[str, ...]
    sales_org_ids: tuple[str, ...]
    region_id: str
    sales_mode: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account with all that its publication states, and what it is called by."""

    account: Account
    partner_name: str
    level_name: str
    region_name: str
    upstream_names: tuple[str, ...]
    """'' is head office."""
    sites: tuple[SiteLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The channel at an instant, with the words its lists are chosen from."""

    regions: tuple[RegionLine, ...]
    accounts: tuple[AccountLine, ...]
    sites: tuple[SiteLine, ...]
    orgs: Mapping[str, str]
    levels: Mapping[str, str]
    """By rank."""
    categories: Mapping[str, tuple[str, str]]
    """Id to sales organisation and name."""
    partners: Mapping[str, str]


def read_channel(connection: Connection, at_us: int) -> Channel:
    """The channel as it stands at an instant; head office only."""
    parents = region_tree(connection, at_us)
    names = _region_names(connection, at_us)
    leaves = _leaves(connection, at_us)
    used = {leaf for leaf, _from_us in leaves.values() if leaf}
    sites = _sites(connection)
    used |= {one.region_id for one in sites if one.region_id}
    regions = tuple(
        RegionLine(region_id=one, parent_id=parents.get(one, ""), name=names.get(one, one))
        for one in sorted(parents.keys() | used)
    )
    levels = _levels(connection)
    partners = dict(connection.execute(select(partner.c.id, partner.c.name)).all())
    return Channel(
        regions=regions,
        accounts=_accounts(connection, leaves, names, levels, partners, sites),
        sites=sites,
        orgs=dict(connection.execute(select(sales_org.c.id, sales_org.c.name)).all()),
        levels=levels,
        categories={
            row.id: (row.sales_org_id, row.name)
            for row in connection.execute(select(customer_category))
        },
        partners=partners,
    )


def _accounts(
    connection: Connection,
    leaves: Mapping[str, tuple[str, int]],
    regions: Mapping[str, str],
    levels: Mapping[str, str],
    partners: Mapping[str, str],
    sites: tuple[SiteLine, ...],
) -> tuple[AccountLine, ...]:
    rows = connection.execute(select(channel_account).order_by(channel_account.c.id)).all()
    names = {row.id: row.name for row in rows}
    of_account: dict[str, list[SiteLine]] = {}
    for one in sites:
        for account_id in one.account_ids:
            of_account.setdefault(account_id, []).append(one)
    found = []
    for row in rows:
        leaf, from_us = leaves.get(row.id, ("", 0))
        stated = Account(
            account_id=row.id,
            partner_id=row.partner_id,
            sales_org_id=row.sales_org_id,
            name=row.name,
            level_id=row.level_id,
            region_id=leaf,
            region_from_at_us=from_us,
            upstream_account_ids=upstreams(row.upstream_ids),
            category_id=row.category_id,
            credit_limit_minor=row.credit_limit_minor,
            terms_days=row.terms_days,
            currency=row.currency,
            is_active=bool(row.is_active),
            revision_policy=row.revision_policy,
        )
        found.append(
            AccountLine(
                account=stated,
                partner_name=partners.get(row.partner_id, ""),
                level_name=levels.get(row.level_id, ""),
                region_name=regions.get(leaf, leaf),
                upstream_names=tuple(names.get(one, one) for one in stated.upstream_account_ids),
                sites=tuple(of_account.get(row.id, ())),
            )
        )
    return tuple(found)


def _sites(connection: Connection) -> tuple[SiteLine, ...]:
    return tuple(
        SiteLine(
            site_id=row.id,
            name=row.name,
            site_type=row.site_type,
            account_ids=split(row.account_ids),
            sales_org_ids=split(row.sales_org_ids),
            region_id=row.region_id,
            sales_mode=row.sales_mode,
            is_active=bool(row.is_active),
        )
        for row in connection.execute(select(site).order_by(site.c.id))
    )


def _levels(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(level.c.id, level.c.name).order_by(level.c.rank, level.c.id))
    return {row.id: row.name for row in rows}


def _leaves(connection: Connection, at_us: int) -> dict[str, tuple[str, int]]:
    """The leaf each account sits on now, and since when."""
    rows = connection.execute(
        select(account_region)
        .where(account_region.c.from_at_us <= at_us)
        .order_by(account_region.c.from_at_us)
    )
    return {row.account_id: (row.region_id, row.from_at_us) for row in rows}


def _region_names(connection: Connection, at_us: int) -> dict[str, str]:
    """What regions are called now; one that is only to come is called so already."""
    rows = connection.execute(
        select(region.c.region_id, region.c.name, region.c.from_at_us).order_by(
            (region.c.from_at_us <= at_us), region.c.from_at_us
        )
    )
    return {row.region_id: row.name for row in rows}
