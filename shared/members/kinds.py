"""The kinds of documents about members."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.members.documents import MemberRegistered
from shared.members.posting import post_member, review_members

KINDS = (
    Kind(
        name="member_registered",
        body=MemberRegistered,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="member.write", device_types=frozenset({"till", "dealer"})),
        post=post_member,
        review=review_members,
    ),
)
