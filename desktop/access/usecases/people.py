"""Publishing users: role, grants and the PIN they are given; who has one."""

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.access.usecases.rights import require
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.access.queries import complete_grants, given_pin, people_at
from shared.access.rules import PERMISSIONS_OF, GrantLevel
from shared.core.errors import RuleViolation
from shared.journal.document import Header


def publish_user(
    session: Session,
    user_id: str,
    name: str,
    role: str,
    grants: Sequence[Grant],
    *,
    pin_hash: str | None = None,
    is_active: bool = True,
    until_at_us: int = 0,
) -> Header:
    """State a user as a whole; grants that stand and are not named are withdrawn (A04, P01).

    A ``pin_hash`` (``shared.access.pins``) is a new PIN at every site, '' takes the PIN away, and
    None leaves the PIN as it is.

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
    pin, pin_at_us = given_pin(session.connection, user_id)
    if pin_hash is not None:
        pin, pin_at_us = pin_hash, session.now_us
    body = UserPublished(
        user_id=user_id,
        name=name,
        role=role,
        grants=complete_grants(session.connection, user_id, grants),
        pin_hash=pin,
        pin_at_us=pin_at_us,
        is_active=is_active,
        until_at_us=until_at_us,
    )
    return session.append(body)


def has_pin(connection: Connection, site_id: str, user_id: str) -> bool:
    """Whether signing in at the site as this person asks for a PIN."""
    return any(one.pin_hash for one in people_at(connection, site_id) if one.user_id == user_id)


def is_pin_missed(connection: Connection, site_id: str, user_id: str) -> bool:
    """Whether this person has no PIN although others sign in here, too."""
    here = people_at(connection, site_id)
    mine = [one for one in here if one.user_id == user_id]
    return len(here) > 1 and any(not one.pin_hash for one in mine)
