"""By keys alone: a rebate that two people grant and the dealer spends; a guarantee in and out."""

from pathlib import Path

from sqlalchemy import select

from desktop.accounts.view.money import MoneyPanel
from desktop.accounts.view.rebates import GrantPanel, RebatesPanel
from desktop.accounts.view.statement import StatementScreen
from desktop.ordering.view.editor import OrderEditorScreen
from shared.accounts.queries import rebates_of
from shared.journal.tables import journal
from shared.ordering.queries.orders import orders
from tests.builders.dealer_days import CREAM
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import APPROVER, EDITOR, OFFICE, PIN, opened, sit, with_pin

ACCOUNT = "P1001-FX"


def test_a_rebate_is_granted_by_two_people_seen_by_the_dealer_and_pays_an_order(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        house.do(OFFICE, EDITOR, "policy-set", name="account.rebate_approver", value="1")
        screen = await sit(stage, "hq-sales-east", "channel-statement", ACCOUNT)
        assert isinstance(screen, StatementScreen)
        await until(lambda: screen.model.party)
        await stage.keys("R")
        assert isinstance(await opened(stage), RebatesPanel)
        await stage.keys("N")
        await until(lambda: isinstance(stage.window.overlay.top, GrantPanel))
        await stage.keys("1250", "Return", "三季度返利", "Return", "2026-06-30", "Return")
        await until(lambda: hasattr(stage.window.overlay.top, "pin"))
        await stage.keys(APPROVER, "Return", PIN, "Return")
        await until(lambda: isinstance(stage.window.overlay.top, RebatesPanel))
        (granted,) = house.read(lambda one: rebates_of(one, ACCOUNT, "CNY", "2025-12-01"))
        assert (granted.left_minor, granted.valid_until) == (125_000, "2026-06-30")
        panel = stage.window.overlay.top
        assert isinstance(panel, RebatesPanel)
        assert len(panel.table.rows.shown) == 1
        await stage.keys("Escape")

        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("reorder", "")
        await stage.settle()
        editor = stage.window.current
        assert isinstance(editor, OrderEditorScreen)
        await stage.keys("F2", CREAM, "Return", "5箱", "Return", "F10")
        await opened(stage)
        await stage.keys("F10")
        await stage.settle()
        order = house.read(lambda one: orders(one, account_id=ACCOUNT))[0]
        assert order.rebate_minor == order.asked_minor // 10
        house.do(OFFICE, "hq-sales-east", "order-decide", order=order.number)
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("statement", f"{ACCOUNT}/rebate")
        own = stage.window.current
        assert isinstance(own, StatementScreen)
        await until(lambda: own.model.rows)
        await stage.keys("R")
        shown = await opened(stage)
        assert isinstance(shown, RebatesPanel)
        assert shown.model.spent_minor == order.rebate_minor
        # Nobody grants themselves a rebate.
        assert not shown.key_actions()

    play(script, tmp_path)


def test_a_guarantee_comes_in_and_goes_back_signed_by_two_others(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        house.do(
            OFFICE, EDITOR, "publish-user", user=EDITOR, name="示例总部制单", role="head_office",
            grants=[{}], pin=PIN,
        )  # fmt: skip
        screen = await sit(stage, "hq-sales-east", "channel-statement", ACCOUNT)
        await until(lambda: screen.model.party)
        await stage.keys("M")
        await opened(stage)
        panel = stage.window.overlay.top
        assert isinstance(panel, MoneyPanel)
        panel.purpose.set_value("guarantee")
        await stage.keys("5000", "Return", "BK-1", "Return")
        await until(lambda: screen.model.guarantee_minor() == 500_000)
        await stage.keys("G")
        await opened(stage)
        await stage.keys("Ctrl+A", "2000", "Return", "减额", "Return")
        await until(lambda: hasattr(stage.window.overlay.top, "pin"))
        first = stage.window.overlay.top
        await stage.keys(APPROVER, "Return", PIN, "Return")
        await until(lambda: stage.window.overlay.top is not first)
        await until(lambda: hasattr(stage.window.overlay.top, "pin"))
        await stage.keys(EDITOR, "Return", PIN, "Return")
        await until(lambda: screen.model.guarantee_minor() == 300_000)
        (entry,) = house.read(
            lambda one: one.execute(
                select(journal.c.kind).where(journal.c.kind == "guarantee_refunded")
            ).all()
        )
        assert entry.kind == "guarantee_refunded"

    play(script, tmp_path)
