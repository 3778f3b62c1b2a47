"""Prices under a version that does not exist yet: a draft's changes over the version it follows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.catalog.tables import product as product_table
from shared.channel.queries import level_names
from shared.core.rounding import MICRO
from shared.pricing.queries.prices import StatedRows
from shared.pricing.queries.versions import Version, version_by_number
from shared.pricing.rules import (
    Found,
    Goods,
    Lookup,
    Price,
    PriceContext,
    PriceRow,
    region_level,
    resolve,
    row_key,
)

_CHUNK = 400


class DraftRows:
    """The rows in force in a version with a draft's changes laid over them."""

    def __init__(self, stated: Lookup, changes: Mapping[tuple[object, ...], PriceRow], number: int):
        self._stated, self._changes, self._number = stated, changes, number
        self._by_subject: dict[tuple[str, str], list[PriceRow]] = {}
        for row in changes.values():
            if not row.is_removed:
                self._by_subject.setdefault((row.product_id, row.brand), []).append(row)

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        """The rows that would hold."""
        for one in self._stated.find(goods, dimensions):
            if row_key(one.row) not in self._changes:
                yield one
        subjects = {("", ""), *((one.product_id, "") for one in goods)}
        subjects |= {("", one.brand) for one in goods}
        for subject in subjects:
            for row in self._by_subject.get(subject, ()):
                if row.dimension in dimensions:
                    yield Found(row, self._number)


class BuyerPrices:
    """What one buyer pays for certain goods: rows are read once, then asked for any quantity."""

    def __init__(
        self, version: Version, context: PriceContext, goods: Sequence[Goods], lookup: Lookup
    ) -> None:
        self._version, self._context, self._lookup = version, context, lookup
        self._goods = {one.product_id: one for one in goods}
        self._rows: dict[tuple[str, str], list[Found]] = {}
        self._is_read = False

    def price(self, product_id: str, qty_micro: int) -> Price | None:
        """The price of a base unit; None without one, and for goods not named before."""
        self._read()
        goods = self._goods.get(product_id)
        if goods is None:
            return None
        found = resolve(
            self._version.steps,
            self._version.number,
            self._context,
            [goods],
            self,
            qty_micro=qty_micro,
        )
        return found.get(product_id)

    def tiers(self, product_id: str) -> set[int]:
        """The quantities from which another price of a product may hold (C09); 0 among them."""
        self._read()
        brand = self._goods[product_id].brand
        subjects = ((product_id, ""), ("", brand), ("", ""))
        rows = (one.row for subject in subjects for one in self._rows.get(subject, ()))
        return {0, *(row.from_qty_micro for row in rows)}

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        every = list(self._goods.values())
        for start in range(0, len(every), _CHUNK):
            some = every[start : start + _CHUNK]
            resolve(self._version.steps, 0, self._context, some, _Noting(self))

    def note(self, goods: Sequence[Goods], dimensions: Collection[str]) -> list[Found]:
        """Read rows and keep them."""
        found = list(self._lookup.find(goods, dimensions))
        for one in found:
            held = self._rows.setdefault((one.row.product_id, one.row.brand), [])
            if one not in held:
                held.append(one)
        return found

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterator[Found]:
        """The kept rows of goods."""
        for one in goods:
            for subject in ((one.product_id, ""), ("", one.brand), ("", "")):
                for row in self._rows.get(subject, ()):
                    if row.row.dimension in dimensions:
                        yield row


class _Noting:
    def __init__(self, prices: BuyerPrices) -> None:
        self._prices = prices

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        return self._prices.note(goods, dimensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft over the version it follows."""

    parent: Version
    changes: Mapping[tuple[object, ...], PriceRow]

    def before(
        self, connection: Connection, context: PriceContext, goods: Sequence[Goods]
    ) -> BuyerPrices:
        """What a buyer pays by the parent."""
        return BuyerPrices(self.parent, context, goods, self._stated(connection))

    def after(
        self, connection: Connection, context: PriceContext, goods: Sequence[Goods]
    ) -> BuyerPrices:
        """What a buyer would pay by the draft."""
        rows = DraftRows(self._stated(connection), self.changes, self.parent.number + 1)
        return BuyerPrices(self.parent, context, goods, rows)

    def _stated(self, connection: Connection) -> StatedRows:
        return StatedRows(
            connection=connection,
            sales_org_id=self.parent.sales_org_id,
            number=self.parent.number,
        )


def draft_of_rows(
    connection: Connection, sales_org_id: str, parent_number: int, rows: Iterable[PriceRow]
) -> Draft | None:
    """A draft for asking prices; None over no version at all: there is nothing to compare."""
    parent = version_by_number(connection, sales_org_id, parent_number)
    if parent is None:
        return None
    return Draft(parent=parent, changes={row_key(row): row for row in rows})


def touched_goods(connection: Connection, rows: Iterable[PriceRow]) -> list[Goods]:
    """Head office's goods whose price these rows may change."""
    ids = {row.product_id for row in rows if row.product_id}
    brands = {row.brand for row in rows if row.brand}
    p = product_table.c
    wanted = select(p.id, p.brand).where(p.site_id == "").order_by(p.id)
    if not any(not row.product_id and not row.brand for row in rows):
        named = [Goods(key, one.brand) for key, one in products(connection, sorted(ids)).items()]
        of_brands = connection.execute(wanted.where(p.brand.in_(sorted(brands))))
        every = {one.product_id: one for one in named}
        every |= {row.id: Goods(row.id, row.brand) for row in of_brands}
        return [every[key] for key in sorted(every)]
    return [Goods(row.id, row.brand) for row in connection.execute(wanted)]


def kept_rows(
    connection: Connection,
    sales_org_id: str,
    parent_number: int,
    rows: Sequence[PriceRow],
    regions: Mapping[str, tuple[str, ...]],
) -> list[PriceRow]:
    """What keeps the dealers of some regions at the prices they have now (所有区域，除了…).

    For each level and region of ``regions`` (id and those above it) that a draft would price
    otherwise, the price of now as a row of that region and level. What consumers pay is the same
    everywhere: no region is asked for it. Rows of single accounts stay as the draft says.
    """
    draft = draft_of_rows(connection, sales_org_id, parent_number, rows)
    if draft is None:
        return []
    goods = touched_goods(connection, rows)
    kept: list[PriceRow] = []
    for region_id, path in regions.items():
        for level_id in level_names(connection):
            context = PriceContext(sales_org_id=sales_org_id, level_id=level_id, region_ids=path)
            before = draft.before(connection, context, goods)
            after = draft.after(connection, context, goods)
            dimension = region_level(region_id, level_id)
            kept += _kept(before, after, goods, dimension)
    return [row for row in kept if row_key(row) not in draft.changes]


def _kept(
    before: BuyerPrices, after: BuyerPrices, goods: Sequence[Goods], dimension: str
) -> Iterator[PriceRow]:
    for one in goods:
        tiers = sorted(before.tiers(one.product_id) | after.tiers(one.product_id))
        each = [_both(before, after, one.product_id, tier) for tier in tiers]
        if all(old is None or old == new for old, new in each):
            continue
        # A row of the region hides all tiers below it, so that those of now are stated with it.
        last: int | None = None
        for tier, (old, _new) in zip(tiers, each, strict=True):
            if old is not None and old != last:
                yield PriceRow(
                    one.product_id, "", dimension, unit_price_micro=old, from_qty_micro=tier
                )
                last = old


def _both(
    before: BuyerPrices, after: BuyerPrices, product_id: str, tier_micro: int
) -> tuple[int | None, int | None]:
    qty_micro = max(tier_micro, MICRO)
    old, new = (one.price(product_id, qty_micro) for one in (before, after))
    return old.unit_price_micro if old else None, new.unit_price_micro if new else None
