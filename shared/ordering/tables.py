"""Tables of ordering: orders, lines, decisions, shipments, receipts and the document flow."""

from collections.abc import Mapping

from sqlalchemy import Index

from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

channel_order = replicated_table(
    "channel_order",
    text_column("account_id"),
    text_column("supplier"),
    text_column("sales_org"),
    text_column("site_id"),
    text_column("deliver_to"),
    text_column("number"),
    text_column("follows", index=True),
    text_column("currency"),
    integer_column("price_version"),
    text_column("price_logic"),
    text_column("order_type"),
    text_column("requested_date"),
    text_column("note"),
    integer_column("asked_minor"),
    integer_column("asked_micro"),
    integer_column("line_count"),
    text_column("submitted_by"),
    integer_column("submitted_at_us"),
    text_column("decided"),
    text_column("decision"),
    integer_column("revision"),
    text_column("code"),
    text_column("decided_by"),
    integer_column("decided_at_us"),
    integer_column("accepted_minor"),
    integer_column("accepted_micro"),
    text_column("delivery_date"),
    integer_column("credit_limit_minor"),
    integer_column("credit_exposure_minor"),
    integer_column("in_force"),
    text_column("promotions"),
    integer_column("deposit_minor"),
    integer_column("rebate_minor"),
    integer_column("deposit_taken_minor"),
    integer_column("rebate_taken_minor"),
    integer_column("deposit_held_minor"),
    integer_column("rebate_held_minor"),
)
Index("channel_order_account", channel_order.c.account_id, channel_order.c.decided)
Index("channel_order_supplier", channel_order.c.supplier, channel_order.c.decided)
"""One order; the id is its document's uid text. ``decided`` is submitted or the outcome; what
the goods did since follows from shipments and receipts. ``follows`` is the order it reworks,
``decision`` the document that decided it, ``in_force`` the revision whose lines hold (0 = those of
the decision). ``promotions`` is JSON of what holds; deposit and rebate as named on the order, as
taken, and as held before it (E14)."""

order_line = replicated_table(
    "order_line",
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    integer_column("line_no"),
    text_column("product_id"),
    text_column("unit"),
    integer_column("qty_micro"),
    integer_column("unit_price_micro"),
    integer_column("amount_minor"),
    integer_column("is_gift"),
    text_column("policy_id"),
    text_column("requested_date"),
    text_column("note"),
    text_column("price_trail"),
    integer_column("is_whole_only"),
    text_column("policy_ids"),
    integer_column("promotion_minor"),
    integer_column("list_price_micro"),
    integer_column("part_of"),
)
"""``policy_ids`` are joined by line feeds."""

order_decision = replicated_table(
    "order_decision",
    text_column("order_id", index=True),
    text_column("account_id", index=True),
    text_column("supplier"),
    integer_column("revision"),
    text_column("outcome"),
    integer_column("line_no"),
    integer_column("asked_micro"),
    integer_column("asked_minor"),
    integer_column("accepted_micro"),
    integer_column("accepted_minor"),
    integer_column("is_gift"),
    text_column("reason"),
    integer_column("decided_at_us"),
    text_column("delivery_date"),
    text_column("because"),
)
"""What was asked and granted of a line, as it was when decided (E10)."""

order_revision = replicated_table(
    "order_revision",
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    integer_column("revision"),
    integer_column("base"),
    text_column("state"),
    integer_column("needs_confirmation"),
    integer_column("accepted_micro"),
    integer_column("accepted_minor"),
    text_column("proposed_by"),
    integer_column("proposed_at_us"),
    text_column("note"),
    text_column("settled_by"),
    integer_column("settled_at_us"),
    text_column("answer"),
)
"""A revision of a granted order (E09); ``base`` is the revision it changes, ``state`` waiting,
in_force, refused or replaced, ``answer`` the account's words."""

order_revision_line = replicated_table(
    "order_revision_line",
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    integer_column("revision"),
    integer_column("line_no"),
    text_column("product_id"),
    integer_column("unit_price_micro"),
    integer_column("accepted_micro"),
    integer_column("accepted_minor"),
    text_column("delivery_date"),
    text_column("reason"),
    text_column("price_trail"),
)
"""Every line of the order as a revision grants it."""

request_refusal = replicated_table(
    "request_refusal",
    text_column("request", index=True),
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    text_column("code"),
    text_column("params"),
    integer_column("refused_at_us"),
)
"""Why a cancellation or a decision was not done; ``params`` is JSON of name and text."""

shipment = replicated_table(
    "shipment",
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    text_column("from_site"),
    text_column("to_site"),
    text_column("number"),
    text_column("currency"),
    integer_column("amount_minor"),
    text_column("carrier"),
    text_column("waybill"),
    text_column("note"),
    text_column("shipped_by"),
    integer_column("shipped_at_us"),
)

shipment_line = replicated_table(
    "shipment_line",
    text_column("shipment_id", index=True),
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    text_column("from_site"),
    text_column("to_site"),
    integer_column("line_no"),
    integer_column("order_line_no"),
    text_column("product_id"),
    text_column("lot"),
    integer_column("qty_micro"),
    integer_column("amount_minor"),
)

receipt = replicated_table(
    "receipt",
    text_column("shipment_id", index=True),
    text_column("order_id"),
    text_column("account_id"),
    text_column("supplier"),
    text_column("from_site"),
    text_column("to_site"),
    text_column("number"),
    text_column("note"),
    text_column("received_by"),
    integer_column("received_at_us"),
)

receipt_line = replicated_table(
    "receipt_line",
    text_column("receipt_id", index=True),
    text_column("shipment_id"),
    text_column("order_id", index=True),
    text_column("account_id"),
    text_column("supplier"),
    text_column("from_site"),
    text_column("to_site"),
    integer_column("line_no"),
    integer_column("order_line_no"),
    text_column("product_id"),
    text_column("lot"),
    integer_column("good_micro"),
    integer_column("damaged_micro"),
    integer_column("short_micro"),
    integer_column("over_micro"),
    text_column("reason"),
)

document_flow = replicated_table(
    "document_flow",
    text_column("kind"),
    text_column("order_id", index=True),
    text_column("predecessor", index=True),
    text_column("account_id"),
    text_column("supplier"),
    text_column("site_id"),
    text_column("device_id"),
    text_column("number"),
    text_column("author_id"),
    text_column("code"),
    integer_column("happened_at_us"),
)
"""One row per document about an order, by its uid text: the chain with who and when (E11)."""


def _parties(row: Mapping[str, Value]) -> tuple[str, ...]:
    """Head office sees the whole channel; beside it who asks, and the upstream account asked."""
    account_id, supplier = str(row["account_id"]), str(row["supplier"])
    if not account_id:
        # A refusal of a stranger's request names no account: only head office holds it.
        return (scopes.HQ,)
    asked = scopes.account(supplier) if supplier else scopes.SUPPLY
    return tuple(dict.fromkeys((scopes.HQ, scopes.account(account_id), asked)))


def _parties_and_sites(row: Mapping[str, Value]) -> tuple[str, ...]:
    """The parties, and the sites where the goods leave and arrive."""
    ends = (scopes.site(str(row[name])) for name in ("from_site", "to_site") if row[name])
    return tuple(dict.fromkeys((*_parties(row), *ends)))


TABLES = (
    Replicated(table=channel_order, role=TableRole.RECORD, scopes=_parties),
    Replicated(table=order_line, role=TableRole.LEDGER, scopes=_parties),
    Replicated(table=order_decision, role=TableRole.LEDGER, scopes=_parties),
    Replicated(table=order_revision, role=TableRole.RECORD, scopes=_parties),
    Replicated(table=order_revision_line, role=TableRole.LEDGER, scopes=_parties),
    Replicated(table=request_refusal, role=TableRole.LEDGER, scopes=_parties),
    Replicated(table=shipment, role=TableRole.LEDGER, scopes=_parties_and_sites),
    Replicated(table=shipment_line, role=TableRole.LEDGER, scopes=_parties_and_sites),
    Replicated(table=receipt, role=TableRole.LEDGER, scopes=_parties_and_sites),
    Replicated(table=receipt_line, role=TableRole.LEDGER, scopes=_parties_and_sites),
    Replicated(table=document_flow, role=TableRole.LEDGER, scopes=_parties),
)
