"""An order as a page: made of what the detail shows."""

from collections.abc import Sequence

from desktop.ordering.usecases.looking import NamedLine, OrderDetail
from desktop.printing.pdf.page import A4
from desktop.printing.pdf.trade import OrderPaper, TradeLine, order_pdf
from desktop.printing.receipt import GiftBlock, GiftLine, TenderRow
from desktop.ui.frame import Frame
from desktop.words.texts import Words
from shared.ordering.queries.orders import OrderView
from shared.ordering.rules import OrderState


def order_page(frame: Frame, found: OrderDetail) -> bytes:
    """The 订货单 of an order on A4."""
    paper = paper_of(
        frame.words,
        found,
        company=frame.person.site_name,
        zone=frame.person.zone,
        printed_at_us=frame.desk.now_us,
    )
    return order_pdf(paper, frame.words, A4)


def paper_of(
    words: Words, found: OrderDetail, *, company: str, zone: str, printed_at_us: int
) -> OrderPaper:
    """All that stands on the page: main goods, each policy's gifts, and what pays it (D15)."""
    order = found.order
    return OrderPaper(
        company=company,
        number=order.number,
        at_us=order.submitted_at_us,
        zone=zone,
        currency=order.currency,
        customer=company,
        customer_code=order.account_id,
        supplier=order.supplier or words("orders.head_office"),
        sales_org=order.sales_org,
        order_type=words.of("orders.type", order.order_type),
        state=words(f"orders.state_{order.state.value}"),
        lines=tuple(_line(one) for one in found.main),
        gifts=tuple(_gifts(found, policy_id, gifts) for policy_id, gifts in found.gifts),
        tenders=_paid(words, order),
        total_minor=sum(one.line.amount_minor for one in found.lines),
        delivery_day=order.delivery_date or order.requested_date,
        is_decided=order.decided is not OrderState.SUBMITTED,
        price_version=order.price_version,
        note=order.note,
        printed_at_us=printed_at_us,
    )


def _gifts(found: OrderDetail, policy_id: str, gifts: Sequence[NamedLine]) -> GiftBlock:
    """The gifts of one policy, by the name it was published under (D15)."""
    return GiftBlock(
        policy=found.policy_names.get(policy_id, policy_id),
        lines=tuple(
            GiftLine(
                code=one.goods.code if one.goods else one.line.product_id,
                name=one.name,
                qty_micro=one.line.qty_micro,
                unit=one.packs[0].unit if one.packs else "",
                amount_minor=one.line.amount_minor,
                accepted_micro=one.line.accepted_micro,
            )
            for one in gifts
        ),
    )


def _paid(words: Words, order: OrderView) -> tuple[TenderRow, ...]:
    """What was taken once it is decided, else what the order names; nothing of plain terms."""
    is_decided = order.decided is not OrderState.SUBMITTED
    return tender_rows(words, order, is_taken=is_decided)


def tender_rows(words: Words, order: OrderView, *, is_taken: bool) -> tuple[TenderRow, ...]:
    """Rebate, deposit and the rest on account terms, in this order (E14)."""
    rebate = order.rebate_taken_minor if is_taken else order.rebate_minor
    deposit = order.deposit_taken_minor if is_taken else order.deposit_minor
    if not rebate and not deposit:
        return ()
    total = order.accepted_minor if is_taken else order.asked_minor
    said = (("rebate", rebate), ("deposit", deposit), ("account", total - rebate - deposit))
    return tuple(
        TenderRow(name=words(f"orders.by_{name}"), amount_minor=minor)
        for name, minor in said
        if minor
    )


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
