"""Asking for leases, spending them without a line, giving back what is not needed (M06)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select

from desktop.access.usecases import require
from desktop.store.session import Session
from desktop.store.tables import lease_term
from shared.access.rules import surely_passed_us
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header
from shared.leases.documents import (
    LeaseRequested,
    LeaseReturned,
    LeaseSpend,
    LeaseWriteOffRequested,
    PoolStated,
)
from shared.leases.queries import LeaseView, is_asking, leases
from shared.leases.rules import (
    AMOUNT_MAX,
    PERSONAL,
    Held,
    LeaseState,
    check_pool,
    deposit_pool,
    home_site_of,
    house_of,
    is_low,
    left_after,
    shares,
    spendable,
)
from shared.leases.tables import lease
from shared.sync.statements import upsert

_S = 1_000_000
REASON_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLease:
    """A lease of this device: what it may spend of it now, and why not more."""

    lease_id: str
    pool: str
    unit: str
    amount: int
    rest: int
    spendable: int
    """0 when the term is over, or the lease belongs to the journal before this copy of the disk."""
    left_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What was written down for leases after a sync."""

    asked: tuple[str, ...]
    """Pools."""
    given_back: tuple[str, ...]
    """Leases."""


def ask_lease(session: Session, pool: str, wanted: int, *, uid: bytes | None = None) -> str:
    """Ask head office for a portion of a pool; the answer comes with the next sync.

    Gives the request's uid text, which will name the lease. Raises: RuleViolation POOL_NAME_BAD,
    AMOUNT_NOT_POSITIVE; AccessDenied NOT_PERMITTED.
    """
    require(session, "lease.use")
    return _ask(session, pool, wanted, uid)


def _ask(session: Session, pool: str, wanted: int, uid: bytes | None) -> str:
    house_of(pool)
    if not 0 < wanted <= AMOUNT_MAX:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=wanted)
    body = LeaseRequested(pool=pool, wanted=wanted, incarnation=session.identity.incarnation)
    return uid_text(session.append(body, uid=uid).uid)


def ask_deposit(
    session: Session, customer_id: str, amount_minor: int, *, uid: bytes | None = None
) -> str:
    """Ask for a part of what a member or partner paid ahead, to be spent here offline.

    Raises as ``ask_lease``.
    """
    return ask_lease(session, deposit_pool(customer_id), amount_minor, uid=uid)


def held_leases(session: Session, pool: str = "") -> list[HeldLease]:
    """This device's leases that are out, those that end first come first; '' = of all pools."""
    return [_shown(session, one) for one in _held(session, pool)]


def _shown(session: Session, one: Held) -> HeldLease:
    own = session.identity
    return HeldLease(
        lease_id=one.lease_id,
        pool=one.pool,
        unit=one.unit,
        amount=one.amount,
        rest=one.rest,
        spendable=spendable(one, device_id=own.device_id, incarnation=own.incarnation),
        left_s=one.left_us // _S,
    )


def spends_of(
    session: Session, pool: str, amount: int, *, unit: str = ""
) -> tuple[LeaseSpend, ...]:
    """What a fact spends of the leases of a pool, for the use case of any area.

    Raises: RuleViolation AMOUNT_NOT_POSITIVE, LEASE_SHORT with what is held.
    """
    own = session.identity
    usable = [
        (one.lease_id, spendable(one, device_id=own.device_id, incarnation=own.incarnation))
        for one in _held(session, pool)
        if unit in {"", one.unit}
    ]
    return tuple(
        LeaseSpend(lease_id=lease_id, amount=part) for lease_id, part in shares(amount, usable)
    )


def give_back(session: Session, lease_id: str, *, uid: bytes | None = None) -> Header:
    """Give back what is left of a lease. Raises: RuleViolation LEASE_NOT_HELD, AccessDenied
    NOT_PERMITTED."""
    require(session, "lease.use")
    for one in _held(session, ""):
        if one.lease_id == lease_id and _is_ours(session, one) and one.rest > 0:
            return session.append(LeaseReturned(lease_id=lease_id, amount=one.rest), uid=uid)
    raise RuleViolation("LEASE_NOT_HELD")


def give_back_deposits(session: Session) -> tuple[str, ...]:
    """Give back what is left of customers' deposits, points and coupons: at the end of a shift
    they are not waited for.

    Gives the leases.
    """
    return _give_back(session, [one for pool in PERSONAL for one in _held(session, pool)])


def tend_leases(session: Session) -> Tended:
    """After a sync and every hour: count the terms, give back what is over, ask where it is low.

    Nobody has to be signed in. Deposits, points and coupons are asked for by a person alone, their
    customer stands here.
    """
    _forget_terms(session)
    held = _held(session, "")
    over = [one for one in held if not one.left_us]
    asked = []
    running = [one for one in held if one.left_us and _is_ours(session, one)]
    for pool in sorted({one.pool for one in running if not one.pool.startswith(PERSONAL)}):
        of_pool = [one for one in running if one.pool == pool]
        rest, amount = sum(one.rest for one in of_pool), max(one.amount for one in of_pool)
        is_waiting = is_asking(session.connection, session.identity.device_id, pool)
        if is_low(rest, amount) and not is_waiting:
            _ask(session, pool, amount, None)
            asked.append(pool)
    return Tended(asked=tuple(asked), given_back=_give_back(session, over))


def _give_back(session: Session, wanted: list[Held]) -> tuple[str, ...]:
    done = []
    for one in wanted:
        if _is_ours(session, one) and one.rest > 0:
            session.append(LeaseReturned(lease_id=one.lease_id, amount=one.rest))
            done.append(one.lease_id)
    return tuple(done)


def _is_ours(session: Session, one: Held) -> bool:
    """A new incarnation gives up the leases of the former: another copy may be spending them."""
    own = session.identity
    return (one.device_id, one.incarnation) == (own.device_id, own.incarnation)


def _held(session: Session, pool: str) -> list[Held]:
    """The leases that are out on this device with their terms counted up to now.

    ``pool`` ends with a colon for all pools that begin so.
    """
    device_id = session.identity.device_id
    found = leases(session.connection, device_id=device_id, pool=pool, state=LeaseState.GRANTED)
    left = _count(session, found)
    return [
        Held(
            lease_id=one.lease_id,
            pool=one.pool,
            unit=one.unit,
            device_id=one.device_id,
            incarnation=one.incarnation,
            amount=one.amount,
            rest=one.rest,
            left_us=left[one.lease_id],
        )
        for one in found
    ]


def _count(session: Session, found: list[LeaseView]) -> dict[str, int]:
    """What is left of each term, by the wall clock or the machine's, whichever says more passed.

    A clock that is set back extends nothing (M06).
    """
    wall_us, monotonic_us = session.clock.now_us(), session.clock.monotonic_us()
    known = _terms(session, [one.lease_id for one in found])
    left, rows = {}, []
    for one in found:
        before = known.get(one.lease_id)
        if before is None:
            left_us = min(max(one.until_us - session.now_us, 0), one.term_s * _S)
        else:
            by_machine = surely_passed_us(before.monotonic_us, monotonic_us)
            left_us = left_after(before.left_us, wall_us - before.wall_us, by_machine)
        left[one.lease_id] = left_us
        rows.append(
            {
                "lease_id": one.lease_id,
                "left_us": left_us,
                "wall_us": wall_us,
                "monotonic_us": monotonic_us,
            }
        )
    if rows:
        upsert(session.connection, lease_term, ("lease_id",), rows)
    return left


def _terms(session: Session, ids: Sequence[str]) -> dict[str, Row[Any]]:
    found = select(lease_term).where(lease_term.c.lease_id.in_(ids))
    return {row.lease_id: row for row in session.connection.execute(found)}


def _forget_terms(session: Session) -> None:
    """Of leases that are not out any more nobody counts the term."""
    over = select(lease.c.id).where(lease.c.state != LeaseState.GRANTED)
    session.connection.execute(delete(lease_term).where(lease_term.c.lease_id.in_(over)))


# Head office and home sites


def state_pool(
    session: Session,
    pool: str,
    unit: str,
    added: int,
    *,
    portion: int = 0,
    term_s: int = 30 * 86_400,
    only_site_id: str = "",
    is_open: bool = True,
) -> Header:
    """Say how much more (negative: less) there is of something scarce, and how it is lent.

    Raises: RuleViolation POOL_NAME_BAD, POOL_FOREIGN, AMOUNT_TOO_LARGE, TERM_BAD; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "lease.publish")
    check_pool(pool, added, portion, term_s)
    if home_site_of(pool) != session.identity.site_id:
        raise RuleViolation("POOL_FOREIGN", pool=pool[:40])
    body = PoolStated(
        pool=pool,
        unit=unit,
        added=added,
        portion=portion,
        term_s=term_s,
        only_site_id=only_site_id,
        is_open=is_open,
    )
    return session.append(body)


def write_off(session: Session, lease_id: str, reason: str) -> Header:
    """Do not wait any more for what a holder has; head office writes off what is left.

    It does not come back into the pool: the holder may have spent it. Raises: RuleViolation
    LEASE_UNKNOWN, REASON_MISSING; AccessDenied NOT_PERMITTED.
    """
    require(session, "lease.publish")
    if not leases(session.connection, [lease_id]):
        raise RuleViolation("LEASE_UNKNOWN")
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    return session.append(
        LeaseWriteOffRequested(lease_id=lease_id, reason=reason.strip()[:REASON_CHARS_MAX])
    )
