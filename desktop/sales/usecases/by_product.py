"""What was sold of each product, and what is left of it after its cost (商品销量)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shared.catalog.queries import products
from shared.channel.queries import currency_of
from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO, divide_half_away
from shared.sales.queries.by_product import SoldOn, sold_by_product
from shared.stock.queries import Costs, costs_known


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldProduct:
    """A product over the days asked for; returns are taken off."""

    product_id: str
    code: str
    name: str
    initials: str
    spec: str
    brand: str
    category: str
    unit: str
    lines: int
    qty_micro: int
    amount_minor: int
    margin_minor: int | None = None
    """What is left after the cost of the lines whose cost is known; None where none is."""
    known_minor: int = 0
    """The amount of those lines."""
    without_cost: int = 0
    """Lines whose cost nobody said."""

    @property
    def margin_micro(self) -> int | None:
        """What is left of the amount, as a ratio at 10⁻⁶."""
        return ratio(self.margin_minor, self.known_minor)


def ratio(part_minor: int | None, whole_minor: int) -> int | None:
    """A part of a whole at 10⁻⁶; None where there is none."""
    if part_minor is None or whole_minor <= 0:
        return None
    return divide_half_away(part_minor * MICRO, whole_minor)


def read_sold(
    connection: Connection, site_id: str, from_day: str, to_day: str, *, with_costs: bool
) -> list[SoldProduct]:
    """What a site sold on the days from..to inclusive, most money first.

    A line costs what its product did on the day it was sold, as far as anybody said.
    """
    currency = currency_of(connection, site_id)
    found: dict[str, list[SoldOn]] = {}
    for one in sold_by_product(connection, site_id, from_day, to_day, currency):
        found.setdefault(one.product_id, []).append(one)
    goods = products(connection, list(found))
    costs = costs_known(connection, site_id, currency, list(found)) if with_costs else None
    rows = []
    for product_id, days in found.items():
        known = goods.get(product_id)
        margin = _margin(days, costs, currency) if costs else (None, 0, 0)
        rows.append(
            SoldProduct(
                product_id=product_id,
                code=known.code if known else product_id,
                name=known.name if known else days[-1].name or product_id,
                initials=known.initials if known else "",
                spec=known.spec if known else "",
                brand=known.brand if known else "",
                category=known.category if known else "",
                unit=known.base_unit if known else "",
                lines=sum(one.lines for one in days),
                qty_micro=sum(one.qty_micro for one in days),
                amount_minor=sum(one.amount_minor for one in days),
                margin_minor=margin[0],
                known_minor=margin[1],
                without_cost=margin[2],
            )
        )
    return sorted(rows, key=lambda one: (-one.amount_minor, one.code))


def _margin(days: list[SoldOn], costs: Costs, currency: str) -> tuple[int | None, int, int]:
    """What is left, of which amount, and how many lines have no cost."""
    left = amount = without = 0
    for one in days:
        cost_micro = costs.on(one.product_id, one.business_day)
        if cost_micro is None:
            without += one.lines
            continue
        amount += one.amount_minor
        left += one.amount_minor - line_amount_minor(one.qty_micro, cost_micro, currency)
    is_known = without < sum(one.lines for one in days)
    return (left if is_known else None), amount, without
