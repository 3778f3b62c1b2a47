"""What a person may do here, asked by every use case; who approves shows that it is them."""

from sqlalchemy import delete, select

from desktop.access.usecases.policies import policy
from desktop.store.session import Session
from desktop.store.tables import pin_approval
from shared.access.queries import may_for_org, people_at, permissions_of
from shared.access.rules import APPROVAL_LASTS_US, APPROVER_PIN, surely_passed_us
from shared.core.errors import AccessDenied, RuleViolation


def require(session: Session, permission: str, *, site_id: str | None = None) -> None:
    """Go on only when the author may do this at the site (left out: the device's own; P01).

    Raises: AccessDenied NOT_PERMITTED.
    """
    place = session.identity.site_id if site_id is None else site_id
    if permission not in _may(session, session.author_id, place):
        raise AccessDenied("NOT_PERMITTED", permission=permission, site_id=place)


def require_org(
    session: Session, permission: str, sales_org_id: str, *, site_id: str | None = None
) -> None:
    """Go on only when the author may do this for the sales organisation (A04).

    Raises: AccessDenied NOT_PERMITTED, SALES_ORG_NOT_GRANTED.
    """
    require(session, permission, site_id=site_id)
    place = session.identity.site_id if site_id is None else site_id
    if not may_for_org(session.connection, session.author_id, place, permission, sales_org_id):
        raise AccessDenied("SALES_ORG_NOT_GRANTED", sales_org_id=sales_org_id)


def require_approver(
    session: Session, approver_id: str, permission: str, *, site_id: str | None = None
) -> None:
    """Go on only when another person who may, stands for it, and the PIN was theirs (I12).

    Who has a PIN must have typed it on this device (``approve``); a check is used up by the act
    that asks for it. The rule ``approval.pin`` can ask it of everybody or of nobody.

    Raises: RuleViolation APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied APPROVER_MAY_NOT,
    APPROVER_PIN_NEEDED.
    """
    place = session.identity.site_id if site_id is None else site_id
    if not approver_id:
        raise RuleViolation("APPROVAL_MISSING", permission=permission)
    if approver_id == session.author_id:
        raise RuleViolation("SECOND_PERSON_NEEDED")
    if permission not in _may(session, approver_id, place):
        raise AccessDenied("APPROVER_MAY_NOT", permission=permission, site_id=place)
    if _needs_pin(session, approver_id) and not _use_approval(session, approver_id, permission):
        raise AccessDenied("APPROVER_PIN_NEEDED", permission=permission)


def _needs_pin(session: Session, approver_id: str) -> bool:
    asked = policy(session.connection, session.identity.site_id, APPROVER_PIN)
    if asked != "if_set":
        return asked == "always"
    here = people_at(session.connection, session.identity.site_id)
    return any(one.pin_hash for one in here if one.user_id == approver_id)


def _use_approval(session: Session, approver_id: str, permission: str) -> bool:
    """Take the approval away, so that it stands for one act; whether there was a fresh one."""
    c = pin_approval.c
    mine = (
        (c.approver_id == approver_id)
        & (c.permission == permission)
        & (c.author_id == session.author_id)
    )
    given = session.connection.execute(select(c.given_monotonic_us).where(mine)).scalar()
    if given is None:
        return False
    session.connection.execute(delete(pin_approval).where(mine))
    monotonic_us = session.clock.monotonic_us()
    # After a new start of the machine nobody knows how old it is.
    is_fresh = surely_passed_us(given, monotonic_us) <= APPROVAL_LASTS_US
    return is_fresh and monotonic_us >= given


def may(session: Session, permission: str) -> bool:
    """Whether the author may do this at the device's own site."""
    return permission in _may(session, session.author_id, session.identity.site_id)


def _may(session: Session, user_id: str, site_id: str) -> frozenset[str]:
    return permissions_of(session.connection, user_id, site_id, at_us=session.now_us)
