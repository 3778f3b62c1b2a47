"""The palette: what fits at once, and the things of the store a moment later."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from desktop.shell.finding import Finding, Offer
from tests.builders.one_house import House, a_house
from tests.builders.plain_desk import sit


@pytest.fixture
def house() -> Iterator[House]:
    made: House = a_house()
    yield made
    made.close()


def nothing() -> None:
    """An act."""


def finding(house: House, takes: frozenset[str]) -> Finding:
    def opens(kind: str, subject: str) -> Callable[[], None] | None:
        return nothing if kind in takes and subject else None

    offers = [
        Offer(kind="action", text="挂单", hint="收银", run=nothing, key="F11"),
        Offer(kind="screen", text="收银", hint="打开", run=nothing),
        Offer(kind="screen", text="设置", hint="打开", run=nothing),
    ]
    return Finding(sit(house, "clerk-guanqian", "SH01.01"), offers, opens)


def look(model: Finding, typed: str) -> list[tuple[str, str]]:
    model.type(typed)
    asyncio.run(model.look(typed))
    return [(one.kind, one.text) for one in model.offers]


def test_actions_and_screens_fit_at_once_the_nearest_first(house: House) -> None:
    model = finding(house, frozenset())
    model.type("收银")
    assert [one.text for one in model.offers] == ["收银", "挂单"]
    model.type("")
    assert len(model.offers) == 3


def test_goods_are_found_by_characters_initials_and_code(house: House) -> None:
    model = finding(house, frozenset({"product"}))
    for typed in ("氨基酸", "clajs", "010101"):
        assert ("product", "晨露氨基酸洁面乳") in look(model, typed), typed


def test_a_document_is_found_by_the_end_of_its_number(house: House) -> None:
    done = house.do(
        "SH01.01",
        "clerk-guanqian",
        "sell",
        lines=[{"code": "2000101010005"}],
        tenders=[{"tender": "cash", "amount": "59"}],
    )
    number = str(done["number"])
    model = finding(house, frozenset({"sale"}))
    assert ("sale", number) in look(model, number[-5:])


def test_what_nobody_here_has_a_screen_for_is_not_offered(house: House) -> None:
    assert look(finding(house, frozenset()), "010101") == []


def test_an_answer_that_comes_after_the_next_letter_is_dropped(house: House) -> None:
    model = finding(house, frozenset({"product"}))
    model.type("010101")
    model.type("设")
    asyncio.run(model.look("010101"))
    assert [one.text for one in model.offers] == ["设置"]


def test_the_cursor_goes_around_the_ends(house: House) -> None:
    model = finding(house, frozenset())
    model.move(-1)
    assert model.chosen is not None
    assert model.chosen.text == "设置"
    model.move(1)
    assert model.chosen.text == "挂单"
