"""Labels of goods: what stands on them, which ones a price version changed, what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from desktop.stock.usecases.reading import GoodsName, LabelJob, Sources, goods_of
from shared.catalog.tables import product_barcode
from shared.stock.queries import stock_overview


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGoods:
    """What stands on the label of a product."""

    goods: GoodsName
    barcode: str
    """Of the base unit; '' where it has none."""
    price_micro: int
    version: int


def label_goods(
    connection: Connection, sources: Sources, site_id: str, product_ids: Sequence[str], at_us: int
) -> list[LabelGoods]:
    """Labels of products with what a consumer pays now, in the order asked for (B07)."""
    prices = sources.values_of(connection, site_id, product_ids, at_us)
    version = sources.price_version(connection, site_id, at_us)
    b = product_barcode.c
    codes: dict[tuple[str, str], str] = {}
    statement = (
        select(b.product_id, b.unit, b.barcode)
        .where(b.product_id.in_(product_ids), b.is_active == 1)
        .order_by(b.barcode.desc())
    )
    for row in connection.execute(statement):
        codes[row.product_id, row.unit] = row.barcode
    found = []
    for product_id in product_ids:
        goods = goods_of(connection, product_id)
        barcode = codes.get((product_id, goods.unit)) or codes.get((product_id, ""), "")
        price = prices.get(product_id, 0)
        found.append(LabelGoods(goods=goods, barcode=barcode, price_micro=price, version=version))
    return found


def changed_goods(connection: Connection, sources: Sources, site_id: str, at_us: int) -> list[str]:
    """The products whose price the version in force changed, as far as they are in stock here."""
    changed = sources.changed_prices(connection, site_id, at_us)
    held = {row.product_id for row in stock_overview(connection, site_id)}
    return sorted(set(changed) & held)


def label_jobs(
    connection: Connection, sources: Sources, site_id: str, at_us: int
) -> list[LabelJob]:
    """The labels head office asked for, of the goods this site deals in; a job of none is left out.

    Where no goods are on the books at all, such as in a shop that only registers sales, they are
    of every product that changed.
    """
    jobs = sources.label_jobs(connection, site_id, at_us)
    if any(one.is_open for one in jobs):
        held = {row.product_id for row in stock_overview(connection, site_id)}
        jobs = [
            replace(
                one, product_ids=tuple(key for key in one.product_ids if key in held or not held)
            )
            for one in jobs
        ]
    return [one for one in jobs if one.product_ids or not one.is_open]
