"""Tasks head office opens for goods that do not fit their orders (E12)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shared.core.ids import uid_text
from shared.journal.document import Header
from shared.journal.kind import Answer
from shared.ordering.documents import ReceiptPosted, ShipmentPosted
from shared.ordering.queries import lines, receipts_of, sender, standing, works_for
from shared.ordering.rules import GRANTED, OrderState, part_minor
from shared.tasks.posting import open_task


def review_shipments(
    connection: Connection, batch: Sequence[tuple[Header, ShipmentPosted]], _now_us: int
) -> Iterator[Answer]:
    """Tasks for goods that left without a grant, beyond it, or from a stranger's site."""
    for header, shipped in batch:
        code = _shipping_fault(connection, header, shipped)
        if code:
            yield open_task(header, code, uid_text(header.uid))


def _shipping_fault(connection: Connection, header: Header, shipped: ShipmentPosted) -> str:
    order = standing(connection, uid_text(shipped.order_uid))
    said = (shipped.account_id, shipped.supplier, shipped.currency)
    if order is None or said != (order.account_id, order.supplier, order.currency):
        return "SHIPPED_WITHOUT_ORDER"
    accounts = works_for(connection, header.site_id)
    is_own = accounts is None if not order.supplier else order.supplier in (accounts or ())
    if not is_own:
        return "SHIPPED_BY_STRANGER"
    if order.decided not in GRANTED:
        return "SHIPPED_NOT_ACCEPTED"
    if order.decided is OrderState.REVISED:
        return "SHIPPED_NOT_CONFIRMED"
    known = {line.line_no: line for line in lines(connection, order.id)}
    for gone in shipped.lines:
        line = known.get(gone.order_line_no)
        if line is None or line.product_id != gone.product_id:
            return "SHIPPED_WRONG_GOODS"
        if line.shipped_micro > line.accepted_micro:
            return "SHIPPED_TOO_MUCH"
        due = part_minor(line.accepted_minor, line.accepted_micro, 0, line.shipped_micro)
        if line.shipped_minor != due:
            return "SHIPPED_AMOUNT_DIFFERS"
    return ""


def review_receipts(
    connection: Connection, batch: Sequence[tuple[Header, ReceiptPosted]], _now_us: int
) -> Iterator[Answer]:
    """A claim for what is short, damaged or over (E12); a task for a second confirmation."""
    for header, received in batch:
        subject = uid_text(received.shipment_uid)
        if len(receipts_of(connection, subject)) > 1:
            yield open_task(header, "RECEIVED_TWICE", subject)
        sums = {
            name: sum(getattr(line, name) for line in received.lines)
            for name in ("short_micro", "damaged_micro", "over_micro")
        }
        if any(sums.values()):
            where = sender(connection, subject, received.from_site, header.site_id)
            yield open_task(header, "CLAIM", subject, sums, site_id=where)
