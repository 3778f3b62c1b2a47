"""Shifts at the till: opened with a float, counted blind, closed with what was found (I11).

What a shift should hold is worked out in the moment somebody declares what it does hold, and not
shown before. A declaration is a document: it cannot be typed again to fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.access.usecases import may, policy, policy_number, require, require_approver
from desktop.channel.usecases import day_at, place_of
from desktop.leases.usecases import give_back_deposits
from desktop.store.session import Session
from shared.access.rules import SHIFT_DIFFERENCE, SHIFT_REQUIRED
from shared.accounts.documents import (
    CashCounted,
    FloatStated,
    ShiftClosed,
    ShiftDeclared,
    ShiftOpened,
    TenderCounted,
)
from shared.accounts.queries import ShiftView, left_in_drawer, open_shift, with_float
from shared.accounts.rules import DEPOSIT_PLACES, Tender, denominations
from shared.core.errors import RuleViolation
from shared.sales.queries import ShiftReport, TenderFigures, expected_by_tender, shift_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the person sees after declaring, and not before; minor units."""

    shift_id: str
    tenders: tuple[TenderFigures, ...]
    counted_minor: int
    """Cash."""
    difference_minor: int
    """The largest of any tender that was declared, with its sign."""
    ceiling_minor: int
    needs_approver: bool
    """``close_shift`` wants another person."""


def begin_shift(session: Session, float_minor: int | None = None, *, note: str = "") -> ShiftView:
    """Open this device's drawer with a float; left out it is what the last shift left (I11).

    Raises: RuleViolation SHIFT_OPEN_ALREADY, AMOUNT_NEGATIVE; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "shift.run")
    device_id = session.identity.device_id
    if open_shift(session.connection, device_id) is not None:
        raise RuleViolation("SHIFT_OPEN_ALREADY")
    lay_there = left_in_drawer(session.connection, device_id)
    float_now = lay_there if float_minor is None else float_minor
    if float_now < 0:
        raise RuleViolation("AMOUNT_NEGATIVE", amount=float_now)
    body = ShiftOpened(
        currency=place.currency,
        float_minor=float_now,
        from_safe_minor=float_now - lay_there,
        note=note,
    )
    session.append(body, business_day=day_at(session, place))
    return running_shift(session)


def open_if_none(session: Session) -> ShiftView | None:
    """Open this device's drawer because money is about to move, with what the last shift left as
    float; None where a shift runs already (I11).

    Who may not run shifts opens none, and neither does a house that wants its drawers opened by
    people (``till.shift_required``).
    """
    place = place_of(session)
    if open_shift(session.connection, session.identity.device_id) is not None:
        return None
    is_wanted = policy(session.connection, place.site_id, SHIFT_REQUIRED) == "1"
    if is_wanted or not may(session, "shift.run"):
        return None
    return begin_shift(session)


def state_float(session: Session, float_minor: int) -> ShiftView:
    """Say what the float of the running shift was, before it is counted: what the drawer should
    hold follows it.

    Raises: RuleViolation SHIFT_MISSING, SHIFT_BEING_CLOSED, AMOUNT_NEGATIVE; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "shift.run")
    found = running_shift(session)
    if found.declaration:
        raise RuleViolation("SHIFT_BEING_CLOSED")
    if float_minor < 0:
        raise RuleViolation("AMOUNT_NEGATIVE", amount=float_minor)
    body = FloatStated(
        shift=found.shift_id,
        currency=found.currency,
        float_minor=float_minor,
        from_safe_minor=float_minor - found.float_minor,
    )
    session.append(body, business_day=found.business_day)
    return running_shift(session)


def running_shift(session: Session) -> ShiftView:
    """The shift of this device. Raises: RuleViolation SHIFT_MISSING."""
    found = open_shift(session.connection, session.identity.device_id)
    if found is None:
        raise RuleViolation("SHIFT_MISSING")
    return with_float(session.connection, found)


def declare_shift(
    session: Session,
    cash: Mapping[int, int],
    declared: Mapping[Tender, int] | None = None,
    *,
    total_minor: int | None = None,
    approver_id: str = "",
) -> Declared:
    """Say what is in the drawer (count by value in minor units) and what other tenders came to.

    Who counted otherwise says the sum alone (``total_minor``); then no notes are kept.
    From then on nothing is sold in this shift until it is closed. A second count needs somebody
    who may approve shifts. A tender nobody declares makes no difference.

    Raises: RuleViolation SHIFT_MISSING, DENOMINATION_UNKNOWN, COUNT_NEGATIVE,
    AMOUNT_NEGATIVE, and for a second count as ``require_approver``; AccessDenied NOT_PERMITTED.
    """
    require(session, "shift.run")
    found = running_shift(session)
    if found.declaration and not may(session, "shift.approve"):
        require_approver(session, approver_id, "shift.approve")
    if total_minor is not None:
        cash = {}
        if total_minor < 0:
            raise RuleViolation("AMOUNT_NEGATIVE", amount=total_minor)
    _check_cash(found.currency, cash)
    counted = sum(value * count for value, count in cash.items()) + (total_minor or 0)
    said = {tender.value: minor for tender, minor in (declared or {}).items()}
    said[Tender.CASH.value] = counted
    expected = expected_by_tender(session.connection, found)
    body = ShiftDeclared(
        shift=found.shift_id,
        currency=found.currency,
        cash=tuple(
            CashCounted(value_minor=value, count=count)
            for value, count in sorted(cash.items(), reverse=True)
            if count
        ),
        tenders=tuple(
            TenderCounted(
                tender=tender,
                expected_minor=expected.get(tender, 0),
                declared_minor=said.get(tender, 0),
                is_declared=tender in said,
            )
            for tender in sorted({*expected, *said})
        ),
    )
    session.append(body, business_day=found.business_day, approver_id=approver_id)
    return declared_shift(session)


def declared_shift(session: Session) -> Declared:
    """What the last count of the running shift came to. Raises: RuleViolation SHIFT_MISSING,
    NOT_DECLARED; AccessDenied NOT_PERMITTED."""
    require(session, "shift.run")
    found = running_shift(session)
    report = shift_report(session.connection, found.shift_id)
    if report is None or not found.declaration:
        raise RuleViolation("NOT_DECLARED")
    cash = next(one for one in report.tenders if one.tender == Tender.CASH)
    widest = max(report.tenders, key=lambda one: abs(one.difference_minor))
    ceiling = policy_number(session.connection, found.site_id, SHIFT_DIFFERENCE)
    is_over = abs(widest.difference_minor) > ceiling
    return Declared(
        shift_id=found.shift_id,
        tenders=report.tenders,
        counted_minor=cash.declared_minor,
        difference_minor=widest.difference_minor,
        ceiling_minor=ceiling,
        needs_approver=is_over and not may(session, "shift.approve"),
    )


def close_shift(
    session: Session,
    deposit_minor: int | None = None,
    *,
    deposit_to: str = "safe",
    approver_id: str = "",
    note: str = "",
) -> ShiftReport:
    """Hand the drawer over: accept the difference, take the deposit, leave the next float.

    Left out, all above this shift's float is taken. Gives the Z report.

    Raises: RuleViolation SHIFT_MISSING, NOT_DECLARED, DEPOSIT_TOO_LARGE, DEPOSIT_PLACE_UNKNOWN,
    AMOUNT_NEGATIVE; above the ceiling APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied
    NOT_PERMITTED, APPROVER_MAY_NOT, APPROVER_PIN_NEEDED.
    """
    found = running_shift(session)
    declared = declared_shift(session)
    counted = declared.counted_minor
    deposit = max(counted - found.float_minor, 0) if deposit_minor is None else deposit_minor
    if deposit < 0:
        raise RuleViolation("AMOUNT_NEGATIVE", amount=deposit)
    if deposit > counted:
        raise RuleViolation("DEPOSIT_TOO_LARGE", most=counted)
    if deposit_to not in DEPOSIT_PLACES:
        raise RuleViolation("DEPOSIT_PLACE_UNKNOWN", place=deposit_to[:20])
    if declared.needs_approver or approver_id:
        require_approver(session, approver_id, "shift.approve")
    cash = next(one for one in declared.tenders if one.tender == Tender.CASH)
    body = ShiftClosed(
        shift=found.shift_id,
        currency=found.currency,
        declaration=found.declaration,
        cash_difference_minor=cash.difference_minor,
        deposit_minor=deposit,
        deposit_to=deposit_to,
        left_minor=counted - deposit,
        note=note,
    )
    session.append(
        body,
        business_day=found.business_day,
        predecessor=bytes.fromhex(found.shift_id),
        approver_id=approver_id,
    )
    give_back_deposits(session)
    return shift_figures(session, found.shift_id)


def shift_figures(session: Session, shift_id: str = "") -> ShiftReport:
    """The figures of a shift: Z of a closed one; X of the one that runs, which would tell what
    the drawer should hold, is for who may see it. '' is the running one.

    Raises: RuleViolation SHIFT_MISSING; AccessDenied NOT_PERMITTED.
    """
    require(session, "shift.run")
    wanted = shift_id or running_shift(session).shift_id
    report = shift_report(session.connection, wanted)
    if report is None:
        raise RuleViolation("SHIFT_MISSING")
    if not report.shift.closed_at_us and not report.shift.declaration:
        require(session, "shift.report")
    return report


def _check_cash(currency: str, cash: Mapping[int, int]) -> None:
    known = denominations(currency)
    for value, count in cash.items():
        if value <= 0 or (known and value not in known):
            raise RuleViolation("DENOMINATION_UNKNOWN", value=value)
        if count < 0:
            raise RuleViolation("COUNT_NEGATIVE")
