"""The rule of points, a member's balance with its age, and their statement."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from shared.vouchers.rules import OfferState, PointsReason, Rates
from shared.vouchers.tables import point_move, points_elsewhere, points_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A points rule as it stands."""

    rule_id: str
    currency: str
    rates: Rates
    from_us: int
    is_ended: bool
    author_id: str
    approver_id: str
    reason: str
    state: str
    code: str
    published_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsBalance:
    """A member's points as this replica knows them."""

    points: int
    as_of_us: int
    """When head office said what was moved elsewhere; 0 = nothing was, as far as is known."""


class PointsEntry(NamedTuple):
    """One line of a member's statement."""

    number: str
    site_id: str
    reason: str
    points: int
    happened_at_us: int


class Family(NamedTuple):
    """A sale and all that came back of it."""

    sale: str
    member_id: str
    site_id: str


class Sums(NamedTuple):
    """Points of a family: earned with what was taken back and refused, spent likewise, and the
    floors put under both."""

    earned: int
    spent: int
    floors: tuple[int, int]


def rule_in_force(connection: Connection, at_us: int, currency: str) -> RuleView | None:
    """The rule that holds at an instant; None when there is none, or it was ended."""
    r = points_rule.c
    rows = connection.execute(
        select(points_rule)
        .where(r.state == OfferState.IN_FORCE.value, r.from_us <= at_us, r.currency == currency)
        .order_by(r.from_us.desc(), r.published_at_us.desc(), r.id.desc())
        .limit(1)
    ).all()
    found = _rule(rows[0]) if rows else None
    return None if found is None or found.is_ended else found


def points_rules(connection: Connection) -> list[RuleView]:
    """All rules asked for, the latest first."""
    r = points_rule.c
    rows = connection.execute(
        select(points_rule).order_by(r.from_us.desc(), r.published_at_us.desc(), r.id)
    )
    return [_rule(row) for row in rows]


def rates_by_rule(connection: Connection, ids: Collection[str]) -> dict[str, RuleView]:
    """Rules in force by id, of those that are."""
    if not ids:
        return {}
    rows = connection.execute(select(points_rule).where(points_rule.c.id.in_(sorted(ids))))
    found = {row.id: _rule(row) for row in rows}
    return {
        rule_id: one
        for rule_id, one in found.items()
        if one.state == OfferState.IN_FORCE and not one.is_ended
    }


def _rule(row: Row[Any]) -> RuleView:
    return RuleView(
        rule_id=row.id,
        currency=row.currency,
        rates=Rates(
            earn_points=row.earn_points,
            earn_per_minor=row.earn_per_minor,
            worth_points=row.worth_points,
            worth_minor=row.worth_minor,
        ),
        from_us=row.from_us,
        is_ended=bool(row.is_ended),
        author_id=row.author_id,
        approver_id=row.approver_id,
        reason=row.reason,
        state=row.state,
        code=row.code,
        published_at_us=row.published_at_us,
    )


def points_balance(connection: Connection, member_id: str, site_id: str) -> PointsBalance:
    """A member's points at a site: its own moves as they stand here, and those of other sites as
    head office said last. '' = all moves this replica holds, which is head office's."""
    m, e = point_move.c, points_elsewhere.c
    own = select(func.coalesce(func.sum(m.points), 0)).where(m.member_id == member_id)
    if not site_id:
        return PointsBalance(points=int(connection.execute(own).scalar_one()), as_of_us=0)
    points = int(connection.execute(own.where(m.site_id == site_id)).scalar_one())
    told = connection.execute(
        select(e.points, e.as_of_us).where(e.member_id == member_id, e.site_id == site_id)
    ).one_or_none()
    return PointsBalance(
        points=points + (int(told.points) if told else 0), as_of_us=told.as_of_us if told else 0
    )


def points_statement(
    connection: Connection, member_id: str, *, site_id: str = "", limit: int = 40
) -> list[PointsEntry]:
    """The latest moves of a member's points this replica holds; of a site where named."""
    m = point_move.c
    query = select(point_move).where(m.member_id == member_id)
    if site_id:
        query = query.where(m.site_id == site_id)
    rows = connection.execute(query.order_by(m.happened_at_us.desc(), m.id.desc()).limit(limit))
    return [
        PointsEntry(row.number, row.site_id, row.reason, row.points, row.happened_at_us)
        for row in rows
    ]


def points_of_sale(connection: Connection, sale: str) -> tuple[int, int]:
    """Of a sale and its returns: points still earned by it, and still spent on it."""
    m = point_move.c
    rows = connection.execute(
        select(m.reason, func.sum(m.points)).where(m.sale == sale).group_by(m.reason)
    )
    sums = {reason: int(points) for reason, points in rows}
    earned = sum(sums.get(one.value, 0) for one in _EARNED)
    return max(earned, 0), max(-sum(sums.get(one.value, 0) for one in _SPENT), 0)


def points_of_document(connection: Connection, document: str) -> tuple[int, int]:
    """What one sale or return itself earned and spent; below zero it went the other way."""
    m = point_move.c
    rows = connection.execute(select(m.reason, m.points).where(m.document == document))
    sums = {reason: int(points) for reason, points in rows}
    earned = sums.get(PointsReason.EARNED.value, 0) + sums.get(PointsReason.TAKEN_BACK.value, 0)
    spent = sums.get(PointsReason.SPENT.value, 0) + sums.get(PointsReason.GIVEN_BACK.value, 0)
    return earned, -spent


_EARNED = (PointsReason.EARNED, PointsReason.TAKEN_BACK, PointsReason.REFUSED_EARNED)
_SPENT = (PointsReason.SPENT, PointsReason.GIVEN_BACK, PointsReason.REFUSED_SPENT)


def families(connection: Connection, wanted: Collection[Family]) -> dict[Family, Sums]:
    """The sums of sales with what came back of them, by member and site."""
    if not wanted:
        return {}
    m = point_move.c
    rows = connection.execute(
        select(m.sale, m.member_id, m.site_id, m.reason, func.sum(m.points))
        .where(m.sale.in_(sorted({one.sale for one in wanted})))
        .group_by(m.sale, m.member_id, m.site_id, m.reason)
    )
    found: dict[Family, dict[str, int]] = {one: {} for one in sorted(wanted)}
    for sale, member_id, site_id, reason, points in rows:
        family = Family(sale, member_id, site_id)
        if family in found:
            found[family][reason] = int(points)
    return {family: _sums(sums) for family, sums in found.items()}


def _sums(sums: dict[str, int]) -> Sums:
    return Sums(
        sum(sums.get(one.value, 0) for one in _EARNED),
        sum(sums.get(one.value, 0) for one in _SPENT),
        (
            sums.get(PointsReason.FLOOR_EARNED.value, 0),
            sums.get(PointsReason.FLOOR_SPENT.value, 0),
        ),
    )


def points_by_site(connection: Connection, members: Iterable[str]) -> dict[str, dict[str, int]]:
    """What each site moved of each member's points."""
    m = point_move.c
    rows = connection.execute(
        select(m.member_id, m.site_id, func.sum(m.points))
        .where(m.member_id.in_(sorted(members)))
        .group_by(m.member_id, m.site_id)
    )
    found: dict[str, dict[str, int]] = {}
    for member_id, site_id, points in rows:
        found.setdefault(member_id, {})[site_id] = int(points)
    return found


def stated(connection: Connection, members: Iterable[str]) -> dict[tuple[str, str], int]:
    """What sites were told last, by member and site."""
    e = points_elsewhere.c
    rows = connection.execute(
        select(e.member_id, e.site_id, e.points).where(e.member_id.in_(sorted(members)))
    )
    return {(member_id, site_id): int(points) for member_id, site_id, points in rows}
