"""Opening a count and sealing its sheets; no book figure is looked at here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from desktop.access.usecases import require
from desktop.channel.usecases import day_at, place_of
from desktop.store.session import Session
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.ids import uid_bytes
from shared.core.quantity import checked_quantity
from shared.journal.document import Header
from shared.stock.queries import is_opened
from shared.stocktake.documents import (
    CountedLine,
    CountOpened,
    CountZone,
    UnknownCode,
    ZoneCounted,
)
from shared.stocktake.posting.answers import seal_parts
from shared.stocktake.queries.counts import CountView, count, counters_of
from shared.stocktake.rules import (
    CountAction,
    CountMode,
    CountScope,
    Tolerance,
    check_action,
    check_opening,
    check_recounter,
    seal,
)
from shared.stocktake.tables import count_zone

_ANYTHING: Final = Tolerance()
"""Every difference is within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A part of the site on one sheet; nobody named means everybody may count it."""

    zone_id: str
    name: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a counter found of a product, in millionths of the base unit; 0 = nothing there."""

    product_id: str
    qty_micro: int
    counted_at_us: int = 0
    """When it was counted; 0 = now."""
    lot: str = ""
    serial: str = ""


def open_count(
    session: Session,
    scope: CountScope,
    zones: Sequence[Zone],
    *,
    mode: CountMode = CountMode.BLIND,
    product_ids: Sequence[str] = (),
    tolerance: Tolerance = _ANYTHING,
    site_limit_minor: int = 50_000,
    note: str = "",
    site_id: str = "",
) -> Header:
    """Begin a count: opening, full or spot, blind or open (H01-H05).

    Raises: RuleViolation ALREADY_OPENED, ZONES_MISSING, ZONE_TWICE, PRODUCTS_MISSING (a spot
    count), NAME_HAS_BLANKS; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session, site_id)
    require(session, "count.open", site_id=place.site_id)
    check_opening(scope, is_opened=is_opened(session.connection, place.site_id))
    _check_zones(zones)
    if scope is CountScope.SPOT and not product_ids:
        raise RuleViolation("PRODUCTS_MISSING")
    body = CountOpened(
        scope=scope.value,
        mode=mode.value,
        zones=[
            CountZone(zone_id=one.zone_id, name=one.name, people=list(one.people)) for one in zones
        ],
        product_ids=list(dict.fromkeys(product_ids)),
        currency=place.currency,
        tolerance_qty_micro=tolerance.qty_micro,
        tolerance_ratio_micro=tolerance.ratio_micro,
        tolerance_value_minor=tolerance.value_minor,
        site_limit_minor=site_limit_minor,
        note=note,
    )
    return session.append(body, site_id=place.site_id, business_day=day_at(session, place))


def _check_zones(zones: Sequence[Zone]) -> None:
    if not zones:
        raise RuleViolation("ZONES_MISSING")
    if len({one.zone_id for one in zones}) != len(zones):
        raise RuleViolation("ZONE_TWICE")
    for one in zones:
        if any(" " in person or not person for person in one.people):
            raise RuleViolation("NAME_HAS_BLANKS", zone=one.zone_id)


def the_count(session: Session, count_id: str, action: CountAction) -> CountView:
    """A count of this site on which this may be done now.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED.
    """
    found = count(session.connection, count_id)
    own = session.identity.site_id
    if found is None or (own and found.site_id != own):
        raise RuleViolation("COUNT_UNKNOWN", count=count_id[:40])
    check_action(found.state, action)
    return found


def seal_zone(
    session: Session,
    count_id: str,
    zone_id: str,
    tallies: Sequence[Tally],
    *,
    is_recount: bool = False,
    started_at_us: int = 0,
    scans: int = 0,
    unknown: Sequence[UnknownCode] = (),
) -> Header:
    """Close a zone: the sheet is sealed and changes no more; no book is looked at (H04, H06).

    A recount speaks of the products it names alone and is another person's.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, ZONE_UNKNOWN, QUANTITY_NEGATIVE,
    SERIAL_TWICE; AccessDenied NOT_PERMITTED, NOT_YOUR_ZONE, SAME_COUNTER.
    """
    place = place_of(session)
    require(session, "count.run")
    action = CountAction.RECOUNT if is_recount else CountAction.COUNT
    found = the_count(session, count_id, action)
    _check_zone(session, found.id, zone_id, is_recount=is_recount)
    now_us = session.now_us
    lines = [
        CountedLine(
            product_id=one.product_id,
            qty_micro=checked_quantity(one.qty_micro),
            counted_at_us=one.counted_at_us or now_us,
            lot=one.lot,
            serial=one.serial,
        )
        for one in tallies
    ]
    _check_lines(lines)
    draft = ZoneCounted(
        count_uid=uid_bytes(found.id), zone_id=zone_id, lines=lines, seal=b"", is_recount=is_recount
    )
    body = ZoneCounted(
        count_uid=draft.count_uid,
        zone_id=zone_id,
        lines=lines,
        seal=seal(seal_parts(draft)),
        is_recount=is_recount,
        started_at_us=started_at_us,
        scans=scans,
        unknown=list(unknown),
    )
    return session.append(body, predecessor=draft.count_uid, business_day=day_at(session, place))


def _check_zone(session: Session, count_id: str, zone_id: str, *, is_recount: bool) -> None:
    z = count_zone.c
    row = session.connection.execute(
        select(z.people).where(z.count_id == count_id, z.zone_id == zone_id)
    ).one_or_none()
    if row is None:
        raise RuleViolation("ZONE_UNKNOWN", zone=zone_id[:40])
    if is_recount:
        former = counters_of(session.connection, count_id).get(zone_id, frozenset())
        check_recounter(session.author_id, former)
        return
    if row.people and session.author_id not in row.people.split():
        raise AccessDenied("NOT_YOUR_ZONE", zone=zone_id)


def _check_lines(lines: Sequence[CountedLine]) -> None:
    serials: set[tuple[str, str]] = set()
    for line in lines:
        if line.qty_micro < 0:
            raise RuleViolation("QUANTITY_NEGATIVE", product_id=line.product_id)
        key = (line.product_id, line.serial)
        if line.serial and key in serials:
            raise RuleViolation("SERIAL_TWICE", product_id=line.product_id)
        serials.add(key)
