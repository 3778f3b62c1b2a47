"""Stock, card, report, movements, transfers and labels without a window (G02-G06, B07, O02)."""

from typing import Any

import pytest

from desktop.app.warehouse import SOURCES
from desktop.stock.model.labels import LabelsModel
from desktop.stock.model.moving import MovingModel
from desktop.stock.model.report import ReportModel
from desktop.stock.model.stock import StockModel
from desktop.stock.model.transfers import TransfersModel
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS, KEEPER = "DL01", "DL01.01", "dealer-east", "warehouse-east"
CLEANSER, CREAM, IN_BOX = "010101", "010204", 24


def do(house: WindowHouse, command: str, /, **params: Any) -> Any:
    return house.do(DEVICE, BOSS, command, **params)


def opened(house: WindowHouse) -> None:
    """100 cleansers and 5 creams; then 30 and 8 are sold, a cream too many by three."""
    count = do(house, "count-open", scope="opening", zones=["A"])["number"]
    lines = [{"code": CLEANSER, "qty": "100"}, {"code": CREAM, "qty": "5"}]
    house.do(DEVICE, KEEPER, "count-zone", count=count, lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        do(house, step, count=count)
    do(house, "sell-invoice", customer="K7", lines=[f"30*{CLEANSER}", f"8*{CREAM}"])


async def stock_of(desk: Desk, house: WindowHouse) -> StockModel:
    opened(house)
    model = StockModel(desk, SOURCES, SITE, BOSS)
    await model.load()
    return model


def test_the_stock_says_what_is_there_below_zero_and_worth() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await stock_of(desk, house)
        assert {row.code: row.on_hand_micro // MICRO for row in model.rows} == {
            CLEANSER: 70,
            CREAM: -3,
        }
        assert model.page is not None
        assert (model.below_zero, model.page.as_of_us) == (1, 0)
        assert model.value_minor == 70 * 5_900 - 3 * 19_900
        model.choose(only_below_zero=True)
        assert [row.code for row in model.rows] == [CREAM]

    at_desk(script)


def test_the_card_leads_from_the_figure_to_each_document() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await stock_of(desk, house)
        await model.open_card(CLEANSER)
        assert model.card is not None
        lines = model.card.lines
        assert [(one.change_micro // MICRO, one.balance_micro // MICRO) for one in lines] == [
            (-30, 70),
            (100, 100),
        ]
        kinds = [model.card.documents[one.document].kind for one in lines]
        assert kinds == ["sale", "count"]
        assert model.close_card()
        assert not model.close_card()

    at_desk(script)


def test_who_counts_blind_is_shown_no_stock_and_what_was_shown_goes() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await stock_of(desk, house)
        await model.open_card(CLEANSER)
        do(house, "count-open", zones=[{"zone": "A", "people": [BOSS]}])
        await model.load()
        assert model.refused is not None
        assert (model.page, model.card, model.rows) == (None, None, [])
        report = ReportModel(desk, SOURCES, SITE, BOSS, "Asia/Shanghai")
        await report.load()
        assert (report.refused is not None, list(report.rows)) == (True, [])

    at_desk(script)


def test_the_report_adds_up_on_every_row() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = ReportModel(desk, SOURCES, SITE, BOSS, "Asia/Shanghai")
        await model.load()
        assert [
            (row.goods.code, row.in_micro // MICRO, row.out_micro // MICRO) for row in model.rows
        ] == [(CLEANSER, 100, 30), (CREAM, 5, 8)]
        for row in model.rows:
            assert row.opening_micro + row.in_micro - row.out_micro == row.closing_micro
        model.month(1)
        assert model.to_day < model.today
        model.between("2025-12-09", "2025-12-01")
        assert (model.from_day, model.to_day) == ("2025-12-01", "2025-12-09")

    at_desk(script)


def test_a_movement_is_kept_while_it_is_put_together_and_asks_for_what_its_type_needs() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = MovingModel(desk, SOURCES, SITE, BOSS)
        model.choose("consumption")
        model.typed(f"{CLEANSER} 2箱3支")
        model.add(CLEANSER)
        again = MovingModel(desk, SOURCES, SITE, BOSS)
        assert again.type is not None
        assert [one.qty_micro // MICRO for one in again.lines] == [2 * IN_BOX + 4]
        with pytest.raises(QutongError, match="REASON_MISSING"):
            await again.post()
        again.say(reason="testers")
        posted = await again.post()
        assert posted.lines[0].book_micro == (70 - 52) * MICRO
        assert MovingModel(desk, SOURCES, SITE, BOSS).type is None
        assert again.history[0].reason == "testers"

    at_desk(script)


def test_goods_that_come_in_may_say_until_when_they_are_good_and_are_sold_by_it() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = MovingModel(desk, SOURCES, SITE, BOSS)
        model.choose("misc_receipt")
        model.typed(f"{CLEANSER} 6 2027-05")
        model.typed(f"{CLEANSER} 4 2027/3/15")
        assert model.add(CLEANSER).expires_on == "2027-03-15", "a scan goes to the last line of it"
        cream = model.typed(f"{CREAM} 2")
        with pytest.raises(QutongError, match="EXPIRY_UNREADABLE"):
            model.set_expiry(cream, "soon")
        model.say(reason="from the fair")
        again = MovingModel(desk, SOURCES, SITE, BOSS)
        assert [(one.qty_micro // MICRO, one.expires_on) for one in again.lines] == [
            (6, "2027-05-31"), (5, "2027-03-15"), (2, ""),
        ]  # fmt: skip
        await again.post(KEEPER)
        stock = StockModel(desk, SOURCES, SITE, BOSS)
        await stock.load()
        product = next(one for one in stock.rows if one.code == CLEANSER)
        assert product.expires_on == "2027-03-15"
        await stock.open_card(product.product_id)
        assert stock.card is not None
        lots = dict(stock.card.lots)
        assert lots["(2027-05-31)"] == 6 * MICRO
        assert lots["(2027-03-15)"] == 5 * MICRO

    at_desk(script)


def test_goods_that_leave_are_asked_for_no_expiry() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = MovingModel(desk, SOURCES, SITE, BOSS)
        model.choose("misc_receipt")
        model.typed(f"{CLEANSER} 6 2027-05")
        model.choose("scrap")
        assert not model.asks_expiry
        with pytest.raises(QutongError, match=r"QUANTITY_UNREADABLE|UNKNOWN_UNIT"):
            model.typed(f"{CLEANSER} 6 2027-05")

    at_desk(script)


def test_types_that_documents_write_by_themselves_are_not_offered() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        offered = {one.rule.id for one in MovingModel(desk, SOURCES, SITE, BOSS).types}
        assert {"scrap", "consumption", "gift_out", "misc_receipt"} <= offered
        assert offered.isdisjoint({"transfer_out", "sales_out", "count_gain", "opening"})

    at_desk(script)


def test_goods_received_before_their_paper_are_told_apart_until_it_comes() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        lines = [{"code": CLEANSER, "qty": "10"}]
        do(house, "transfer-receive", source="DL02", lines=lines)
        model = TransfersModel(desk, SITE)
        await model.load()
        way = model.ways[0]
        assert (way.from_site, way.early_micro, way.missing_micro) == ("DL02", 10 * MICRO, 0)
        lines = [{"code": CLEANSER, "qty": "12"}]
        house.do("DL02.01", "dealer-south", "transfer-send", to=SITE, lines=lines)
        await model.load()
        way = model.ways[0]
        assert (way.early_micro, way.missing_micro) == (0, 2 * MICRO)
        await model.begin_receiving(way)
        assert [row.expected_micro for row in model.rows] == [2 * MICRO]
        house.sit_at(DEVICE, device_type="dealer")
        house.author_id = BOSS
        await model.post()
        assert list(model.ways) == []

    at_desk(script)


def test_what_an_order_sent_is_no_transfer_beside_a_transfer_on_the_same_road() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        wanted = [{"code": CLEANSER, "qty": "24"}]
        order = house.do("DL01.01", BOSS, "order-submit", lines=wanted)
        house.do("HQ.01", "hq-sales-east", "order-decide", order=order["number"])
        house.do("HQ.01", "hq-sales-east", "order-ship", order=order["number"], site="HQ01")
        house.sit_at(DEVICE, device_type="dealer")
        model = TransfersModel(desk, SITE)
        await model.load()
        assert list(model.ways) == []
        lines = [{"code": CLEANSER, "qty": "5"}]
        house.sit_at("HQ01.01", device_type="warehouse")
        house.do("HQ01.01", "hq-warehouse", "transfer-send", to=SITE, lines=lines)
        await model.load()
        assert [one.missing_micro for one in model.ways] == [5 * MICRO]
        await model.begin_receiving(model.ways[0])
        assert [row.expected_micro for row in model.rows] == [5 * MICRO]

    at_desk(script)


def test_labels_carry_price_version_and_barcode() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = LabelsModel(desk, SOURCES, SITE, "CNY")
        model.add("2000101010005")
        model.add(CLEANSER)
        row = model.rows[0]
        assert (row.copies, row.label.price_micro, row.label.version) == (2, 59 * MICRO, 1)
        assert row.label.barcode == "2000101010005"
        assert await model.take_changed() == 1
        assert model.count == 3
        with pytest.raises(QutongError, match="NUMBER_BAD"):
            model.set_copies(row, "0")
        from desktop.words.texts import Words

        assert model.pdf(Words()).startswith(b"%PDF")

    at_desk(script)
