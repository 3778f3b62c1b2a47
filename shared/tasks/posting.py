"""How task documents become rows of the task list."""

from collections.abc import Iterable

import msgspec

from shared.core.ids import uid_text
from shared.journal.document import Header, Write
from shared.tasks.documents import TaskClosed, TaskOpened
from shared.tasks.rules import NOTE_MOST_CHARACTERS, TaskState, task_id


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
    """Close the task in the name of who did it."""
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
                "closing_reason": body.reason[:NOTE_MOST_CHARACTERS],
            },
        )
    ]
