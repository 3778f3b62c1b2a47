"""Promotions at the till by keys: gifts picked, policies chosen, gifts that come back (D06-D15)."""

from pathlib import Path

from desktop.sales.model.rows import BlockHead, GiftOption, GiftRow, rows_of
from desktop.sales.view.returning import ReturnPanel
from desktop.sales.view.till import TillScreen
from shared.core.rounding import MICRO
from shared.promotions.rules import PolicyKind, Tier
from tests.builders.one_house import on_hand
from tests.builders.policies import MASK, TONER, a_policy, publish, ten_plus_one
from tests.builders.window_house import Stage, a_window_house, play

CLEANSER = "2000101010005"


def test_a_gift_is_picked_below_the_lines_and_comes_back_with_its_goods(tmp_path: Path) -> None:
    house = a_window_house()
    publish(house, ten_plus_one(every=2, gifts=(MASK, TONER)))

    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.window.open("till")
        await stage.settle()
        till = stage.window.current
        assert isinstance(till, TillScreen)
        await stage.keys("2", "*")
        await stage.scan(CLEANSER)
        await stage.settle()
        kinds = [type(row) for row in rows_of(till.model)[1:]]
        assert kinds == [BlockHead, GiftOption, GiftOption]
        before = on_hand(house, "SH01", TONER)
        # ↓ ↓ goes to the second gift, Enter takes it.
        await stage.keys("Down", "Down", "Return")
        assert [type(row) for row in rows_of(till.model)[1:]] == [BlockHead, GiftRow]
        await stage.keys("F9", "Return")
        await stage.settle()
        assert on_hand(house, "SH01", TONER) == before - 1
        number = house.do("SH01.01", "clerk-guanqian", "sales")[0]["number"]

        await stage.keys("F8")
        await stage.scan(number)
        panel = stage.window.overlay.panels[-1]
        assert isinstance(panel, ReturnPanel)
        await stage.keys("F4", "1", "Return")
        assert panel.model.due == {2: MICRO}
        await stage.keys("1", "F9", "Return")
        await stage.settle()
        assert on_hand(house, "SH01", TONER) == before

    play(script, tmp_path, house=house)


def test_the_best_policy_holds_by_itself_and_another_is_two_keys_away(tmp_path: Path) -> None:
    house = a_window_house()
    three = [
        a_policy(name, PolicyKind.THRESHOLD, group="618", tiers=(Tier(5_000, off_minor=off),))
        for name, off in (("A5", 500), ("B15", 1_500), ("C10", 1_000))
    ]
    publish(house, *three)

    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.window.open("till")
        await stage.settle()
        till = stage.window.current
        assert isinstance(till, TillScreen)
        await stage.scan(CLEANSER)
        assert till.model.due.total_minor == 5_900 - 1_500
        assert "F5" in till.hint.text()
        await stage.keys("F5", "Return")
        assert till.model.due.total_minor == 5_900 - 1_500
        await stage.keys("F5", "Down", "Return")
        assert till.model.due.total_minor == 5_900 - 1_000
        await stage.keys("F9", "Return")
        await stage.settle()
        assert house.do("SH01.01", "clerk-guanqian", "sales")[0]["total_minor"] == 4_900

    play(script, tmp_path, house=house)
