"""Documents of ordering become rows, stock moves and account entries, from themselves alone."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from shared.accounts import posting as accounts
from shared.accounts.rules import HQ_REVENUE, deposit, rebate, receivable, revenue
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.ordering.documents import (
    ArrivedLine,
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
    OrderTender,
    ReceiptPosted,
    RequestRefused,
    ShipmentPosted,
)
from shared.ordering.rules import OrderState, TenderKind
from shared.promotions.documents import PromotionApplied
from shared.promotions.posting import uses_of
from shared.promotions.rules import Use
from shared.stock import posting as stock
from shared.stock.rules import SUSPENSE, Status, location, transit


def flow_row(
    header: Header, order_uid: bytes, account_id: str, supplier: str, code: str = ""
) -> Write:
    """The document's row in the flow of its order (E11)."""
    # What names no predecessor of its own still follows the order it is about.
    before = header.predecessor or (order_uid if order_uid != header.uid else b"")
    values: dict[str, Value] = {
        "kind": header.kind,
        "order_id": uid_text(order_uid),
        "predecessor": uid_text(before) if before else "",
        "account_id": account_id,
        "supplier": supplier,
        "site_id": header.site_id,
        "device_id": header.device_id,
        "number": header.number,
        "author_id": header.author_id,
        "code": code,
        "happened_at_us": header.happened_at_us,
    }
    return Write("document_flow", uid_text(header.uid), values)


def post_submitted(header: Header, order: OrderSubmitted) -> Iterator[Write]:
    """The order as asked, waiting for its supplier."""
    order_id = uid_text(header.uid)
    yield Write(
        "channel_order",
        order_id,
        {
            "account_id": order.account_id,
            "supplier": order.supplier,
            "sales_org": order.sales_org,
            "site_id": header.site_id,
            "deliver_to": order.deliver_to or header.site_id,
            "number": header.number,
            "follows": uid_text(header.predecessor) if header.predecessor else "",
            "currency": order.currency,
            "price_version": order.price_version,
            "price_logic": order.price_logic,
            "order_type": order.order_type,
            "requested_date": order.requested_date,
            "note": order.note,
            "asked_minor": sum(line.amount_minor for line in order.lines),
            "asked_micro": sum(line.qty_micro for line in order.lines),
            "line_count": len(order.lines),
            "submitted_by": header.author_id,
            "submitted_at_us": header.happened_at_us,
            "decided": OrderState.SUBMITTED.value,
            "revision": 1,
            "promotions": promotions_text(order.promotions),
            **_named(order.tenders),
        },
    )
    for place, line in enumerate(order.lines, start=1):
        yield _order_line(header, order, place, line)
    yield flow_row(header, header.uid, order.account_id, order.supplier)


def promotions_text(applied: Sequence[PromotionApplied]) -> str:
    """What holds on an order, as its row keeps it; '' = nothing."""
    return msgspec.json.encode(applied).decode() if applied else ""


def _named(tenders: Iterable[OrderTender]) -> dict[str, Value]:
    sums = of_kind(tenders)
    return {
        "deposit_minor": sums[TenderKind.DEPOSIT],
        "rebate_minor": sums[TenderKind.REBATE],
    }


def of_kind(tenders: Iterable[OrderTender]) -> dict[str, int]:
    """The amount of each tender, 0 where it is not named; a forged one still has its row."""
    found: dict[str, int] = dict.fromkeys(TenderKind, 0)
    for one in tenders:
        if one.kind in found:
            found[one.kind] += one.amount_minor
    return found


def _order_line(header: Header, order: OrderSubmitted, place: int, line: OrderLine) -> Write:
    values: dict[str, Value] = {
        "order_id": uid_text(header.uid),
        "account_id": order.account_id,
        "supplier": order.supplier,
        "line_no": line.line_no,
        "product_id": line.product_id,
        "unit": line.unit,
        "qty_micro": line.qty_micro,
        "unit_price_micro": line.unit_price_micro,
        "amount_minor": line.amount_minor,
        "is_gift": int(line.is_gift),
        "policy_id": line.policy_id,
        "requested_date": line.requested_date,
        "note": line.note,
        "price_trail": line.price_trail,
        "is_whole_only": int(line.is_whole_only),
        "policy_ids": "\n".join(line.policy_ids),
        "promotion_minor": line.promotion_minor,
        "list_price_micro": line.list_price_micro,
        "part_of": line.part_of,
    }
    # By place, not by line number: a forged order may carry a number twice and still has rows.
    return Write("order_line", derived_id(header.uid, "l", place), values)


def post_cancel_request(header: Header, request: OrderCancelRequested) -> Iterable[Write]:
    """The wish stands in the flow; the order waits for head office's answer."""
    return [
        flow_row(header, request.order_uid, request.account_id, request.supplier, request.reason)
    ]


def post_decision_request(header: Header, request: OrderDecisionRequested) -> Iterable[Write]:
    """The wish stands in the flow; the order waits for head office's answer."""
    return [flow_row(header, request.order_uid, request.account_id, request.supplier)]


def post_decided(header: Header, decision: OrderDecided) -> Iterator[Write]:
    """The order takes its outcome; each line's asked and granted quantities are frozen."""
    order_id = uid_text(decision.order_uid)
    yield Write(
        "channel_order",
        order_id,
        {
            "account_id": decision.account_id,
            "supplier": decision.supplier,
            "decided": decision.outcome,
            "decision": uid_text(header.uid),
            "revision": decision.revision,
            "code": decision.code,
            "decided_by": decision.decided_by,
            "decided_at_us": header.happened_at_us,
            "accepted_minor": sum(line.accepted_minor for line in decision.lines),
            "accepted_micro": sum(line.accepted_micro for line in decision.lines),
            "delivery_date": decision.delivery_date,
            "credit_limit_minor": decision.credit_limit_minor,
            "credit_exposure_minor": decision.credit_exposure_minor,
            "deposit_taken_minor": of_kind(decision.tenders)[TenderKind.DEPOSIT],
            "rebate_taken_minor": of_kind(decision.tenders)[TenderKind.REBATE],
            "deposit_held_minor": decision.deposit_held_minor,
            "rebate_held_minor": decision.rebate_held_minor,
            **_as_found(decision),
        },
    )
    for place, line in enumerate(decision.lines, start=1):
        values: dict[str, Value] = {
            "order_id": order_id,
            "account_id": decision.account_id,
            "supplier": decision.supplier,
            "revision": decision.revision,
            "outcome": decision.outcome,
            "line_no": line.line_no,
            "asked_micro": line.asked_micro,
            "asked_minor": line.asked_minor,
            "accepted_micro": line.accepted_micro,
            "accepted_minor": line.accepted_minor,
            "is_gift": int(line.is_gift),
            "reason": line.reason,
            "decided_at_us": header.happened_at_us,
            "delivery_date": line.delivery_date,
            "because": line.because,
        }
        yield Write("order_decision", derived_id(header.uid, "d", place), values)
    yield from take_tenders(header, decision.account_id, decision.currency, decision.tenders)
    yield from uses_of(
        header,
        (*decision.promotions, *decision.limits),
        use=Use.ORDER,
        currency=decision.currency,
        account_id=decision.account_id,
        business_day=decision.limit_day,
    )
    code = decision.code or decision.outcome
    yield flow_row(header, decision.order_uid, decision.account_id, decision.supplier, code)


def _as_found(decision: OrderDecided) -> dict[str, Value]:
    """Type and promotions as head office finds them; older decisions said nothing of either."""
    if not decision.order_type:
        return {}
    return {
        "order_type": decision.order_type,
        "promotions": promotions_text(decision.promotions),
    }


def take_tenders(
    header: Header, account_id: str, currency: str, tenders: Iterable[OrderTender], sign: int = 1
) -> Iterator[Write]:
    """Deposit and rebate pay ahead what the goods will be charged with (E14); -1 gives back."""
    sums = of_kind(tenders)
    owed = receivable(account_id)
    paid = [
        accounts.Entry(end(account_id), owed, sign * sums[kind], f"order_{kind}")
        for kind, end in ((TenderKind.DEPOSIT, deposit), (TenderKind.REBATE, rebate))
    ]
    yield from accounts.entries(header, currency, paid, account_id=account_id)


def post_refused(header: Header, refusal: RequestRefused) -> Iterator[Write]:
    """The refusal beside the request it answers; the order itself does not change."""
    values: dict[str, Value] = {
        "request": uid_text(header.predecessor) if header.predecessor else "",
        "order_id": uid_text(refusal.order_uid),
        "account_id": refusal.account_id,
        "supplier": refusal.supplier,
        "code": refusal.code,
        "params": msgspec.json.encode(refusal.params).decode(),
        "refused_at_us": header.happened_at_us,
    }
    yield Write("request_refusal", uid_text(header.uid), values)
    yield flow_row(header, refusal.order_uid, refusal.account_id, refusal.supplier, refusal.code)


def post_shipment(header: Header, shipped: ShipmentPosted) -> Iterator[Write]:
    """Goods into transit; the account owes their amount to its supplier's revenue."""
    common: dict[str, Value] = {
        "order_id": uid_text(shipped.order_uid),
        "account_id": shipped.account_id,
        "supplier": shipped.supplier,
        "from_site": header.site_id,
        "to_site": shipped.to_site,
    }
    total_minor = sum(line.amount_minor for line in shipped.lines)
    head: dict[str, Value] = {
        "number": header.number,
        "currency": shipped.currency,
        "amount_minor": total_minor,
        "carrier": shipped.carrier,
        "waybill": shipped.waybill,
        "note": shipped.note,
        "shipped_by": header.author_id,
        "shipped_at_us": header.happened_at_us,
    }
    yield Write("shipment", uid_text(header.uid), common | head)
    for place, line in enumerate(shipped.lines, start=1):
        values = common | {
            "shipment_id": uid_text(header.uid),
            "line_no": line.line_no,
            "order_line_no": line.order_line_no,
            "product_id": line.product_id,
            "lot": line.lot,
            "qty_micro": line.qty_micro,
            "amount_minor": line.amount_minor,
        }
        yield Write("shipment_line", derived_id(header.uid, "s", place), values)
    start, end = location(header.site_id), transit(header.site_id, shipped.to_site)
    goods = (
        stock.Move(start, end, line.product_id, line.qty_micro, line.lot) for line in shipped.lines
    )
    yield from stock.moves(header, "shipment", goods)
    earned = revenue(header.site_id) if shipped.supplier else HQ_REVENUE
    entry = accounts.Entry(receivable(shipped.account_id), earned, total_minor, "shipment")
    yield from accounts.entries(header, shipped.currency, [entry], account_id=shipped.account_id)
    yield flow_row(header, shipped.order_uid, shipped.account_id, shipped.supplier)


def post_receipt(header: Header, received: ReceiptPosted) -> Iterator[Write]:
    """Good pieces become sellable, damaged ones defective; the transit ends empty (E12).

    What is short waits in suspense for the claim, what is over comes from there.
    """
    common: dict[str, Value] = {
        "shipment_id": uid_text(received.shipment_uid),
        "order_id": uid_text(received.order_uid),
        "account_id": received.account_id,
        "supplier": received.supplier,
        "from_site": received.from_site,
        "to_site": header.site_id,
    }
    head: dict[str, Value] = {
        "number": header.number,
        "note": received.note,
        "received_by": header.author_id,
        "received_at_us": header.happened_at_us,
    }
    yield Write("receipt", uid_text(header.uid), common | head)
    goods: list[stock.Move] = []
    for place, line in enumerate(received.lines, start=1):
        values = common | {
            "receipt_id": uid_text(header.uid),
            "line_no": line.line_no,
            "order_line_no": line.order_line_no,
            "product_id": line.product_id,
            "lot": line.lot,
            "good_micro": line.good_micro,
            "damaged_micro": line.damaged_micro,
            "short_micro": line.short_micro,
            "over_micro": line.over_micro,
            "reason": line.reason,
        }
        yield Write("receipt_line", derived_id(header.uid, "r", place), values)
        goods += _arrived(transit(received.from_site, header.site_id), header.site_id, line)
    yield from stock.moves(header, "receipt", goods)
    yield flow_row(header, received.order_uid, received.account_id, received.supplier)


def _arrived(road: str, site_id: str, line: ArrivedLine) -> list[stock.Move]:
    good, bad = location(site_id), location(site_id, Status.DEFECTIVE)
    if line.is_other_lot:
        # One move has one lot: what left the road as one lot comes in as another by way of
        # suspense, where both lots together add up to what is over or short.
        gone = line.good_micro - line.over_micro + line.damaged_micro + line.short_micro
        return [
            stock.Move(road, SUSPENSE, line.product_id, gone, line.announced_lot),
            stock.Move(SUSPENSE, good, line.product_id, line.good_micro, line.lot),
            stock.Move(SUSPENSE, bad, line.product_id, line.damaged_micro, line.lot),
        ]
    return [
        stock.Move(road, good, line.product_id, line.good_micro - line.over_micro, line.lot),
        stock.Move(SUSPENSE, good, line.product_id, line.over_micro, line.lot),
        stock.Move(road, bad, line.product_id, line.damaged_micro, line.lot),
        stock.Move(road, SUSPENSE, line.product_id, line.short_micro, line.lot),
    ]
