"""The kinds of documents of closed months."""

from shared.closing.documents import MonthClosed
from shared.closing.posting import post_closed
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

KINDS = (
    Kind(
        name="month_closed",
        body=MonthClosed,
        document_class=DocumentClass.PUBLICATION,
        # Nobody's but the server's: it alone knows what is proved to be kept.
        authority=Authority(permission="", device_types=frozenset({"server"})),
        post=post_closed,
    ),
)
