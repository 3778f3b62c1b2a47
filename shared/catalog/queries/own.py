"""A shop's own goods and suppliers, and where their barcodes meet head office's."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.catalog.documents import OwnGoods, ProductBarcode, ProductPack
from shared.catalog.tables import own_supplier, product_barcode, product_pack
from shared.catalog.tables import product as product_table


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
