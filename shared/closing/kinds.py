"""The kinds of documents of closed months."""

from shared.closing.documents import MonthCloseAsked, MonthClosed, MonthCloseTold
from shared.closing.posting import post_asked, post_closed, post_told
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
    Kind(
        name="month_close_asked",
        body=MonthCloseAsked,
        document_class=DocumentClass.REQUEST,
        authority=Authority(permission="month.close", device_types=frozenset({"hq", "server"})),
        post=post_asked,
    ),
    Kind(
        name="month_close_told",
        body=MonthCloseTold,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="", device_types=frozenset({"server"})),
        post=post_told,
    ),
)
