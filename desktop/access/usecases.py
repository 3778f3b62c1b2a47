"""What a person may do here, asked by every use case; and publishing users."""

from collections.abc import Sequence

from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.access.queries import complete_grants, permissions_of
from shared.access.rules import PERMISSIONS_OF, GrantLevel
from shared.core.errors import AccessDenied, RuleViolation
from shared.journal.document import Header


def require(session: Session, permission: str, *, site_id: str | None = None) -> None:
    """Go on only when the author may do this at the site (left out: the device's own; P01).

    Raises: AccessDenied NOT_PERMITTED.
    """
    place = session.identity.site_id if site_id is None else site_id
    if permission not in _may(session, session.author_id, place):
        raise AccessDenied("NOT_PERMITTED", permission=permission, site_id=place)


def require_approver(
    session: Session, approver_id: str, permission: str, *, site_id: str | None = None
) -> None:
    """Go on only when another person who may, stands for it.

    Raises: RuleViolation APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied APPROVER_MAY_NOT.
    """
    place = session.identity.site_id if site_id is None else site_id
    if not approver_id:
        raise RuleViolation("APPROVAL_MISSING", permission=permission)
    if approver_id == session.author_id:
        raise RuleViolation("SECOND_PERSON_NEEDED")
    if permission not in _may(session, approver_id, place):
        raise AccessDenied("APPROVER_MAY_NOT", permission=permission, site_id=place)


def _may(session: Session, user_id: str, site_id: str) -> frozenset[str]:
    return permissions_of(session.connection, user_id, site_id, at_us=session.now_us)


def publish_user(
    session: Session,
    user_id: str,
    name: str,
    role: str,
    grants: Sequence[Grant],
    *,
    pin_hash: str = "",
    is_active: bool = True,
    until_at_us: int = 0,
) -> Header:
    """State a user as a whole; grants that stand and are not named are withdrawn (A04, P01).

    Raises: RuleViolation USER_INCOMPLETE, ROLE_UNKNOWN, LEVEL_UNKNOWN; AccessDenied NOT_PERMITTED.
    """
    require(session, "access.grant")
    if not user_id or not name:
        raise RuleViolation("USER_INCOMPLETE")
    if role not in PERMISSIONS_OF:
        raise RuleViolation("ROLE_UNKNOWN", role=role)
    for grant in grants:
        if grant.level not in set(GrantLevel):
            raise RuleViolation("LEVEL_UNKNOWN", level=grant.level)
    body = UserPublished(
        user_id=user_id,
        name=name,
        role=role,
        grants=complete_grants(session.connection, user_id, grants),
        pin_hash=pin_hash,
        is_active=is_active,
        until_at_us=until_at_us,
    )
    return session.append(body)
