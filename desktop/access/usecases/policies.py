"""The rules of the house as they hold on this device, and settings of the device itself."""

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.store.session import Session
from desktop.store.settings import put_setting, setting_of
from desktop.store.tables import setting
from shared.access.documents import PoliciesPublished, Policy
from shared.access.queries import permissions_of, policy_text
from shared.access.rules import POLICIES, check_policy
from shared.core.errors import AccessDenied, RuleViolation
from shared.journal.document import Header


def policy(connection: Connection, site_id: str, name: str) -> str:
    """A rule as it holds here: head office's word, else the shop's own, else the usual one."""
    stated = policy_text(connection, name, site_id)
    return setting_of(connection, name, POLICIES[name]) if stated is None else stated


def policy_number(connection: Connection, site_id: str, name: str) -> int:
    """As ``policy``, of a rule that is a number."""
    text = policy(connection, site_id, name)
    return int(text) if text.isascii() and text.isdigit() else int(POLICIES[name])


def policies(connection: Connection, site_id: str) -> dict[str, str]:
    """All rules as they hold here, by name."""
    return {name: policy(connection, site_id, name) for name in POLICIES}


def set_policy(session: Session, name: str, value: str) -> None:
    """The shop sets a rule for this device; it holds as long as head office says nothing.

    Raises: RuleViolation POLICY_UNKNOWN, POLICY_BAD, POLICY_OF_HEAD_OFFICE; AccessDenied
    NOT_PERMITTED.
    """
    site_id = session.identity.site_id
    _require(session, "shop.settings")
    check_policy(name, value)
    if policy_text(session.connection, name, site_id) is not None:
        raise RuleViolation("POLICY_OF_HEAD_OFFICE", policy=name)
    put_setting(session.connection, name, value)
    session.touch(setting.name, name)


def publish_policies(session: Session, wanted: Sequence[Policy]) -> Header:
    """Head office states rules, of one site or of all (P10, I08).

    Raises: RuleViolation NOTHING_TO_PUBLISH, POLICY_UNKNOWN, POLICY_BAD; AccessDenied
    NOT_PERMITTED.
    """
    _require(session, "policy.publish")
    if not wanted:
        raise RuleViolation("NOTHING_TO_PUBLISH")
    for one in wanted:
        check_policy(one.name, one.value)
    return session.append(PoliciesPublished(policies=tuple(wanted)))


def set_setting(session: Session, key: str, value: str | None) -> None:
    """A setting of this device that is nobody's rule, such as the language; None forgets it.

    Raises: RuleViolation SETTING_BAD when it is a rule of the house, or too long.
    """
    if key in POLICIES:
        raise RuleViolation("SETTING_BAD", key=key)
    put_setting(session.connection, key, value)
    session.touch(setting.name, key)


def _require(session: Session, permission: str) -> None:
    site_id = session.identity.site_id
    may = permissions_of(session.connection, session.author_id, site_id, at_us=session.now_us)
    if permission not in may:
        raise AccessDenied("NOT_PERMITTED", permission=permission, site_id=site_id)
