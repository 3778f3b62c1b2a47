"""What a supervisor reads of counts: zones, differences once they are revealed, the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from desktop.stocktake.usecases.photos import CountPhoto, photo_reasons, read_photos
from desktop.stocktake.usecases.reading import CountedGoods, counters_at, goods_for_counter
from desktop.stocktake.usecases.settling import others_who_may, valued_variances
from shared.access.queries import people_at, permissions_of
from shared.channel.queries import site_name
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location
from shared.stocktake.queries.counts import CountView, count, counters_of, counts
from shared.stocktake.queries.variances import (
    PostedView,
    Variance,
    approval_needed,
    posted_lines,
    seen,
    signed,
)
from shared.stocktake.rules import ApproverLevel, CountState
from shared.stocktake.tables import (
    count_approval,
    count_zone,
    recount,
    zone_sheet,
    zone_unknown,
)

LastHeard = Callable[[Connection, str], Sequence[tuple[str, int]]]
"""Other devices of a site and when something of theirs was heard last, microseconds UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLine:
    """A count as the list shows it."""

    head: CountView
    zones: int
    zones_counted: int
    site_name: str
    opener: str
    signed_minor: int
    """The value the site signed; 0 before."""
    is_waiting: bool
    """Signed at the site, and head office has to sign as well (H09)."""


def read_counts(connection: Connection, site_id: str | None) -> list[CountLine]:
    """The counts of a site, or all that are here, newest first."""
    found = []
    known: dict[str, Mapping[str, str]] = {}
    for head in counts(connection, site_id):
        if head.site_id not in known:
            known[head.site_id] = _people(connection, head.site_id)
        names = known[head.site_id]
        zones = _zone_count(connection, head.id)
        own = _signed_minor(connection, head.id)
        above = signed(connection, head.id, own) is ApproverLevel.HEAD_OFFICE
        found.append(
            CountLine(
                head=head,
                zones=zones,
                zones_counted=len(counters_of(connection, head.id)),
                site_name=site_name(connection, head.site_id),
                opener=names.get(head.opened_by, head.opened_by),
                signed_minor=own,
                is_waiting=(
                    head.state is CountState.REVEALED and own > head.site_limit_minor and not above
                ),
            )
        )
    return found


def _zone_count(connection: Connection, count_id: str) -> int:
    statement = select(func.count()).where(count_zone.c.count_id == count_id)
    return int(connection.execute(statement).scalar_one())


def _signed_minor(connection: Connection, count_id: str) -> int:
    c = count_approval.c
    statement = select(func.max(c.value_minor)).where(c.count_id == count_id)
    return int(connection.execute(statement).scalar() or 0)


def _people(connection: Connection, site_id: str) -> dict[str, str]:
    return {one.user_id: one.name for one in people_at(connection, site_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneProgress:
    """How far a zone is; no figure of what was found is in it."""

    zone_id: str
    name: str
    people: tuple[str, ...]
    """Names of those it was given to; () = everybody."""
    counted_by: tuple[str, ...]
    sealed_at_us: int
    to_recount: int
    """Lines somebody was asked to count again and nobody has yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceLine:
    """A line of the variance list."""

    goods: CountedGoods
    variance: Variance
    moved_since_micro: int
    """What came and went since the line was counted."""
    zones: tuple[str, ...]
    counters: tuple[str, ...]
    """Names."""
    is_asked: bool
    """Somebody was asked to count it again and has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How good a count was, and what it cost."""

    lines: int
    right: int
    shrink_minor: int
    """Value of what is missing, without sign."""
    surplus_minor: int
    scans: int
    seconds: int
    """Worked on all sheets together."""
    recounted_by: tuple[str, ...]
    recounted_lines: int

    @property
    def accuracy_micro(self) -> int:
        """Share of lines that agreed with the book, in millionths."""
        return self.right * MICRO // self.lines if self.lines else MICRO

    @property
    def seconds_per_100(self) -> int:
        """Time for a hundred scans."""
        return self.seconds * 100 // self.scans if self.scans else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A count as its supervisor sees it."""

    head: CountView
    zones: tuple[ZoneProgress, ...]
    unknown: tuple[tuple[str, str, str], ...]
    """Zone, code and note."""
    lines: tuple[VarianceLine, ...]
    """Nothing before the count was revealed, and nothing for who may not reveal."""
    posted: tuple[tuple[CountedGoods, PostedView], ...]
    accuracy: Accuracy | None
    value_minor: int
    """The differences without their signs."""
    needed: ApproverLevel
    signed: ApproverLevel
    approvers: int
    """Other people of the site who may sign."""
    counters: tuple[tuple[str, str], ...]
    """Id and name of who may count here."""
    photos: tuple[CountPhoto, ...] = ()
    photo_reasons: frozenset[str] = frozenset()
    """Reasons that want a photo of the line (H09)."""

    @property
    def uncounted(self) -> list[str]:
        """Zones nobody sealed a sheet of."""
        return [one.zone_id for one in self.zones if not one.counted_by]


def read_board(connection: Connection, count_id: str, person_id: str, at_us: int) -> Board:
    """A count with all that this person may see of it now. Raises: RuleViolation COUNT_UNKNOWN."""
    head = count(connection, count_id)
    if head is None:
        raise RuleViolation("COUNT_UNKNOWN", count=count_id[:40])
    may = permissions_of(connection, person_id, head.site_id)
    is_known = head.state is not CountState.COUNTING and "count.reveal" in may
    names = _people(connection, head.site_id)
    variances = valued_variances(connection, head, at_us) if is_known else []
    value = sum(abs(one.value_minor) for one in variances)
    if head.state is CountState.POSTED:
        value = head.value_minor
    return Board(
        head=head,
        zones=_zones(connection, head, names),
        unknown=_unknown(connection, head.id),
        lines=(
            _variance_lines(connection, head, variances, names)
            if is_known and head.state is CountState.REVEALED
            else ()
        ),
        posted=_posted(connection, head) if is_known else (),
        accuracy=_accuracy(connection, head, variances, names) if is_known else None,
        value_minor=value if is_known else 0,
        needed=approval_needed(connection, head, value) if is_known else ApproverLevel.NOBODY,
        signed=signed(connection, head.id, value) if is_known else ApproverLevel.NOBODY,
        approvers=others_who_may(connection, head.site_id, person_id, "count.approve"),
        counters=counters_at(connection, head.site_id),
        photos=read_photos(connection, head.id, names),
        photo_reasons=photo_reasons(connection, head.site_id),
    )


def _zones(
    connection: Connection, head: CountView, names: Mapping[str, str]
) -> tuple[ZoneProgress, ...]:
    z, s = count_zone.c, zone_sheet.c
    counted = counters_of(connection, head.id)
    sealed = dict(
        connection.execute(
            select(s.zone_id, func.max(s.sealed_at_us))
            .where(s.count_id == head.id)
            .group_by(s.zone_id)
        ).all()
    )
    asked = _asked(connection, head.id)
    statement = select(count_zone).where(z.count_id == head.id).order_by(z.place)
    return tuple(
        ZoneProgress(
            zone_id=row.zone_id,
            name=row.name,
            people=tuple(names.get(one, one) for one in row.people.split()),
            counted_by=tuple(sorted(names.get(one, one) for one in counted.get(row.zone_id, ()))),
            sealed_at_us=int(sealed.get(row.zone_id, 0)),
            to_recount=sum(1 for zone, _product in asked if zone == row.zone_id),
        )
        for row in connection.execute(statement)
    )


def _asked(connection: Connection, count_id: str) -> set[tuple[str, str]]:
    """Zone and product of what is to be counted again and was not after it was asked for."""
    r = recount.c
    asked: dict[tuple[str, str], int] = {}
    for row in connection.execute(select(recount).where(r.count_id == count_id)):
        place = (row.zone_id, row.product_id)
        asked[place] = max(asked.get(place, 0), row.asked_at_us)
    done = {
        (line.zone_id, line.product_id): line.counted_at_us
        for line in seen(connection, count_id)
        if line.is_recount
    }
    return {place for place, at_us in asked.items() if done.get(place, 0) < at_us}


def _unknown(connection: Connection, count_id: str) -> tuple[tuple[str, str, str], ...]:
    u = zone_unknown.c
    statement = (
        select(u.zone_id, u.code, u.note).where(u.count_id == count_id).order_by(u.zone_id, u.id)
    )
    return tuple((row.zone_id, row.code, row.note) for row in connection.execute(statement))


def _variance_lines(
    connection: Connection,
    head: CountView,
    variances: Sequence[Variance],
    names: Mapping[str, str],
) -> tuple[VarianceLine, ...]:
    goods = {
        one.product_id: one
        for one in goods_for_counter(connection, [line.product_id for line in variances])
    }
    zones: dict[str, set[str]] = {}
    for found in seen(connection, head.id):
        zones.setdefault(found.product_id, set()).add(found.zone_id)
    asked = {product_id for _zone, product_id in _asked(connection, head.id)}
    place = location(head.site_id)
    return tuple(
        VarianceLine(
            goods=goods[line.product_id],
            variance=line,
            moved_since_micro=on_hand_micro(connection, place, line.product_id) - line.book_micro,
            zones=tuple(sorted(zones.get(line.product_id, ()))),
            counters=tuple(names.get(one, one) for one in line.counters),
            is_asked=line.product_id in asked,
        )
        for line in variances
    )


def _posted(connection: Connection, head: CountView) -> tuple[tuple[CountedGoods, PostedView], ...]:
    if head.state is not CountState.POSTED:
        return ()
    lines = posted_lines(connection, head.id)
    goods = goods_for_counter(connection, [line.product_id for line in lines])
    pairs = zip(goods, lines, strict=True)
    return tuple(sorted(pairs, key=lambda pair: (-abs(pair[1].value_minor), pair[0].code)))


def _accuracy(
    connection: Connection,
    head: CountView,
    variances: Sequence[Variance],
    names: Mapping[str, str],
) -> Accuracy:
    if head.state is CountState.POSTED:
        posted = posted_lines(connection, head.id)
        values = [line.value_minor for line in posted]
        right = sum(1 for line in posted if not line.variance_micro)
    else:
        values = [line.value_minor for line in variances]
        right = sum(1 for line in variances if not line.difference_micro)
    s = zone_sheet.c
    sheets = connection.execute(select(zone_sheet).where(s.count_id == head.id)).all()
    again = [row for row in sheets if row.is_recount]
    worked = [row for row in sheets if row.started_at_us]
    return Accuracy(
        lines=len(values),
        right=right,
        shrink_minor=-sum(value for value in values if value < 0),
        surplus_minor=sum(value for value in values if value > 0),
        scans=sum(row.scans for row in worked),
        seconds=sum(row.sealed_at_us - row.started_at_us for row in worked) // 1_000_000,
        recounted_by=tuple(sorted({names.get(r.counted_by, r.counted_by) for r in again})),
        recounted_lines=sum(row.line_count for row in again),
    )
