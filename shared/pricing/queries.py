"""What screens, sales and orders ask about prices."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from shared.catalog.queries import product, products
from shared.catalog.tables import product as product_table
from shared.channel.queries import account, category_chain, region_path, site_of
from shared.channel.tables import customer_category, level
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id
from shared.core.rounding import MICRO
from shared.pricing import rules
from shared.pricing.completeness import price_part
from shared.pricing.rules import (
    RETAIL,
    Found,
    Goods,
    Price,
    PriceContext,
    PriceRow,
    Step,
    Trail,
    resolve,
)
from shared.pricing.tables import own_price, price_row, price_version

_FOREVER: Final = (1 << 63) - 1
_RETAIL_ONLY: Final = (Step(RETAIL, (RETAIL,)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A sealed price version."""

    version_id: str
    sales_org_id: str
    number: int
    effective_at_us: int
    sealed_at_us: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version as the list of versions shows it, rejected and unsealed ones too (C02)."""

    version_id: str
    number: int
    parent_number: int
    effective_at_us: int
    sealed_at_us: int
    status: str
    author_id: str
    approver_id: str
    reason: str
    code: str
    detail: str


_BROKEN: Final = (
    select(func.min(price_version.c.number))
    .join(price_part, price_part.c.version_id == price_version.c.id)
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_part.c.part.in_(bindparam("parts", expanding=True)),
        price_part.c.is_ready == 0,
    )
)
_ACTIVE: Final = (
    select(
        price_version.c.id,
        price_version.c.number,
        price_version.c.effective_at_us,
        price_version.c.sealed_at_us,
        price_version.c.steps,
    )
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_version.c.number < bindparam("before"),
        price_version.c.effective_at_us <= bindparam("at_us"),
        price_version.c.sealed_at_us <= bindparam("known_at_us"),
    )
    .order_by(price_version.c.number.desc())
    .limit(1)
)
_VERSION_BY_NUMBER: Final = select(
    price_version.c.id,
    price_version.c.number,
    price_version.c.effective_at_us,
    price_version.c.sealed_at_us,
    price_version.c.steps,
).where(
    price_version.c.sales_org_id == bindparam("sales_org_id"),
    price_version.c.number == bindparam("number"),
)
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
_OWN: Final = select(own_price.c.unit_price_micro).where(
    own_price.c.id == bindparam("key"), own_price.c.is_removed == 0
)


_BRAND_GOODS: Final = (
    select(product_table.c.id).where(product_table.c.site_id == "").order_by(product_table.c.id)
)
_GOODS_OF_BRANDS: Final = select(product_table.c.id).where(
    product_table.c.site_id == "", product_table.c.brand.in_(bindparam("brands", expanding=True))
)
_STATED: Final = (
    select(price_row.c.product_id, price_row.c.brand)
    .join(price_version, price_version.c.id == price_row.c.version_id)
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > bindparam("after"),
        price_version.c.number <= bindparam("number"),
    )
    .distinct()
)
_LEVEL_NAMES: Final = select(level.c.id, level.c.name)
_CATEGORY_NAMES: Final = select(customer_category.c.id, customer_category.c.name)


@lru_cache(maxsize=256)
def _steps(text: str) -> tuple[Step, ...]:
    return tuple(
        Step(name, tuple(base), tuple(ratio), decimals, tuple((b, n) for b, n in lists))
        for name, base, ratio, decimals, lists in json.loads(text)
    )


def active_version(
    connection: Connection,
    sales_org_id: str,
    at_us: int,
    *,
    parts: Collection[str] = ("",),
    known_at_us: int = _FOREVER,
) -> Version | None:
    """The version that prices at an instant (C03), as known at another one (C10).

    It is the newest that has taken effect and of which, and of all before it, the ``parts`` that
    are read here have arrived complete; a version that misses rows prices nothing.
    """
    broken = connection.execute(
        _BROKEN, {"sales_org_id": sales_org_id, "parts": list(parts)}
    ).scalar()
    row = connection.execute(
        _ACTIVE,
        {
            "sales_org_id": sales_org_id,
            "before": _FOREVER if broken is None else broken,
            "at_us": at_us,
            "known_at_us": known_at_us,
        },
    ).one_or_none()
    return None if row is None else _version(sales_org_id, *row)


def version_by_number(connection: Connection, sales_org_id: str, number: int) -> Version | None:
    """A sealed version by its number."""
    keys = {"sales_org_id": sales_org_id, "number": number}
    row = connection.execute(_VERSION_BY_NUMBER, keys).one_or_none()
    return None if row is None else _version(sales_org_id, *row)


def _version(
    sales_org_id: str,
    version_id: str,
    number: int,
    effective_at_us: int,
    sealed_at_us: int,
    steps: str,
) -> Version:
    return Version(
        version_id=version_id,
        sales_org_id=sales_org_id,
        number=number,
        effective_at_us=effective_at_us,
        sealed_at_us=sealed_at_us,
        steps=_steps(steps),
    )


def versions(connection: Connection, sales_org_id: str) -> list[VersionView]:
    """The versions of a sales organisation, the newest number first, unsealed ones on top."""
    names = VersionView.__dataclass_fields__.keys() - {"version_id"}
    rows = connection.execute(
        select(price_version.c.id.label("version_id"), *(price_version.c[one] for one in names))
        .where(price_version.c.sales_org_id == sales_org_id)
        .order_by(price_version.c.number == 0, price_version.c.number.desc(), price_version.c.id)
    ).mappings()
    return [VersionView(**row) for row in rows]


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
class _Rows:
    """The rows in force in one version of one sales organisation."""

    connection: Connection
    sales_org_id: str
    number: int

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        keys = {
            "product_ids": ["", *(one.product_id for one in goods)],
            "brands": sorted({"", *(one.brand for one in goods)}),
            "dimensions": sorted(dimensions),
            "sales_org_id": self.sales_org_id,
            "number": self.number,
        }
        newest: dict[tuple[str, str, str, bool, int], Found] = {}
        for found in self.connection.execute(_ROWS, keys):
            row = PriceRow(*found[:6], bool(found.is_removed))
            key = (*row[:3], row.ratio_micro > 0, row.from_qty_micro)
            before = newest.get(key)
            if before is None or before.number < found.number:
                newest[key] = Found(row, found.number)
        return [one for one in newest.values() if not one.row.is_removed]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """One version as one buyer reads it: opened once per document, asked for many lines (C07)."""

    connection: Connection
    context: PriceContext
    version: Version

    def price(self, product_id: str, *, qty_micro: int = MICRO) -> Price | None:
        """The price of one base unit of a product; None when the version has none."""
        goods = product(self.connection, product_id)
        asked = Goods(product_id, goods.brand if goods else "")
        return self.of_goods([asked], qty_micro=qty_micro).get(product_id)

    def prices(self, product_ids: Sequence[str]) -> dict[str, Price]:
        """The prices of many products by id; those without one are left out."""
        found: dict[str, Price] = {}
        for start in range(0, len(product_ids), 500):
            wanted = list(product_ids[start : start + 500])
            known = products(self.connection, wanted)
            found |= self.of_goods([Goods(one, known[one].brand) for one in wanted if one in known])
        return found

    def of_goods(self, goods: Sequence[Goods], *, qty_micro: int = MICRO) -> dict[str, Price]:
        """The prices of products whose brand is known already, such as those of a basket."""
        rows = _Rows(
            connection=self.connection,
            sales_org_id=self.context.sales_org_id,
            number=self.version.number,
        )
        return resolve(
            self.version.steps, self.version.number, self.context, goods, rows, qty_micro=qty_micro
        )


def price_book(
    connection: Connection,
    context: PriceContext,
    at_us: int,
    *,
    known_at_us: int = _FOREVER,
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
        version = replace(version, steps=_RETAIL_ONLY)
    return PriceBook(connection=connection, context=context, version=version)


def price(
    connection: Connection,
    context: PriceContext,
    product_id: str,
    at_us: int,
    *,
    qty_micro: int = MICRO,
    known_at_us: int = _FOREVER,
) -> Price | None:
    """What a buyer pays for one base unit at an instant, as known at another (C03, C10)."""
    book = price_book(connection, context, at_us, known_at_us=known_at_us)
    return book.price(product_id, qty_micro=qty_micro) if book else None


def retail_price(connection: Connection, site_id: str, product_id: str, at_us: int) -> Price | None:
    """What a consumer pays at a site: the shop's own price, else the suggested one (B11, C01)."""
    own = connection.execute(
        _OWN, {"key": derived_id("own", site_id, product_id)}
    ).scalar_one_or_none()
    if own is not None:
        trail = Trail("price", f"product:{product_id}", f"site:{site_id}", own, 1, 1, 0)
        return Price(unit_price_micro=own, version=0, step="own", decimals=-1, trail=(trail,))
    for sales_org_id in sales_orgs_of_site(connection, site_id):
        context = PriceContext(sales_org_id=sales_org_id)
        book = price_book(connection, context, at_us, retail=True)
        found = book.price(product_id) if book else None
        if found is not None:
            return found
    return None


def sales_orgs_of_site(connection: Connection, site_id: str) -> tuple[str, ...]:
    """The sales organisations a site works in, that of its usual account first."""
    found = site_of(connection, site_id)
    if found is None:
        return ()
    accounts = (account(connection, one) for one in found.account_ids)
    named = [one.sales_org_id for one in accounts if one is not None and one.is_active]
    return tuple(dict.fromkeys((*named, *found.sales_org_ids)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A product that another version prices differently; None = no price there."""

    product_id: str
    before: Price | None
    after: Price | None


def difference(
    connection: Connection, context: PriceContext, older: Version, newer: Version
) -> list[PriceChange]:
    """The products of head office's that a buyer pays another price for, by id (C06)."""
    ids = _touched(connection, older, newer)
    books = [
        PriceBook(connection=connection, context=context, version=one) for one in (older, newer)
    ]
    before, after = (book.prices(ids) for book in books)
    return [
        PriceChange(product_id=one, before=before.get(one), after=after.get(one))
        for one in ids
        if _amount(before.get(one)) != _amount(after.get(one))
    ]


def _touched(connection: Connection, older: Version, newer: Version) -> list[str]:
    """The products whose price may differ: all of them when the logic or everybody's ratio did."""
    keys = {
        "sales_org_id": newer.sales_org_id,
        "after": min(older.number, newer.number),
        "number": max(older.number, newer.number),
    }
    stated = {(row.product_id, row.brand) for row in connection.execute(_STATED, keys)}
    if older.steps != newer.steps or ("", "") in stated:
        return list(connection.execute(_BRAND_GOODS).scalars())
    brands = [brand for _, brand in stated if brand]
    goods = connection.execute(_GOODS_OF_BRANDS, {"brands": brands}).scalars()
    return sorted({product_id for product_id, _ in stated if product_id} | set(goods))


def _amount(found: Price | None) -> int | None:
    return None if found is None else found.unit_price_micro


def spoken_names(connection: Connection) -> dict[str, str]:
    """What dimensions are called, for reading a price aloud: ``level:L1`` → 一级."""
    names = {rules.level(row.id): row.name for row in connection.execute(_LEVEL_NAMES)}
    categories = connection.execute(_CATEGORY_NAMES)
    return names | {rules.category(row.id): row.name for row in categories}
