"""The kinds of document of the tasks area."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.tasks.documents import (
    DocumentKept,
    KeptClosed,
    KeptRepairRequested,
    KeptSettled,
    TaskClosed,
    TaskOpened,
)
from shared.tasks.posting import (
    post_closed,
    post_kept,
    post_kept_closed,
    post_opened,
    post_repair,
    post_settled,
)

_BY_SERVER = Authority(permission="task.open", device_types=frozenset({"server"}))
_BY_OFFICE = Authority(permission="kept.repair", device_types=frozenset({"hq"}))

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
    Kind(
        name="document_kept",
        body=DocumentKept,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_kept,
    ),
    Kind(
        name="kept_repair_requested",
        body=KeptRepairRequested,
        document_class=DocumentClass.REQUEST,
        authority=_BY_OFFICE,
        post=post_repair,
    ),
    Kind(
        name="kept_settled",
        body=KeptSettled,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_settled,
    ),
    Kind(
        name="kept_closed",
        body=KeptClosed,
        document_class=DocumentClass.FACT,
        authority=_BY_OFFICE,
        post=post_kept_closed,
    ),
)
