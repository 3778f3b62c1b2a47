"""From sealed sheets to stock: reveal, recount, approval, posting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.access.usecases import require, require_approver
from desktop.channel.usecases import day_at, place_of
from desktop.pricing.usecases import retail_values
from desktop.stocktake.usecases.counting import the_count
from desktop.stocktake.usecases.photos import photos_missing
from desktop.store.session import Session
from shared.access.queries import people_at, permissions_of
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes, uid_text
from shared.journal.document import Header
from shared.stock.queries import is_opened
from shared.stocktake.documents import (
    CountApproved,
    CountApprovedAbove,
    CountPosted,
    CountRevealed,
    PostedLine,
    RecountAsked,
    RecountLine,
)
from shared.stocktake.queries.counts import CountView, counters_of
from shared.stocktake.queries.variances import Variance, approval_needed, seen, signed, variances
from shared.stocktake.rules import (
    CountAction,
    CountScope,
    check_all_counted,
    check_approval,
    check_opening,
    check_recounter,
    check_revealer,
)
from shared.stocktake.tables import count_zone


def reveal_count(session: Session, count_id: str) -> list[Variance]:
    """Look at the differences; from now on they are known, and who looked is written down.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, ZONES_UNCOUNTED; AccessDenied
    NOT_PERMITTED, REVEALER_COUNTED.
    """
    place = place_of(session)
    require(session, "count.reveal")
    found = the_count(session, count_id, CountAction.REVEAL)
    people = counters_of(session.connection, found.id)
    counters = {name for zone in people.values() for name in zone}
    others = others_who_may(session.connection, found.site_id, session.author_id, "count.reveal")
    check_revealer(session.author_id, counters, is_alone=not others)
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


def others_who_may(connection: Connection, site_id: str, person_id: str, permission: str) -> int:
    """How many people of a site may do it beside this one; 0: who is alone does it alone."""
    return sum(
        1
        for one in people_at(connection, site_id)
        if one.user_id != person_id
        and permission in permissions_of(connection, one.user_id, site_id)
    )


def valued_variances(connection: Connection, found: CountView, at_us: int) -> list[Variance]:
    """The differences of a count by product, valued at the site's retail prices of an instant."""
    return variances(
        connection,
        found.id,
        lambda products: retail_values(connection, found.site_id, products, at_us),
    )


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
    session: Session,
    count_id: str,
    *,
    value_minor: int | None = None,
    note: str = "",
    approver_id: str = "",
) -> tuple[Header, int]:
    """Sign the differences (H09): at the site what stands there now, at head office a value.

    With an approver it is their signature, by their PIN (``approve``); without one it is the
    author's own. Gives the value signed in minor units: the sum of all differences without their
    signs.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED, VALUE_MISSING, SECOND_PERSON_NEEDED;
    AccessDenied NOT_PERMITTED, APPROVER_MAY_NOT, APPROVER_PIN_NEEDED.
    """
    found = the_count(session, count_id, CountAction.APPROVE)
    place = place_of(session, found.site_id)
    require(session, "count.approve", site_id=found.site_id)
    if approver_id:
        require_approver(session, approver_id, "count.approve", site_id=found.site_id)
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
        approver_id=approver_id,
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
    ALREADY_OPENED, PHOTO_MISSING (a reason wants one, by policy); AccessDenied NOT_PERMITTED.
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
    _check_photos(session, found, lines, said)
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


def drop_count(session: Session, count_id: str) -> Header:
    """Give a count up that was begun by mistake, before anybody saw a difference: it ends
    without a line, and the stock stays as it is. An opening is counted to its end.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "count.post")
    found = the_count(session, count_id, CountAction.COUNT)
    if found.scope is CountScope.OPENING:
        raise RuleViolation("STEP_NOT_ALLOWED", state=found.state.value, action="drop")
    count_uid = uid_bytes(found.id)
    body = CountPosted(
        count_uid=count_uid, scope=found.scope.value, lines=[], currency=found.currency
    )
    return session.append(body, predecessor=count_uid, business_day=day_at(session, place))


def _check_photos(
    session: Session, found: CountView, lines: Sequence[Variance], said: Mapping[str, str]
) -> None:
    """An opening gives no reasons, so none of them wants a photo."""
    if found.scope is CountScope.OPENING:
        return
    reasons = {
        one.product_id: said.get(one.product_id, said.get("", ""))
        for one in lines
        if one.difference_micro
    }
    missing = photos_missing(session.connection, found.id, found.site_id, reasons)
    if missing:
        raise RuleViolation("PHOTO_MISSING", number=len(missing), product_id=missing[0])


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
