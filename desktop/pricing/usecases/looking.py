"""What the price screens look at: a version's changes, its logic, a file of prices, goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.catalog.queries import (
    GoodsLine,
    by_barcode,
    cost_currency,
    goods_lines,
)
from shared.catalog.rules import margin_micro
from shared.channel.queries import level_names, region_names
from shared.core.errors import RuleViolation
from shared.core.importing import Imported, Sheet
from shared.pricing.importing import PriceLine, read_prices
from shared.pricing.queries import (
    own_prices_of,
    retail_prices,
    version_by_number,
)
from shared.pricing.rules import Step
from shared.stock.queries import costs_known

PRICED_MAX = 5_000
"""Goods whose prices are read at once; of more only the own prices are shown."""


def steps_of(connection: Connection, org_id: str, number: int) -> tuple[Step, ...]:
    """The logic of a sealed version. Raises RuleViolation LOGIC_EMPTY."""
    found = version_by_number(connection, org_id, number)
    if found is None:
        raise RuleViolation("LOGIC_EMPTY")
    return found.steps


def prices_of_sheets(
    connection: Connection, sheets: Sequence[Sheet], chosen: Mapping[str, str]
) -> Imported[PriceLine]:
    """The price rows of a file, with each doubt by row; ``chosen`` says what headers mean.

    Raises: RuleViolation as ``read_prices``.
    """

    def product_of(code: str) -> str | None:
        hit = by_barcode(connection, code)
        return hit.product_id if hit else None

    return read_prices(
        sheets,
        product_of=product_of,
        levels=level_names(connection),
        regions=region_names(connection),
        chosen=chosen,
    )


@dataclass(frozen=True, slots=True)
class PricedGoods:
    """A product and what the consumer pays here, at 10⁻⁶; None = no price."""

    goods: GoodsLine
    retail_micro: int | None
    is_own_price: bool
    cost_micro: int | None = None
    """What it costs to buy; None when nobody said, or the person may not know."""
    on_hand_micro: int | None = None
    """What the site has to sell, in millionths of the base unit; None where none is shown."""

    @property
    def margin_micro(self) -> int | None:
        """What is left of the price after the cost, as a ratio at 10⁻⁶."""
        if not self.retail_micro or self.cost_micro is None:
            return None
        return margin_micro(self.retail_micro, self.cost_micro)


def priced_goods(
    connection: Connection,
    site_id: str,
    only_own: bool,
    now_us: int,
    with_costs: bool = False,
    stock: Mapping[str, int] | None = None,
) -> list[PricedGoods]:
    """The goods of a site with what consumers pay for them there, by code.

    Costs are for who may know them: the site's own, what was bought last included, or at a desk of
    head office the brand's. ``stock`` is what the site has to sell by product, where the person
    may see it.
    """
    goods = goods_lines(connection, site_id, only_own=only_own)
    own = own_prices_of(connection, site_id)
    prices = retail_prices(connection, site_id, now_us)
    suggested: dict[str, int] = {}
    if len(goods) <= PRICED_MAX:
        ids = [one.product_id for one in goods]
        for book in reversed(prices.books):
            found = book.prices(ids)
            suggested |= {key: one.unit_price_micro for key, one in found.items()}
    costs: dict[str, int] = {}
    if with_costs:
        currency = cost_currency(connection, site_id)
        costs = costs_known(connection, site_id, currency).all_last()
    return [
        PricedGoods(
            one,
            own.get(one.product_id, suggested.get(one.product_id)),
            one.product_id in own,
            costs.get(one.product_id),
            None if stock is None else stock.get(one.product_id, 0),
        )
        for one in goods
    ]
