"""What screens read of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from shared.journal.tables import journal
from shared.tasks.documents import Param
from shared.tasks.rules import KEPT_TASK, KeptState, TaskState, kept_id, task_id
from shared.tasks.tables import kept_document, task

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


def is_open(connection: Connection, code: str, site_id: str, subject: str) -> bool:
    """Whether the task about this trouble waits."""
    found = connection.execute(
        select(task.c.state).where(task.c.id == task_id(code, site_id, subject))
    )
    return bool(found.scalar() == TaskState.OPEN)


def count_open(connection: Connection) -> int:
    """How many tasks wait on this replica."""
    found = connection.execute(
        select(func.count()).select_from(task).where(task.c.state == TaskState.OPEN.value)
    )
    return found.scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A kept document as a list shows it (异常单据, Q03)."""

    id: str
    device_id: str
    incarnation: int
    n: int
    site_id: str
    uid: str
    kind: str
    code: str
    """Why it is kept; selects the sentence on screen."""
    author_id: str
    happened_at_us: int
    kept_at_us: int
    content: str
    """What it says, as JSON text; '' where head office told nothing of it (yet)."""
    state: KeptState
    tried_at_us: int
    settled_at_us: int
    settled_by: str
    reason: str
    replaced_by: str


def kept_documents(
    connection: Connection,
    *,
    state: KeptState | None = KeptState.OPEN,
    site_id: str | None = None,
    limit: int = 200,
) -> list[KeptLine]:
    """Kept documents this replica knows of, newest first; None = in every state."""
    k = kept_document.c
    statement = select(kept_document).where(k.state != "")
    if state is not None:
        statement = statement.where(k.state == state.value)
    if site_id is not None:
        statement = statement.where(k.site_id == site_id)
    rows = connection.execute(statement.order_by(k.kept_at_us.desc(), k.id).limit(limit))
    return [_kept(row) for row in rows]


def kept_one(connection: Connection, kept: str) -> KeptLine | None:
    """A kept document by its id; None when this replica knows of none."""
    row = connection.execute(select(kept_document).where(kept_document.c.id == kept)).one_or_none()
    return _kept(row) if row is not None and row.state else None


def kept_about(connection: Connection, task: TaskLine) -> KeptLine | None:
    """The kept document a DOCUMENT_KEPT task is about; None for tasks about anything else."""
    device_id, _, n = task.subject.rpartition("/")
    if task.code != KEPT_TASK or not n.isdecimal():
        return None
    k = kept_document.c
    statement = (
        select(kept_document)
        .where(k.device_id == device_id, k.n == int(n), k.state != "")
        .order_by(k.incarnation.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return _kept(row) if row is not None else None


_KEPT_SAME = tuple(name for name in KeptLine.__slots__ if name != "state")


def _kept(row: Row[Any]) -> KeptLine:
    return KeptLine(state=KeptState(row.state), **{name: getattr(row, name) for name in _KEPT_SAME})


def own_kept(connection: Connection, device_id: str, incarnation: int) -> list[KeptLine]:
    """This device's own documents that head office keeps, newest first, with what became of them.

    What head office told no more of than its verdict stands with kind and reason alone.
    """
    told = {
        one.id: one
        for one in (
            _kept(row)
            for row in connection.execute(
                select(kept_document).where(
                    kept_document.c.device_id == device_id, kept_document.c.state != ""
                )
            )
        )
    }
    j = journal.c
    statement = (
        select(j.n, j.uid, j.kind, j.code, j.stored_at_us)
        .where(
            j.device_id == device_id,
            j.incarnation == incarnation,
            j.verdict.in_(["kept", KeptState.CLOSED.value])
            | j.n.in_([one.n for one in told.values()]),
        )
        .order_by(j.n.desc())
    )
    return [
        told.get(kept_id(device_id, incarnation, row.n))
        or KeptLine(
            id=kept_id(device_id, incarnation, row.n),
            device_id=device_id,
            incarnation=incarnation,
            n=row.n,
            site_id="",
            uid=row.uid,
            kind=row.kind,
            code=row.code,
            author_id="",
            happened_at_us=row.stored_at_us,
            kept_at_us=0,
            content="",
            state=KeptState.OPEN,
            tried_at_us=0,
            settled_at_us=0,
            settled_by="",
            reason="",
            replaced_by="",
        )
        for row in connection.execute(statement)
    ]
