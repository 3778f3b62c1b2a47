"""What screens, prices and orders ask about goods."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from shared.catalog.documents import OwnGoods, ProductBarcode, ProductPack
from shared.catalog.rules import is_listed, own_product_id
from shared.catalog.tables import (
    assortment_item,
    own_supplier,
    product_barcode,
    product_pack,
    product_picture,
)
from shared.catalog.tables import product as product_table
from shared.channel.queries import account
from shared.channel.tables import assortment_account
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.core.text import gtin14, half_width
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

    def is_listed(self, at_us: int) -> bool:
        """Whether the product itself is listed at an instant (B04)."""
        return is_listed(self.listed_from_us, self.listed_to_us, at_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a scanned code stands for (B08)."""

    product_id: str
    unit: str
    factor_micro: int
    """Base units in one scan, in millionths."""


_UNPLACED: Final = 1 << 62

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
)
_PRODUCT: Final = select(*_COLUMNS).where(product_table.c.id == bindparam("key"))
_PRODUCTS: Final = select(*_COLUMNS).where(
    product_table.c.id.in_(bindparam("keys", expanding=True))
)

_BARCODE: Final = (
    select(
        product_barcode.c.barcode,
        product_barcode.c.product_id,
        product_barcode.c.unit,
        product_pack.c.factor_micro,
        product_table.c.base_unit,
        product_table.c.site_id,
    )
    .join(product_table, product_table.c.id == product_barcode.c.product_id)
    .outerjoin(
        product_pack,
        (product_pack.c.product_id == product_barcode.c.product_id)
        & (product_pack.c.unit == product_barcode.c.unit)
        & (product_pack.c.is_active == 1),
    )
    .where(product_barcode.c.is_active == 1)
)
_BY_TEXT: Final = _BARCODE.where(product_barcode.c.barcode == bindparam("barcode"))
_BY_GTIN: Final = _BARCODE.where(product_barcode.c.gtin == bindparam("gtin"))
_BY_CODE: Final = select(product_table.c.id, product_table.c.base_unit).where(
    product_table.c.id == bindparam("key")
)
_PACKS: Final = (
    select(product_pack.c.unit, product_pack.c.factor_micro)
    .where(product_pack.c.product_id == bindparam("product_id"), product_pack.c.is_active == 1)
    .order_by(product_pack.c.factor_micro, product_pack.c.unit)
)
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


def product(connection: Connection, product_id: str) -> ProductView | None:
    """A product by id."""
    row = connection.execute(_PRODUCT, {"key": product_id}).mappings().one_or_none()
    return None if row is None else _view(row)


def products(connection: Connection, product_ids: list[str]) -> dict[str, ProductView]:
    """Those of the products that are there, by id."""
    found: dict[str, ProductView] = {}
    for start in range(0, len(product_ids), 500):
        keys = {"keys": product_ids[start : start + 500]}
        rows = connection.execute(_PRODUCTS, keys).mappings()
        found |= {row["id"]: _view(row) for row in rows}
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
    )


def unknown_products(connection: Connection, product_ids: Collection[str]) -> list[str]:
    """Those of the ids that are no product here, sorted."""
    return sorted(set(product_ids) - products(connection, list(product_ids)).keys())


def by_barcode(connection: Connection, text: str, *, site_id: str = "") -> Hit | None:
    """What a scanned or typed code stands for (B08); None when nobody here knows it.

    Looked for as it stands, then under all spellings of a retail code (a UPC-A with or without
    its leading zero), then as a product code, then as the code of the site's own goods. Where
    one barcode names several products, head office's goods come first, then the lower id.
    """
    code = half_width(text).strip()
    if not code:
        return None
    rows = connection.execute(_BY_TEXT, {"barcode": code}).all()
    if not rows and (gtin := gtin14(code)):
        rows = connection.execute(_BY_GTIN, {"gtin": gtin}).all()
    for row in sorted(rows, key=lambda row: (row.site_id != "", row.product_id, row.unit)):
        if row.unit in ("", row.base_unit):
            return Hit(product_id=row.product_id, unit=row.base_unit, factor_micro=MICRO)
        # Without its pack nobody knows how many it holds: better unknown than one.
        if row.factor_micro:
            return Hit(product_id=row.product_id, unit=row.unit, factor_micro=row.factor_micro)
    return _by_code(connection, code, site_id)


def _by_code(connection: Connection, code: str, site_id: str) -> Hit | None:
    keys = [code, own_product_id(site_id, code)] if site_id else [code]
    for key in keys:
        row = connection.execute(_BY_CODE, {"key": key}).one_or_none()
        if row is not None:
            return Hit(product_id=row.id, unit=row.base_unit, factor_micro=MICRO)
    return None


def packs_of(connection: Connection, product_id: str) -> tuple[Pack, ...]:
    """The units of a product, the base unit first, then by size; () when it is not known."""
    row = connection.execute(_BY_CODE, {"key": product_id}).one_or_none()
    if row is None:
        return ()
    others = connection.execute(_PACKS, {"product_id": product_id})
    return (
        Pack(row.base_unit, MICRO),
        *(Pack(one.unit, one.factor_micro) for one in others if one.unit != row.base_unit),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BarcodeConflict:
    """One barcode that names goods of the shop's own and goods of head office's (B11)."""

    barcode: str
    own_product_id: str
    own_name: str
    product_id: str
    name: str


def barcode_conflicts(connection: Connection, site_id: str) -> list[BarcodeConflict]:
    """The barcodes that name an own product and one of head office's, by barcode (R07).

    Nothing is merged: scanning means head office's goods, and a person decides what is kept.
    """
    codes, others = product_barcode.alias("codes"), product_barcode.alias("others")
    own, brand = product_table.alias("own"), product_table.alias("brand")
    # Two looks, each by its index: an OR of both would read every barcode.
    looks = (
        select(codes.c.barcode, own.c.id, own.c.name, brand.c.id, brand.c.name)
        .select_from(own)
        .join(codes, codes.c.product_id == own.c.id)
        .join(others, meant)
        .join(brand, brand.c.id == others.c.product_id)
        .where(
            own.c.site_id == site_id,
            own.c.listed_to_us == 0,
            brand.c.site_id == "",
            codes.c.is_active == 1,
            others.c.is_active == 1,
        )
        for meant in (
            others.c.barcode == codes.c.barcode,
            (others.c.gtin == codes.c.gtin) & (codes.c.gtin != ""),
        )
    )
    found = {tuple(row) for look in looks for row in connection.execute(look)}
    return [
        BarcodeConflict(
            barcode=row[0], own_product_id=row[1], own_name=row[2], product_id=row[3], name=row[4]
        )
        for row in sorted(found)
    ]


def own_goods(connection: Connection, site_id: str, product_id: str) -> OwnGoods | None:
    """A product of the shop's own as its document states it; None when it is not the shop's."""
    p = product_table.c
    row = connection.execute(
        select(product_table).where(p.id == product_id, p.site_id == site_id)
    ).one_or_none()
    if row is None or not site_id:
        return None
    b, k = product_barcode.c, product_pack.c
    barcodes = connection.execute(
        select(b.barcode, b.unit, b.is_active).where(b.product_id == product_id).order_by(b.barcode)
    )
    packs = connection.execute(
        select(k.unit, k.factor_micro, k.is_active)
        .where(k.product_id == product_id)
        .order_by(k.factor_micro, k.unit)
    )
    return OwnGoods(
        code=row.code,
        name=row.name,
        spec=row.spec,
        brand=row.brand,
        category=row.category,
        base_unit=row.base_unit,
        kind=row.kind,
        tax_rate_micro=row.tax_rate_micro,
        barcodes=tuple(
            ProductBarcode(barcode=one.barcode, unit=one.unit, is_active=bool(one.is_active))
            for one in barcodes
        ),
        packs=tuple(
            ProductPack(unit=one.unit, factor_micro=one.factor_micro, is_active=bool(one.is_active))
            for one in packs
        ),
        initials=row.initials,
        is_active=not row.listed_to_us,
    )


def own_products(connection: Connection, site_id: str) -> list[str]:
    """The ids of the shop's own goods that are sold, by code (B11)."""
    p = product_table.c
    statement = select(p.id).where(p.site_id == site_id, p.listed_to_us == 0).order_by(p.code)
    return list(connection.execute(statement).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierView:
    """A shop's own supplier."""

    supplier_id: str
    code: str
    name: str
    phone: str
    note: str
    is_active: bool


def suppliers(connection: Connection, site_id: str) -> list[SupplierView]:
    """The shop's own suppliers, by code (B11)."""
    s = own_supplier.c
    rows = connection.execute(select(own_supplier).where(s.site_id == site_id).order_by(s.code))
    return [
        SupplierView(
            supplier_id=row.id,
            code=row.code,
            name=row.name,
            phone=row.phone,
            note=row.note,
            is_active=bool(row.is_active),
        )
        for row in rows
    ]


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


def goods_lines(connection: Connection, site_id: str, *, only_own: bool = False) -> list[GoodsLine]:
    """The goods this replica holds, the site's own among them, by code."""
    barcode = (
        select(func.min(product_barcode.c.barcode))
        .where(product_barcode.c.product_id == product_table.c.id, product_barcode.c.is_active == 1)
        .scalar_subquery()
    )
    c = product_table.c
    statement = select(
        c.id, c.code, c.name, c.spec, c.brand, c.category, c.base_unit, c.site_id, barcode
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
    names = row.scopes.split()
    lists = [_after(one, scopes.assortment("")) for one in names]
    orgs = [_after(one, scopes.org("")) for one in names]
    return next((one for one in lists if one), ""), tuple(one for one in orgs if one)


def _after(name: str, prefix: str) -> str:
    return name.removeprefix(prefix) if name.startswith(prefix) else ""
