"""What is handed over for a sale: tenders, change, and whether the money fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.leases.usecases import spends_of
from desktop.store.session import Session
from desktop.vouchers.usecases.taking import taken
from shared.accounts.rules import PROMISED, Tender
from shared.channel.queries import SiteView
from shared.core.errors import RuleViolation
from shared.leases.documents import LeaseSpend
from shared.leases.rules import deposit_pool
from shared.members.rules import is_member
from shared.sales.documents import SaleLine, TenderLine
from shared.sales.rules import LineKind, check_paid
from shared.vouchers.documents import CouponUse
from shared.vouchers.queries.points import rule_in_force
from shared.vouchers.rules import coupon_shown, earned_points


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Money as it is handed over, in minor units; cash may be more than is due.

    A payment by the customer's code names the payment that was taken (``payments``).
    """

    tender: Tender
    amount_minor: int
    reference: str = ""


_AT_THE_TILL: Final = frozenset(
    {
        Tender.CASH,
        Tender.STATIC_CODE,
        Tender.PAYMENT_CODE,
        Tender.CARD,
        Tender.BANK_TRANSFER,
        Tender.MALL,
        Tender.DEPOSIT,
        Tender.COUPON,
        Tender.POINTS,
    }
)


CHANGE: Final = "change"
"""The reference of cash that went back over the counter."""


def tendered(
    place: SiteView, total_minor: int, given: Sequence[Given], *, on_credit: bool
) -> list[TenderLine]:
    """The tender lines: what was handed over, in its order, and last the cash that goes back.

    Raises as ``sell`` where the money does not fit.
    """
    for one in given:
        _check_tender(place, one)
    if not given and not on_credit:
        given = [Given(tender=Tender.CASH, amount_minor=total_minor)] if total_minor else []
    over = sum(one.amount_minor for one in given) - total_minor
    cash = sum(one.amount_minor for one in given if one.tender is Tender.CASH)
    lines = [
        TenderLine(tender=one.tender.value, amount_minor=one.amount_minor, reference=_said(one))
        for one in given
    ]
    if total_minor > 0 and 0 < over <= cash:
        lines.append(TenderLine(tender=Tender.CASH.value, amount_minor=-over, reference=CHANGE))
    paid = [line.amount_minor for line in lines]
    # Owing is possible on credit, overpaying never is.
    check_paid(total_minor, paid, on_credit=on_credit and sum(paid) <= max(total_minor, 0))
    return lines


def deposit_spends(
    session: Session, place: SiteView, customer_id: str, given: Sequence[Given]
) -> tuple[LeaseSpend, ...]:
    """What a deposit among the tenders spends of the leases this till holds for the customer.

    Raises: RuleViolation CUSTOMER_MISSING, LEASE_SHORT with what is held.
    """
    wanted = sum(one.amount_minor for one in given if one.tender is Tender.DEPOSIT)
    if not wanted:
        return ()
    if not customer_id:
        raise RuleViolation("CUSTOMER_MISSING")
    return spends_of(session, deposit_pool(customer_id), wanted, unit=place.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What a sale says of points and coupons, as its document carries it."""

    rule_id: str = ""
    earned: int = 0
    spent: int = 0
    coupons: tuple[CouponUse, ...] = ()
    leases: tuple[LeaseSpend, ...] = ()


def promised(
    session: Session,
    place: SiteView,
    customer_id: str,
    lines: Sequence[SaleLine],
    tenders: Sequence[TenderLine],
    *,
    total_minor: int,
    given: Sequence[Given],
) -> Promised:
    """What stands behind coupons and points among the tenders, and what a member earns (I07).

    Raises: as ``taken``, and RuleViolation COUPON_UNKNOWN for a coupon without its name.
    """
    points = sum(one.amount_minor for one in tenders if one.tender == Tender.POINTS)
    shown = {_said(one): one.reference for one in given if one.tender is Tender.COUPON}
    coupons = [
        (shown.get(one.reference, one.reference), one.amount_minor)
        for one in tenders
        if one.tender == Tender.COUPON
    ]
    member_id = customer_id if is_member(customer_id) else ""
    spent = taken(
        session,
        place.currency,
        member_id,
        points_minor=points,
        coupons=coupons,
        total_minor=total_minor,
    )
    rule = None
    if member_id:
        rule = rule_in_force(session.connection, session.now_us, place.currency)
    if rule is None:
        return Promised(coupons=spent.coupons, leases=spent.leases)
    return Promised(
        rule_id=rule.rule_id,
        earned=earned_points(rule.rates, money_of(tenders), goods_of(lines)),
        spent=spent.spent,
        coupons=spent.coupons,
        leases=spent.leases,
    )


def _said(one: Given) -> str:
    """What a document says of a tender: of a coupon its id, and not what opens whose it is."""
    return coupon_shown(one.reference) if one.tender is Tender.COUPON else one.reference


def money_of(tenders: Sequence[TenderLine]) -> int:
    """What tenders that are money come to."""
    return sum(one.amount_minor for one in tenders if one.tender not in PROMISED)


def goods_of(lines: Sequence[SaleLine]) -> int:
    """What goods come to on which points are earned: no gifts, no services."""
    return sum(one.amount_minor for one in lines if one.kind == LineKind.GOODS)


def _check_tender(place: SiteView, one: Given) -> None:
    if one.tender is Tender.PAYMENT_CODE and not one.reference:
        raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=one.tender.value)
    is_mall = one.tender is Tender.MALL
    is_deposit_back = one.tender is Tender.DEPOSIT and one.amount_minor < 0
    if one.tender not in _AT_THE_TILL or (is_mall and not place.mall_partner_id) or is_deposit_back:
        raise RuleViolation("TENDER_NOT_ALLOWED", tender=one.tender.value)
    if not one.amount_minor:
        raise RuleViolation("AMOUNT_ZERO", tender=one.tender.value)
