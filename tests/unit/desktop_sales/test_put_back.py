"""A database put back from an older day holds baskets that were sold since: nothing sold now is
taken for them."""

import asyncio

import msgspec

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import Invoice
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


def start(house: House) -> Desk:
    """The program starts."""
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


def start_dealer(house: House) -> Desk:
    """The program starts at a dealer."""
    return sit(house, "dealer-east", "DL01.01", device_type="dealer")


def opened_invoice(desk: Desk) -> Invoice:
    model = InvoiceModel(desk, "DL01", "CNY")
    model.start()
    return model.invoice


def sell(till: TillModel) -> bool:
    return asyncio.run(till.sell()) is not None


def totals(house: House) -> list[int]:
    return sorted(one.total_minor for one in house.read(lambda one: sales_of(one, "SH01")))


def test_the_open_basket_of_an_older_day_was_sold_and_is_gone(house: House) -> None:
    desk = start(house)
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    older = packed(till.basket)
    assert sell(till)
    # The file of that moment comes back.
    desk.do_now(put_draft, OPEN, older)
    till = TillModel(start(house), "CNY")
    assert till.basket.lines == ()
    till.scan(TONER)
    assert sell(till), "the next customer's"
    assert totals(house) == [5_900, 11_900]


def test_what_only_head_office_may_know_is_sold_under_another_identity(house: House) -> None:
    till = TillModel(start(house), "CNY")
    till.scan(CLEANSER)
    older, lines = till.basket.uid, till.basket.lines
    till = TillModel(start(house), "CNY")
    assert (till.basket.uid != older, till.basket.lines) == (True, lines)
    till.hold()
    held = till.held[0].uid
    till.resume(held)
    assert till.basket.uid != held
    assert sell(till)


def test_an_invoice_of_an_older_day_is_another_one_or_gone(house: House) -> None:
    desk = start_dealer(house)
    invoice = Invoice(uid="0" * 31 + "1", note="half written")
    desk.do_now(keep_invoice, msgspec.msgpack.encode(invoice))
    renewed = opened_invoice(start_dealer(house))
    assert renewed == msgspec.structs.replace(invoice, uid=renewed.uid)
    assert renewed.uid != invoice.uid
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    sold = till.basket.uid
    assert sell(till)
    desk.do_now(keep_invoice, msgspec.msgpack.encode(msgspec.structs.replace(invoice, uid=sold)))
    assert opened_invoice(start_dealer(house)).note == ""
    assert desk.read(draft_of, INVOICE_DRAFT) is None
