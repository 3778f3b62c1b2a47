"""The till in its window: scans behind panels, restarts, approvals, the day of a clerk."""

from pathlib import Path

from desktop.members.view.members import MembersScreen
from desktop.sales.usecases.keeping import open_basket
from desktop.sales.usecases.shifts import Declared
from desktop.sales.view.no_receipt import NoReceiptPanel
from desktop.sales.view.panels import ChoicePanel
from desktop.sales.view.payment import PaymentPanel
from desktop.sales.view.register import RegisterScreen
from desktop.sales.view.returning import ReturnPanel
from desktop.sales.view.sales_list import SalesScreen
from desktop.sales.view.shift import ShiftScreen
from shared.sales.queries.showing import SaleEntry, sale_story
from shared.tasks.queries import open_tasks
from tests.builders.hands import until
from tests.builders.one_house import balance, on_hand
from tests.builders.window_house import Stage, play
from tests.fakes.payments import FakeProvider
from tests.gui.till_hands import (
    CLEANSER,
    CLERK,
    DEVICE,
    TONER,
    at_till,
    boss,
    last_of,
    sales_of,
    texts_of,
)


def declared_of(shift: ShiftScreen) -> Declared | None:
    """What was told of the count so far."""
    return shift.model.declared


def test_two_hundred_scans_behind_a_panel_are_two_hundred_pieces(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("F6")
        for _scan in range(200):
            stage.window.scanned(TONER)
        assert till.model.basket.pieces_micro == 1_000_000
        await stage.keys("Escape")
        assert till.model.basket.pieces_micro == 201_000_000
        assert till.entry.text() == ""
        assert not till.model.basket.has_discount

    play(script, tmp_path)


def test_a_held_and_an_open_basket_come_back_after_a_restart(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("F11")
        await stage.keys("3*")
        await stage.scan(TONER)
        kept = stage.house.read(open_basket)
        again = await at_till(stage)
        assert again.model.basket == kept
        assert again.model.basket.pieces_micro == 3_000_000
        await stage.keys("F9", "Return", "F11", "Return", "F9", "Return")
        assert [one["total_minor"] for one in sales_of(stage)] == [5_900, 35_700]

    play(script, tmp_path)


def test_keys_held_down_make_one_sale_and_scans_go_on(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("F9", "F9", "Return", "Return", "Return", "F9", "Return")
        assert len(sales_of(stage)) == 1
        assert till.entry.hasFocus()
        assert last_of(till) is not None
        await stage.scan(TONER)
        assert last_of(till) is None
        receipts = list((tmp_path / "paper").glob("*.bin"))
        assert len(receipts) == 1
        assert "晨露氨基酸洁面乳".encode("gb18030") in receipts[0].read_bytes()

    play(script, tmp_path)


def test_a_discount_beyond_the_right_asks_for_id_and_pin(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        boss(stage)
        till = await at_till(stage)
        await stage.scan(TONER)
        await stage.keys("F6", "80", "Return")
        await stage.keys("boss", "Return", "2580", "Return")
        for _wait in range(100):
            if till.model.basket.approver_id:
                break
            await stage.settle()
        assert (till.model.basket.approver_id, till.model.basket.approver_name) == ("boss", "店长")
        await stage.keys("F9", "Return")
        (sold,) = sales_of(stage)
        assert sold["total_minor"] == 9_520

    play(script, tmp_path)


def test_typing_initials_and_enter_adds_goods(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.keys("2", "*", "b", "s", "m", "s")
        assert till.suggestions.isVisible()
        await stage.keys("Down", "Return")
        assert till.model.basket.pieces_micro == 2_000_000
        assert not till.suggestions.isVisible()
        assert till.entry.text() == ""

    play(script, tmp_path)


def test_f7_tells_why_and_escape_goes_one_step_back(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("b", "s", "Escape")
        assert till.entry.text() == ""
        assert not till.model.suggested
        await stage.keys("F7")
        assert stage.window.sheet.isVisible()
        await stage.keys("Escape")
        assert not stage.window.sheet.isVisible()
        assert stage.window.current is till
        assert till.model.basket.lines

    play(script, tmp_path)


def test_a_new_member_is_made_with_n_name_and_phone(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("F3", "8000", "Return", "N", "Lin", "Return", "13800138000", "Return")
        assert till.model.basket.member_name == "Lin"
        await stage.keys("F9", "Return")
        stage.window.open("members")
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, MembersScreen)
        assert [one.name for one in screen.table.rows.shown] == ["Lin"]
        await stage.keys("Return")
        assert stage.window.sheet.isVisible()

    play(script, tmp_path)


def test_an_exchange_is_keyed_as_a_return_that_goes_on(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        sold = stage.house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
        till = await at_till(stage)
        await stage.keys("F8")
        await stage.scan(sold["number"])
        await stage.keys("Space", "2", "Return")
        await stage.scan(TONER)
        assert till.model.due.total_minor == 6_000
        await stage.keys("F9", "Return")
        newest, _first = sales_of(stage)
        assert (newest["total_minor"], newest["return_of"]) == (6_000, sold["uid"])

    play(script, tmp_path)


def test_a_clerk_opens_sells_takes_back_and_hands_over(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.keys("F12", "O", "200", "Return")
        await stage.scan(CLEANSER)
        await stage.keys("F9", "100", "Return")
        await stage.scan(TONER)
        await stage.keys("F9", "W", "Return")
        number = sales_of(stage)[1]["number"]
        await stage.keys("F8")
        await stage.scan(number)
        await stage.keys("Space", "1", "F9")
        told = texts_of(till.totals)
        assert {"应退", "退货件数", "退货金额"} <= told, "what comes back and what is paid for it"
        assert not {"件数", "原价合计"} & told, "nothing is sold, so nothing of it is told"
        await stage.keys("Return")
        assert till.model.basket.last is not None
        await stage.keys("F12", "Z")
        shift = stage.window.current
        assert isinstance(shift, ShiftScreen)
        assert declared_of(shift) is None
        await stage.keys("2", "Return", "F10")
        declared = declared_of(shift)
        assert declared is not None
        assert declared.difference_minor == 0
        await stage.keys("F10")
        report = shift.model.report
        assert report is not None
        assert (report.sales, report.returns, report.total_minor) == (2, 1, 11_900)
        assert [one.name for one in (tmp_path / "paper").glob(f"{report.closing_number}*")]
        stage.window.open("sales")
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, SalesScreen)
        assert len(screen.table.rows.shown) == 3
        await stage.keys("Return")
        assert stage.window.sheet.isVisible()

    play(script, tmp_path)


def test_the_register_takes_scans_codes_and_a_week(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in(CLERK, DEVICE)
        stage.window.open("register")
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, RegisterScreen)
        await stage.scan(CLEANSER)
        await stage.scan(CLEANSER)
        await stage.keys("010201", "Return", "12", "Return", "010102", "Return", "-1", "Return")
        shown = [(one.code, one.qty_micro) for one in screen.model.rows]
        assert shown == [("010101", 2_000_000), ("010201", 12_000_000), ("010102", -1_000_000)]
        await stage.keys("F4", "F10")
        await until(lambda: not screen.model.rows)

    play(script, tmp_path)


def test_a_customers_code_scanned_at_f9_pays_without_enter(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        till.provider = FakeProvider()
        await stage.scan(CLEANSER)
        await stage.keys("F9")
        await stage.scan("134567890123456789")
        for _wait in range(100):
            if till.model.basket.last is not None:
                break
            await stage.settle()
        (sold,) = sales_of(stage)
        assert sold["total_minor"] == 5_900
        provider = till.provider
        provider.lost = {"refund", "query"}
        await stage.keys("F8")
        await stage.scan(sold["number"])
        await stage.keys("Space", "1", "F9", "Return")
        panel = stage.window.overlay.top
        assert isinstance(panel, PaymentPanel)
        await until(lambda: panel.model.asked is not None)
        await stage.keys("Escape")
        assert len(sales_of(stage)) == 1, "nobody knows yet whether the money went"
        provider.lost = set()
        await stage.keys("F9", "Return")
        await until(lambda: len(sales_of(stage)) == 2)
        assert sum(provider.taken.values()) == 0, "it went back once, to the wallet"
        assert balance(stage.house, "site/SH01/tender/cash") == 0

    play(script, tmp_path)


def test_goods_without_a_receipt_come_back_by_keys_with_somebody_who_stands_for_it(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        boss(stage)
        await at_till(stage)
        before = on_hand(stage.house, "SH01", "010101")
        await stage.keys("F8")
        await stage.scan(CLEANSER)
        panel = stage.window.overlay.top
        assert isinstance(panel, NoReceiptPanel)
        await stage.scan(CLEANSER)
        await stage.scan(TONER)
        await stage.keys("F4", "2", "Return", "F9")
        assert stage.window.overlay.top is panel, "no reason was said yet"
        await stage.keys("6", "F9")
        assert stage.window.overlay.top is not panel, "the clerk may not alone"
        await stage.keys("boss", "Return", "2580", "Return")
        await until(lambda: len(sales_of(stage)) == 1)
        (back,) = sales_of(stage)
        assert back["total_minor"] == -(2 * 5_900 + 2 * 11_900)
        assert back["return_of"] == back["id"]
        assert balance(stage.house, "site/SH01/tender/cash") == back["total_minor"]
        assert on_hand(stage.house, "SH01", "010101") - before == 2
        tasks = stage.house.read(lambda one: [task.code for task in open_tasks(one)])
        assert "RETURN_WITHOUT_RECEIPT" in tasks, "head office sees it as such"
        story = stage.house.read(lambda one: sale_story(one, back["id"]))
        assert story is not None
        assert story.is_without_receipt
        assert story.head["note"] == "damaged"

    play(script, tmp_path)


def test_who_may_not_see_the_shops_sales_takes_back_by_the_receipt(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        sold = stage.house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
        stage.house.do(
            "HQ.01", "hq-editor", "publish-user", user="mei", name="小梅", role="cashier",
            grants=[{"site": "SH01"}], pin="2580",
        )  # fmt: skip
        till = await at_till(stage)
        await stage.keys("F8")
        assert [one.number for one in shown_sales(stage)] == [sold["number"]], "the clerk's list"
        await stage.keys("Escape")
        await stage.sign_in("mei", DEVICE)
        assert "sales" not in stage.window.specs
        await stage.keys("F8")
        assert not shown_sales(stage)
        panel = stage.window.overlay.top
        assert isinstance(panel, ReturnPanel)
        assert not panel.sales.isVisible()
        await stage.keys("Return")
        assert number_of(panel) == "", "nothing is found without a number"
        await stage.keys(sold["number"], "Return")
        assert number_of(panel) == sold["number"]
        await stage.keys("Escape", "Escape")
        assert till is not stage.window.current

    play(script, tmp_path)


def number_of(panel: ReturnPanel) -> str:
    """Of the sale whose goods come back; '' while none is found."""
    return panel.model.sale.number if panel.model.sale is not None else ""


def shown_sales(stage: Stage) -> list[SaleEntry]:
    """The sales of today a person can choose from to take goods back."""
    panel = stage.window.overlay.top
    assert isinstance(panel, ReturnPanel)
    return list(panel.sales.rows.shown)


def test_the_ways_out_of_the_till_stand_in_its_list(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        # Somebody else works here too: one person alone would be in again at once.
        boss(stage)
        await at_till(stage)
        await stage.keys("F12")
        panel = stage.window.overlay.top
        assert isinstance(panel, ChoicePanel)
        told = [stage.window.words(text) for _key, text in panel._choices]
        assert told[-2:] == ["首页", "换人"]
        await stage.keys("H")
        assert stage.window.current_id == "home"
        stage.window.open("till")
        await stage.settle()
        await stage.keys("F12", "U")
        await until(lambda: stage.program.gate is not None)

    play(script, tmp_path)


def test_a_refused_discount_is_gone_and_one_that_holds_is_told_while_paying(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(TONER)
        await stage.keys("F6", "50", "Return", "Escape")
        assert not till.model.basket.has_discount
        assert till.model.due.total_minor == 11_900
        await stage.keys("F6", "95", "Return", "F9")
        panel = stage.window.overlay.top
        assert isinstance(panel, PaymentPanel)
        assert "原价合计 119.00   优惠 -5.95" in texts_of(panel)

    play(script, tmp_path)
