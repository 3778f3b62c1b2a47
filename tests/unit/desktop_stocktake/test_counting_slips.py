"""Slips of a counter: a number without its Enter, a code nobody knows, a nought too many (H06)."""

from desktop.stocktake.model.counting import CountingModel
from desktop.store.desk import Desk
from shared.core.rounding import MICRO
from shared.stocktake.rules import label_text
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse
from tests.unit.desktop_stocktake.test_counting_model import (
    BOX,
    CLEANSER,
    IN_BOX,
    PIECE,
    SINGLE,
    SITE,
    begun,
    code_of,
    found,
    keyed,
    opened,
)

CREAM, CREAM_PIECE, STRANGE = "010204", "2000102040001", "9999999999994"


def typed(model: CountingModel, text: str) -> None:
    for sign in text:
        model.type(sign)


def test_a_number_without_its_enter_is_never_lost_by_the_next_scan() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        typed(model, "24")
        assert code_of(lambda: model.scan(CREAM_PIECE)) == "NUMBER_NOT_TAKEN"
        assert code_of(model.close) == "NUMBER_NOT_TAKEN"
        assert model.typed == "24"
        model.enter()
        model.scan(CREAM_PIECE)
        assert found(model) == {CLEANSER: 24, CREAM: 1}

    at_desk(script)


def test_a_number_that_was_typed_is_rubbed_out_before_anything_else_is_taken_back() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        for rub_out in (model.undo, model.leave):
            typed(model, "7")
            rub_out()
            assert (model.typed, model.zone is None, found(model)) == ("", False, {CLEANSER: 1})
        model.leave()
        assert model.zone is None

    at_desk(script)


def test_an_empty_shelf_keyed_without_enter_is_not_lost_by_the_next_label() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        number = opened(house)
        model = CountingModel(desk, SITE, "li")
        model.scan(label_text(number, "A"))
        typed(model, "0")
        assert code_of(lambda: model.scan(label_text(number, "B"))) == "NUMBER_NOT_TAKEN"
        assert model.zone is not None
        assert model.zone.zone_id == "A"

    at_desk(script)


def test_a_number_and_a_star_before_a_scan_is_that_many() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        typed(model, "3*")
        model.scan(BOX)
        assert found(model) == {CLEANSER: 3 * IN_BOX}
        keyed(model, "5")
        assert found(model) == {CLEANSER: 3 * IN_BOX + 5}
        typed(model, "*2*5")
        assert model.typed == "2*", "a star comes behind a number, and once"
        assert code_of(lambda: model.scan(SINGLE + "S1")) == "NUMBER_NOT_TAKEN"
        model.undo()
        model.undo()
        assert model.undo()
        assert found(model) == {}

    at_desk(script)


def test_a_code_nobody_knows_is_on_the_list_whoever_scans_on_or_switches_off() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        assert code_of(lambda: model.scan(STRANGE)) == "BARCODE_UNKNOWN"
        again = CountingModel(desk, SITE, "li")
        assert (again.stranger, [one.code for one in again.unknown]) == (STRANGE, [STRANGE])
        again.scan(PIECE)
        assert (again.stranger, [one.code for one in again.unknown]) == ("", [STRANGE])
        assert code_of(lambda: again.scan(STRANGE)) == "BARCODE_UNKNOWN"
        assert len(again.unknown) == 1, "one code stands there once"
        again.note_unknown("blue tin")
        assert [one.note for one in again.unknown] == ["", "blue tin"]

    at_desk(script)


def test_what_is_said_of_a_code_stands_beside_it_and_a_misread_one_is_taken_back() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        code_of(lambda: model.scan(STRANGE))
        model.note_unknown("blue tin")
        assert [(one.code, one.note) for one in model.unknown] == [(STRANGE, "blue tin")]
        code_of(lambda: model.scan("111"))
        model.undo()
        assert [one.code for one in CountingModel(desk, SITE, "li").unknown] == [STRANGE]

    at_desk(script)


def test_a_nought_too_many_is_asked_about() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = begun(desk, house)
        model.scan(PIECE)
        keyed(model, "1000000")
        assert [one.qty_micro for one in model.many] == [1_000_000 * MICRO]
        model.undo()
        assert not model.many

    at_desk(script)
