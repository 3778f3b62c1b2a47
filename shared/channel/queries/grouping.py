"""What accounts are grouped by: regions, customer categories, levels, sales organisations."""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.channel.rules import path_to_root, with_fallbacks
from shared.channel.tables import account_region, customer_category, level, region, sales_org

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


def sales_orgs(connection: Connection) -> list[tuple[str, str]]:
    """The sales organisations this replica holds, id and name, by id."""
    rows = connection.execute(select(sales_org.c.id, sales_org.c.name).order_by(sales_org.c.id))
    return [(row.id, row.name) for row in rows]


def sales_org_currencies(connection: Connection) -> dict[str, str]:
    """The currency each sales organisation this replica holds does its business in, by id."""
    rows = connection.execute(select(sales_org.c.id, sales_org.c.currency).order_by(sales_org.c.id))
    return {row.id: row.currency or "CNY" for row in rows}


def level_names(connection: Connection) -> dict[str, str]:
    """What levels are called."""
    return {row.id: row.name for row in connection.execute(select(level.c.id, level.c.name))}


def region_names(connection: Connection) -> dict[str, str]:
    """What regions are called."""
    rows = connection.execute(select(region.c.region_id, region.c.name))
    return {row.region_id: row.name for row in rows}
