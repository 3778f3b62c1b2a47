"""Head office lets devices in, and takes their trust back (P10)."""

from dataclasses import dataclass

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.channel.documents import DeviceInvited, DeviceRevoked
from shared.channel.queries import device_of, site_of
from shared.channel.rules import new_device_id
from shared.channel.tables import device_invitation
from shared.core.errors import Conflict, RuleViolation
from shared.journal.document import Header
from shared.sync.limits import ENROL_CODE_LIFETIME_S
from shared.sync.requests import CODE_BYTES, code_hash, spoken_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time code for one new device; shown now and never again."""

    device_id: str
    code: str
    expires_at_us: int
    header: Header


def invite_device(session: Session, device_type: str, site_id: str, tag: str) -> Invitation:
    """Make a one-time code for a new device, good for seven days once head office has it (P10).

    The document holds the code's hash alone. A newer code for the same device takes the place of
    an older one. ``site_id`` is '' for a desktop of head office.

    Raises: RuleViolation DEVICE_TYPE_UNKNOWN, SITE_ID_UNUSABLE, TAG_UNUSABLE, SITE_UNKNOWN;
    Conflict DEVICE_EXISTS; AccessDenied NOT_PERMITTED.
    """
    require(session, "access.grant")
    device_id = new_device_id(device_type, site_id, tag)
    if site_id and site_of(session.connection, site_id) is None:
        raise RuleViolation("SITE_UNKNOWN", site_id=site_id)
    if device_of(session.connection, device_id) is not None:
        raise Conflict("DEVICE_EXISTS", device=device_id)
    code = spoken_code(session.randomness.bytes(CODE_BYTES))
    expires_at_us = session.now_us + ENROL_CODE_LIFETIME_S * 1_000_000
    body = DeviceInvited(
        device_type=device_type,
        site_id=site_id,
        tag=tag,
        code_hash=code_hash(code).hex(),
        expires_at_us=expires_at_us,
    )
    header = session.append(body, site_id="")
    return Invitation(device_id=device_id, code=code, expires_at_us=expires_at_us, header=header)


def withdraw_invitation(session: Session, device_id: str) -> Header:
    """Make a code that nobody used yet worth nothing.

    Raises: RuleViolation DEVICE_UNKNOWN; Conflict DEVICE_EXISTS; AccessDenied NOT_PERMITTED.
    """
    require(session, "access.grant")
    if device_of(session.connection, device_id) is not None:
        raise Conflict("DEVICE_EXISTS", device=device_id)
    statement = device_invitation.select().where(device_invitation.c.id == device_id)
    row = session.connection.execute(statement).one_or_none()
    if row is None:
        raise RuleViolation("DEVICE_UNKNOWN", device=device_id[:60])
    body = DeviceInvited(
        device_type=row.device_type,
        site_id=row.site_id,
        tag=row.tag,
        code_hash="",
        expires_at_us=0,
    )
    return session.append(body, site_id="")


def revoke_device(session: Session, device_id: str, *, reason: str) -> Header:
    """Take a device's trust back: its next request is refused (P10).

    Raises: RuleViolation DEVICE_UNKNOWN, REASON_MISSING; Conflict DEVICE_REVOKED_ALREADY,
    DEVICE_IS_THIS; AccessDenied NOT_PERMITTED.
    """
    require(session, "access.grant")
    if not reason:
        raise RuleViolation("REASON_MISSING")
    found = device_of(session.connection, device_id)
    if found is None:
        raise RuleViolation("DEVICE_UNKNOWN", device=device_id[:60])
    if found.is_revoked:
        raise Conflict("DEVICE_REVOKED_ALREADY", device=device_id)
    if device_id == session.identity.device_id:
        raise Conflict("DEVICE_IS_THIS", device=device_id)
    body = DeviceRevoked(device_id=device_id, site_id=found.site_id, reason=reason)
    return session.append(body, site_id="")
