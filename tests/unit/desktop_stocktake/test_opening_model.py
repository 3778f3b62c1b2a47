"""A new count as it is put together: zones, people, what it is about (H01-H03)."""

from typing import Any

import pytest

from desktop.stocktake.model.opening import About, NewCount, zones_of
from desktop.stocktake.usecases.reviewing import read_board
from desktop.store.desk import Desk
from shared.core.errors import QutongError, RuleViolation
from shared.core.ids import uid_text
from shared.stocktake.rules import CountMode, CountScope
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS, KEEPER = "DL01", "DL01.01", "dealer-east", "warehouse-east"


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("A", ["A"]),
        ("A-01..A-03, B", ["A-01", "A-02", "A-03", "B"]),
        ("A8~11", ["A8", "A9", "A10", "A11"]),
        ("甲、乙；甲", ["甲", "乙"]),
        ("A-3..A-1", ["A-3..A-1"]),
        ("", []),
    ],
)
def test_zones_are_read_as_people_write_them(text: str, zones: list[str]) -> None:
    assert zones_of(text) == zones


def test_too_many_zones_are_refused() -> None:
    with pytest.raises(RuleViolation, match="TOO_MANY_ZONES"):
        zones_of("A1..A500, B1..B9")


def do(house: WindowHouse, command: str, /, **params: Any) -> Any:
    return house.do(DEVICE, BOSS, command, **params)


def opened(house: WindowHouse) -> None:
    count = do(house, "count-open", scope="opening", zones=["Z"])["number"]
    lines = [{"code": code, "qty": "9"} for code in ("010101", "010102", "010204", "020201")]
    do(house, "count-zone", count=count, zone="Z", lines=lines)
    house.do(DEVICE, KEEPER, "count-reveal", count=count)
    for step in ("count-approve", "count-post"):
        do(house, step, count=count)


def test_a_site_that_was_never_counted_begins_with_its_opening_and_only_once() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at(DEVICE, device_type="dealer")
        house.author_id = BOSS
        model = NewCount(desk, SITE, "CNY")
        assert model.about is About.OPENING
        opened(house)
        assert NewCount(desk, SITE, "CNY").about is About.FULL
        with pytest.raises(QutongError, match="ALREADY_OPENED"):
            await model.open()

    at_desk(script)


def test_a_spot_count_is_begun_by_scanning_what_it_is_about() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = NewCount(desk, SITE, "CNY")
        for code in ("2000101010005", "010204", "2010101010004"):
            model.add(code)
        model.set_zones("A")
        model.give("A", "warehouse-east")
        model.tolerance_value = "500"
        header = await model.open()
        head = desk.read(read_board, uid_text(header.uid), BOSS, 1).head
        assert (head.scope, head.mode) == (CountScope.SPOT, CountMode.BLIND)
        assert (head.tolerance.qty_micro, head.tolerance.value_minor) == (0, 50_000)
        assert [one.product_id for one in model.products] == ["010101", "010204"]

    at_desk(script)


def test_a_brand_and_a_lot_choose_from_what_is_in_stock() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        model = NewCount(desk, SITE, "CNY")
        model.about, model.brand = About.BRAND, model.choices.brands[0]
        assert set(await model._products()) <= {"010101", "010102", "010204", "020201"}
        model.about, model.number = About.RANDOM, 3
        drawn = await model._products()
        assert len(set(drawn)) == 3
        model.number = 0
        with pytest.raises(RuleViolation, match="NUMBER_BAD"):
            await model._products()

    at_desk(script)
