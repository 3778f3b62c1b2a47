"""The counter's model: what scans and keys make of a sheet, and what survives (H04, H06, H10)."""

from collections.abc import Callable
from typing import Any

import pytest

from desktop.stocktake.model.counting import CountingModel
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.stocktake.rules import label_text
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS = "DL01", "DL01.01", "dealer-east"
CLEANSER, PIECE, BOX, IN_BOX = "010101", "2000101010005", "2010101010004", 24
CREAM = "010204"
SINGLE = "0102000101010005" + "21"
"""A GS1 code of one cleanser, its serial follows."""


def boss(house: WindowHouse, command: str, /, **params: Any) -> Any:
    return house.do(DEVICE, BOSS, command, **params)


def opened(house: WindowHouse, **asked: Any) -> str:
    """A count of DL01 with li and zhao to count it; its number."""
    for user in ("li", "zhao"):
        house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=user, role="clerk",
            grants=[{"site": SITE}],
        )  # fmt: skip
    count = boss(house, "count-open", **({"scope": "full", "zones": ["A", "B"]} | asked))
    house.author_id = "li"
    return str(count["number"])


def begun(desk: Desk, house: WindowHouse, **asked: Any) -> CountingModel:
    """li counts zone A."""
    number = opened(house, **asked)
    model = CountingModel(desk, SITE, "li")
    model.scan(label_text(number, "A"))
    return model


def found(model: CountingModel) -> dict[str, int]:
    return {one.goods.product_id: one.qty_micro // MICRO for one in model.lines if one.is_touched}


def keyed(model: CountingModel, text: str) -> None:
    for sign in text:
        model.type(sign)
    model.enter()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(QutongError) as why:
        act()
    return why.value.code


def test_each_scan_adds_one_and_a_box_adds_its_pieces() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        for code in (PIECE, BOX, PIECE):
            model.scan(code)
        assert found(model) == {CLEANSER: 2 + IN_BOX}

    at_desk(script)


def test_a_number_after_a_scan_says_how_many_and_later_adds() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        keyed(model, "24")
        assert found(model) == {CLEANSER: 24}
        keyed(model, "6")
        assert found(model) == {CLEANSER: 30}
        model.scan(BOX)
        keyed(model, "2")
        assert found(model) == {CLEANSER: 30 + 2 * IN_BOX}
        keyed(model, "=7")
        assert found(model) == {CLEANSER: 7}

    at_desk(script)


def test_undo_takes_the_last_thing_back_one_by_one() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        model.scan(BOX)
        keyed(model, "=3")
        states = []
        while model.undo():
            states.append(found(model))
        assert states == [{CLEANSER: 1 + IN_BOX}, {CLEANSER: 1}, {}]
        model.scan(PIECE)
        assert found(model) == {CLEANSER: 1}

    at_desk(script)


def test_a_serial_is_counted_once() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(SINGLE + "S1")
        model.scan(SINGLE + "S2")
        assert code_of(lambda: model.scan(SINGLE + "S1")) == "SERIAL_TWICE"
        assert found(model) == {CLEANSER: 2}
        model.close()

    at_desk(script)


def test_an_unknown_barcode_goes_on_the_list_with_its_note_and_to_the_supervisor() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        assert code_of(lambda: model.scan("9999999999994")) == "BARCODE_UNKNOWN"
        model.note_unknown("blue tin, shelf 2")
        assert (model.stranger, found(model)) == ("", {})
        model.scan(PIECE)
        model.close()
        from desktop.stocktake.usecases.reviewing import read_board

        head = boss(house, "counts")[0]["id"]
        board = desk.read(read_board, head, BOSS, 1)
        assert board.unknown == (("A", "9999999999994", "blue tin, shelf 2"),)

    at_desk(script)


def test_a_new_model_goes_on_behind_the_last_scan() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        for _ in range(137):
            model.scan(PIECE)
        again = CountingModel(desk, SITE, "li")
        assert again.zone is not None
        assert again.zone.zone_id == "A"
        assert (again.scans, found(again)) == (137, {CLEANSER: 137})
        again.scan(PIECE)
        assert found(again) == {CLEANSER: 138}

    at_desk(script)


def test_a_zone_put_aside_keeps_its_figures_beside_another() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        number = model.zone.number if model.zone else ""
        model.scan(label_text(number, "B"))
        model.scan(CREAM)
        assert found(model) == {CREAM: 1}
        model.scan(label_text(number, "A"))
        assert found(model) == {CLEANSER: 1}

    at_desk(script)


def test_an_empty_shelf_is_said_and_sealed() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        assert model.unfinished().is_empty
        assert code_of(lambda: keyed(model, "5")) == "NOTHING_IN_HAND"
        keyed(model, "0")
        assert not model.unfinished().is_empty
        sealed = model.close()
        assert (sealed.lines, sealed.pieces_micro, len(sealed.digest)) == (0, 0, 39)

    at_desk(script)


def test_before_closing_what_was_not_scanned_is_asked_for_and_counts_as_none() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house, scope="spot", codes=[CLEANSER, CREAM])
        assert code_of(lambda: model.scan("010102")) == "NOT_TO_COUNT"
        model.scan(PIECE)
        left = model.unfinished()
        assert [one.product_id for one in left.products] == [CREAM]
        assert [one.zone_id for one in left.zones] == ["B"]
        assert model.close().lines == 2

    at_desk(script)


def test_a_blind_model_holds_no_book_and_an_open_one_shows_it_live() -> None:
    def goods(house: WindowHouse, mode: str) -> dict[str, Any]:
        count = boss(house, "count-open", scope="opening", zones=["Z"])["number"]
        line = {"code": CLEANSER, "qty": "7351"}
        boss(house, "count-zone", count=count, zone="Z", lines=[line])
        house.do(DEVICE, "warehouse-east", "count-reveal", count=count)
        for step in ("count-approve", "count-post"):
            boss(house, step, count=count)
        return {"mode": mode}

    async def blind(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house, **goods(house, "blind"))
        model.scan(PIECE)
        assert model.book_micro(CLEANSER) is None
        assert "7351" not in repr([one for one in vars(model).values() if one is not desk])

    async def shown(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house, **goods(house, "open"))
        model.scan(PIECE)
        assert model.book_micro(CLEANSER) == 7351 * MICRO

    for script in (blind, shown):
        at_desk(script)


def test_nobody_opens_a_zone_that_is_anothers() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        zones = [{"zone": "A", "people": ["zhao"]}, {"zone": "B", "people": ["li"]}]
        number = opened(house, zones=zones)
        model = CountingModel(desk, SITE, "li")
        assert [one.zone_id for one in model.work] == ["B"]
        assert code_of(lambda: model.scan(label_text(number, "A"))) == "NOT_YOUR_ZONE"
        assert code_of(lambda: model.scan(PIECE)) == "NO_ZONE_OPEN"

    at_desk(script)
