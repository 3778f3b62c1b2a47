"""An open basket becomes a sale, a return or an exchange, and an empty one takes its place."""

import msgspec

from desktop.sales.usecases.basket import Basket, Last, Return
from desktop.sales.usecases.keeping import keep, new_basket, promotions_of
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.promoting import Promotions
from desktop.sales.usecases.returning import return_goods
from desktop.sales.usecases.selling import BasketLine, Sold, sell
from desktop.store.session import Session
from shared.accounts.rules import Tender
from shared.core.ids import uid_bytes


def sell_basket(
    session: Session, basket: Basket, promotions: Promotions | None = None
) -> tuple[Sold, Basket]:
    """Sell what is in the basket with the money it holds, and begin an empty one.

    ``promotions`` are those the basket was shown with; else they are opened anew. Raises as
    ``sell`` and ``return_goods``.
    """
    opened = promotions or promotions_of(session, basket)
    sold = _exchange(session, basket, basket.came_back, opened) if basket.came_back else None
    if sold is None:
        sold = sell(
            session,
            lines_to_sell(basket),
            given_of(basket),
            discount=basket.discount,
            round_off_to_minor=basket.round_off_to_minor,
            customer_id=basket.member_id,
            approver_id=basket.approver_id,
            uid=uid_bytes(basket.uid),
            choices=basket.choices,
            promotions=opened,
            promoted_at_us=basket.promoted_at_us,
        )
    last = Last(
        uid=sold.uid,
        number=sold.number,
        total_minor=sold.total_minor,
        paid_minor=sold.paid_minor + sold.change_minor,
        change_minor=sold.change_minor,
    )
    empty = msgspec.structs.replace(new_basket(session), last=last)
    return sold, keep(session, empty)


def _exchange(session: Session, basket: Basket, back: Return, opened: Promotions) -> Sold:
    return return_goods(
        session,
        back.sale,
        {line.line_no: line.qty_micro for line in back.lines},
        given_of(basket),
        reason=back.reason,
        instead=lines_to_sell(basket),
        approver_id=basket.approver_id,
        choices=basket.choices,
        promotions=opened,
        promoted_at_us=basket.promoted_at_us,
        uid=uid_bytes(basket.uid),
    )


def given_of(basket: Basket) -> list[Given]:
    """The money the basket holds, as the sale takes it."""
    return [
        Given(tender=Tender(one.tender), amount_minor=one.amount_minor, reference=one.reference)
        for one in basket.parts
    ]


def lines_to_sell(basket: Basket) -> list[BasketLine]:
    """The lines as the sale takes them."""
    return [
        BasketLine(
            product_id=line.product_id,
            qty_micro=line.qty_micro,
            unit=line.unit,
            unit_price_micro=line.said_micro,
            name="" if line.is_known else line.name,
        )
        for line in basket.lines
    ]
