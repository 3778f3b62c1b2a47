"""The 发货单 of a shipment on 三联 paper, made of the shipment as it was posted."""

from desktop.ordering.usecases.delivering import Delivered, Delivery
from desktop.printing.pdf.trade import NoteKind, TradeLine, TradeNote, trade_note_pdf
from desktop.ui.frame import Frame


def delivery_note(frame: Frame, found: Delivery) -> bytes:
    """The note that goes with the goods; the receiver signs it."""
    sent = found.shipment
    note = TradeNote(
        kind=NoteKind.SHIPMENT,
        company=found.company,
        number=sent.number,
        at_us=sent.shipped_at_us,
        zone=frame.person.zone,
        currency=sent.currency,
        customer=found.customer,
        customer_code=sent.account_id,
        address=found.to_name,
        warehouse=found.from_name,
        order_number=found.order_number,
        lines=tuple(_line(one) for one in found.lines),
        total_minor=sent.amount_minor,
        maker=frame.person.name,
        price_version=found.price_version,
        note=" ".join(part for part in (sent.carrier, sent.waybill) if part),
        printed_at_us=frame.desk.now_us,
    )
    return trade_note_pdf(note, frame.words)


def _line(one: Delivered) -> TradeLine:
    return TradeLine(
        code=one.goods.code if one.goods else one.line.product_id,
        name=one.goods.name if one.goods else one.line.product_id,
        qty_micro=one.line.qty_micro,
        unit=one.goods.base_unit if one.goods else "",
        unit_price_micro=one.unit_price_micro,
        amount_minor=one.line.amount_minor,
        remark=one.line.lot,
    )
