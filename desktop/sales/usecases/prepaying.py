"""Money a customer pays ahead at a till (预存款): taken, kept for them, spent later as a tender."""

from dataclasses import dataclass
from typing import Final

from desktop.access.usecases import require
from desktop.accounts.usecases import till_now
from desktop.channel.usecases import place_of
from desktop.leases.usecases import ask_deposit, held_leases
from desktop.sales.usecases.showing import person_names
from desktop.store.session import Session
from shared.accounts.queries import customer_of
from shared.accounts.rules import Tender
from shared.core.errors import RuleViolation
from shared.leases.queries import asked_for
from shared.leases.rules import deposit_pool
from shared.members.queries import member_of
from shared.sales.documents import DepositTaken

AHEAD: Final = (Tender.CASH, Tender.STATIC_CODE, Tender.CARD, Tender.BANK_TRANSFER)
"""What is money at once: only that is paid ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPaper:
    """A deposit as its receipt says it."""

    uid: str
    number: str
    shop: str
    zone: str
    at_us: int
    cashier: str
    customer: str
    currency: str
    tender: str
    amount_minor: int


def take_deposit(
    session: Session,
    customer_id: str,
    amount_minor: int,
    *,
    tender: Tender = Tender.CASH,
    reference: str = "",
    uid: bytes | None = None,
) -> DepositPaper:
    """Take money a member or customer of the site pays ahead; it is spent at any till of the
    house, lent by head office (M06). A ``uid`` made when the form was opened makes a second
    press of the same key the same deposit.

    Raises: RuleViolation CUSTOMER_UNKNOWN, DEPOSIT_NEEDS_OFFICE in a shop on its own,
    TENDER_NOT_ALLOWED, AMOUNT_NOT_POSITIVE, SHIFT_MISSING, SHIFT_BEING_CLOSED; AccessDenied
    NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "sale.make")
    if not session.identity.hq_public_key:
        raise RuleViolation("DEPOSIT_NEEDS_OFFICE")
    name = _name(session, customer_id)
    if tender not in AHEAD:
        raise RuleViolation("TENDER_NOT_ALLOWED", tender=tender.value)
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)
    now = till_now(session, place, needs_shift=True)
    body = DepositTaken(
        customer_id=customer_id,
        currency=place.currency,
        tender=tender.value,
        amount_minor=amount_minor,
        reference=reference,
        shift=now.shift,
    )
    header = session.append(body, uid=uid, business_day=now.business_day)
    people = person_names(session.connection, place.site_id)
    return DepositPaper(
        uid=header.uid.hex(),
        number=header.number,
        shop=place.name,
        zone=place.zone,
        at_us=header.happened_at_us,
        cashier=people.get(header.author_id, header.author_id),
        customer=name,
        currency=place.currency,
        tender=tender.value,
        amount_minor=amount_minor,
    )


def deposit_held(session: Session, customer_id: str) -> int:
    """What of a customer's deposit this till may spend now, in minor units."""
    return sum(one.spendable for one in held_leases(session, deposit_pool(customer_id)))


def ask_for_deposit(session: Session, customer_id: str, amount_minor: int) -> str:
    """Ask head office for so much of what a customer paid ahead, beside what is held; gives the
    request. Raises: as ``ask_lease``."""
    waiting = deposit_request(session, customer_id)
    short = amount_minor - deposit_held(session, customer_id)
    return waiting or ask_deposit(session, customer_id, short)


def deposit_request(session: Session, customer_id: str) -> str:
    """The request for a customer's deposit that waits for its answer; '' when none does."""
    pool = deposit_pool(customer_id)
    return asked_for(session.connection, session.identity.device_id, pool)


def _name(session: Session, customer_id: str) -> str:
    """What they are called. Raises: RuleViolation CUSTOMER_UNKNOWN."""
    site_id = session.identity.site_id
    found = member_of(session.connection, customer_id, site_id)
    known = found or customer_of(session.connection, site_id, customer_id)
    if known is None:
        raise RuleViolation("CUSTOMER_UNKNOWN")
    return known.name
