"""The kinds of document of promotions."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.promotions.documents import PolicyPublished, PolicyRejected, PolicySealed
from shared.promotions.posting import (
    post_published,
    post_rejected,
    post_sealed,
    respond_published,
)

_BY_SERVER = Authority(permission="promotion.publish", device_types=frozenset({"server"}))

KINDS: tuple[Kind, ...] = (
    Kind(
        name="policy_published",
        body=PolicyPublished,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="promotion.publish",
            device_types=frozenset({"hq", "server"}),
            needs_approver=True,
        ),
        post=post_published,
        respond=respond_published,
    ),
    Kind(
        name="policy_sealed",
        body=PolicySealed,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_SERVER,
        post=post_sealed,
    ),
    Kind(
        name="policy_rejected",
        body=PolicyRejected,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_SERVER,
        post=post_rejected,
    ),
)
