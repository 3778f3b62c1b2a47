"""Head office repairs documents it keeps aside (Q03)."""

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.core.errors import Conflict, RuleViolation
from shared.journal.document import Header
from shared.tasks.documents import KeptClosed, KeptRepairRequested
from shared.tasks.queries import KeptLine, kept_one
from shared.tasks.rules import KeptState


def retry_kept(session: Session, kept_id: str) -> Header:
    """Have a kept document tried again, because what kept it aside was mended.

    Head office judges it by its program, the rights and the rows of now, and says what came of it.

    Raises: RuleViolation KEPT_UNKNOWN; Conflict KEPT_SETTLED_ALREADY; AccessDenied NOT_PERMITTED.
    """
    found = _open(session, kept_id)
    body = KeptRepairRequested(
        device_id=found.device_id,
        incarnation=found.incarnation,
        n=found.n,
        site_id=found.site_id,
    )
    return session.append(body, site_id="")


def close_kept(session: Session, kept_id: str, *, reason: str, replaced_by: str = "") -> Header:
    """Lay a kept document down for good; ``replaced_by`` is the uid of the one that says it right.

    Raises: RuleViolation KEPT_UNKNOWN, REASON_MISSING; Conflict KEPT_SETTLED_ALREADY;
    AccessDenied NOT_PERMITTED.
    """
    found = _open(session, kept_id)
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    body = KeptClosed(
        device_id=found.device_id,
        incarnation=found.incarnation,
        n=found.n,
        site_id=found.site_id,
        reason=reason,
        replaced_by=replaced_by,
    )
    return session.append(body, site_id="")


def _open(session: Session, kept_id: str) -> KeptLine:
    require(session, "kept.repair")
    found = kept_one(session.connection, kept_id)
    if found is None:
        raise RuleViolation("KEPT_UNKNOWN", kept=kept_id[:60])
    if found.state is not KeptState.OPEN:
        raise Conflict("KEPT_SETTLED_ALREADY", by=found.settled_by)
    return found
