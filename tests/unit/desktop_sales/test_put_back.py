"""A database put back from an older day holds baskets that were sold since: nothing sold now is
taken for them."""

import asyncio

import msgspec
import pytest

from desktop.sales.model.invoice_lines import Invoice, restored
from desktop.sales.model.renewing import renew_open
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import packed
from desktop.sales.usecases.invoicing import INVOICE_DRAFT, keep_invoice
from desktop.sales.usecases.keeping import OPEN
from desktop.store.desk import Desk
from desktop.store.drafts import draft_of, put_draft
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


def test_the_open_basket_of_an_older_day_was_sold_and_is_gone(house: House, desk: Desk) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    older = packed(till.basket)
    assert sell(till)
    # The file of that moment comes back, and the program starts.
    desk.do_now(put_draft, OPEN, older)
    desk.do_now(renew_open)
    till = TillModel(desk, "CNY")
    assert till.basket.lines == ()
    till.scan(TONER)
    assert sell(till), "the next customer's"
    assert totals(house) == [5_900, 11_900]


def test_what_only_head_office_may_know_is_sold_under_another_identity(desk: Desk) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    older, lines = till.basket.uid, till.basket.lines
    desk.do_now(renew_open)
    till = TillModel(desk, "CNY")
    assert (till.basket.uid != older, till.basket.lines) == (True, lines)
    till.hold()
    held = till.held[0].uid
    till.resume(held)
    assert till.basket.uid != held
    assert sell(till)


def test_an_invoice_of_an_older_day_is_another_one_or_gone(house: House) -> None:
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    invoice = Invoice(uid="0" * 31 + "1", note="half written")
    desk.do_now(keep_invoice, msgspec.msgpack.encode(invoice))
    desk.do_now(renew_open)
    renewed = restored(desk.read(draft_of, INVOICE_DRAFT))
    assert renewed is not None
    assert renewed == msgspec.structs.replace(invoice, uid=renewed.uid)
    assert renewed.uid != invoice.uid
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    sold = till.basket.uid
    assert sell(till)
    desk.do_now(keep_invoice, msgspec.msgpack.encode(msgspec.structs.replace(invoice, uid=sold)))
    desk.do_now(renew_open)
    assert desk.read(draft_of, INVOICE_DRAFT) is None
