"""A gift's list price is head office's, whatever the order says it is (D07)."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import select

from desktop.store.session import Session
from shared.core.ids import uid_text
from shared.core.rounding import MICRO
from shared.journal.tables import journal
from shared.ordering.documents import OrderLine, OrderSubmitted
from shared.ordering.queries.orders import lines
from shared.promotions.rules import GiftPrice
from tests.builders.dealer_days import CREAM, LOTION, east, office
from tests.builders.one_house import House
from tests.builders.order_policies import cream_ten_and_one
from tests.builders.policies import publish


def honest(gift: OrderLine) -> OrderLine:
    return gift


def dearer(gift: OrderLine) -> OrderLine:
    """A gift that claims to be worth ten times as much."""
    return msgspec.structs.replace(
        gift,
        unit_price_micro=gift.unit_price_micro * 10,
        promotion_minor=gift.promotion_minor * 10,
    )


def cheaper(gift: OrderLine) -> OrderLine:
    """A gift that stands at a hundredth, with as much off: other goods would bear its price."""
    return msgspec.structs.replace(gift, unit_price_micro=10_000, promotion_minor=1)


def is_given(house: House, uid: str) -> bool:
    (gift,) = (one for one in house.read(lambda one: lines(one, uid)) if one.is_gift)
    return gift.accepted_micro == MICRO


def body_of(house: House, uid: str) -> OrderSubmitted:
    stored = house.read(
        lambda one: one.execute(select(journal.c.stored).where(journal.c.uid == uid)).scalar_one()
    )
    body = house.local.replica.registry.decode(stored).body
    assert isinstance(body, OrderSubmitted)
    return body


@pytest.mark.parametrize(("told", "gets"), [(honest, True), (dearer, False), (cheaper, False)])
def test_a_gift_at_list_price_stands_at_head_office_s_list_price(
    house: House, told: Callable[[OrderLine], OrderLine], gets: bool
) -> None:
    publish(house, cream_ten_and_one(gift_price=GiftPrice.LIST), site_id="DL01")
    first = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
    body = body_of(house, first["uid"])
    (gift,) = (one for one in body.lines if one.is_gift)
    assert gift.product_id == LOTION
    assert gift.unit_price_micro > 0
    forged = msgspec.structs.replace(
        body, lines=[told(one) if one.is_gift else one for one in body.lines]
    )

    def again(session: Session) -> str:
        return uid_text(session.append(forged).uid)

    house.sit_at("DL01.01", device_type="dealer")
    house.author_id = "dealer-east"
    uid = str(house.write(again).value)
    office(house, "order-decide", order=uid)
    assert is_given(house, uid) is gets


def test_an_order_to_a_dealer_tells_them_nothing_of_the_credit(house: House) -> None:
    own = east(house, "order-submit", lines=[{"code": CREAM, "qty": "1"}])
    assert body_of(house, own["uid"]).seen_credit_minor > 0
    theirs = house.do(
        "DL03.01", "dealer-suzhou", "order-submit", lines=[{"code": CREAM, "qty": "1"}]
    )
    body = body_of(house, theirs["uid"])
    assert body.supplier == "P1001-FX"
    assert (body.seen_credit_minor, body.seen_credit_at_us) == (0, 0)
