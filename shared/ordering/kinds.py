"""The kinds of ordering documents."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.ordering.documents import (
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    OrderRevised,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderRevisionSettled,
    OrderSubmitted,
    ReceiptPosted,
    RequestRefused,
    ShipmentPosted,
)
from shared.ordering.posting import answers, reviews, revising, revision_rows, rows

_DEALERS = frozenset({"till", "dealer", "warehouse", "hq", "server"})
"""Whoever has the permission at the site; head office and its connectors order for an account."""
_SUPPLIERS = frozenset({"dealer", "warehouse", "hq", "server"})

KINDS = (
    Kind(
        name="order_submitted",
        body=OrderSubmitted,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="order.submit", device_types=_DEALERS, speaks_for="account_id"
        ),
        post=rows.post_submitted,
        respond=answers.respond_submitted,
        series="DH",
    ),
    Kind(
        name="order_cancel_requested",
        body=OrderCancelRequested,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="order.cancel", device_types=_DEALERS, speaks_for="account_id"
        ),
        post=rows.post_cancel_request,
        respond=answers.respond_cancel,
    ),
    Kind(
        name="order_decision_requested",
        body=OrderDecisionRequested,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="order.decide", device_types=_SUPPLIERS, speaks_for="supplier"
        ),
        post=rows.post_decision_request,
        respond=answers.respond_decision,
    ),
    Kind(
        name="order_decided",
        body=OrderDecided,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="order.answer", device_types=frozenset({"server"})),
        post=rows.post_decided,
    ),
    Kind(
        name="order_revision_requested",
        body=OrderRevisionRequested,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="order.decide", device_types=_SUPPLIERS, speaks_for="supplier"
        ),
        post=revision_rows.post_revision_request,
        respond=revising.respond_revision,
    ),
    Kind(
        name="order_revised",
        body=OrderRevised,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="order.answer", device_types=frozenset({"server"})),
        post=revision_rows.post_revised,
    ),
    Kind(
        name="order_revision_answered",
        body=OrderRevisionAnswered,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="order.submit", device_types=_DEALERS, speaks_for="account_id"
        ),
        post=revision_rows.post_revision_answer,
        respond=revising.respond_answer,
    ),
    Kind(
        name="order_revision_settled",
        body=OrderRevisionSettled,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="order.answer", device_types=frozenset({"server"})),
        post=revision_rows.post_settled,
    ),
    Kind(
        name="request_refused",
        body=RequestRefused,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="order.answer", device_types=frozenset({"server"})),
        post=rows.post_refused,
    ),
    Kind(
        name="shipment_posted",
        body=ShipmentPosted,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="order.ship",
            device_types=_SUPPLIERS,
            outer_ends=("transit/", "partner/", "hq/revenue"),
            speaks_for="supplier",
        ),
        post=rows.post_shipment,
        review=reviews.review_shipments,
        series="FH",
    ),
    Kind(
        name="receipt_posted",
        body=ReceiptPosted,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="order.receive",
            device_types=_DEALERS,
            outer_ends=("transit/", "suspense"),
            speaks_for="account_id",
        ),
        post=rows.post_receipt,
        review=reviews.review_receipts,
        series="RK",
    ),
)
