"""The kinds of documents of leases."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.leases import posting
from shared.leases.documents import (
    LeaseGranted,
    LeaseOverspent,
    LeaseRefused,
    LeaseRequested,
    LeaseReturned,
    LeaseTakenBack,
    LeaseWriteOffRequested,
    LeaseWrittenOff,
    PoolStated,
)

_SPENDERS = frozenset({"till", "dealer"})
# A device asks and gives back by itself, nobody has to be signed in.
_HEAD_OFFICE = Authority(permission="", device_types=frozenset({"server"}))
"""Nobody's but the server's: it alone sees all leases of a pool."""

KINDS = (
    Kind(
        name="lease_pool_stated",
        body=PoolStated,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="lease.publish", device_types=_SPENDERS | {"hq", "server"}),
        post=posting.post_pool,
    ),
    Kind(
        name="lease_requested",
        body=LeaseRequested,
        document_class=DocumentClass.REQUEST,
        authority=Authority(permission="", device_types=_SPENDERS),
        post=posting.post_requested,
        respond=posting.respond_requested,
    ),
    Kind(
        name="lease_granted",
        body=LeaseGranted,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=posting.post_granted,
    ),
    Kind(
        name="lease_refused",
        body=LeaseRefused,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=posting.post_refused,
    ),
    Kind(
        name="lease_returned",
        body=LeaseReturned,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="", device_types=_SPENDERS),
        post=posting.post_returned,
        respond=posting.respond_returned,
    ),
    Kind(
        name="lease_taken_back",
        body=LeaseTakenBack,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=posting.post_taken_back,
    ),
    Kind(
        name="lease_write_off_requested",
        body=LeaseWriteOffRequested,
        document_class=DocumentClass.REQUEST,
        authority=Authority(permission="lease.publish", device_types=frozenset({"hq", "server"})),
        post=posting.post_write_off_wish,
        respond=posting.respond_write_off,
    ),
    Kind(
        name="lease_written_off",
        body=LeaseWrittenOff,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=posting.post_written_off,
    ),
    Kind(
        name="lease_overspent",
        body=LeaseOverspent,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=posting.post_overspent,
    ),
)
