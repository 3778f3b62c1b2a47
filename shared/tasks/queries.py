"""What screens read of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, select

from shared.tasks.documents import Param
from shared.tasks.rules import TaskState
from shared.tasks.tables import task

_PARAMS = msgspec.json.Decoder(tuple[Param, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One task as a list shows it."""

    id: str
    code: str
    subject: str
    site_id: str
    params: tuple[Param, ...]
    about: str
    """uid text of the document that showed it last, '' when there is none."""
    state: TaskState
    last_at_us: int


def open_tasks(
    connection: Connection, *, site_id: str | None = None, limit: int = 200
) -> Sequence[TaskLine]:
    """The tasks that wait, latest first; of one site, or of all this replica holds."""
    statement = select(task).where(task.c.state == TaskState.OPEN.value)
    if site_id is not None:
        statement = statement.where(task.c.site_id == site_id)
    rows = connection.execute(statement.order_by(task.c.last_at_us.desc(), task.c.id).limit(limit))
    return [
        TaskLine(
            id=row.id,
            code=row.code,
            subject=row.subject,
            site_id=row.site_id,
            params=_PARAMS.decode(row.params) if row.params else (),
            about=row.about,
            state=TaskState(row.state),
            last_at_us=row.last_at_us,
        )
        for row in rows
    ]


def count_open(connection: Connection) -> int:
    """How many tasks wait on this replica."""
    found = connection.execute(
        select(func.count()).select_from(task).where(task.c.state == TaskState.OPEN.value)
    )
    return found.scalar_one()
