"""The kinds of document of access."""

from shared.access.documents import UserPublished
from shared.access.posting import post_user
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        name="user",
        body=UserPublished,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="access.grant", device_types=frozenset({"hq", "server"})),
        post=post_user,
    ),
)
