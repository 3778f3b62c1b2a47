"""What head office writes to channel accounts: payments, guarantees, rebates, adjustments."""

from datetime import date

from sqlalchemy import Connection

from desktop.access.usecases import policy, require_approver, require_org
from desktop.accounts.usecases.checks import check_not_zero, check_positive, check_reason
from desktop.store.session import Session
from shared.access.rules import REBATE_APPROVER
from shared.accounts.documents import (
    AccountAdjusted,
    AccountPayment,
    GuaranteeRefunded,
    RebateGranted,
)
from shared.accounts.queries import balance_minor
from shared.accounts.rules import Purpose, RebateForm, guarantee
from shared.channel.queries import AccountView, account
from shared.core.clock import HOME_ZONE, business_day
from shared.core.errors import RuleViolation
from shared.journal.document import Header


def record_payment(
    session: Session, account_id: str, amount_minor: int, *, purpose: str, reference: str = ""
) -> Header:
    """Head office has money of a channel account in the bank: on its debt, ahead, or as guarantee
    (E07, M03).

    Raises: RuleViolation ACCOUNT_UNKNOWN, PURPOSE_UNKNOWN, AMOUNT_NOT_POSITIVE; AccessDenied
    NOT_PERMITTED.
    """
    held = _writable(session, account_id)
    if purpose not in set(Purpose):
        raise RuleViolation("PURPOSE_UNKNOWN", purpose=purpose)
    check_positive(amount_minor)
    body = AccountPayment(
        account_id=account_id,
        currency=held.currency,
        amount_minor=amount_minor,
        purpose=purpose,
        reference=reference,
    )
    return session.append(body)


def refund_guarantee(
    session: Session,
    account_id: str,
    amount_minor: int,
    *,
    reason: str,
    approver_id: str,
    second_approver_id: str,
    reference: str = "",
) -> Header:
    """Head office pays a guarantee back; two others stand for it (M03).

    Raises: RuleViolation ACCOUNT_UNKNOWN, REASON_MISSING, AMOUNT_NOT_POSITIVE,
    GUARANTEE_TOO_LITTLE, APPROVAL_MISSING, SECOND_PERSON_NEEDED, TWO_APPROVERS_NEEDED;
    AccessDenied NOT_PERMITTED, SALES_ORG_NOT_GRANTED, APPROVER_MAY_NOT, APPROVER_PIN_NEEDED.
    """
    found = _writable(session, account_id)
    check_reason(reason)
    check_positive(amount_minor)
    held = -balance_minor(session.connection, guarantee(account_id), found.currency)
    if amount_minor > held:
        raise RuleViolation("GUARANTEE_TOO_LITTLE", held_minor=held)
    if approver_id and approver_id == second_approver_id:
        raise RuleViolation("TWO_APPROVERS_NEEDED")
    for one in (approver_id, second_approver_id):
        require_approver(session, one, "account.adjust")
    body = GuaranteeRefunded(
        account_id=account_id,
        currency=found.currency,
        amount_minor=amount_minor,
        reason=reason.strip(),
        second_approver_id=second_approver_id,
        reference=reference,
    )
    return session.append(body, approver_id=approver_id)


def adjust_account(session: Session, account_id: str, amount_minor: int, *, reason: str) -> Header:
    """Head office writes an amount to an account with its reason; positive makes it owe more.

    Raises: RuleViolation ACCOUNT_UNKNOWN, REASON_MISSING, AMOUNT_ZERO; AccessDenied
    NOT_PERMITTED.
    """
    held = _writable(session, account_id)
    check_reason(reason)
    check_not_zero(amount_minor)
    body = AccountAdjusted(
        account_id=account_id,
        currency=held.currency,
        amount_minor=amount_minor,
        reason=reason,
    )
    return session.append(body)


def grant_rebate(
    session: Session,
    account_id: str,
    amount_minor: int,
    *,
    reason: str,
    form: str = "note",
    valid_until: str = "",
    approver_id: str = "",
) -> Header:
    """Head office grants an account a rebate to use on its orders (M02); negative takes back.

    A house may want a second person for it (``account.rebate_approver``).

    Raises: RuleViolation ACCOUNT_UNKNOWN, REASON_MISSING, AMOUNT_ZERO, REBATE_FORM_UNKNOWN,
    DAY_BAD, DAY_PAST, APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied NOT_PERMITTED,
    SALES_ORG_NOT_GRANTED, APPROVER_MAY_NOT, APPROVER_PIN_NEEDED.
    """
    held = _writable(session, account_id)
    check_reason(reason)
    check_not_zero(amount_minor)
    if form not in set(RebateForm):
        raise RuleViolation("REBATE_FORM_UNKNOWN", form=form[:20])
    last = _day_of(valid_until)
    if last and last < business_day(session.now_us, HOME_ZONE):
        raise RuleViolation("DAY_PAST", day=last)
    if approver_id or rebate_needs_approver(session.connection):
        require_approver(session, approver_id, "account.adjust")
    body = RebateGranted(
        account_id=account_id,
        currency=held.currency,
        amount_minor=amount_minor,
        reason=reason.strip(),
        form=form,
        valid_until=last,
    )
    return session.append(body, approver_id=approver_id)


def rebate_needs_approver(connection: Connection) -> bool:
    """Whether the house wants a second person for a rebate (``account.rebate_approver``)."""
    return policy(connection, "", REBATE_APPROVER) == "1"


def _day_of(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise RuleViolation("DAY_BAD", text=text[:20]) from None


def _writable(session: Session, account_id: str) -> AccountView:
    """The account, for who may write to those of its sales organisation."""
    found = account(session.connection, account_id)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id)
    require_org(session, "account.adjust", found.sales_org_id)
    return found
