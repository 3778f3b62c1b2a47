"""How a product's price became what it is: every statement, who made it, where it holds (C10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from shared.catalog.queries import product
from shared.channel.tables import site
from shared.pricing.queries import price_book
from shared.pricing.queries.versions import FOREVER
from shared.pricing.rules import Price, PriceContext
from shared.pricing.tables import price_delivery, price_row, price_version
from shared.reporting.tables import site_day_product


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """One statement about a product or its brand, with the version that made it."""

    version_id: str
    number: int
    dimension: str
    is_of_brand: bool
    is_ratio: bool
    from_qty_micro: int
    before_micro: int | None
    """What was stated of the same before; None = nothing."""
    after_micro: int | None
    """None = it was taken away."""
    effective_at_us: int
    sealed_at_us: int
    author_id: str
    approver_id: str
    reason: str
    devices: int
    """How many said that they price by the version, or did."""
    first_at_us: int
    last_at_us: int
    """When the first and the last of them began to; 0 = none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """A device began to price by a version."""

    site_id: str
    site_name: str
    device_id: str
    activated_at_us: int


def price_steps(connection: Connection, sales_org_id: str, product_id: str) -> list[PriceStep]:
    """Everything stated about a product or its brand in a sales organisation, newest first."""
    goods = product(connection, product_id)
    r, v = price_row.c, price_version.c
    about = r.product_id == product_id
    if goods is not None and goods.brand:
        about = or_(about, (r.product_id == "") & (r.brand == goods.brand))
    rows = connection.execute(
        select(price_row, v.number, v.effective_at_us, v.sealed_at_us, v.author_id)
        .add_columns(v.approver_id, v.reason)
        .join(price_version, v.id == r.version_id)
        .where(r.sales_org_id == sales_org_id, v.number > 0, about)
        .order_by(v.number, r.dimension, r.id)
    ).all()
    held = _held(connection, sorted({row.version_id for row in rows}))
    before: dict[tuple[object, ...], int | None] = {}
    steps: list[PriceStep] = []
    for row in rows:
        key = (row.product_id, row.dimension, row.ratio_micro > 0, row.from_qty_micro)
        after = None if row.is_removed else (row.ratio_micro or row.unit_price_micro)
        steps.append(_step(row, before.get(key), after, held.get(row.version_id, [])))
        before[key] = after
    return steps[::-1]


def _held(connection: Connection, version_ids: Sequence[str]) -> dict[str, list[int]]:
    d = price_delivery.c
    found: dict[str, list[int]] = {}
    for start in range(0, len(version_ids), 400):
        rows = connection.execute(
            select(d.version_id, d.activated_at_us).where(
                d.version_id.in_(version_ids[start : start + 400]), d.activated_at_us > 0
            )
        )
        for version_id, at_us in rows:
            found.setdefault(version_id, []).append(int(at_us))
    return found


def _step(row: Any, before: int | None, after: int | None, held: Sequence[int]) -> PriceStep:
    return PriceStep(
        version_id=row.version_id,
        number=row.number,
        dimension=row.dimension,
        is_of_brand=not row.product_id,
        is_ratio=row.ratio_micro > 0,
        from_qty_micro=row.from_qty_micro,
        before_micro=before,
        after_micro=after,
        effective_at_us=row.effective_at_us,
        sealed_at_us=row.sealed_at_us,
        author_id=row.author_id,
        approver_id=row.approver_id,
        reason=row.reason,
        devices=len(held),
        first_at_us=min(held, default=0),
        last_at_us=max(held, default=0),
    )


def activations(connection: Connection, version_id: str) -> list[Activation]:
    """Which devices began to price by a version, the first one first."""
    d = price_delivery.c
    names = {row.id: row.name for row in connection.execute(select(site.c.id, site.c.name))}
    rows = connection.execute(
        select(d.site_id, d.device_id, d.activated_at_us)
        .where(d.version_id == version_id, d.activated_at_us > 0)
        .order_by(d.activated_at_us, d.device_id)
    )
    return [
        Activation(
            site_id=row.site_id,
            site_name=names.get(row.site_id, row.site_id),
            device_id=row.device_id,
            activated_at_us=row.activated_at_us,
        )
        for row in rows
    ]


def sellers_since(connection: Connection, product_id: str, day: str) -> list[str]:
    """The sites that sold a product from a business day on, by the daily sums; the earliest first:
    where its first sale by a version is to be looked for."""
    c = site_day_product.c
    rows = connection.execute(
        select(c.site_id, c.business_day)
        .where(c.product_id == product_id, c.business_day >= day, c.qty_micro > 0)
        .order_by(c.business_day, c.site_id)
    )
    return list(dict.fromkeys(row.site_id for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown:
    """A price that held at an instant, by what was known at another one."""

    price: Price | None
    number: int
    """The version that priced; 0 = none."""


def price_as_known(
    connection: Connection,
    sales_org_id: str,
    product_id: str,
    *,
    level_id: str = "",
    valid_at_us: int,
    known_at_us: int = FOREVER,
) -> AsKnown:
    """What a level, or '' the consumer, paid at an instant, as known at another (C10).

    A version that was sealed later is not known then, whatever instant it says it holds from.
    """
    context = PriceContext(sales_org_id=sales_org_id, level_id=level_id)
    book = price_book(
        connection, context, valid_at_us, known_at_us=known_at_us, retail=not level_id
    )
    if book is None:
        return AsKnown(price=None, number=0)
    return AsKnown(price=book.price(product_id), number=book.version.number)
