"""What a late price version came to: sales a site still made by an older one, and their money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from shared.channel.queries import zone_of
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.pricing.queries import PriceBook, Version, version_by_number
from shared.pricing.rules import (
    RETAIL,
    RETAIL_ONLY,
    PriceContext,
    price_of_trail,
    recomputed,
)
from shared.sales.tables import sale, sale_line

_LINES: Final = (
    select(
        sale.c.id.label("sale_id"),
        sale.c.device_id,
        sale.c.currency,
        sale_line.c.product_id,
        sale_line.c.qty_micro,
        sale_line.c.unit_price_micro,
        sale_line.c.price_trail,
        sale_line.c.price_version,
    )
    .join(
        sale_line,
        # Ids of lines begin with their document's: a range of the primary key.
        (sale_line.c.id > sale.c.id)
        & (sale_line.c.id < sale.c.id.concat("\uffff"))
        & (sale_line.c.document == sale.c.id),
    )
    .where(
        sale.c.site_id == bindparam("site_id"),
        sale.c.business_day >= bindparam("day"),
        sale.c.happened_at_us >= bindparam("at_us"),
        sale_line.c.price_version > 0,
    )
)


_Retail = Mapping[tuple[str, int], int]
"""The suggested price of a product at a quantity, both at 10⁻⁶."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSales:
    """What a device sold by an older version after a newer one held."""

    device_id: str
    currency: str
    sales: int
    lines: int
    unknown: int
    """Lines whose price by the newer version cannot be told: agreed prices, goods it has none
    for."""
    difference_minor: int
    """What the newer version would have made more (less: below 0) of the other lines, before
    discounts."""


def late_sales(
    connection: Connection, site_id: str, sales_org_id: str, number: int
) -> list[LateSales]:
    """The sales of a site by an older version after version ``number`` held, by device.

    Raises: RuleViolation VERSION_UNKNOWN.
    """
    version = version_by_number(connection, sales_org_id, number)
    if version is None:
        raise RuleViolation("VERSION_UNKNOWN", number=number)
    rows = [
        row
        for row in connection.execute(_LINES, _keys(connection, version, site_id))
        if row.price_version < number
    ]
    retail = _retail(connection, version, rows)
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.device_id, row.currency), []).append(row)
    return [
        _summed(device_id, currency, some, retail)
        for (device_id, currency), some in sorted(groups.items())
    ]


def _keys(connection: Connection, version: Version, site_id: str) -> dict[str, str | int]:
    zone = zone_of(connection, site_id)
    return {
        "site_id": site_id,
        "day": business_day(version.effective_at_us, zone),
        "at_us": version.effective_at_us,
    }


def _retail(connection: Connection, version: Version, rows: Sequence[Any]) -> _Retail:
    """What a consumer pays by the version, in the tier of each line's quantity (C09)."""
    book = PriceBook(
        connection=connection,
        context=PriceContext(sales_org_id=version.sales_org_id),
        version=replace(version, steps=RETAIL_ONLY),
    )
    by_qty: dict[int, set[str]] = {}
    for row in rows:
        by_qty.setdefault(abs(row.qty_micro), set()).add(row.product_id)
    return {
        (product_id, qty_micro): one.unit_price_micro
        for qty_micro, some in by_qty.items()
        for product_id, one in book.prices(sorted(some), qty_micro=qty_micro).items()
    }


def _summed(device_id: str, currency: str, rows: Sequence[Any], retail: _Retail) -> LateSales:
    found = list(_differences(currency, rows, retail))
    return LateSales(
        device_id=device_id,
        currency=currency,
        sales=len({row.sale_id for row in rows}),
        lines=len(rows),
        unknown=sum(1 for one in found if one is None),
        difference_minor=sum(one for one in found if one is not None),
    )


def _differences(currency: str, rows: Sequence[Any], retail: _Retail) -> Iterator[int | None]:
    for row in rows:
        price_micro = _by_newer(row, retail)
        if price_micro is None:
            yield None
            continue
        newer = line_amount_minor(row.qty_micro, price_micro, currency)
        yield newer - line_amount_minor(row.qty_micro, row.unit_price_micro, currency)


def _by_newer(row: Any, retail: _Retail) -> int | None:
    """What a line's unit would have cost: its own reasons with the newer suggested price."""
    listed = retail.get((row.product_id, abs(row.qty_micro)))
    if not row.price_trail or listed is None:
        return None
    price = price_of_trail(row.price_trail)
    if price.unit_price_micro != row.unit_price_micro:
        # A person's own price: no version would have changed it.
        return None
    first = price.trail[0]
    if first.dimension != RETAIL:
        return None
    newer = first._replace(value_micro=listed)
    return recomputed(replace(price, trail=(newer, *price.trail[1:])))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSale:
    """The first sale of a product at a site by a version or a newer one."""

    number: str
    device_id: str
    happened_at_us: int
    unit_price_micro: int
    price_version: int


def first_sale(
    connection: Connection, site_id: str, sales_org_id: str, number: int, product_id: str
) -> FirstSale | None:
    """When a site sold a product first by version ``number``; None while it did not.

    Raises: RuleViolation VERSION_UNKNOWN.
    """
    version = version_by_number(connection, sales_org_id, number)
    if version is None:
        raise RuleViolation("VERSION_UNKNOWN", number=number)
    statement = (
        _LINES.add_columns(sale.c.number, sale.c.happened_at_us)
        .where(
            sale_line.c.product_id == product_id,
            sale_line.c.price_version >= number,
            func.length(sale_line.c.price_trail) > 0,
        )
        .order_by(sale.c.happened_at_us, sale.c.id)
        .limit(1)
    )
    row = connection.execute(statement, _keys(connection, version, site_id)).one_or_none()
    if row is None:
        return None
    return FirstSale(
        number=row.number,
        device_id=row.device_id,
        happened_at_us=row.happened_at_us,
        unit_price_micro=row.unit_price_micro,
        price_version=row.price_version,
    )
