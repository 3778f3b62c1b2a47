"""A promotional order by keys alone: limit, promotions, lock, reopen, tenders, decision."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication

from desktop.ordering.model.rows import BlockRow
from desktop.ordering.view.check_panel import CheckPanel
from desktop.ordering.view.desk import OrderDeskScreen
from desktop.ordering.view.editor import OrderEditorScreen
from desktop.ordering.view.orders import OrdersScreen
from desktop.ordering.view.promotions import PromotionsPanel
from desktop.words.texts import Language
from shared.core.rounding import MICRO
from shared.ordering.queries.orders import OrderView, lines, orders
from shared.ordering.rules import OrderState
from shared.promotions.rules import Period
from tests.builders.dealer_days import CREAM, LOTION, SPRAY, WATER, a_fortnight, office
from tests.builders.order_policies import (
    cream_ten_and_one,
    limit_of,
    spend_and_gift,
    spend_and_save,
)
from tests.builders.policies import publish
from tests.builders.window_house import Stage, play

ACCOUNT = "P1001-FX"


async def at(stage: Stage) -> OrderEditorScreen:
    a_fortnight(stage.house)
    office(stage.house, "rebate-grant", account=ACCOUNT, amount="1250", reason="Q3")
    office(stage.house, "account-payment", account=ACCOUNT, amount="3000", purpose="deposit")
    publish(
        stage.house,
        cream_ten_and_one(),
        limit_of(SPRAY, 20, period=Period.MONTH),
        spend_and_save(1_000, 200),
        spend_and_gift(1_000),
        site_id="DL01",
    )
    await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
    stage.window.open("reorder", "")
    await stage.settle()
    await stage.settle()
    screen = stage.window.current
    assert isinstance(screen, OrderEditorScreen)
    return screen


def newest(stage: Stage) -> OrderView:
    return stage.house.read(lambda one: orders(one, account_id=ACCOUNT))[0]


def test_a_promotional_order_is_chosen_locked_reopened_paid_and_accepted(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await at(stage)
        await stage.keys("F2", CREAM, "Return", "25", "Return")
        await stage.keys("F2", WATER, "Return", "2箱", "Return")
        QGuiApplication.clipboard().setText(f"{SPRAY}\t21\nNOPE\t1\n")
        await stage.keys("Ctrl+V", "Escape")
        model = screen.model
        # 21 → 20, with the rule's name above the rows, beside the row that was left out.
        assert model.rows[2].line.qty_micro == 20 * MICRO
        assert "限购 20" in screen.banner.text()
        assert stage.window.words("reorder.problems", n=1) in screen.banner.text()
        assert screen.kind.text() == "促销订单"
        screen.table.view.setFocus()
        # The second of two that compete is chosen by Down, Enter.
        await stage.keys("P")
        await stage.settle()
        panel = stage.window.overlay.top
        assert isinstance(panel, PromotionsPanel)
        await stage.keys("Down", "Return")
        await stage.settle()
        gifts = {
            one.product_id: one.qty_micro // MICRO
            for one in model.shown
            if isinstance(one, BlockRow) and not one.is_heading
        }
        assert gifts == {LOTION: 2, SPRAY: 2}
        # Enter and figures on a main quantity are refused; F5 drops the gifts.
        await stage.keys("9", "Return")
        assert model.rows[0].line.qty_micro == 25 * MICRO
        stage.program.change_language(Language.ENGLISH)
        await stage.settle()
        again = stage.window.current
        assert isinstance(again, OrderEditorScreen)
        assert again.kind.text() == "Promotional"
        again.table.view.setFocus()
        await stage.keys("F5")
        assert not any(isinstance(one, BlockRow) for one in again.model.shown)
        again._to_first_line()
        await stage.keys("3", "0", "Return")
        assert again.model.rows[0].line.qty_micro == 30 * MICRO
        again.table.view.setFocus()
        await stage.keys("P")
        await stage.settle()
        await stage.keys("Return")
        await stage.settle()
        total = again.model.total_minor
        await stage.keys("F9", "Return")
        await stage.settle()
        made = newest(stage)
        assert (made.asked_minor, made.order_type) == (total, "promotional")
        assert (made.rebate_minor, made.deposit_minor) == (total // 10, 300_000)
        office(stage.house, "order-decide", order=made.number)
        found = newest(stage)
        assert found.state is OrderState.ACCEPTED
        assert (found.rebate_taken_minor, found.deposit_taken_minor) == (total // 10, 300_000)

    play(script, tmp_path)


def test_an_order_cut_by_a_limit_says_so_to_both_sides(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await at(stage)
        await stage.keys("F2", SPRAY, "Return", "15", "Return", "F10")
        # A rebate and a deposit might pay it: nothing goes before somebody has seen how.
        assert isinstance(stage.window.overlay.top, CheckPanel)
        assert screen.model.rows
        await stage.keys("F10")
        await stage.settle()
        first = newest(stage)
        assert first.rebate_minor > 0
        east = {"account": ACCOUNT, "lines": [{"code": SPRAY, "qty": "15"}]}
        stage.house.do("DL01.02", "dealer-east", "order-submit", **east)
        second = newest(stage)
        assert not screen.model.rows
        office(stage.house, "order-decide", order=first.number)
        await stage.sign_in("hq-sales-east", "HQ.01", device_type="hq")
        stage.window.open("order-desk", second.id)
        for _ in range(4):
            await stage.settle()
        desk = stage.window.current
        assert isinstance(desk, OrderDeskScreen)
        (line,) = desk.model.lines
        assert (line.granted_micro, line.kept_name, line.reason) == (5 * MICRO, "限购 20", "LIMIT")
        await stage.keys("F10", "F10")
        await stage.settle()
        (cut,) = stage.house.read(lambda one: lines(one, second.id))
        assert (cut.accepted_micro, cut.because) == (5 * MICRO, "限购 20")
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("orders", second.id)
        for _ in range(3):
            await stage.settle()
        mine = stage.window.current
        assert isinstance(mine, OrdersScreen)
        told = [one.text(mine.lines.current) for one in mine.lines.rows.columns]
        assert "限购 限购 20" in told

    play(script, tmp_path)
