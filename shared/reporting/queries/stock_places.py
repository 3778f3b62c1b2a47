"""Stock told by head office's server, grouped by where it is: region, dealer, site, on the road."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from shared.reporting.queries.places import SitePlace, places

_NOWHERE = SitePlace(
    site_id="",
    site_name="",
    site_type="",
    sales_mode="",
    currency="",
    account_id="",
    account_name="",
    sales_org_ids=(),
    region_id="",
    region_name="",
    region_path=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPlace:
    """What a site holds of a product, by status, and what is on its way there."""

    place: SitePlace
    by_status: tuple[tuple[str, int], ...]
    """``sellable``, ``reserved``, ``defective``… and its quantity in millionths."""
    coming_micro: int
    """In transit to the site."""

    @property
    def total_micro(self) -> int:
        """What is at the site, in any status."""
        return sum(qty for _, qty in self.by_status)


def stock_places(
    connection: Connection, located: Iterable[tuple[str, int]], at_us: int
) -> list[StockPlace]:
    """Rows (location, quantity) of ``stock_of_product`` by site: own sites, then each dealer's.

    What is with partners is what stands at sites that work for an account.
    """
    known = {one.site_id: one for one in places(connection, "", at_us)}
    held: dict[str, dict[str, int]] = {}
    coming: dict[str, int] = {}
    for location, qty_micro in located:
        parts = location.split("/")
        if parts[0] == "transit" and len(parts) == 3:
            coming[parts[2]] = coming.get(parts[2], 0) + qty_micro
        elif parts[0] == "site" and len(parts) == 4:
            statuses = held.setdefault(parts[1], {})
            statuses[parts[3]] = statuses.get(parts[3], 0) + qty_micro
    found = [
        StockPlace(
            place=known.get(site_id) or replace(_NOWHERE, site_id=site_id),
            by_status=tuple(sorted(held.get(site_id, {}).items())),
            coming_micro=coming.get(site_id, 0),
        )
        for site_id in sorted(held.keys() | coming.keys())
    ]
    return sorted(found, key=lambda one: (one.place.account_id, one.place.site_id))
