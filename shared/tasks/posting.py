"""How task documents become rows of the task list."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.tasks.documents import (
    DocumentKept,
    KeptClosed,
    KeptRepairRequested,
    KeptSettled,
    TaskClosed,
    TaskOpened,
    params_of,
)
from shared.tasks.rules import (
    KEPT_TASK,
    NOTE_CHARACTERS_MAX,
    KeptState,
    TaskState,
    kept_id,
    kept_subject,
    task_id,
)


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


def close_task(header: Header, code: str, subject: str) -> Answer:
    """Head office says that the trouble of a task is over: this document mended it."""
    site_id = header.site_id
    body = TaskClosed(code=code, subject=subject, site_id=site_id)
    return Answer(body=body, site_id=site_id, about=header.uid)


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


def post_kept(header: Header, body: DocumentKept) -> Iterable[Write]:
    """What is kept, why, and what it says."""
    values: dict[str, Value] = {
        "device_id": body.device_id,
        "incarnation": body.incarnation,
        "n": body.n,
        "site_id": body.site_id,
        "uid": body.uid,
        "kind": body.kind,
        "code": body.code,
        "author_id": body.author_id,
        "happened_at_us": body.happened_at_us,
        "kept_at_us": header.happened_at_us,
        "content": body.content,
        "state": KeptState.OPEN.value,
    }
    return [Write("kept_document", kept_id(body.device_id, body.incarnation, body.n), values)]


def post_repair(_header: Header, _body: KeptRepairRequested) -> Iterable[Write]:
    """The wish alone changes nothing; head office tries and says what came of it."""
    return ()


def post_settled(header: Header, body: KeptSettled) -> Iterator[Write]:
    """Posted after all, or kept for another reason; the task goes with the trouble."""
    values: dict[str, Value] = {
        "site_id": body.site_id,
        "tried_at_us": header.happened_at_us,
        "code": body.code,
    }
    if body.outcome == KeptState.STORED.value:
        values |= {
            "state": KeptState.STORED.value,
            "settled_at_us": header.happened_at_us,
            "settled_by": body.settled_by,
        }
        yield _task_done(header, body, body.settled_by, "")
    yield Write("kept_document", kept_id(body.device_id, body.incarnation, body.n), values)


def post_kept_closed(header: Header, body: KeptClosed) -> Iterator[Write]:
    """Laid down for good, with the reason and what replaces it."""
    reason = body.reason[:NOTE_CHARACTERS_MAX]
    values: dict[str, Value] = {
        "site_id": body.site_id,
        "state": KeptState.CLOSED.value,
        "settled_at_us": header.happened_at_us,
        "settled_by": header.author_id,
        "reason": reason,
        "replaced_by": body.replaced_by,
    }
    yield Write("kept_document", kept_id(body.device_id, body.incarnation, body.n), values)
    yield _task_done(header, body, header.author_id, reason)


def _task_done(header: Header, body: KeptSettled | KeptClosed, by: str, reason: str) -> Write:
    subject = kept_subject(body.device_id, body.n)
    values: dict[str, Value] = {
        "code": KEPT_TASK,
        "subject": subject,
        "site_id": body.site_id,
        "state": TaskState.CLOSED.value,
        "closed_at_us": header.happened_at_us,
        "closed_by": by,
        "closing_reason": reason,
    }
    return Write("task", task_id(KEPT_TASK, body.site_id, subject), values)
