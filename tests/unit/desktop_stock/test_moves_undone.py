"""A movement that was wrong: looked at, taken back once, and a list that is undone step by step."""

from typing import Any

import pytest

from desktop.app.warehouse import SOURCES
from desktop.stock.model.moving import MovingModel
from desktop.stock.model.transfers import TransfersModel
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.stock.queries import on_hand_micro
from shared.stock.rules import Status, location
from tests.builders.desks import at_desk
from tests.builders.one_house import on_hand
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS, KEEPER = "DL01", "DL01.01", "dealer-east", "warehouse-east"
CLEANSER, CREAM = "010101", "010204"


def at_our_desk(house: WindowHouse, desk: Desk) -> MovingModel:
    house.sit_at(DEVICE, device_type="dealer")
    house.author_id = BOSS
    return MovingModel(desk, SOURCES, SITE, BOSS)


def test_a_gift_that_was_wrong_is_taken_back_once_by_its_opposite() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = at_our_desk(house, desk)
        model.choose("gift_out")
        model.add(CLEANSER, "3")
        model.add(CREAM, "2")
        posted = await model.post()
        document = model.history[0].id
        page = await model.movement(document)
        assert [(one.goods.code, one.qty_micro // MICRO) for one in page.lines] == [
            (CLEANSER, 3),
            (CREAM, 2),
        ]
        assert (page.may_be_undone, page.needs_approval) == (True, False)
        header = await model.take_back(document, "misread")
        assert (on_hand(house, SITE, CLEANSER), on_hand(house, SITE, CREAM)) == (0, 0)
        is_told = model.posted is not None
        assert not is_told, "its figures are of before"
        assert model.history[0].reason == f"↩ {posted.header.number} misread"
        page = await model.movement(document)
        assert (page.undone_by, page.may_be_undone) == (header.number, False)
        with pytest.raises(QutongError, match="ALREADY_UNDONE"):
            await model.take_back(document, "again")
        with pytest.raises(QutongError, match="NOT_UNDOABLE"):
            await model.take_back(model.history[0].id, "the opposite of the opposite")

    at_desk(script)


def test_what_two_people_signed_two_people_take_back() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = at_our_desk(house, desk)
        model.choose("scrap")
        model.add(CLEANSER)
        model.say(reason="broken")
        await model.post(KEEPER)
        document = model.history[0].id
        assert (await model.movement(document)).needs_approval
        with pytest.raises(QutongError, match="APPROVAL_MISSING"):
            await model.take_back(document, "not broken")
        await model.take_back(document, "not broken", KEEPER)
        assert on_hand(house, SITE, CLEANSER) == 0

    at_desk(script)


def test_goods_sent_by_mistake_are_called_back_while_all_of_them_are_on_the_way() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = at_our_desk(house, desk)
        lines: list[Any] = [{"code": CLEANSER, "qty": "24"}, {"code": CREAM, "qty": "5"}]
        sent = house.do(DEVICE, BOSS, "transfer-send", to="DL02", lines=lines)
        await model.load()
        document = model.history[0].id
        page = await model.movement(document)
        assert (sorted(one.qty_micro // MICRO for one in page.lines), page.may_be_undone) == (
            [5, 24],
            True,
        )
        await model.take_back(document, "wrong site")
        assert (on_hand(house, SITE, CLEANSER), on_hand(house, SITE, CREAM)) == (0, 0)
        ways = TransfersModel(desk, SITE)
        await ways.load()
        assert not ways.ways, "nothing is on the way any more"
        assert (await model.movement(document)).undone_by == model.history[0].number
        assert model.history[0].note == f"↩ {sent['number']} wrong site"
        with pytest.raises(QutongError, match="ALREADY_UNDONE"):
            await model.take_back(document, "again")

    at_desk(script)


def test_what_arrived_of_a_transfer_is_not_called_back() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = at_our_desk(house, desk)
        lines: list[Any] = [{"code": CLEANSER, "qty": "24"}]
        house.do(DEVICE, BOSS, "transfer-send", to="DL02", lines=lines)
        await model.load()
        document = model.history[0].id
        some: list[Any] = [{"code": CLEANSER, "qty": "1"}]
        house.do("DL02.01", "dealer-south", "transfer-receive", source=SITE, lines=some)
        house.sit_at(DEVICE, device_type="dealer")
        house.author_id = BOSS
        assert not (await model.movement(document)).may_be_undone
        with pytest.raises(QutongError, match="NOT_UNDOABLE"):
            await model.take_back(document, "wrong site")
        with pytest.raises(QutongError, match="MOVEMENT_UNKNOWN"):
            await model.movement("00" * 16)

    at_desk(script)


def test_a_receipt_taken_for_another_is_on_the_way_again_and_received_as_it_is() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        lines: list[Any] = [{"code": CLEANSER, "qty": "24"}]
        house.do("DL02.01", "dealer-south", "transfer-send", to=SITE, lines=lines)
        model = at_our_desk(house, desk)
        lines = [{"code": CLEANSER, "qty": "20", "damaged": "4"}]
        house.do(DEVICE, BOSS, "transfer-receive", source="DL02", lines=lines)
        await model.load()
        wrong = model.history[0]
        assert (on_hand(house, SITE, CLEANSER), defective(house)) == (20, 4)
        assert (await model.movement(wrong.id)).may_be_undone
        await model.take_back(wrong.id, "all of them were good")
        assert (on_hand(house, SITE, CLEANSER), defective(house)) == (0, 0)
        assert model.history[0].note == f"↩ {wrong.number} all of them were good"
        ways = TransfersModel(desk, SITE)
        await ways.load()
        assert [(one.from_site, one.missing_micro) for one in ways.ways] == [("DL02", 24 * MICRO)]
        with pytest.raises(QutongError, match="ALREADY_UNDONE"):
            await model.take_back(wrong.id, "again")
        lines = [{"code": CLEANSER, "qty": "24"}]
        house.do(DEVICE, BOSS, "transfer-receive", source="DL02", lines=lines)
        await ways.load()
        assert not ways.ways
        assert on_hand(house, SITE, CLEANSER) == 24

    at_desk(script)


def defective(house: WindowHouse) -> int:
    place = location(SITE, Status.DEFECTIVE)
    return house.read(lambda one: on_hand_micro(one, place, CLEANSER)) // MICRO


def test_a_misread_good_is_taken_off_the_list_again_and_a_million_is_asked_about() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = at_our_desk(house, desk)
        model.choose("gift_out")
        model.add(CLEANSER)
        model.say(note="for the fair")
        model.add(CREAM)
        assert model.undo()
        assert ([one.goods.code for one in model.lines], model.note) == ([CLEANSER], "for the fair")
        model.set_qty(model.lines[0], "1000000")
        assert model.many == model.lines
        assert model.undo()
        assert model.many == []
        again = MovingModel(desk, SOURCES, SITE, BOSS)
        assert [one.qty_micro for one in again.lines] == [MICRO]
        assert model.undo()
        assert not model.undo()
        assert model.is_empty

    at_desk(script)
