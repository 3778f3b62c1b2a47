"""Main goods and gifts stand in blocks that add up, on paper, in Excel and in the flow (D15)."""

import asyncio
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.usecases.looking import BlockHead, OrderDetail, read_order
from desktop.ordering.usecases.papers import read_flow
from desktop.ordering.view.order_paper import paper_of
from desktop.ordering.view.order_workbook import order_workbook
from desktop.printing.pdf.page import A4
from desktop.printing.pdf.trade import order_form
from desktop.words.texts import Language, Words
from tests.builders.dealer_days import CREAM, WATER, office
from tests.builders.one_house import House
from tests.builders.order_policies import cream_ten_and_one, spend_and_gift
from tests.builders.plain_desk import sit
from tests.builders.policies import publish

WORDS = Words(Language.CHINESE)


def a_promoted_order(house: House) -> OrderDetail:
    """Cream and water with a gift of each of two policies, paid by deposit in part."""
    publish(house, cream_ten_and_one(), spend_and_gift(1_000, group=""), site_id="DL01")
    office(house, "account-payment", account="P1001-FX", amount="500", purpose="deposit")
    desk = sit(house, "dealer-east", "DL01.01", device_type="dealer")
    editor = OrderEditor(desk, "DL01", "Asia/Shanghai")
    editor.start()
    editor.set_qty(CREAM, "25")
    editor.set_qty(WATER, "2箱")
    editor.promote()
    editor.pay_by("0", "500")
    done = asyncio.run(editor.submit())
    office(house, "order-decide", order=done.number)
    found = house.read(lambda one: read_order(one, done.uid))
    assert found is not None
    return found


def rows_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def test_the_blocks_of_an_order_agree_on_screen_paper_and_in_excel(house: House) -> None:
    found = a_promoted_order(house)
    heads = [one for one in found.blocks if isinstance(one, BlockHead)]
    assert [one.name for one in heads] == ["", "面霜 10+1", "满1000赠喷雾"]
    assert sum(one.amount_minor for one in heads) == found.order.asked_minor

    paper = paper_of(WORDS, found, company="华东", zone="Asia/Shanghai", printed_at_us=0)
    form = order_form(paper, WORDS, A4)
    assert [one.heading for one in form.blocks] == [
        "主品",
        "赠品：面霜 10+1",
        "赠品：满1000赠喷雾",
    ]
    assert form.blocks[0].sums[-2] == f"{heads[0].amount_minor / 100:,.2f}"
    assert form.blocks[1].sums[5:7] == ("2", "2")
    assert [(one.name, one.amount_minor) for one in paper.tenders] == [
        ("预存款", 50_000),
        ("账期", found.order.asked_minor - 50_000),
    ]

    rows = rows_of(order_workbook(WORDS, found))
    totals = [row for row in rows if row[2] == "合计"]
    assert [round(row[6] * 100) for row in totals] == [one.amount_minor for one in heads]
    assert {row[0] for row in rows if row[0]} >= {"CREAM10", "GIFT"}


def test_the_flow_names_the_promotions_and_what_was_taken(house: House) -> None:
    found = a_promoted_order(house)
    nodes = house.read(lambda one: read_flow(one, found.order.id, "DL01.01"))
    assert nodes[0].note == "面霜 10+1 · 满1000赠喷雾"
    paid = [one for one in nodes if one.kind == "order_tenders"]
    assert [one.amount_minor for one in paid] == [50_000]
    sent = office(house, "order-ship", order=found.order.number, site="HQ01")
    assert sent["number"]
    after = house.read(lambda one: read_flow(one, found.order.id, "DL01.01"))
    assert [one.amount_minor for one in after if one.kind == "order_tenders"] == [50_000]
