"""Taking points and coupons at the till: what a device may spend, with and without a line (I07)."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.channel.usecases import place_of
from desktop.leases.usecases import ask_lease, held_leases, spends_of
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.leases.documents import LeaseSpend
from shared.leases.queries import asked_for
from shared.leases.rules import coupon_pool, points_pool
from shared.vouchers.documents import CouponUse
from shared.vouchers.queries.coupons import coupon_of
from shared.vouchers.queries.points import RuleView, points_balance, rule_in_force
from shared.vouchers.rules import (
    COUPON_UNIT,
    POINTS_UNIT,
    Coupon,
    check_coupon,
    coupon_shown,
    is_coupon_code,
    points_for,
    shown_coupon,
    worth_of_points,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsHere:
    """A member's points at this till, and what they are worth."""

    rule: RuleView
    points: int
    as_of_us: int
    """When head office said what was moved elsewhere; 0 = nothing was."""
    held: int
    """This till may spend so many at once; for more it asks head office."""

    @property
    def worth_minor(self) -> int:
        """What all of them pay."""
        return worth_of_points(self.rule.rates, self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponHere:
    """A coupon that may pay here and now."""

    coupon_id: str
    shown: str
    """The id with what its code tells, for the basket (``shown_coupon``)."""
    batch_id: str
    value_minor: int
    needs_lease: bool
    """Strict, and this till does not hold it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a sale says of the points and coupons among its tenders."""

    spent: int = 0
    coupons: tuple[CouponUse, ...] = ()
    leases: tuple[LeaseSpend, ...] = ()


def points_here(session: Session, member_id: str, currency: str) -> PointsHere | None:
    """What a member may pay with points here; None without a rule or a member."""
    rule = rule_in_force(session.connection, session.now_us, currency)
    if rule is None or not member_id:
        return None
    balance = points_balance(session.connection, member_id, session.identity.site_id)
    return PointsHere(
        rule=rule,
        points=balance.points,
        as_of_us=balance.as_of_us,
        held=_held(session, points_pool(member_id)),
    )


def _held(session: Session, pool: str) -> int:
    return sum(one.spendable for one in held_leases(session, pool))


def coupon_here(
    session: Session,
    code: str,
    *,
    member_id: str,
    total_minor: int,
    taken: Sequence[str] = (),
) -> CouponHere:
    """The coupon of a code, when it may pay for a sale of this total now. ``taken`` are the
    coupons the sale holds already: one of a batch pays for one sale.

    Raises: RuleViolation COUPON_UNKNOWN, COUPON_ONE_PER_SALE and as ``check_coupon``.
    """
    if not is_coupon_code(code):
        raise RuleViolation("COUPON_UNKNOWN")
    shown = shown_coupon(code, session.identity.hq_public_key)
    named = coupon_shown(shown)
    currency = place_of(session).currency
    found = _good(session, shown, currency, member_id=member_id, total_minor=total_minor)
    for one in taken:
        other = coupon_of(session.connection, coupon_shown(one))
        if other is not None and other.batch_id == found.batch_id:
            raise RuleViolation("COUPON_ONE_PER_SALE")
    return CouponHere(
        coupon_id=named,
        shown=shown,
        batch_id=found.batch_id,
        value_minor=found.value_minor,
        needs_lease=found.is_strict and not _held(session, coupon_pool(named)),
    )


def _good(
    session: Session, shown: str, currency: str, *, member_id: str, total_minor: int
) -> Coupon:
    found = coupon_of(session.connection, coupon_shown(shown))
    if found is None:
        raise RuleViolation("COUPON_UNKNOWN")
    check_coupon(
        found,
        member_id=member_id,
        total_minor=total_minor,
        now_us=session.now_us,
        currency=currency,
        shown=shown,
    )
    return found


def ask_points(session: Session, member_id: str, points: int) -> str:
    """Ask head office for so many of a member's points to be spent here; gives the request.

    Raises: as ``ask_lease``.
    """
    pool = points_pool(member_id)
    return _ask(session, pool, points - _held(session, pool))


def ask_coupon(session: Session, named: str) -> str:
    """Ask head office for a strict coupon; gives the request. Raises: as ``ask_lease``."""
    return _ask(session, coupon_pool(named), 1)


def _ask(session: Session, pool: str, wanted: int) -> str:
    # What waits for its answer since the line went is not asked for twice.
    waiting = asked_for(session.connection, session.identity.device_id, pool)
    return waiting or ask_lease(session, pool, wanted)


def points_held(session: Session, member_id: str) -> int:
    """Points of a member this till may spend now."""
    return _held(session, points_pool(member_id))


def coupon_held(session: Session, named: str) -> bool:
    """Whether this till may take a strict coupon now."""
    return _held(session, coupon_pool(named)) > 0


def taken(
    session: Session,
    currency: str,
    member_id: str,
    *,
    points_minor: int,
    coupons: Sequence[tuple[str, int]],
    total_minor: int,
) -> Taken:
    """What stands behind tenders of so much in points and these coupons (as shown, and how
    much).

    Raises: RuleViolation MEMBER_MISSING, POINTS_RULE_MISSING, POINTS_NEED_LINE,
    COUPON_NEEDS_LINE, COUPON_OVER_VALUE, COUPON_ONE_PER_SALE, TENDER_NOT_ALLOWED for an amount
    below zero, and as ``check_coupon``.
    """
    if points_minor < 0 or any(minor <= 0 for _, minor in coupons):
        raise RuleViolation("TENDER_NOT_ALLOWED", tender="points" if points_minor < 0 else "coupon")
    spends: list[LeaseSpend] = []
    spent = 0
    if points_minor:
        rule = rule_in_force(session.connection, session.now_us, currency)
        if not member_id:
            raise RuleViolation("MEMBER_MISSING")
        if rule is None:
            raise RuleViolation("POINTS_RULE_MISSING")
        spent = points_for(rule.rates, points_minor)
        spends += _spends(session, points_pool(member_id), spent, POINTS_UNIT, "POINTS_NEED_LINE")
    uses = []
    batches: set[str] = set()
    for shown, minor in coupons:
        named = coupon_shown(shown)
        found = _good(session, shown, currency, member_id=member_id, total_minor=total_minor)
        if minor > found.value_minor:
            raise RuleViolation("COUPON_OVER_VALUE")
        if found.batch_id in batches:
            raise RuleViolation("COUPON_ONE_PER_SALE")
        batches.add(found.batch_id)
        if found.is_strict:
            spends += _spends(session, coupon_pool(named), 1, COUPON_UNIT, "COUPON_NEEDS_LINE")
        uses.append(
            CouponUse(coupon_id=named, batch_id=found.batch_id, amount_minor=minor, count=1)
        )
    return Taken(spent=spent, coupons=tuple(uses), leases=tuple(spends))


def _spends(
    session: Session, pool: str, amount: int, unit: str, code: str
) -> tuple[LeaseSpend, ...]:
    try:
        return spends_of(session, pool, amount, unit=unit)
    except RuleViolation as error:
        if error.code != "LEASE_SHORT":
            raise
        raise RuleViolation(code, held=error.params.get("held", 0), wanted=amount) from error
