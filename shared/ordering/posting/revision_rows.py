"""Revisions of granted orders become rows, from their documents alone (E09)."""

from collections.abc import Iterable, Iterator

from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.ordering.documents import (
    OrderRevised,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderRevisionSettled,
    OrderTender,
)
from shared.ordering.posting.rows import flow_row, of_kind, take_tenders
from shared.ordering.rules import RevisionState, TenderKind
from shared.promotions.posting import uses_of
from shared.promotions.rules import Use


def post_revision_request(header: Header, request: OrderRevisionRequested) -> Iterable[Write]:
    """The wish stands in the flow; the order waits for head office's answer."""
    return [flow_row(header, request.order_uid, request.account_id, request.supplier)]


def post_revision_answer(header: Header, answer: OrderRevisionAnswered) -> Iterable[Write]:
    """The account's word stands in the flow; head office settles it."""
    code = "confirmed" if answer.is_confirmed else "refused"
    return [flow_row(header, answer.order_uid, answer.account_id, answer.supplier, code)]


def post_revised(header: Header, revised: OrderRevised) -> Iterator[Write]:
    """The revision with its lines; the order follows at once where nobody has to confirm."""
    order_id = uid_text(revised.order_uid)
    parties: dict[str, Value] = {"account_id": revised.account_id, "supplier": revised.supplier}
    sums: dict[str, Value] = {
        "accepted_micro": sum(line.accepted_micro for line in revised.lines),
        "accepted_minor": sum(line.accepted_minor for line in revised.lines),
    }
    is_waiting = revised.needs_confirmation
    order: dict[str, Value] = {"decided": revised.outcome, "revision": revised.revision}
    if not is_waiting:
        order |= sums | {"in_force": revised.revision}
        order |= _kept(revised.tenders, revised.given_back)
    yield Write("channel_order", order_id, parties | order)
    if revised.replaces:
        replaced: dict[str, Value] = {"state": RevisionState.REPLACED.value}
        yield Write("order_revision", derived_id(order_id, revised.replaces), parties | replaced)
    state = RevisionState.WAITING if is_waiting else RevisionState.IN_FORCE
    values: dict[str, Value] = {
        "order_id": order_id,
        "revision": revised.revision,
        "base": revised.base,
        "state": state.value,
        "needs_confirmation": int(is_waiting),
        "proposed_by": revised.proposed_by,
        "proposed_at_us": header.happened_at_us,
        "note": revised.note,
    }
    yield Write("order_revision", derived_id(order_id, revised.revision), parties | values | sums)
    for place, line in enumerate(revised.lines, start=1):
        cells: dict[str, Value] = {
            "order_id": order_id,
            "revision": revised.revision,
            "line_no": line.line_no,
            "product_id": line.product_id,
            "unit_price_micro": line.unit_price_micro,
            "accepted_micro": line.accepted_micro,
            "accepted_minor": line.accepted_minor,
            "delivery_date": line.delivery_date,
            "reason": line.reason,
            "price_trail": line.price_trail,
        }
        yield Write("order_revision_line", derived_id(header.uid, "v", place), parties | cells)
    yield from take_tenders(
        header, revised.account_id, revised.currency, revised.given_back, sign=-1
    )
    yield from _freed(header, revised)
    yield flow_row(header, revised.order_uid, revised.account_id, revised.supplier, state.value)


def _freed(header: Header, said: OrderRevised | OrderRevisionSettled) -> Iterable[Write]:
    """What is used less of limits counts back to the day of the order (D02)."""
    return uses_of(
        header,
        said.limits_freed,
        use=Use.ORDER,
        currency=said.currency,
        account_id=said.account_id,
        business_day=said.limit_day,
        sign=-1,
    )


def _kept(tenders: Iterable[OrderTender], given_back: Iterable[OrderTender]) -> dict[str, Value]:
    """What is still taken, where something went back."""
    if not given_back:
        return {}
    sums = of_kind(tenders)
    return {
        "deposit_taken_minor": sums[TenderKind.DEPOSIT],
        "rebate_taken_minor": sums[TenderKind.REBATE],
    }


def post_settled(header: Header, settled: OrderRevisionSettled) -> Iterator[Write]:
    """The order goes on: by the revision, or as it stood before it."""
    order_id = uid_text(settled.order_uid)
    parties: dict[str, Value] = {"account_id": settled.account_id, "supplier": settled.supplier}
    order: dict[str, Value] = {
        "decided": settled.outcome,
        "revision": settled.order_revision,
        "in_force": settled.in_force,
        "accepted_micro": settled.accepted_micro,
        "accepted_minor": settled.accepted_minor,
    }
    order |= _kept(settled.tenders, settled.given_back)
    yield Write("channel_order", order_id, parties | order)
    yield from take_tenders(
        header, settled.account_id, settled.currency, settled.given_back, sign=-1
    )
    state = RevisionState.IN_FORCE if settled.is_confirmed else RevisionState.REFUSED
    values: dict[str, Value] = {
        "state": state.value,
        "settled_by": settled.settled_by,
        "settled_at_us": header.happened_at_us,
        "answer": settled.note,
    }
    yield Write("order_revision", derived_id(order_id, settled.revision), parties | values)
    yield from _freed(header, settled)
    yield flow_row(header, settled.order_uid, settled.account_id, settled.supplier, state.value)
