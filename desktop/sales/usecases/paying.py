"""What is handed over for a sale: tenders, change, and whether the money fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.leases.usecases import spends_of
from desktop.store.session import Session
from shared.accounts.rules import Tender
from shared.channel.queries import SiteView
from shared.core.errors import RuleViolation
from shared.leases.documents import LeaseSpend
from shared.leases.rules import deposit_pool
from shared.sales.documents import TenderLine
from shared.sales.rules import check_paid


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
        TenderLine(tender=one.tender.value, amount_minor=one.amount_minor, reference=one.reference)
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


def _check_tender(place: SiteView, one: Given) -> None:
    if one.tender is Tender.PAYMENT_CODE and not one.reference:
        raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=one.tender.value)
    is_mall = one.tender is Tender.MALL
    is_deposit_back = one.tender is Tender.DEPOSIT and one.amount_minor < 0
    if one.tender not in _AT_THE_TILL or (is_mall and not place.mall_partner_id) or is_deposit_back:
        raise RuleViolation("TENDER_NOT_ALLOWED", tender=one.tender.value)
    if not one.amount_minor:
        raise RuleViolation("AMOUNT_ZERO", tender=one.tender.value)
