"""What a scanned or typed code stands for, and the units goods come in."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.catalog.rules import own_product_id
from shared.catalog.tables import product as product_table
from shared.catalog.tables import product_barcode, product_pack
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.core.text import gtin14, half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a scanned code stands for (B08)."""

    product_id: str
    unit: str
    factor_micro: int
    """Base units in one scan, in millionths."""


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
