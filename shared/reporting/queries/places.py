"""Sites with their region and dealer, as head office groups figures by them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.channel.queries import region_tree
from shared.channel.rules import path_to_root, split
from shared.channel.tables import account_region, channel_account, region, site


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """Where a site stands: in which region, and for which channel account it works."""

    site_id: str
    site_name: str
    site_type: str
    sales_mode: str
    currency: str
    account_id: str
    """Its account in the sales organisation asked for, else its usual one; '' = head office's."""
    account_name: str
    sales_org_ids: tuple[str, ...]
    region_id: str
    region_name: str
    region_path: tuple[str, ...]
    """The region and those above it."""
    phone: str = ""


def places(connection: Connection, sales_org_id: str, at_us: int) -> list[SitePlace]:
    """The open sites, by id; of one sales organisation, or of all ('')."""
    accounts = {
        row.id: row
        for row in connection.execute(
            select(channel_account.c.id, channel_account.c.name, channel_account.c.sales_org_id)
        )
    }
    names = region_names(connection, at_us)
    tree = region_tree(connection, at_us)
    leaves = _leaves(connection, at_us)
    found: list[SitePlace] = []
    for row in connection.execute(select(site).where(site.c.is_active == 1).order_by(site.c.id)):
        own = [accounts[one] for one in split(row.account_ids) if one in accounts]
        orgs = tuple(dict.fromkeys((*(one.sales_org_id for one in own), *split(row.sales_org_ids))))
        if sales_org_id and sales_org_id not in orgs:
            continue
        asked = [one for one in own if one.sales_org_id == sales_org_id] or own
        account_id, account_name = (asked[0].id, asked[0].name) if asked else ("", "")
        leaf = leaves.get(account_id, "") or row.region_id
        found.append(
            SitePlace(
                site_id=row.id,
                site_name=row.name,
                site_type=row.site_type,
                sales_mode=row.sales_mode,
                currency=row.currency,
                account_id=account_id,
                account_name=account_name,
                sales_org_ids=orgs,
                region_id=leaf,
                region_name=names.get(leaf, leaf),
                region_path=path_to_root(leaf, tree) if leaf else (),
                phone=row.phone,
            )
        )
    return found


def _leaves(connection: Connection, at_us: int) -> Mapping[str, str]:
    """The leaf every account sits on at an instant, asked for all at once (A01)."""
    c = account_region.c
    rows = connection.execute(
        select(c.account_id, c.region_id)
        .where(c.from_at_us <= at_us)
        .order_by(c.account_id, c.from_at_us)
    )
    return {row.account_id: row.region_id for row in rows}


def region_names(connection: Connection, at_us: int) -> Mapping[str, str]:
    """What regions are called at an instant."""
    rows = connection.execute(
        select(region.c.region_id, region.c.name)
        .where(region.c.from_at_us <= at_us)
        .order_by(region.c.region_id, region.c.from_at_us)
    )
    return {row.region_id: row.name for row in rows}
