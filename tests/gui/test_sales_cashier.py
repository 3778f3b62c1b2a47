"""A cashier's slips at the till: keys pressed twice, money half taken, rights that end."""

from pathlib import Path

from desktop.access.view.approving import ApprovePanel
from desktop.members.view.finding import MemberPanel
from desktop.pricing.usecases import set_own_price
from desktop.sales.view.payment import PaymentPanel
from desktop.sales.view.register import RegisterScreen
from desktop.sales.view.shift import ShiftScreen
from desktop.sales.view.till import TillScreen
from tests.builders.hands import until
from tests.builders.one_house import balance, on_hand
from tests.builders.window_house import Stage, play
from tests.fakes.payments import FakeProvider
from tests.gui.till_hands import CLEANSER, CLERK, DEVICE, TONER, at_till, boss, sales_of, texts_of

PAYMENT_CODE = "134567890123456789"


async def cashier_at_till(stage: Stage) -> TillScreen:
    """Sign in as somebody who may only sell."""
    boss(stage)
    stage.house.do(
        "HQ.01", "hq-editor", "publish-user", user="mei", name="小梅", role="cashier",
        grants=[{"site": "SH01"}], pin="1357",
    )  # fmt: skip
    await stage.sign_in("mei", DEVICE)
    till = stage.window.current
    assert isinstance(till, TillScreen)
    return till


def test_a_cashier_is_told_whom_to_ask_and_whose_the_money_is(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await cashier_at_till(stage)
        await stage.keys("F3", "9999", "Return")
        panel = stage.window.overlay.top
        assert isinstance(panel, MemberPanel)
        assert any("请店员或店长来建" in text for text in texts_of(panel)), "N is not hers"
        await stage.keys("Escape")

        await stage.scan(CLEANSER)
        await stage.keys("F6", "50", "Return")
        assert any("优惠 29.50" in text for text in texts_of(stage.window.overlay))
        await stage.keys("boss", "Return", "2580", "Return")
        await until(lambda: till.model.basket.approver_id)
        await stage.keys("20", "*")
        await stage.scan(TONER)
        await stage.keys("F9")
        await until(lambda: isinstance(stage.window.overlay.top, ApprovePanel))
        assert any("优惠 1,219.50" in text for text in texts_of(stage.window.overlay))
        await stage.keys("Escape")
        assert not sales_of(stage), "who stood for one cream is asked again for twenty more"

        await stage.keys("Ctrl+Z", "F9", "20", "Return", "F12")
        assert isinstance(stage.window.overlay.top, PaymentPanel)
        await stage.keys("Escape", "Escape")
        assert "没有成交：把 现金 20.00 退给顾客" in texts_of(till)
        await stage.keys("F9", "20", "Return")
        stage.window.open("shift")
        await stage.keys("Z")
        shift = stage.window.current
        assert isinstance(shift, ShiftScreen)
        assert not shift.model.is_counting, "twenty yuan in the drawer are in no sale"

    play(script, tmp_path)


def test_two_presses_in_one_breath_make_one_sale_with_its_receipt(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        till._pay()
        till._pay()
        await until(lambda: stage.window.overlay.panels)
        await stage.settle()
        (panel,) = stage.window.overlay.panels
        assert isinstance(panel, PaymentPanel)
        panel._enter()
        panel._enter()
        # The paper is waited for and not the house: asking it sits down at the till anew.
        paper = tmp_path / "paper"
        await until(lambda: [*paper.glob("*.bin")])
        assert not stage.window.overlay.panels
        assert len(sales_of(stage)) == 1
        stage.program.settings.put("printer.receipt", f"file:{tmp_path}/missing/printer")
        await stage.scan(CLEANSER)
        await stage.keys("F9", "Return")
        await until(stage.program._paper.stuck)
        till._look_at_prices()
        await until(lambda: any("小票没打出来" in text for text in texts_of(till)))

    play(script, tmp_path)


def test_while_a_customers_code_is_charged_no_key_takes_money_a_second_time(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        provider = FakeProvider()
        till.provider = provider
        provider.lost = {"start", "query"}
        await stage.scan(CLEANSER)
        await stage.keys("F9")
        panel = stage.window.overlay.top
        assert isinstance(panel, PaymentPanel)
        panel.scanned(PAYMENT_CODE)
        panel.scanned(PAYMENT_CODE)
        await until(lambda: panel.model.asked is not None)
        await stage.keys("Return", "R")
        panel._take_exactly()
        assert till.model.due.paid_minor == till.model.due.rounding_minor == 0
        provider.lost = set()
        await until(lambda: not till.model.basket.lines)
        assert len(sales_of(stage)) == 1
        assert [*provider.taken.values()] == [5_900]
        assert not till.model.basket.parts, "nothing of it is in the next sale"
        assert balance(stage.house, "site/SH01/tender/cash") == 0

    play(script, tmp_path)


def test_a_price_that_comes_into_force_while_paying_is_what_is_asked_for(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.keys("F9")
        panel = stage.window.overlay.top
        assert isinstance(panel, PaymentPanel)
        assert "59.00" in texts_of(panel)
        stage.house.write(set_own_price, "010101", 55_000_000)
        till._look_at_prices()
        await until(lambda: till.model.due.total_minor == 5_500)
        assert "55.00" in texts_of(panel)
        assert "59.00" not in texts_of(panel), "what shows is what is taken"

    play(script, tmp_path)


def test_the_register_loses_nothing_that_is_half_typed(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        stage.house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
        before = on_hand(stage.house, "SH01", "010101")
        await stage.sign_in(CLERK, DEVICE)
        stage.window.open("register")
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, RegisterScreen)
        assert any("已卖出 1 件" in text for text in texts_of(screen))
        await stage.keys("999999", "Return")
        assert screen.entry.text() == "999999", "nobody knows it: it stands there to be mended"
        await stage.keys("010101", "Return", "F10", "2", "F10")
        assert not screen.model.rows
        await stage.keys("Return", "010201", "Return", "Escape", "F10")
        await until(lambda: on_hand(stage.house, "SH01", "010101") == before - 2)
        await until(lambda: not screen.model.rows)
        assert any("已记 2 件" in text for text in texts_of(screen))

    play(script, tmp_path)
