"""What an account may see and order: general and exclusive lists at an instant."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.catalog.queries.goods import products
from shared.catalog.rules import is_listed
from shared.catalog.tables import assortment_item
from shared.channel.queries import account
from shared.channel.tables import assortment_account

_UNPLACED: Final = 1 << 62
_ITEMS: Final = select(
    assortment_item.c.assortment_id,
    assortment_item.c.product_id,
    assortment_item.c.is_exclusive,
    assortment_item.c.from_at_us,
    assortment_item.c.to_at_us,
    assortment_item.c.rank,
).where(assortment_item.c.sales_org_id == bindparam("sales_org_id"))
_ITEMS_OF_PRODUCTS: Final = _ITEMS.where(
    assortment_item.c.product_id.in_(bindparam("ids", expanding=True))
)
_EXCLUSIVE: Final = select(assortment_account.c.assortment_id).where(
    assortment_account.c.account_id == bindparam("account_id"),
    assortment_account.c.is_active == 1,
)


def visible(connection: Connection, account_id: str, product_id: str, at_us: int) -> bool:
    """Whether an account may see and order a product at an instant (B02, B03, B04)."""
    return bool(visible_products(connection, account_id, [product_id], at_us=at_us))


def visible_products(
    connection: Connection, account_id: str, product_ids: Collection[str], *, at_us: int
) -> frozenset[str]:
    """Those of the products an account may see and order at an instant (B02, B03, B04).

    They stand on a general list of the account's sales organisation, or on an exclusive one that
    names the account, and both the list's entry and the product itself are listed then.
    """
    found = account(connection, account_id)
    if found is None or not found.is_active:
        return frozenset()
    named = _exclusive_of(connection, account_id)
    listed: set[str] = set()
    wanted = list(product_ids)
    for start in range(0, len(wanted), 500):
        keys = {"sales_org_id": found.sales_org_id, "ids": wanted[start : start + 500]}
        listed |= {
            row.product_id
            for row in connection.execute(_ITEMS_OF_PRODUCTS, keys)
            if is_listed(row.from_at_us, row.to_at_us, at_us)
            and (not row.is_exclusive or row.assortment_id in named)
        }
    known = products(connection, list(listed))
    return frozenset(one for one, goods in known.items() if goods.is_listed(at_us))


def exclusive_products(
    connection: Connection, account_id: str, product_ids: Collection[str]
) -> frozenset[str]:
    """Those of the products that stand on an exclusive list naming the account (专供, B03)."""
    found = account(connection, account_id)
    if found is None:
        return frozenset()
    named = _exclusive_of(connection, account_id)
    wanted, here = list(product_ids), set()
    for start in range(0, len(wanted), 500):
        keys = {"sales_org_id": found.sales_org_id, "ids": wanted[start : start + 500]}
        here |= {
            row.product_id
            for row in connection.execute(_ITEMS_OF_PRODUCTS, keys)
            if row.is_exclusive and row.assortment_id in named
        }
    return frozenset(here)


def listing(connection: Connection, account_id: str, at_us: int) -> list[str]:
    """The products an account may order at an instant: placed ones by rank, then by id (B05)."""
    found = account(connection, account_id)
    if found is None or not found.is_active:
        return []
    named = _exclusive_of(connection, account_id)
    best: dict[str, int] = {}
    for row in connection.execute(_ITEMS, {"sales_org_id": found.sales_org_id}):
        if not is_listed(row.from_at_us, row.to_at_us, at_us):
            continue
        if row.is_exclusive and row.assortment_id not in named:
            continue
        rank = row.rank or _UNPLACED
        best[row.product_id] = min(rank, best.get(row.product_id, _UNPLACED))
    known = products(connection, list(best))
    shown = [one for one, goods in known.items() if goods.is_listed(at_us)]
    return sorted(shown, key=lambda one: (best[one], one))


def _exclusive_of(connection: Connection, account_id: str) -> frozenset[str]:
    rows = connection.execute(_EXCLUSIVE, {"account_id": account_id})
    return frozenset(rows.scalars())
