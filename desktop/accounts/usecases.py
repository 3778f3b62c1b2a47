"""Money that a site spends, and what channel accounts pay."""

from dataclasses import dataclass

from desktop.access.usecases import policy, require
from desktop.channel.usecases import day_at, place_of
from desktop.store.session import Session
from shared.access.rules import SHIFT_REQUIRED
from shared.accounts.documents import AccountAdjusted, AccountPayment, ExpensePaid
from shared.accounts.queries import open_shift
from shared.accounts.rules import Tender
from shared.channel.queries import SiteView, account
from shared.core.errors import RuleViolation
from shared.core.text import normal
from shared.journal.document import Header


@dataclass(frozen=True, slots=True)
class TillNow:
    """The shift that runs on this device ('' = none) and the business day it belongs to."""

    shift: str
    business_day: str


def till_now(session: Session, place: SiteView, *, needs_shift: bool = False) -> TillNow:
    """Where money of now belongs: an open shift keeps the day it was opened on (I11).

    ``needs_shift`` is for what a house may want inside shifts only (``till.shift_required``).

    Raises: RuleViolation SHIFT_BEING_CLOSED while the drawer is counted, SHIFT_MISSING.
    """
    found = open_shift(session.connection, session.identity.device_id)
    if found is None:
        if needs_shift and policy(session.connection, place.site_id, SHIFT_REQUIRED) == "1":
            raise RuleViolation("SHIFT_MISSING")
        return TillNow("", day_at(session, place))
    if found.declaration:
        raise RuleViolation("SHIFT_BEING_CLOSED")
    return TillNow(found.shift_id, found.business_day or day_at(session, place))


def pay_expense(
    session: Session,
    category: str,
    amount_minor: int,
    *,
    payee: str = "",
    tender: Tender = Tender.CASH,
) -> Header:
    """Pay something out of the site's drawer, in the site's currency.

    Raises: RuleViolation CATEGORY_MISSING, CATEGORY_BAD, AMOUNT_NOT_POSITIVE, SHIFT_BEING_CLOSED;
    AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "account.expense")
    spent_on = normal(category)
    if not spent_on:
        raise RuleViolation("CATEGORY_MISSING")
    if "/" in spent_on:
        raise RuleViolation("CATEGORY_BAD", category=spent_on)
    _check_positive(amount_minor)
    now = till_now(session, place)
    body = ExpensePaid(
        category=spent_on,
        currency=place.currency,
        amount_minor=amount_minor,
        payee=payee,
        tender=tender,
        shift=now.shift,
    )
    return session.append(body, business_day=now.business_day)


def record_payment(
    session: Session, account_id: str, amount_minor: int, *, purpose: str, reference: str = ""
) -> Header:
    """Head office has money of a channel account in the bank: on its debt, or ahead (E07).

    Raises: RuleViolation ACCOUNT_UNKNOWN, PURPOSE_UNKNOWN, AMOUNT_NOT_POSITIVE; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "account.adjust")
    if purpose not in ("receivable", "deposit"):
        raise RuleViolation("PURPOSE_UNKNOWN", purpose=purpose)
    _check_positive(amount_minor)
    body = AccountPayment(
        account_id=account_id,
        currency=_currency_of(session, account_id),
        amount_minor=amount_minor,
        purpose=purpose,
        reference=reference,
    )
    return session.append(body)


def adjust_account(session: Session, account_id: str, amount_minor: int, *, reason: str) -> Header:
    """Head office writes an amount to an account with its reason; positive makes it owe more.

    Raises: RuleViolation ACCOUNT_UNKNOWN, REASON_MISSING, AMOUNT_ZERO; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "account.adjust")
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    if not amount_minor:
        raise RuleViolation("AMOUNT_ZERO")
    body = AccountAdjusted(
        account_id=account_id,
        currency=_currency_of(session, account_id),
        amount_minor=amount_minor,
        reason=reason,
    )
    return session.append(body)


def _currency_of(session: Session, account_id: str) -> str:
    found = account(session.connection, account_id)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id)
    return found.currency


def _check_positive(amount_minor: int) -> None:
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)
