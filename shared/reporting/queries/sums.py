"""Consolidated figures from daily sums: by region, dealer, site, brand, product, day, tender."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from shared.catalog.tables import product
from shared.channel.queries import currency_of
from shared.reporting.queries.devices import DeviceLine, devices
from shared.reporting.queries.places import SitePlace, places
from shared.reporting.tables import site_day, site_day_product, site_day_tender


class By(StrEnum):
    """What figures are grouped by."""

    REGION = "region"
    ACCOUNT = "account"
    SITE = "site"
    DAY = "day"
    MODE = "mode"
    BRAND = "brand"
    PRODUCT = "product"
    TENDER = "tender"


_OF_GOODS: Final = frozenset({By.BRAND, By.PRODUCT})


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """One group of a report in one currency, beside the period before. Returns are taken off."""

    key: str
    name: str
    currency: str
    """'' for quantities without money (simple mode)."""
    sales: int
    """Documents; 0 where goods or tenders are grouped."""
    returns: int
    net_minor: int
    net_micro: int
    before_minor: int
    """The same figure in the period before, as long as this one."""
    before_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSource:
    """A device that has not told everything up to the end of the period (G04)."""

    device_id: str
    site_id: str
    site_name: str
    seen_at_us: int
    """Last contact; 0 = never."""
    unsent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesReport:
    """Consolidated sales with their age and their gaps (domain rule 12)."""

    from_day: str
    to_day: str
    by: By
    lines: tuple[SalesLine, ...]
    as_of_us: int
    """When head office last summed any of these days; 0 = nothing was sold."""
    missing: tuple[MissingSource, ...]


@dataclass(slots=True)
class _Sum:
    sales: int = 0
    returns: int = 0
    minor: int = 0
    micro: int = 0


def sales_report(
    connection: Connection,
    *,
    by: By,
    from_day: str,
    to_day: str,
    at_us: int,
    sales_org_id: str = "",
    site_ids: Collection[str] | None = None,
    region_id: str = "",
) -> SalesReport:
    """Sales of the days from..to, both included, against as many days before; head office only.

    ``region_id`` takes the sites in it and below it, ``site_ids`` these alone.
    """
    here = {
        one.site_id: one
        for one in places(connection, sales_org_id, at_us)
        if (site_ids is None or one.site_id in site_ids)
        and (not region_id or region_id in one.region_path)
    }
    before_from, before_to = period_before(from_day, to_day)
    now = _summed(connection, by, from_day, to_day, here)
    before = _summed(connection, by, before_from, before_to, here)
    names = _names(connection, by, here)
    lines = [
        _line(key, names, now.get(key, _Sum()), before.get(key, _Sum()))
        for key in sorted(now.keys() | before.keys())
    ]
    return SalesReport(
        from_day=from_day,
        to_day=to_day,
        by=by,
        lines=tuple(lines),
        as_of_us=_as_of(connection, from_day, to_day, here),
        missing=missing_sources(connection, here, at_us),
    )


def period_before(from_day: str, to_day: str) -> tuple[str, str]:
    """The days just before a period, as many as it has."""
    first, last = date.fromisoformat(from_day), date.fromisoformat(to_day)
    length = (last - first) + timedelta(days=1)
    return (first - length).isoformat(), (first - timedelta(days=1)).isoformat()


def _line(key: tuple[str, str], names: Mapping[str, str], now: _Sum, before: _Sum) -> SalesLine:
    return SalesLine(
        key=key[0],
        name=names.get(key[0], key[0]),
        currency=key[1],
        sales=now.sales,
        returns=now.returns,
        net_minor=now.minor,
        net_micro=now.micro,
        before_minor=before.minor,
        before_micro=before.micro,
    )


def _summed(
    connection: Connection, by: By, from_day: str, to_day: str, here: Mapping[str, SitePlace]
) -> dict[tuple[str, str], _Sum]:
    brands = _brands(connection) if by is By.BRAND else {}
    found: dict[tuple[str, str], _Sum] = {}
    kept: dict[str, str] = {}
    for site_id, day, own, stated, documents, minor, micro in _rows(
        connection, by, from_day, to_day
    ):
        place = here.get(site_id)
        if place is None:
            continue
        key = _key(by, place, day, brands.get(own, "") if by is By.BRAND else own)
        # The simple register knows no money: its pieces stand beside the site's own sales.
        if not stated and site_id not in kept:
            kept[site_id] = currency_of(connection, site_id)
        currency = stated or kept[site_id]
        total = found.setdefault((key, currency), _Sum())
        total.sales += documents[0]
        total.returns += documents[1]
        total.minor += minor
        total.micro += micro
    return found


def _key(by: By, place: SitePlace, day: str, own: str) -> str:
    keys = {
        By.REGION: place.region_id,
        By.ACCOUNT: place.account_id,
        By.SITE: place.site_id,
        By.DAY: day,
    }
    return keys.get(by, own)


_Row = tuple[str, str, str, str, tuple[int, int], int, int]


def _rows(connection: Connection, by: By, from_day: str, to_day: str) -> list[_Row]:
    """Site, day, mode or product or tender, currency, (sales, returns), amount, quantity."""
    if by in _OF_GOODS:
        p = site_day_product.c
        goods = select(p.site_id, p.business_day, p.product_id, p.currency, p.amount_minor,
                       p.qty_micro).where(p.business_day.between(from_day, to_day))  # fmt: skip
        return [
            (row[0], row[1], row[2], row[3], (0, 0), row[4], row[5])
            for row in connection.execute(goods)
        ]
    if by is By.TENDER:
        t = site_day_tender.c
        money = select(t.site_id, t.business_day, t.tender, t.currency, t.amount_minor).where(
            t.business_day.between(from_day, to_day)
        )
        return [
            (row[0], row[1], row[2], row[3], (0, 0), row[4], 0) for row in connection.execute(money)
        ]
    d = site_day.c
    days = select(site_day).where(d.business_day.between(from_day, to_day))
    return [
        (
            row.site_id,
            row.business_day,
            row.mode,
            row.currency,
            (row.sales, row.returns),
            row.sales_minor - row.returns_minor,
            row.sales_micro - row.returns_micro,
        )
        for row in connection.execute(days)
    ]


def _brands(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(select(product.c.id, product.c.brand)).all())


def _names(connection: Connection, by: By, here: Mapping[str, SitePlace]) -> dict[str, str]:
    if by is By.REGION:
        return {one.region_id: one.region_name for one in here.values()}
    if by is By.ACCOUNT:
        return {one.account_id: one.account_name for one in here.values()}
    if by is By.SITE:
        return {one.site_id: one.site_name for one in here.values()}
    if by is By.PRODUCT:
        return dict(connection.execute(select(product.c.id, product.c.name)).all())
    return {}


def _as_of(
    connection: Connection, from_day: str, to_day: str, here: Mapping[str, SitePlace]
) -> int:
    d = site_day.c
    rows = connection.execute(
        select(d.site_id, d.summed_at_us).where(d.business_day.between(from_day, to_day))
    )
    return max((row.summed_at_us for row in rows if row.site_id in here), default=0)


def missing_sources(
    connection: Connection, site_ids: Collection[str], at_us: int
) -> tuple[MissingSource, ...]:
    """The devices of these sites that were silent for a day, or had something left to send."""
    found: Sequence[DeviceLine] = devices(connection, at_us, site_ids=site_ids)
    return tuple(
        MissingSource(
            device_id=one.device_id,
            site_id=one.site_id,
            site_name=one.site_name,
            seen_at_us=one.seen_at_us,
            unsent=one.unsent,
        )
        for one in found
        if one.is_trusted and (one.is_quiet or one.unsent)
    )
