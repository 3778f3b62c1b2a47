"""The labels a shop has to print because price versions asked for them (B07)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select

from shared.pricing.queries.comparing import difference
from shared.pricing.queries.prices import own_prices_of, sales_orgs_of_site
from shared.pricing.queries.stated import stated_rows
from shared.pricing.queries.versions import Version, active_version, version_by_number
from shared.pricing.rules import RETAIL, RETAIL_ONLY, PriceContext
from shared.pricing.tables import label_print, price_version

KEPT_US: Final = 60 * 24 * 3_600_000_000
"""So long a version that asked for labels is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPrint:
    """Labels were printed here."""

    device_id: str
    number: int
    from_number: int
    labels: int
    printed_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsDue:
    """What one sales organisation's versions asked a shop to label anew."""

    sales_org_id: str
    number: int
    """The version whose prices go on the labels, or stand on those that were printed."""
    from_number: int
    """The version before the first that asked and was not labelled yet; 0 = none before."""
    is_open: bool
    """Whether labels are still to be printed."""
    prints: tuple[LabelPrint, ...]
    """Who printed those of the last version that asked, the first one first."""


def labels_due(connection: Connection, site_id: str, now_us: int) -> list[LabelsDue]:
    """What is to be labelled at a site, or was last, by sales organisation.

    Versions that ask add up until somebody here prints: the labels then show the prices in force.
    """
    found = []
    for sales_org_id in sales_orgs_of_site(connection, site_id):
        active = active_version(connection, sales_org_id, now_us)
        if active is None or not (asked := _asked(connection, active, now_us)):
            continue
        prints = _prints(connection, site_id, sales_org_id)
        done = max((one.number for one in prints), default=0)
        still = [(number, parent) for number, parent in asked if number > done]
        newest = asked[-1][0]
        found.append(
            LabelsDue(
                sales_org_id=sales_org_id,
                number=active.number if still else done,
                from_number=still[0][1] if still else newest - 1,
                is_open=bool(still),
                prints=tuple(one for one in prints if one.from_number < newest <= one.number),
            )
        )
    return found


def goods_to_label(connection: Connection, site_id: str, due: LabelsDue) -> Sequence[str]:
    """The products whose price at the site is another than on the shelf, by id.

    Goods the shop prices itself are not among them: no version changes their price.
    """
    newer = version_by_number(connection, due.sales_org_id, due.number)
    if newer is None:
        return ()
    older = version_by_number(connection, due.sales_org_id, due.from_number)
    if older is None:
        stated = stated_rows(connection, due.sales_org_id, due.number)
        changed = {one.row.product_id for one in stated if one.row.dimension == RETAIL} - {""}
    else:
        context = PriceContext(sales_org_id=due.sales_org_id)
        both = (replace(one, steps=RETAIL_ONLY) for one in (older, newer))
        changes = difference(connection, context, *both)
        changed = {one.product_id for one in changes if one.after is not None}
    return sorted(changed - own_prices_of(connection, site_id).keys())


def _asked(connection: Connection, active: Version, now_us: int) -> list[tuple[int, int]]:
    """The versions up to the one in force that asked for labels, with their parents, in order."""
    v = price_version.c
    rows = connection.execute(
        select(v.number, v.parent_number)
        .where(
            v.sales_org_id == active.sales_org_id,
            v.number > 0,
            v.number <= active.number,
            v.effective_at_us > now_us - KEPT_US,
            v.prints_labels == 1,
        )
        .order_by(v.number)
    )
    return [(row.number, row.parent_number) for row in rows]


def _prints(connection: Connection, site_id: str, sales_org_id: str) -> list[LabelPrint]:
    c = label_print.c
    rows = connection.execute(
        select(c.device_id, c.number, c.from_number, c.labels, c.printed_at_us)
        .where(c.site_id == site_id, c.sales_org_id == sales_org_id)
        .order_by(c.printed_at_us, c.id)
    ).mappings()
    return [LabelPrint(**row) for row in rows]
