"""What a shop's screens call things: a return on the card, the running shift, keys of tiles."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.reporting.model.home import Tile
from desktop.reporting.view.home import _digit
from desktop.sales.view.shift import running_number
from tests.builders.hands import until
from tests.builders.window_house import Stage, play

CLERK, DEVICE, CLEANSER = "clerk-guanqian", "SH01.01", "010101"


def test_goods_that_came_back_are_a_return_on_the_card_and_the_shift_is_called_by_its_number(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        sold = stage.house.do(DEVICE, CLERK, "sell", lines=["2000101010005"])
        stage.house.do(DEVICE, CLERK, "return-goods", sale=sold["uid"], reason="x")
        await stage.sign_in(CLERK, DEVICE)
        stage.window.open("stock", CLEANSER)
        screen: Any = stage.window.current
        await until(lambda: len(screen.card.table.rows.shown) == 2)
        rows = screen.card.table.rows.shown
        assert {screen.card._type(one): one.change_micro for one in rows} == {
            "销售": -1_000_000,
            "退货": 1_000_000,
        }
        stage.window.open("shift")
        shift: Any = stage.window.current
        await stage.settle()
        await stage.keys("F10")
        await until(lambda: shift.model.now.shift is not None)
        await stage.settle()
        number = shift.model.now.shift.number
        told = [one.text() for one in shift.findChildren(QLabel)]
        assert f"第 {running_number(number)} 班" in told
        assert number in told

    play(script, tmp_path)


def test_a_shift_is_called_by_the_number_behind_its_place() -> None:
    assert running_number("JB-SH01-02A-000012") == 12
    assert running_number("?") == "?"


def test_tiles_behind_the_ninth_have_keys_of_their_own() -> None:
    ending = Tile(name="ending", figure=1, screen="stock")
    assert [_digit(number, ending) for number in (8, 9, 10)] == ["9", "E", "E"]
    assert _digit(10, Tile(name="tasks", figure=1, screen="tasks")) == "0"
