"""The wholesale invoice, the collection and the statement, without a window."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest

from desktop.accounts.model.statement import Period, StatementModel, Whose, days_of
from desktop.app.dealer import documents, parties
from desktop.ordering.usecases.seen import seen_documents, seen_tables
from desktop.sales.model.collection import CollectionModel
from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.usecases.invoicing import keep_invoice
from shared.accounts.rules import Tender
from shared.areas import SCHEMA
from shared.core.errors import QutongError
from tests.builders.dealer_days import CLEANSER, CREAM, CUSTOMER, east, sold_on, stocked
from tests.builders.one_house import House, a_house, balance
from tests.builders.plain_desk import sit

OWED = f"site/DL01/receivable/{CUSTOMER}"


@pytest.fixture
def house() -> Iterator[House]:
    opened: House = a_house()
    yield opened
    opened.close()


def an_invoice(house: House) -> InvoiceModel:
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = InvoiceModel(desk, "DL01", "CNY")
    model.start()
    return model


def test_a_customer_is_found_by_code_name_pinyin_and_brings_the_level(house: House) -> None:
    model = an_invoice(house)
    for text in ("P2001", "苏州", "szmz", ""):
        assert CUSTOMER in [one.customer_id for one in model.find_customers(text)]
    assert model.find_customers("没有这家") == []
    model.set_customer(CUSTOMER)
    model.add_code(CREAM, "2箱3瓶")
    (row,) = model.rows
    assert (row.list_micro, row.amount_minor) == (103_480_000, 51 * 10_348)
    assert row.is_short


def test_an_invoice_is_there_again_and_pressed_on_two_screens_is_one(house: House) -> None:
    model = an_invoice(house)
    model.set_customer(CUSTOMER)
    model.add_code(CREAM)
    again = InvoiceModel(model.desk, "DL01", "CNY")
    again.start()
    assert again.invoice == model.invoice
    killed = an_invoice(house).invoice
    model.desk.do_now(keep_invoice, msgspec.msgpack.encode(model.invoice))
    assert killed == msgspec.structs.replace(model.invoice, uid=killed.uid)
    asyncio.run(again.post())
    with pytest.raises(QutongError) as why:
        asyncio.run(model.post())
    assert why.value.code == "ALREADY_APPENDED"
    assert balance(house, OWED) == 10_348


def test_a_price_above_the_list_is_the_persons_own_and_back_is_the_list_again(
    house: House,
) -> None:
    model = an_invoice(house)
    model.set_customer(CUSTOMER)
    model.add_code(CREAM)
    model.set_price(CREAM, "120")
    assert model.total_minor == 12_000
    model.set_price(CREAM, "")
    assert model.total_minor == 10_348
    assert model.undo()
    assert model.total_minor == 12_000


def test_collecting_pays_the_oldest_first_or_those_chosen(house: House) -> None:
    for code in (CREAM, CLEANSER):
        east(house, "sell-invoice", customer=CUSTOMER, lines=[f"10*{code}"])
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = CollectionModel(desk, "DL01", CUSTOMER)
    older, newer = model.invoices
    assert model.owed_minor == 103_480 + 30_680 == model.amount_minor
    model.set_amount(104_000)
    assert model.shares() == {older.uid: 103_480, newer.uid: 520}
    model.toggle(newer.uid)
    assert model.amount_minor == 30_680
    model.tender = Tender.BANK_TRANSFER
    _, parts = asyncio.run(model.collect())
    assert [(one.invoice, one.amount_minor) for one in parts] == [(newer.uid, 30_680)]
    assert balance(house, OWED) == 103_480


def test_a_statement_opens_with_what_was_owed_and_ends_with_the_balance(house: House) -> None:
    stocked(house)
    sold_on(house)
    east(house, "collect", customer=CUSTOMER, amount="1000")
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    model = StatementModel(
        desk,
        "Asia/Shanghai",
        parties_of=lambda one: parties(one, "DL01", "CNY"),
        documents_of=documents,
    )
    asyncio.run(model.load(CUSTOMER))
    assert model.opening_minor == 0
    assert model.closing_minor == balance(house, OWED)
    assert [one.paid_minor for one in model.rows][-1] == 100_000
    assert all(one.number for one in model.rows)
    own = next(one for one in model.parties if one.party_id == "P1001-FX")
    assert own.whose is Whose.OWN
    asyncio.run(model.look_at(own))
    assert model.closing_minor == balance(house, "partner/P1001-FX/receivable") > 0
    asyncio.run(model.set_period(Period.LAST_MONTH))
    assert not model.rows


def test_periods_end_where_months_end() -> None:
    assert days_of(Period.MONTH, "2026-03-15") == ("2026-03-01", "2026-03-15")
    assert days_of(Period.LAST_MONTH, "2026-03-15") == ("2026-02-01", "2026-02-28")
    assert days_of(Period.YEAR, "2026-03-15") == ("2025-03-15", "2026-03-15")


def test_head_office_sees_orders_and_no_sale_line_of_the_site(house: House) -> None:
    stocked(house)
    sold_on(house)
    house.do("DL01.01", "dealer-east", "own-product", code="W1", name="自有", barcodes=["6901"])
    by_table = {one.table: one for one in house.read(lambda one: seen_tables(one, SCHEMA, "DL01"))}
    assert by_table["sale_line"].rows == 5
    assert by_table["sale_line"].seen_by_office == 0
    assert by_table["stock_move"].seen_by_office == 0
    assert by_table["order_line"].seen_by_office == by_table["order_line"].rows == 5
    assert by_table["product"].rows == 1
    assert by_table["product"].seen_by_office == 0
    kinds = {one.kind: one for one in house.read(seen_documents)}
    assert kinds["sale"].written == 5
