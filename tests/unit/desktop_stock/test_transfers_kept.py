"""A transfer in the making: kept on disk, counted once, sent nowhere by a slip (G06)."""

from typing import Any

import pytest

from desktop.stock.model.transfers import Doing, TransfersModel
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS = "DL01", "DL01.01", "dealer-east"
CLEANSER, CREAM, BOX, IN_BOX = "010101", "010204", "2010101010004", 24


def sent_here(house: WindowHouse, **goods: int) -> None:
    """DL02 sends to us; then we sit at our desk again."""
    lines = [{"code": code.strip("_"), "qty": str(qty)} for code, qty in goods.items()]
    house.do("DL02.01", "dealer-south", "transfer-send", to=SITE, lines=lines)
    back(house)


def back(house: WindowHouse) -> None:
    house.sit_at(DEVICE, device_type="dealer")
    house.author_id = BOSS


async def receiving(desk: Desk, house: WindowHouse, **goods: int) -> TransfersModel:
    sent_here(house, **goods)
    model = TransfersModel(desk, SITE)
    await model.load()
    await model.begin_receiving(model.ways[0])
    return model


def pieces(model: TransfersModel) -> dict[str, int]:
    return {one.goods.code: one.qty_micro // MICRO for one in model.rows}


def test_what_is_put_together_is_there_again_after_the_window_was_closed() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        back(house)
        model = TransfersModel(desk, SITE)
        model.begin_sending()
        model.say(other="DL03", note="by van")
        model.add(BOX)
        model.typed(f"{CREAM} 5")
        again = TransfersModel(desk, SITE)
        assert (again.doing, again.other, again.note) == (Doing.SEND, "DL03", "by van")
        assert pieces(again) == {CLEANSER: IN_BOX, CREAM: 5}
        await again.post()
        assert TransfersModel(desk, SITE).doing is Doing.LIST

    at_desk(script)


def test_corrections_of_a_receipt_are_there_again_after_the_window_was_closed() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await receiving(desk, house, _010101=48, _010204=12)
        model.set_damaged(model.rows[0], "2")
        again = TransfersModel(desk, SITE)
        assert (again.doing, again.other) == (Doing.RECEIVE, "DL02")
        assert [(one.qty_micro // MICRO, one.damaged_micro // MICRO) for one in again.rows] == [
            (46, 2),
            (12, 0),
        ]

    at_desk(script)


def test_a_scan_while_receiving_counts_what_came_and_not_one_beside_what_was_sent() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await receiving(desk, house, _010101=48, _010204=12)
        model.add(BOX)
        assert pieces(model) == {CLEANSER: IN_BOX, CREAM: 0}
        model.add(BOX)
        assert pieces(model) == {CLEANSER: 48, CREAM: 0}
        model.undo()
        model.take_as_sent()
        assert pieces(model) == {CLEANSER: 48, CREAM: 12}
        model.undo()
        assert pieces(model) == {CLEANSER: IN_BOX, CREAM: 0}

    at_desk(script)


def test_goods_somebody_else_took_in_meanwhile_are_not_taken_in_twice() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await receiving(desk, house, _010101=48, _010204=12)
        lines = [{"code": CLEANSER, "qty": "48"}]
        house.do(DEVICE, BOSS, "transfer-receive", source="DL02", lines=lines)
        with pytest.raises(QutongError, match="TRANSFER_MOVED_ON"):
            await model.post()
        assert pieces(model) == {CREAM: 12}, "what is still under way is shown"
        await model.post()
        await model.load()
        assert not model.ways

    at_desk(script)


def test_goods_are_sent_nowhere_before_somebody_says_where() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        back(house)
        model = TransfersModel(desk, SITE)
        assert len(model.sites) > 1
        for begin in (model.begin_sending, model.begin_early):
            begin()
            assert model.other == ""
            model.add(CLEANSER)
            with pytest.raises(QutongError, match="SAME_SITE"):
                await model.post()
            model.stop()

    at_desk(script)


def test_nothing_that_came_is_no_receipt_and_a_million_is_asked_about() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await receiving(desk, house, _010101=48)
        model.remove(model.rows[0])
        assert pieces(model) == {CLEANSER: 0}, "what is expected stays in sight"
        with pytest.raises(QutongError, match="NO_LINES"):
            await model.post()
        model.stop()
        model.begin_sending()
        row = model.typed(f"{CREAM} 1000000")
        assert model.many == [row]
        model.undo()
        assert not model.rows

    at_desk(script)


def test_goods_of_two_lots_fill_the_one_that_lacks_some() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = await receiving(desk, house, _010101=1)
        first: Any = model.rows[0]
        model.rows.append(type(first)(goods=first.goods, lot="B", expected_micro=MICRO))
        model.add("2000101010005")
        model.add("2000101010005")
        assert [one.qty_micro for one in model.rows] == [MICRO, MICRO]

    at_desk(script)
