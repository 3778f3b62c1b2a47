"""The stock of a site by product, in the buckets people ask for, and whose stock is known here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.channel.tables import site
from shared.stock.queries.reservations import reserved_micro
from shared.stock.rules import (
    EXPIRES_SOON_DAYS,
    TRANSIT,
    Status,
    days_left,
    lot_expiry,
    site_of,
    standing_lots,
    status_of,
    transit_ends,
)
from shared.stock.tables import stock_balance
from shared.sync import scopes
from shared.sync.holding import scope_cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """What a site has of a product, in millionths of the base unit (G05)."""

    product_id: str
    code: str
    name: str
    spec: str
    brand: str
    category: str
    base_unit: str
    on_hand_micro: int
    """Sellable, with what is held for somebody."""
    reserved_micro: int
    """Held for somebody, and not expired."""
    transit_micro: int
    """On the way to the site; below zero: received before the sender's paper came (G06)."""
    defective_micro: int
    """Defective, and held back for checking."""
    expires_on: str = ""
    """The last good day of the lot that ends first of what is sellable, an ISO date; '' = no lot
    says one."""
    initials: str = ""
    """Pinyin initials of the name (B06)."""
    is_known: bool = True
    """Whether it is goods here, and not a code somebody sold once."""

    @property
    def available_micro(self) -> int:
        """Sellable, and held for nobody; below zero: more is promised than is there."""
        return self.on_hand_micro - self.reserved_micro

    @property
    def is_below_zero(self) -> bool:
        """Whether the book says less than nothing of goods that are known (G11)."""
        return self.is_known and self.on_hand_micro < 0


def stock_overview(connection: Connection, site_id: str, at_us: int = 0) -> list[StockRow]:
    """Every product of which the site has or expects anything, by code; what is held for somebody
    at an instant is looked at where one is given."""
    found: dict[str, list[int]] = {}
    lots: dict[str, list[tuple[str, int]]] = {}
    for bucket, product_id, lot, qty_micro in _held(connection, site_id):
        found.setdefault(product_id, [0, 0, 0, 0])[bucket] += qty_micro
        if bucket == _BUCKETS[Status.SELLABLE]:
            lots.setdefault(product_id, []).append((lot, qty_micro))
    for product_id, qty_micro in (
        reserved_micro(connection, site_id, at_us).items() if at_us else ()
    ):
        found.setdefault(product_id, [0, 0, 0, 0])[_HELD] += qty_micro
    known = products(connection, list(found))
    rows = []
    for product_id, (on_hand, reserved, on_way, defective) in found.items():
        if not (on_hand or reserved or on_way or defective):
            continue
        one = known.get(product_id)
        rows.append(
            StockRow(
                product_id=product_id,
                code=one.code if one else product_id,
                name=one.name if one else product_id,
                spec=one.spec if one else "",
                brand=one.brand if one else "",
                category=one.category if one else "",
                base_unit=one.base_unit if one else "",
                on_hand_micro=on_hand,
                reserved_micro=reserved,
                transit_micro=on_way,
                defective_micro=defective,
                expires_on=_ends_first(lots.get(product_id, ())),
                initials=one.initials if one else "",
                is_known=one is not None,
            )
        )
    return sorted(rows, key=lambda row: row.code)


_BUCKETS: Final[Mapping[str, int]] = {
    Status.SELLABLE: 0,
    Status.RESERVED: 3,
    Status.DEFECTIVE: 3,
    Status.QUARANTINE: 3,
}
_HELD, _ON_WAY = 1, 2


def _ends_first(lots: Sequence[tuple[str, int]]) -> str:
    """The expiry of what ends first, of what is left of each lot."""
    if not any(lot for lot, _qty in lots):
        return ""
    return next((lot_expiry(lot) for lot, _qty in standing_lots(lots)), "")


def sellable_micro(connection: Connection, site_id: str) -> dict[str, int]:
    """What a site has to sell, by product, in all its bins; what there is none of is left out."""
    found: dict[str, int] = {}
    for bucket, product_id, _lot, qty_micro in _held(connection, site_id):
        if bucket == _BUCKETS[Status.SELLABLE]:
            found[product_id] = found.get(product_id, 0) + qty_micro
    return {product_id: qty_micro for product_id, qty_micro in found.items() if qty_micro}


def count_ending(connection: Connection, site_id: str, day: str) -> int:
    """Of how many products something on the shelf ends within 60 days of an ISO date, or is past
    (B09)."""
    b = stock_balance.c
    own = f"site/{site_id}/"
    here = (b.end >= own) & (b.end < own + "\uffff")
    with_lots = select(b.product_id).where(here, b.lot != "").distinct()
    lots: dict[str, list[tuple[str, int]]] = {}
    for end, product_id, lot, qty in connection.execute(
        select(b.end, b.product_id, b.lot, b.came_in - b.went_out).where(
            here, b.product_id.in_(with_lots)
        )
    ):
        if status_of(end) == Status.SELLABLE:
            lots.setdefault(product_id, []).append((lot, int(qty)))
    first = (_ends_first(held) for held in lots.values())
    return sum(1 for until in first if until and days_left(until, day) <= EXPIRES_SOON_DAYS)


def _held(connection: Connection, site_id: str) -> list[tuple[int, str, str, int]]:
    """Bucket, product, lot and quantity of every balance that is the site's."""
    b = stock_balance.c
    held = (b.came_in - b.went_out).label("held")
    own, way = f"site/{site_id}/", f"{TRANSIT}/"
    statement = select(b.end, b.product_id, b.lot, held).where(
        ((b.end >= own) & (b.end < own + "\uffff")) | ((b.end >= way) & (b.end < way + "\uffff")),
        held != 0,
    )
    found = []
    for end, product_id, lot, qty in connection.execute(statement):
        if transit_ends(end)[1] == site_id:
            found.append((_ON_WAY, product_id, lot, int(qty)))
        elif site_of(end) == site_id and status_of(end) in _BUCKETS:
            found.append((_BUCKETS[status_of(end)], product_id, lot, int(qty)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSite:
    """A site whose stock this device holds."""

    site_id: str
    name: str


def stock_sites(connection: Connection) -> list[StockSite]:
    """The sites whose whole stock is here, by id: those this device is granted."""
    held = set(connection.execute(select(scope_cursor.c.scope)).scalars())
    rows = connection.execute(select(site.c.id, site.c.name).order_by(site.c.id))
    return [StockSite(site_id=row.id, name=row.name) for row in rows if scopes.site(row.id) in held]
