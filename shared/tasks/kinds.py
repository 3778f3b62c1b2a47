"""The kinds of document of the tasks area."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.tasks.documents import TaskClosed, TaskOpened
from shared.tasks.posting import post_closed, post_opened

KINDS = (
    Kind(
        name="task_opened",
        body=TaskOpened,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="task.open", device_types=frozenset({"server"})),
        post=post_opened,
    ),
    Kind(
        name="task_closed",
        body=TaskClosed,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="task.close",
            device_types=frozenset({"till", "dealer", "warehouse", "hq"}),
        ),
        post=post_closed,
    ),
)
