"""How a site's day and its last days went, from its own sales."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from shared.catalog.tables import product
from shared.core.clock import local_time
from shared.sales.tables import sale
from shared.stock.rules import location
from shared.stock.tables import stock_balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Sales of an hour or a day; returns are taken off the amount and are no sale."""

    key: str
    """``09`` or an ISO date."""
    sales: int = 0
    amount_minor: int = 0


def sales_by_hour(connection: Connection, site_id: str, day: str, zone: str) -> list[Sum]:
    """The hours of a business day in which something was sold, in order."""
    rows = connection.execute(
        select(sale.c.happened_at_us, sale.c.total_minor).where(
            sale.c.site_id == site_id, sale.c.business_day == day
        )
    )
    found: dict[str, tuple[int, int]] = {}
    for at_us, total in rows:
        hour = f"{local_time(at_us, zone).hour:02}"
        sales, amount = found.get(hour, (0, 0))
        found[hour] = (sales + (total > 0), amount + total)
    return [Sum(key=key, sales=n, amount_minor=a) for key, (n, a) in sorted(found.items())]


def sales_by_day(connection: Connection, site_id: str, to_day: str, days: int) -> list[Sum]:
    """Each of so many days up to one, those without a sale as well, in order."""
    last = date.fromisoformat(to_day)
    wanted = [(last - timedelta(days=n)).isoformat() for n in range(days - 1, -1, -1)]
    rows = connection.execute(
        select(
            sale.c.business_day,
            func.count().filter(sale.c.total_minor > 0),
            func.sum(sale.c.total_minor),
        )
        .where(sale.c.site_id == site_id, sale.c.business_day.between(wanted[0], to_day))
        .group_by(sale.c.business_day)
    )
    found = {day: (int(n), int(total)) for day, n, total in rows}
    return [
        Sum(key=day, sales=found.get(day, (0, 0))[0], amount_minor=found.get(day, (0, 0))[1])
        for day in wanted
    ]


def count_below_zero(connection: Connection, site_id: str) -> int:
    """How many products the site holds less than nothing of, on its sellable place; goods nobody
    knows were never counted, and are a task of their own."""
    b = stock_balance.c
    held = func.sum(b.came_in - b.went_out)
    some = (
        select(b.product_id)
        .where(b.end == location(site_id), b.product_id.in_(select(product.c.id)))
        .group_by(b.product_id)
        .having(held < 0)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def has_sold(connection: Connection, site_id: str) -> bool:
    """Whether the site ever sold anything."""
    found = connection.execute(select(sale.c.id).where(sale.c.site_id == site_id).limit(1))
    return found.scalar() is not None
