"""Sellable stock of many sites beside each other, by product (G04)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.channel.tables import site
from shared.stock.rules import Status, site_of, status_of
from shared.stock.tables import stock_balance

_CHUNK = 500


class Held(NamedTuple):
    """What a site has to sell of a product, in millionths of the base unit."""

    product_id: str
    site_id: str
    qty_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOfSites:
    """A product with what each site has of it; sites that have none are left out."""

    product_id: str
    code: str
    name: str
    brand: str
    unit: str
    by_site: Mapping[str, int]

    @property
    def total_micro(self) -> int:
        """All of these sites together."""
        return sum(self.by_site.values())


def sellable(place: str, product_id: str, qty_micro: int) -> Held | None:
    """A balance as stock to sell at a site; None for other ends, such as goods on the road."""
    site_id = site_of(place)
    if not site_id or status_of(place) != Status.SELLABLE:
        return None
    return Held(product_id, site_id, qty_micro)


def stock_held(connection: Connection, site_ids: Collection[str]) -> list[Held]:
    """What these sites have to sell, as far as this replica holds their rows."""
    b = stock_balance.c
    held = b.came_in - b.went_out
    found: list[Held] = []
    for site_id in sorted(site_ids):
        prefix = f"site/{site_id}/"
        rows = connection.execute(
            select(b.end, b.product_id, held).where(
                b.end >= prefix, b.end < prefix + "\uffff", held != 0
            )
        )
        for end, product_id, qty_micro in rows:
            one = sellable(end, product_id, int(qty_micro))
            if one is not None:
                found.append(one)
    return found


def stock_lines(connection: Connection, held: Collection[Held]) -> list[StockOfSites]:
    """These balances by product with its name, by code."""
    by_product: dict[str, dict[str, int]] = {}
    for one in held:
        of_sites = by_product.setdefault(one.product_id, {})
        of_sites[one.site_id] = of_sites.get(one.site_id, 0) + one.qty_micro
    names = {}
    ids = sorted(by_product)
    for start in range(0, len(ids), _CHUNK):
        names.update(products(connection, ids[start : start + _CHUNK]))
    lines = [
        StockOfSites(
            product_id=product_id,
            code=names[product_id].code if product_id in names else product_id,
            name=names[product_id].name if product_id in names else "",
            brand=names[product_id].brand if product_id in names else "",
            unit=names[product_id].base_unit if product_id in names else "",
            by_site=of_sites,
        )
        for product_id, of_sites in by_product.items()
    ]
    return sorted(lines, key=lambda one: one.code)


def open_sites(connection: Connection) -> list[tuple[str, str]]:
    """Every open site, id and name, by id."""
    rows = connection.execute(
        select(site.c.id, site.c.name).where(site.c.is_active == 1).order_by(site.c.id)
    )
    return [(row.id, row.name) for row in rows]
