"""What goods are: products by id, the list of goods, their pictures, where they are at home."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from shared.catalog.rules import is_listed
from shared.catalog.tables import product as product_table
from shared.catalog.tables import product_barcode, product_picture
from shared.sync import scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """A product as a line, a price or a label needs it."""

    product_id: str
    code: str
    name: str
    spec: str
    brand: str
    category: str
    base_unit: str
    kind: str
    tax_rate_micro: int
    listed_from_us: int
    listed_to_us: int
    site_id: str
    """The shop whose own goods they are; '' = head office's."""
    is_lot_tracked: bool
    initials: str = ""
    """Pinyin initials of the name (B06)."""

    def is_listed(self, at_us: int) -> bool:
        """Whether the product itself is listed at an instant (B04)."""
        return is_listed(self.listed_from_us, self.listed_to_us, at_us)


_COLUMNS: Final = (
    product_table.c.id,
    product_table.c.code,
    product_table.c.name,
    product_table.c.spec,
    product_table.c.brand,
    product_table.c.category,
    product_table.c.base_unit,
    product_table.c.kind,
    product_table.c.tax_rate_micro,
    product_table.c.listed_from_us,
    product_table.c.listed_to_us,
    product_table.c.site_id,
    product_table.c.is_lot_tracked,
    product_table.c.initials,
)
_PRODUCT: Final = select(*_COLUMNS).where(product_table.c.id == bindparam("key"))
_GIVEN: Final = product_table.c.id.in_(bindparam("keys", expanding=True))
_PRODUCTS: Final = select(*_COLUMNS).where(_GIVEN)
_BRANDS: Final = select(product_table.c.id, product_table.c.brand).where(_GIVEN)
_CHUNK: Final = 500


def product(connection: Connection, product_id: str) -> ProductView | None:
    """A product by id."""
    row = connection.execute(_PRODUCT, {"key": product_id}).mappings().one_or_none()
    return None if row is None else _view(row)


def products(connection: Connection, product_ids: list[str]) -> dict[str, ProductView]:
    """Those of the products that are there, by id."""
    found: dict[str, ProductView] = {}
    for start in range(0, len(product_ids), _CHUNK):
        keys = {"keys": product_ids[start : start + _CHUNK]}
        rows = connection.execute(_PRODUCTS, keys).mappings()
        found |= {row["id"]: _view(row) for row in rows}
    return found


def brands_of(connection: Connection, product_ids: Iterable[str]) -> dict[str, str]:
    """The brand of each product that is known here."""
    wanted = list(dict.fromkeys(product_ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        keys = {"keys": wanted[start : start + _CHUNK]}
        found |= dict(map(tuple, connection.execute(_BRANDS, keys).all()))
    return found


def _view(row: RowMapping) -> ProductView:
    return ProductView(
        product_id=row["id"],
        code=row["code"],
        name=row["name"],
        spec=row["spec"],
        brand=row["brand"],
        category=row["category"],
        base_unit=row["base_unit"],
        kind=row["kind"],
        tax_rate_micro=row["tax_rate_micro"],
        listed_from_us=row["listed_from_us"],
        listed_to_us=row["listed_to_us"],
        site_id=row["site_id"],
        is_lot_tracked=bool(row["is_lot_tracked"]),
        initials=row["initials"],
    )


def unknown_products(connection: Connection, product_ids: Collection[str]) -> list[str]:
    """Those of the ids that are no product here, sorted."""
    return sorted(set(product_ids) - products(connection, list(product_ids)).keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """A product as the list of goods shows it."""

    product_id: str
    code: str
    name: str
    spec: str
    brand: str
    category: str
    base_unit: str
    barcode: str
    """One of its barcodes; '' without any."""
    is_own: bool
    """Whether it is the shop's own (B11)."""
    initials: str = ""
    """Pinyin initials of the name (B06)."""


def goods_lines(connection: Connection, site_id: str, *, only_own: bool = False) -> list[GoodsLine]:
    """The goods this replica holds, the site's own among them, by code."""
    barcode = (
        select(func.min(product_barcode.c.barcode))
        .where(product_barcode.c.product_id == product_table.c.id, product_barcode.c.is_active == 1)
        .scalar_subquery()
    )
    c = product_table.c
    statement = select(
        c.id,
        c.code,
        c.name,
        c.spec,
        c.brand,
        c.category,
        c.base_unit,
        c.site_id,
        barcode,
        c.initials,
    ).where(c.site_id == site_id if only_own else c.site_id.in_(["", site_id]))
    return [
        GoodsLine(
            product_id=row.id,
            code=row.code,
            name=row.name,
            spec=row.spec,
            brand=row.brand,
            category=row.category,
            base_unit=row.base_unit,
            barcode=row[8] or "",
            is_own=bool(row.site_id),
            initials=row.initials,
        )
        for row in connection.execute(statement.order_by(c.code, c.id))
    ]


def picture_digests(
    connection: Connection, product_ids: Sequence[str]
) -> dict[tuple[str, str], str]:
    """The pictures there are of these products: product and size class to digest (B01)."""
    p = product_picture.c
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(product_ids), 500):
        statement = select(p.product_id, p.size_class, p.digest).where(
            p.product_id.in_(product_ids[start : start + 500]), p.digest != ""
        )
        rows = connection.execute(statement)
        found |= {(row.product_id, row.size_class): row.digest for row in rows}
    return found


def home_of(connection: Connection, product_id: str) -> tuple[str, tuple[str, ...]] | None:
    """Where head office's product is at home: its exclusive assortment, or sales organisations;
    None for goods nobody knows and for a shop's own."""
    row = connection.execute(
        select(product_table.c.scopes, product_table.c.site_id).where(
            product_table.c.id == product_id
        )
    ).one_or_none()
    if row is None or row.site_id:
        return None
    return home_of_scopes(row.scopes)


def home_of_scopes(text: str) -> tuple[str, tuple[str, ...]]:
    """The same, from the scopes a row of it carries."""
    names = text.split()
    lists = [_after(one, scopes.assortment("")) for one in names]
    orgs = [_after(one, scopes.org("")) for one in names]
    return next((one for one in lists if one), ""), tuple(one for one in orgs if one)


def _after(name: str, prefix: str) -> str:
    return name.removeprefix(prefix) if name.startswith(prefix) else ""
