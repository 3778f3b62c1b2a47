"""Counting: opening a count, sealing zone sheets blind, revealing, recounting, signing, posting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.access.usecases import require
from desktop.channel.usecases import day_at, place_of
from desktop.pricing.usecases import retail_values
from desktop.store.session import Session
from shared.access.queries import permissions_of
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.ids import uid_bytes, uid_text
from shared.core.quantity import checked_quantity
from shared.journal.document import Header
from shared.stock.queries import is_opened
from shared.stocktake.documents import (
    CountApproved,
    CountApprovedAbove,
    CountedLine,
    CountOpened,
    CountPosted,
    CountRevealed,
    CountZone,
    PostedLine,
    RecountAsked,
    RecountLine,
    ZoneCounted,
)
from shared.stocktake.posting.answers import seal_parts
from shared.stocktake.queries.counts import CountView, count, counters_of, counts
from shared.stocktake.queries.variances import Variance, approval_needed, seen, signed, variances
from shared.stocktake.rules import (
    CountAction,
    CountMode,
    CountScope,
    CountState,
    Tolerance,
    check_action,
    check_all_counted,
    check_approval,
    check_opening,
    check_recounter,
    check_revealer,
    seal,
)
from shared.stocktake.tables import count_zone, recount


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


_ANY = Tolerance()


def open_count(
    session: Session,
    scope: CountScope,
    zones: Sequence[Zone],
    *,
    mode: CountMode = CountMode.BLIND,
    product_ids: Sequence[str] = (),
    tolerance: Tolerance = _ANY,
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


def reveal_count(session: Session, count_id: str) -> list[Variance]:
    """Look at the differences; from now on they are known, and who looked is written down.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, ZONES_UNCOUNTED; AccessDenied
    NOT_PERMITTED, REVEALER_COUNTED.
    """
    place = place_of(session)
    require(session, "count.reveal")
    found = the_count(session, count_id, CountAction.REVEAL)
    people = counters_of(session.connection, found.id)
    check_revealer(session.author_id, {name for zone in people.values() for name in zone})
    z = count_zone.c
    zones = session.connection.execute(
        select(z.zone_id).where(z.count_id == found.id).order_by(z.place)
    ).scalars()
    check_all_counted(list(zones), people.keys())
    count_uid = uid_bytes(found.id)
    session.append(
        CountRevealed(count_uid=count_uid),
        predecessor=count_uid,
        business_day=day_at(session, place),
    )
    return valued_variances(session.connection, found, session.now_us)


def valued_variances(connection: Connection, found: CountView, at_us: int) -> list[Variance]:
    """The differences of a count, valued at the site's retail prices of an instant."""
    bare = variances(connection, found.id, {})
    products = [one.product_id for one in bare]
    values = retail_values(connection, found.site_id, products, at_us)
    return variances(connection, found.id, values)


def ask_recount(
    session: Session,
    count_id: str,
    lines: Sequence[tuple[str, str]] = (),
    *,
    person_id: str = "",
) -> list[RecountLine]:
    """Have lines counted again by another person (H08): those named as (zone, product), or all
    that are out of tolerance or that two people disagree about.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, NOTHING_TO_RECOUNT; AccessDenied
    NOT_PERMITTED, SAME_COUNTER.
    """
    place = place_of(session)
    require(session, "count.reveal")
    found = the_count(session, count_id, CountAction.ASK_RECOUNT)
    wanted = list(lines) or _doubtful(session, found)
    if not wanted:
        raise RuleViolation("NOTHING_TO_RECOUNT")
    people = counters_of(session.connection, found.id)
    if person_id:
        for zone_id, _product in wanted:
            check_recounter(person_id, people.get(zone_id, frozenset()))
    asked = [RecountLine(zone_id=zone_id, product_id=product) for zone_id, product in wanted]
    count_uid = uid_bytes(found.id)
    session.append(
        RecountAsked(count_uid=count_uid, lines=asked, person_id=person_id),
        predecessor=count_uid,
        business_day=day_at(session, place),
    )
    return asked


def _doubtful(session: Session, found: CountView) -> list[tuple[str, str]]:
    lines = valued_variances(session.connection, found, session.now_us)
    doubtful = {line.product_id for line in lines if line.needs_recount}
    places = {
        (line.zone_id, line.product_id)
        for line in seen(session.connection, found.id)
        if line.product_id in doubtful
    }
    missing = doubtful - {product for _zone, product in places}
    # What nobody found may stand in any zone: everybody looks again.
    zones = counters_of(session.connection, found.id)
    return sorted(places | {(zone, product) for zone in zones for product in missing})


def approve_count(
    session: Session, count_id: str, *, value_minor: int | None = None, note: str = ""
) -> tuple[Header, int]:
    """Sign the differences (H09): at the site what stands there now, at head office a value.

    Gives the value signed in minor units: the sum of all differences without their signs.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, VALUE_MISSING; AccessDenied
    NOT_PERMITTED.
    """
    found = the_count(session, count_id, CountAction.APPROVE)
    place = place_of(session, found.site_id)
    require(session, "count.approve", site_id=found.site_id)
    count_uid = uid_bytes(found.id)
    body: CountApproved | CountApprovedAbove
    if session.identity.device_type == "hq":
        # Head office holds no sheets: it signs the value the site told it.
        if value_minor is None:
            raise RuleViolation("VALUE_MISSING")
        value = value_minor
        body = CountApprovedAbove(count_uid=count_uid, value_minor=value, note=note)
    else:
        lines = valued_variances(session.connection, found, session.now_us)
        value = sum(abs(line.value_minor) for line in lines)
        body = CountApproved(count_uid=count_uid, value_minor=value, note=note)
    header = session.append(
        body,
        site_id=found.site_id,
        predecessor=count_uid,
        business_day=day_at(session, place),
    )
    return header, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A count that became stock."""

    uid: str
    lines: int
    differences: int
    value_minor: int


def post_count(
    session: Session, count_id: str, *, reasons: Mapping[str, str] | None = None
) -> Posted:
    """Make the count stock: one adjustment per line that differs, at its own instant (H07, H09).

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, NOT_SETTLED, APPROVAL_MISSING,
    ALREADY_OPENED; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "count.post")
    found = the_count(session, count_id, CountAction.POST)
    check_opening(found.scope, is_opened=is_opened(session.connection, found.site_id))
    lines = valued_variances(session.connection, found, session.now_us)
    for line in lines:
        if not line.is_settled:
            raise RuleViolation("NOT_SETTLED", product_id=line.product_id)
    value = sum(abs(line.value_minor) for line in lines)
    needed = approval_needed(session.connection, found, value)
    check_approval(needed, signed(session.connection, found.id, value), value)
    said = reasons or {}
    count_uid = uid_bytes(found.id)
    body = CountPosted(
        count_uid=count_uid,
        scope=found.scope.value,
        lines=[_posted(line, said) for line in lines],
        currency=found.currency,
        value_minor=value,
    )
    header = session.append(body, predecessor=count_uid, business_day=day_at(session, place))
    return Posted(
        uid=uid_text(header.uid),
        lines=len(lines),
        differences=sum(1 for line in lines if line.difference_micro),
        value_minor=value,
    )


def _posted(line: Variance, reasons: Mapping[str, str]) -> PostedLine:
    return PostedLine(
        product_id=line.product_id,
        counted_at_us=line.counted_at_us,
        book_micro=line.book_micro,
        counted_micro=line.counted_micro,
        reason=reasons.get(line.product_id, reasons.get("", "")),
        unit_value_micro=line.unit_value_micro,
        value_minor=line.value_minor,
    )


def check_may_see_book(connection: Connection, site_id: str, person_id: str) -> None:
    """Go on only when this person counts nothing blind at the site just now (H04).

    Raises: AccessDenied BLIND_COUNT with the count's number.
    """
    for one in counts(connection, site_id):
        if one.mode is CountMode.BLIND and _counts_in(connection, one, person_id):
            raise AccessDenied("BLIND_COUNT", count=one.number)


def _counts_in(connection: Connection, one: CountView, person_id: str) -> bool:
    if one.state is CountState.COUNTING:
        return _has_a_zone(connection, one, person_id)
    if one.state is CountState.REVEALED:
        again = select(recount.c.person_id).where(recount.c.count_id == one.id)
        return person_id in set(connection.execute(again).scalars())
    return False


def _has_a_zone(connection: Connection, one: CountView, person_id: str) -> bool:
    """Named for a zone, seen on a sheet, or one of all where a zone is everybody's."""
    c = count_zone.c
    zones = connection.execute(select(c.people).where(c.count_id == one.id)).scalars().all()
    if any(person_id in people.split() for people in zones):
        return True
    if any(person_id in names for names in counters_of(connection, one.id).values()):
        return True
    may = permissions_of(connection, person_id, one.site_id)
    return "" in zones and "count.run" in may and "count.reveal" not in may
