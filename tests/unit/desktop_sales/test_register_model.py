"""The simple register without a window (I01)."""

import asyncio

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
    model.next_period()
    assert (model.page.from_day, model.page.to_day) == ("2025-12-04", "2025-12-04")


def test_an_unknown_code_is_refused(desk: Desk) -> None:
    with pytest.raises(QutongError) as why:
        RegisterModel(desk).add("6900000000014")
    assert why.value.code == "PRODUCT_UNKNOWN"
