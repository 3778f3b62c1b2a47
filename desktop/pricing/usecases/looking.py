"""What the price screens look at: a version's changes, its logic, a file of prices, goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from shared.catalog.queries import (
    GoodsLine,
    by_barcode,
    cost_currency,
    goods_lines,
    products,
)
from shared.catalog.rules import margin_micro
from shared.channel.queries import level_names, region_names
from shared.core.errors import RuleViolation
from shared.core.importing import Imported, Sheet
from shared.core.rounding import MICRO, divide_half_away
from shared.pricing.importing import PriceLine, read_prices
from shared.pricing.queries import (
    VersionView,
    difference,
    own_prices_of,
    retail_prices,
    version_by_number,
)
from shared.pricing.queries.stated import Stated, stated_rows
from shared.pricing.rules import RETAIL, RETAIL_ONLY, PriceContext, Step
from shared.stock.queries import costs_known

PRICED_MAX = 5_000
"""Goods whose prices are read at once; of more only the own prices are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A product whose retail price another version changes; prices at 10⁻⁶, None = none."""

    product_id: str
    name: str
    before_micro: int | None
    after_micro: int | None

    @property
    def change_micro(self) -> int | None:
        """By how much, as a ratio at 10⁻⁶."""
        if not self.before_micro or self.after_micro is None:
            return None
        return divide_half_away((self.after_micro - self.before_micro) * MICRO, self.before_micro)


def version_changes(connection: Connection, org_id: str, version: VersionView) -> list[DiffLine]:
    """What a version changes in retail prices against its parent, by product."""
    newer = version_by_number(connection, org_id, version.number)
    if newer is None:
        return []
    older = version_by_number(connection, org_id, version.parent_number)
    if older is None:
        stated = stated_rows(connection, org_id, version.number)
        return [_first(one) for one in stated if one.row.dimension == RETAIL]
    context = PriceContext(sales_org_id=org_id)
    before, after = (replace(one, steps=RETAIL_ONLY) for one in (older, newer))
    changes = difference(connection, context, before, after)
    goods = products(connection, [one.product_id for one in changes])
    return [
        DiffLine(
            product_id=one.product_id,
            name=goods[one.product_id].name if one.product_id in goods else "",
            before_micro=one.before.unit_price_micro if one.before else None,
            after_micro=one.after.unit_price_micro if one.after else None,
        )
        for one in changes
    ]


def _first(one: Stated) -> DiffLine:
    return DiffLine(
        product_id=one.code, name=one.name, before_micro=None, after_micro=one.row.unit_price_micro
    )


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
