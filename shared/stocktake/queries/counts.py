"""Counts, and all that a counter may see of one; a blind counter meets no book."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from shared.stock.rules import location
from shared.stocktake.queries.books import books_at, held_products
from shared.stocktake.rules import (
    ACTIONS,
    CountAction,
    CountMode,
    CountScope,
    CountState,
    Tolerance,
    uncounted,
)
from shared.stocktake.tables import (
    count_product,
    count_zone,
    recount,
    stock_count,
    zone_sheet,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountView:
    """A count's head."""

    id: str
    number: str
    site_id: str
    scope: CountScope
    mode: CountMode
    state: CountState
    currency: str
    tolerance: Tolerance
    site_limit_minor: int
    opened_by: str
    opened_at_us: int
    revealed_by: str
    posted_at_us: int
    value_minor: int

    @property
    def is_dropped(self) -> bool:
        """Whether it was given up before anybody saw a difference: it moved nothing."""
        is_blank = not self.revealed_by and not self.value_minor
        return self.state is CountState.POSTED and is_blank and self.scope is not CountScope.OPENING

    @property
    def actions(self) -> tuple[CountAction, ...]:
        """What may be done with it now."""
        return ACTIONS[self.state]


def count(connection: Connection, count_id: str) -> CountView | None:
    """A count by its id, or None."""
    row = connection.execute(select(stock_count).where(stock_count.c.id == count_id)).one_or_none()
    return _count(row) if row and row.scope else None


def counts(connection: Connection, site_id: str | None = None) -> list[CountView]:
    """The counts of a site, or all that are here, newest first."""
    statement = select(stock_count).where(stock_count.c.scope != "")
    if site_id is not None:
        statement = statement.where(stock_count.c.site_id == site_id)
    ordered = statement.order_by(stock_count.c.opened_at_us.desc(), stock_count.c.id)
    return [_count(row) for row in connection.execute(ordered)]


def _count(row: Row[Any]) -> CountView:
    state = CountState.COUNTING
    if row.posted_at_us:
        state = CountState.POSTED
    elif row.revealed_at_us:
        state = CountState.REVEALED
    return CountView(
        id=row.id,
        number=row.number,
        site_id=row.site_id,
        scope=CountScope(row.scope),
        mode=CountMode(row.mode),
        state=state,
        currency=row.currency,
        tolerance=Tolerance(
            qty_micro=row.tolerance_qty_micro,
            ratio_micro=row.tolerance_ratio_micro,
            value_minor=row.tolerance_value_minor,
        ),
        site_limit_minor=row.site_limit_minor,
        opened_by=row.opened_by,
        opened_at_us=row.opened_at_us,
        revealed_by=row.revealed_by,
        posted_at_us=row.posted_at_us,
        value_minor=row.value_minor,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneView:
    """A zone as its counter sees it."""

    zone_id: str
    name: str
    is_counted: bool
    """Somebody sealed a sheet of it."""
    recount_product_ids: tuple[str, ...]
    """What this person is asked to count again here; the first figure is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterView:
    """All that a counter may see of a count; in blind mode there is no figure in it (H04)."""

    count_id: str
    number: str
    mode: CountMode
    zones: tuple[ZoneView, ...]
    product_ids: tuple[str, ...]
    """What a spot count is about; empty when everything found is counted."""
    books: Mapping[str, int]
    """Open mode only: the book by product at the instant asked. Always empty in blind mode."""


def counter_view(
    connection: Connection, count_id: str, person_id: str, *, at_us: int
) -> CounterView | None:
    """The count as one counter sees it: the own zones, and no book unless the mode is open.

    Zones without names are everybody's. Recounts are shown to whom they are given, and to nobody
    who counted the zone before.
    """
    head = count(connection, count_id)
    if head is None:
        return None
    wanted = products_of(connection, count_id)
    books: Mapping[str, int] = {}
    if head.mode is CountMode.OPEN:
        shown = wanted or held_products(connection, location(head.site_id))
        books = books_at(connection, location(head.site_id), dict.fromkeys(shown, at_us))
    return CounterView(
        count_id=head.id,
        number=head.number,
        mode=head.mode,
        zones=_zones_for(connection, count_id, person_id),
        product_ids=tuple(wanted),
        books=books,
    )


def _zones_for(connection: Connection, count_id: str, person_id: str) -> tuple[ZoneView, ...]:
    people = counters_of(connection, count_id)
    again: dict[str, list[str]] = {}
    for row in connection.execute(select(recount).where(recount.c.count_id == count_id)):
        is_mine = row.person_id in ("", person_id)
        if is_mine and person_id not in people.get(row.zone_id, ()):
            again.setdefault(row.zone_id, []).append(row.product_id)
    statement = (
        select(count_zone).where(count_zone.c.count_id == count_id).order_by(count_zone.c.place)
    )
    return tuple(
        ZoneView(
            zone_id=row.zone_id,
            name=row.name,
            is_counted=row.zone_id in people,
            recount_product_ids=tuple(sorted(set(again.get(row.zone_id, ())))),
        )
        for row in connection.execute(statement)
        if not row.people or person_id in row.people.split() or row.zone_id in again
    )


def counters_of(connection: Connection, count_id: str) -> dict[str, frozenset[str]]:
    """Who sealed a sheet, by zone; only zones somebody counted."""
    statement = (
        select(zone_sheet.c.zone_id, zone_sheet.c.counted_by)
        .where(zone_sheet.c.count_id == count_id)
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.zone_id, set()).add(row.counted_by)
    return {zone: frozenset(people) for zone, people in found.items()}


def uncounted_zones(connection: Connection, count_id: str) -> list[str]:
    """The zones nobody counted yet, in their own order (H02)."""
    statement = (
        select(count_zone.c.zone_id)
        .where(count_zone.c.count_id == count_id)
        .order_by(count_zone.c.place)
    )
    zones = connection.execute(statement).scalars()
    return uncounted(zones, counters_of(connection, count_id).keys())


def products_of(connection: Connection, count_id: str) -> list[str]:
    """What a spot count is about, by product id; nothing when the whole site is counted."""
    statement = select(count_product.c.product_id).where(count_product.c.count_id == count_id)
    return sorted(set(connection.execute(statement).scalars()))


def openings_of(connection: Connection, site_id: str) -> int:
    """How many opening counts of a site were posted; more than one is somebody's task (H01)."""
    statement = (
        select(func.count())
        .select_from(stock_count)
        .where(
            stock_count.c.site_id == site_id,
            stock_count.c.scope == CountScope.OPENING.value,
            stock_count.c.posted_at_us > 0,
        )
    )
    return connection.execute(statement).scalar_one()
