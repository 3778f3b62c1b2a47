"""The kinds of document of access."""

from shared.access.documents import PinChanged, PoliciesPublished, UserPublished
from shared.access.posting import post_pin, post_policies, post_user
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
    Kind(
        name="pin_changed",
        body=PinChanged,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="pin.change",
            device_types=frozenset({"till", "dealer", "warehouse", "hq"}),
        ),
        post=post_pin,
    ),
    Kind(
        name="policies",
        body=PoliciesPublished,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="policy.publish", device_types=frozenset({"hq", "server"})),
        post=post_policies,
    ),
)
