"""What somebody pays for a product at an instant, and the names prices are read aloud with."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sqlalchemy import Connection, bindparam, select

from shared.catalog.queries import brands_of
from shared.channel.queries import SiteView, account, category_chain, region_path, site_of
from shared.channel.tables import customer_category, level
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id
from shared.core.rounding import MICRO
from shared.pricing import rules
from shared.pricing.queries.versions import FOREVER, Version, active_version
from shared.pricing.rules import Found, Goods, Price, PriceContext, PriceRow, Trail, resolve
from shared.pricing.tables import own_price, price_row, price_version

_OWN: Final = select(own_price.c.product_id, own_price.c.unit_price_micro).where(
    own_price.c.id.in_(bindparam("keys", expanding=True)), own_price.c.is_removed == 0
)
_CHUNK: Final = 500
_ROWS: Final = (
    select(
        price_row.c.product_id,
        price_row.c.brand,
        price_row.c.dimension,
        price_row.c.unit_price_micro,
        price_row.c.ratio_micro,
        price_row.c.from_qty_micro,
        price_row.c.is_removed,
        price_version.c.number,
    )
    .join(price_version, price_version.c.id == price_row.c.version_id)
    .where(
        price_row.c.product_id.in_(bindparam("product_ids", expanding=True)),
        price_row.c.brand.in_(bindparam("brands", expanding=True)),
        price_row.c.dimension.in_(bindparam("dimensions", expanding=True)),
        price_row.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_version.c.number <= bindparam("number"),
    )
)


def context_of(
    connection: Connection, account_id: str, at_us: int, *, level_id: str = ""
) -> PriceContext:
    """Who buys, resolved once per document (C07).

    Another ``level_id`` asks what a customer of that level pays (向下分销指导价, C01).

    Raises: RuleViolation ACCOUNT_UNKNOWN.
    """
    found = account(connection, account_id)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id)
    return PriceContext(
        sales_org_id=found.sales_org_id,
        account_id="" if level_id else account_id,
        level_id=level_id or found.level_id,
        region_ids=region_path(connection, account_id, at_us),
        category_ids=category_chain(connection, found.category_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """One version as one buyer reads it: opened once per document, asked for many lines (C07)."""

    connection: Connection
    context: PriceContext
    version: Version

    def price(self, product_id: str, *, qty_micro: int = MICRO) -> Price | None:
        """The price of one base unit of a product; None when the version has none."""
        return self.prices([product_id], qty_micro=qty_micro).get(product_id)

    def prices(self, product_ids: Sequence[str], *, qty_micro: int = MICRO) -> dict[str, Price]:
        """The prices of many products by id; those without one are left out."""
        found: dict[str, Price] = {}
        for start in range(0, len(product_ids), _CHUNK):
            wanted = product_ids[start : start + _CHUNK]
            brands = brands_of(self.connection, wanted)
            goods = [Goods(one, brands.get(one, "")) for one in wanted]
            found |= self.of_goods(goods, qty_micro=qty_micro)
        return found

    def of_goods(self, goods: Sequence[Goods], *, qty_micro: int = MICRO) -> dict[str, Price]:
        """The prices of products whose brand is known already, such as those of a basket."""
        rows = StatedRows(
            connection=self.connection,
            sales_org_id=self.context.sales_org_id,
            number=self.version.number,
        )
        return resolve(
            self.version.steps, self.version.number, self.context, goods, rows, qty_micro=qty_micro
        )


class PricesOf(Protocol):
    """Says the prices of products by id for a quantity; those without one are left out."""

    def __call__(self, product_ids: Sequence[str], *, qty_micro: int) -> Mapping[str, Price]: ...


def first_prices(
    sources: Iterable[PricesOf], product_ids: Iterable[str], *, qty_micro: int
) -> dict[str, Price]:
    """What the first of the sources says that has a price of a product."""
    found: dict[str, Price] = {}
    left = list(dict.fromkeys(product_ids))
    for prices in sources:
        if not left:
            break
        found |= prices(left, qty_micro=qty_micro)
        left = [one for one in left if one not in found]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRows:
    """The rows in force in one version of one sales organisation."""

    connection: Connection
    sales_org_id: str
    number: int

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        """The newest row of every combination asked for, removed ones not."""
        keys = {
            "product_ids": ["", *(one.product_id for one in goods)],
            "brands": sorted({"", *(one.brand for one in goods)}),
            "dimensions": sorted(dimensions),
            "sales_org_id": self.sales_org_id,
            "number": self.number,
        }
        newest: dict[tuple[str, str, str, bool, int], Found] = {}
        for stated in self.connection.execute(_ROWS, keys).all():
            row, number = PriceRow(*stated[:6], bool(stated[6])), stated[7]
            key = (*row[:3], row.ratio_micro > 0, row.from_qty_micro)
            before = newest.get(key)
            if before is None or before.number < number:
                newest[key] = Found(row, number)
        return [one for one in newest.values() if not one.row.is_removed]


def price_book(
    connection: Connection,
    context: PriceContext,
    at_us: int,
    *,
    known_at_us: int = FOREVER,
    retail: bool = False,
) -> PriceBook | None:
    """The version that prices for a buyer at an instant; None before the first one (C03, C10).

    With ``retail`` the book gives what the consumer pays: the suggested retail price (C01).
    """
    parts = ("",) if retail else context.parts()
    version = active_version(
        connection, context.sales_org_id, at_us, parts=parts, known_at_us=known_at_us
    )
    if version is None:
        return None
    if retail:
        version = replace(version, steps=rules.RETAIL_ONLY)
    return PriceBook(connection=connection, context=context, version=version)


def price(
    connection: Connection,
    context: PriceContext,
    product_id: str,
    at_us: int,
    *,
    qty_micro: int = MICRO,
    known_at_us: int = FOREVER,
) -> Price | None:
    """What a buyer pays for one base unit at an instant, as known at another (C03, C10)."""
    book = price_book(connection, context, at_us, known_at_us=known_at_us)
    return book.price(product_id, qty_micro=qty_micro) if book else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetailPrices:
    """What consumers pay at a site and instant: opened once per basket, asked for many lines."""

    connection: Connection
    site_id: str
    books: tuple[PriceBook, ...]

    def price(self, product_id: str, *, qty_micro: int = MICRO) -> Price | None:
        """The shop's own price of a product, else the suggested one (B11, C01).

        The quantity picks the tier of the suggested price (C09); an own price has none.
        """
        return self.prices([product_id], qty_micro=qty_micro).get(product_id)

    def prices(self, product_ids: Sequence[str], *, qty_micro: int = MICRO) -> dict[str, Price]:
        """The same of many products by id; those without one are left out."""
        own = self._own_prices(product_ids)
        others = [one for one in product_ids if one not in own]
        books = (book.prices for book in self.books)
        return own | first_prices(books, others, qty_micro=qty_micro)

    def _own_prices(self, product_ids: Sequence[str]) -> dict[str, Price]:
        found: dict[str, Price] = {}
        for start in range(0, len(product_ids), _CHUNK):
            wanted = product_ids[start : start + _CHUNK]
            keys = [derived_id("own", self.site_id, one) for one in wanted]
            for product_id, own in self.connection.execute(_OWN, {"keys": keys}):
                found[product_id] = self._own(product_id, own)
        return found

    def _own(self, product_id: str, own_micro: int) -> Price:
        subject, place = f"product:{product_id}", f"site:{self.site_id}"
        trail = Trail("price", subject, place, own_micro, 1, 1, 0)
        return Price(unit_price_micro=own_micro, version=0, step="own", decimals=-1, trail=(trail,))


def retail_prices(
    connection: Connection,
    site_id: str,
    at_us: int,
    *,
    price_list_id: str = "",
    known_at_us: int = FOREVER,
) -> RetailPrices:
    """The consumer's prices at a site, over its sales organisations in their order.

    With a price list they are those of its consumers, such as members (I10). A shop's own price
    holds for everybody.
    """
    opened = (
        price_book(
            connection,
            PriceContext(sales_org_id=sales_org_id),
            at_us,
            known_at_us=known_at_us,
            retail=True,
        )
        for sales_org_id in sales_orgs_of_site(connection, site_id)
    )
    books = tuple(book for book in opened if book is not None)
    if price_list_id:
        steps = rules.by_list(price_list_id)
        books = tuple(replace(book, version=replace(book.version, steps=steps)) for book in books)
    return RetailPrices(connection=connection, site_id=site_id, books=books)


def own_prices_of(connection: Connection, site_id: str) -> dict[str, int]:
    """The retail prices a shop set itself, by product, at 10⁻⁶ (B11)."""
    rows = connection.execute(
        select(own_price.c.product_id, own_price.c.unit_price_micro).where(
            own_price.c.site_id == site_id, own_price.c.is_removed == 0
        )
    )
    return {row.product_id: row.unit_price_micro for row in rows}


def retail_price(
    connection: Connection,
    site_id: str,
    product_id: str,
    at_us: int,
    *,
    qty_micro: int = MICRO,
    known_at_us: int = FOREVER,
) -> Price | None:
    """What a consumer pays for one product at a site; many are asked of ``retail_prices``."""
    opened = retail_prices(connection, site_id, at_us, known_at_us=known_at_us)
    return opened.price(product_id, qty_micro=qty_micro)


def sales_orgs_of_site(connection: Connection, site_id: str) -> tuple[str, ...]:
    """The sales organisations a site works in, that of its usual account first."""
    found = site_of(connection, site_id)
    return () if found is None else sales_orgs_of_place(connection, found)


def sales_orgs_of_place(connection: Connection, place: SiteView) -> tuple[str, ...]:
    """The same of a site that was read already."""
    accounts = (account(connection, one) for one in place.account_ids)
    named = [one.sales_org_id for one in accounts if one is not None and one.is_active]
    return tuple(dict.fromkeys((*named, *place.sales_org_ids)))


_LEVEL_NAMES: Final = select(level.c.id, level.c.name)
_CATEGORY_NAMES: Final = select(customer_category.c.id, customer_category.c.name)


def spoken_names(connection: Connection) -> dict[str, str]:
    """What dimensions are called, for reading a price aloud: ``level:L1`` → 一级."""
    names = {rules.level(row.id): row.name for row in connection.execute(_LEVEL_NAMES)}
    categories = connection.execute(_CATEGORY_NAMES)
    return names | {rules.category(row.id): row.name for row in categories}
