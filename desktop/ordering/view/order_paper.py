"""An order as a page: made of what the detail shows."""

from desktop.ordering.usecases.looking import NamedLine, OrderDetail
from desktop.printing.pdf.page import A4
from desktop.printing.pdf.trade import OrderPaper, TradeLine, order_pdf
from desktop.ui.frame import Frame
from shared.ordering.rules import OrderState


def order_page(frame: Frame, found: OrderDetail) -> bytes:
    """The 订货单 of an order on A4."""
    words, order = frame.words, found.order
    paper = OrderPaper(
        company=frame.person.site_name,
        number=order.number,
        at_us=order.submitted_at_us,
        zone=frame.person.zone,
        currency=order.currency,
        customer=frame.person.site_name,
        customer_code=order.account_id,
        supplier=order.supplier or words("orders.head_office"),
        sales_org=order.sales_org,
        order_type=words.of("orders.type", order.order_type),
        state=words(f"orders.state_{order.state.value}"),
        lines=tuple(_line(one) for one in found.lines),
        total_minor=sum(one.line.amount_minor for one in found.lines),
        delivery_day=order.delivery_date or order.requested_date,
        is_decided=order.decided is not OrderState.SUBMITTED,
        price_version=order.price_version,
        note=order.note,
        printed_at_us=frame.desk.now_us,
    )
    return order_pdf(paper, words, A4)


def _line(one: NamedLine) -> TradeLine:
    line = one.line
    return TradeLine(
        code=one.goods.code if one.goods else line.product_id,
        name=one.name,
        qty_micro=line.qty_micro,
        unit=one.packs[0].unit if one.packs else "",
        unit_price_micro=line.unit_price_micro,
        amount_minor=line.amount_minor,
        accepted_micro=line.accepted_micro,
        remark=line.note,
    )
