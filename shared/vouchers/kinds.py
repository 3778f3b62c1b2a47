"""The kinds of documents of vouchers."""

from dataclasses import replace

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.vouchers.documents import (
    CouponsIssued,
    OfferAnswered,
    PointsRulePublished,
    VouchersSettled,
)
from shared.vouchers.posting.offering import (
    post_answered,
    post_batch,
    post_rule,
    respond_batch,
    respond_rule,
)
from shared.vouchers.posting.settling import post_settled

_BY_OFFICE = Authority(
    permission="voucher.publish", device_types=frozenset({"hq", "server"}), needs_approver=True
)
_HEAD_OFFICE = Authority(permission="", device_types=frozenset({"server"}))
"""Nobody's but the server's: it alone sees the sales of all sites."""

KINDS = (
    Kind(
        name="points_rule_published",
        body=PointsRulePublished,
        document_class=DocumentClass.REQUEST,
        authority=_BY_OFFICE,
        post=post_rule,
        respond=respond_rule,
    ),
    Kind(
        name="coupons_issued",
        body=CouponsIssued,
        document_class=DocumentClass.REQUEST,
        # A code that is known stays with its first batch.
        authority=replace(_BY_OFFICE, keeps=(("coupon", "batch_id"),)),
        post=post_batch,
        respond=respond_batch,
    ),
    Kind(
        name="offer_answered",
        body=OfferAnswered,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=post_answered,
    ),
    Kind(
        name="vouchers_settled",
        body=VouchersSettled,
        document_class=DocumentClass.FACT,
        authority=_HEAD_OFFICE,
        post=post_settled,
    ),
)
