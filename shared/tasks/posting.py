"""How task documents become rows of the task list."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header, Write
from shared.journal.kind import Answer
from shared.tasks.documents import TaskClosed, TaskOpened, params_of
from shared.tasks.rules import NOTE_CHARACTERS_MAX, TaskState, task_id


def open_task(
    header: Header,
    code: str,
    subject: str,
    values: Mapping[str, str | int] | None = None,
    *,
    site_id: str | None = None,
) -> Answer:
    """Head office's task about a document; at the document's own site unless another is named.

    ``code`` selects the text on screen and ``values`` fill it in; one code about one ``subject``
    at one site stays one task. For ``review`` and ``respond`` of any area.
    """
    where = header.site_id if site_id is None else site_id
    body = TaskOpened(
        code=code,
        subject=subject,
        site_id=where,
        params=params_of(values or {}),
        about_uid=header.uid,
    )
    return Answer(body=body, site_id=where, about=header.uid)


def post_opened(header: Header, body: TaskOpened) -> Iterable[Write]:
    """Open the task, or open it again with the latest circumstances."""
    params = msgspec.json.encode(body.params).decode()
    return [
        Write(
            "task",
            task_id(body.code, body.site_id, body.subject),
            {
                "code": body.code,
                "subject": body.subject,
                "site_id": body.site_id,
                "params": params,
                "about": uid_text(body.about_uid) if body.about_uid else "",
                "state": TaskState.OPEN.value,
                "last_at_us": header.happened_at_us,
                "closed_at_us": 0,
                "closed_by": "",
                "closing_reason": "",
            },
        )
    ]


def post_closed(header: Header, body: TaskClosed) -> Iterable[Write]:
    """Close the task in the name of who did it.

    Raises: RuleViolation FOREIGN_TASK when it is another site's than the document's.
    """
    if body.site_id != header.site_id:
        raise RuleViolation("FOREIGN_TASK")
    return [
        Write(
            "task",
            task_id(body.code, body.site_id, body.subject),
            {
                "code": body.code,
                "subject": body.subject,
                "site_id": body.site_id,
                "state": TaskState.CLOSED.value,
                "closed_at_us": header.happened_at_us,
                "closed_by": header.author_id,
                "closing_reason": body.reason[:NOTE_CHARACTERS_MAX],
            },
        )
    ]
