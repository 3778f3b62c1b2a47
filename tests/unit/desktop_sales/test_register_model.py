"""The simple register without a window (I01)."""

import asyncio
from typing import Any

import pytest

from desktop.sales.model.register import RegisterModel
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from tests.builders.one_house import House, on_hand
from tests.builders.plain_desk import sit

CLEANSER = "2000101010005"
DAY_US = 86_400_000_000


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


def test_scans_add_up_and_one_document_posts_them(desk: Desk, house: House) -> None:
    model = RegisterModel(desk)
    model.add(CLEANSER)
    model.add(CLEANSER)
    model.add("010201", "5")
    model.add("010102", "-1")
    assert [(row.code, row.qty_micro) for row in model.rows] == [
        ("010101", 2_000_000),
        ("010201", 5_000_000),
        ("010102", -1_000_000),
    ]
    assert [row.after_micro for row in model.rows] == [-2_000_000, -5_000_000, 1_000_000]
    number = asyncio.run(model.post())
    assert number.startswith("TD")
    assert not model.rows
    assert [on_hand(house, "SH01", one) for one in ("010101", "010201", "010102")] == [-2, -5, 1]


def test_what_comes_to_nothing_is_no_line(desk: Desk) -> None:
    model = RegisterModel(desk)
    row = model.add(CLEANSER, "3")
    model.add(CLEANSER, "-3")
    assert not model.rows
    model.add(CLEANSER, "3")
    model.set_quantity(row, "0")
    assert not model.rows


def test_pasted_rows_are_taken_and_bad_ones_named_by_row(desk: Desk) -> None:
    model = RegisterModel(desk)
    cells = [["编码", "数量"], [CLEANSER, "3"], ["nothing", "1"], ["010201", "x"], ["010102", "-2"]]
    assert model.paste(cells) == 2
    assert [(one.row, one.error.code) for one in model.bad] == [
        (3, "PRODUCT_UNKNOWN"),
        (4, "QUANTITY_UNREADABLE"),
    ]
    assert model.pieces_micro == 1_000_000


def test_the_page_comes_back_after_a_restart(desk: Desk) -> None:
    model = RegisterModel(desk)
    model.add(CLEANSER, "3")
    model.next_period()
    assert RegisterModel(desk).page == model.page


def test_a_week_runs_from_monday_to_today(desk: Desk, house: House) -> None:
    house.time.tick(3 * DAY_US)
    model = RegisterModel(desk)
    model.next_period()
    assert (model.page.from_day, model.page.to_day) == ("2025-12-01", "2025-12-04")
    assert model.period == "week"
    model.next_period()
    assert (model.page.from_day, model.page.to_day) == ("2025-12-03", "2025-12-03")
    model.next_period()
    assert (model.page.from_day, model.page.to_day) == ("2025-11-24", "2025-11-30")
    model.next_period()
    assert (model.page.from_day, model.page.to_day) == ("2025-12-04", "2025-12-04")


def test_yesterdays_page_is_put_right_by_a_negative_quantity_on_its_day(
    desk: Desk, house: House
) -> None:
    first = RegisterModel(desk)
    first.add(CLEANSER, "30")
    asyncio.run(first.post())
    house.time.tick(DAY_US)
    model = RegisterModel(desk)
    assert (model.period, model.booked.registered_micro) == ("day", 0)
    while model.period != "yesterday":
        model.next_period()
    assert model.booked.registered_micro == 30_000_000, "it says what is there already"
    model.add(CLEANSER, "-27")
    asyncio.run(model.post())
    while model.period != "yesterday":
        model.next_period()
    assert model.booked.registered_micro == 3_000_000
    assert on_hand(house, "SH01", "010101") == -3


def test_a_page_left_open_keeps_its_day_and_an_empty_one_is_of_today(
    desk: Desk, house: House
) -> None:
    model = RegisterModel(desk)
    model.next_period()
    house.time.tick(DAY_US)
    assert RegisterModel(desk).page.to_day == "2025-12-02", "nothing was typed for yesterday"
    model = RegisterModel(desk)
    model.add(CLEANSER)
    house.time.tick(2 * DAY_US)
    again = RegisterModel(desk)
    assert (again.page.to_day, again.period) == ("2025-12-02", ""), "told as another day"
    again.next_period()
    assert (again.page.to_day, again.period) == ("2025-12-04", "day")


def test_what_the_till_sold_is_told_before_it_is_written_down_again(
    desk: Desk, house: House
) -> None:
    assert tuple(RegisterModel(desk).booked) == (0, 0)
    sold = house.do("SH01.01", "clerk-guanqian", "sell", lines=[f"3*{CLEANSER}"])
    house.do(
        "SH01.01", "clerk-guanqian", "return-goods",
        sale=sold["uid"], lines=[{"code": CLEANSER}], reason="x",
    )  # fmt: skip
    assert tuple(RegisterModel(desk).booked) == (2_000_000, 0)


def test_two_presses_post_a_page_once(
    desk: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, at_once = RegisterModel(desk), desk.do
    model.add(CLEANSER, "3")

    async def after_a_moment(*args: Any) -> Any:
        await asyncio.sleep(0)
        return await at_once(*args)

    monkeypatch.setattr(desk, "do", after_a_moment)

    async def both() -> list[str]:
        return list(await asyncio.gather(model.post(), model.post()))

    numbers = asyncio.run(both())
    assert [bool(number) for number in numbers] == [True, False]
    assert on_hand(house, "SH01", "010101") == -3


def test_an_unknown_code_is_refused(desk: Desk) -> None:
    with pytest.raises(QutongError) as why:
        RegisterModel(desk).add("6900000000014")
    assert why.value.code == "PRODUCT_UNKNOWN"
