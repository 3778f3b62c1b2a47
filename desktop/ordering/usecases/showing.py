"""What the product display reads: texts, the account's price, the retail price, the stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from desktop.ordering.usecases.wishing import Where
from desktop.pricing.usecases import retail_values
from shared.catalog.queries import listing, packs_of
from shared.catalog.search import search
from shared.catalog.tables import product, product_barcode
from shared.core.quantity import Pack
from shared.ordering.queries.suggesting import line_prices
from shared.pricing.rules import Price
from shared.stock.queries import holdings
from shared.stock.rules import Status

SEARCHED_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGoods:
    """A product as the display shows it (B01); text alone is enough."""

    product_id: str
    code: str
    name: str
    spec: str
    brand: str
    category: str
    base_unit: str
    description: str
    registration: str
    producer: str
    origin: str
    shelf_life_months: int
    on_hand_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrice:
    """What a product costs the account, and what a consumer pays."""

    price: Price | None
    retail_micro: int


def read_display(connection: Connection, where: Where) -> list[ShownGoods]:
    """All goods the account may order, placed ones first (B02, B05)."""
    ids = listing(connection, where.account.account_id, where.at_us)
    texts = {row.id: row for row in _texts(connection, ids)}
    here: dict[str, int] = {}
    for held in holdings(connection, where.site_id):
        if held.location.endswith(f"/{Status.SELLABLE}"):
            here[held.product_id] = here.get(held.product_id, 0) + held.qty_micro
    return [
        ShownGoods(
            product_id=one,
            code=row.code,
            name=row.name,
            spec=row.spec,
            brand=row.brand,
            category=row.category,
            base_unit=row.base_unit,
            description=row.description,
            registration=row.registration,
            producer=row.producer,
            origin=row.origin,
            shelf_life_months=row.shelf_life_months,
            on_hand_micro=here.get(one, 0),
        )
        for one in ids
        if (row := texts.get(one)) is not None
    ]


def read_shown_prices(
    connection: Connection, where: Where, ids: Sequence[str]
) -> dict[str, ShownPrice]:
    """The prices of the products on screen; those of a long list are never all read."""
    wanted = dict.fromkeys(ids, 0)
    _, prices = line_prices(connection, where.account.account_id, wanted, where.at_us)
    retail = retail_values(connection, where.site_id, ids, where.at_us)
    return {one: ShownPrice(price=prices.get(one), retail_micro=retail.get(one, 0)) for one in ids}


def _texts(connection: Connection, ids: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(ids), 500):
        statement = select(product).where(product.c.id.in_(ids[start : start + 500]))
        found += connection.execute(statement).all()
    return found


def search_ids(connection: Connection, text: str) -> list[str]:
    """The products a text means, best first (B06)."""
    return search(connection, text, limit=SEARCHED_MAX)


def units_of(connection: Connection, product_id: str) -> tuple[Pack, ...]:
    """The units of a product."""
    return packs_of(connection, product_id)


def barcodes_of(connection: Connection, product_id: str) -> list[tuple[str, str]]:
    """Barcode and unit of a product's codes; '' is the base unit."""
    b = product_barcode.c
    rows = connection.execute(
        select(b.barcode, b.unit)
        .where(b.product_id == product_id, b.is_active == 1)
        .order_by(b.unit, b.barcode)
    )
    return [(row.barcode, row.unit) for row in rows]
