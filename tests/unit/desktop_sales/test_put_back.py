"""A database put back from an older day holds baskets that were sold since: nothing sold now is
taken for them."""

import asyncio

import pytest

from desktop.sales.model.renewing import renew_open
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import packed
from desktop.sales.usecases.keeping import HELD, OPEN
from desktop.store.desk import Desk
from desktop.store.drafts import put_draft
from shared.sales.queries.showing import sales_of
from tests.builders.one_house import House
from tests.builders.plain_desk import sit

CLEANSER, TONER = "2000101010005", "2000102010004"


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


def sell(till: TillModel) -> bool:
    return asyncio.run(till.sell()) is not None


def totals(house: House) -> list[int]:
    return sorted(one.total_minor for one in house.read(lambda one: sales_of(one, "SH01")))


def test_the_open_basket_of_an_older_day_is_another_sale(house: House, desk: Desk) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    older = packed(till.basket)
    assert sell(till)
    # The file of that moment comes back, and the program starts.
    desk.do_now(put_draft, OPEN, older)
    desk.do_now(renew_open)
    till = TillModel(desk, "CNY")
    assert [one.code for one in till.basket.lines] == ["010101"]
    till.scan(TONER)
    assert sell(till), "the next customer's"
    assert totals(house) == [5_900, 17_800]


def test_a_basket_put_aside_on_an_older_day_is_another_sale(house: House, desk: Desk) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    held = till.basket
    till.hold()
    till.resume(held.uid)
    assert sell(till)
    desk.do_now(put_draft, HELD + held.uid, packed(held))
    till.resume(held.uid)
    till.scan(TONER)
    assert sell(till)
    assert totals(house) == [5_900, 17_800]
