"""Closing a task."""

from sqlalchemy import select

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.journal.document import Header
from shared.tasks.documents import TaskClosed
from shared.tasks.rules import TaskState
from shared.tasks.tables import task


def close_task(session: Session, task_id: str, reason: str) -> Header:
    """Say that a task is done, and what was found.

    Raises: RuleViolation TASK_UNKNOWN, TASK_CLOSED_ALREADY, REASON_MISSING; AccessDenied
    NOT_PERMITTED.
    """
    row = session.connection.execute(select(task).where(task.c.id == task_id)).one_or_none()
    if row is None:
        raise RuleViolation("TASK_UNKNOWN")
    require(session, "task.close", site_id=row.site_id)
    if row.state != TaskState.OPEN:
        raise RuleViolation("TASK_CLOSED_ALREADY", by=row.closed_by)
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    body = TaskClosed(code=row.code, subject=row.subject, site_id=row.site_id, reason=reason)
    return session.append(body, site_id=row.site_id)
