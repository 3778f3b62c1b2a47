"""A shift without a window: blind until declared, closed with a report (I11)."""

import asyncio

import pytest

from desktop.printing.escpos import INITIALISE
from desktop.sales.model.sales_list import SalesModel
from desktop.sales.model.shift import ShiftModel, z_bytes
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Part
from desktop.store.desk import Desk
from desktop.words.texts import Language, Words
from shared.core.errors import QutongError
from tests.builders.one_house import House
from tests.builders.plain_desk import sit

CLERK, DEVICE, CLEANSER = "clerk-guanqian", "SH01.01", "2000101010005"


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, CLERK, DEVICE, device_type="till")


@pytest.fixture
def shift(desk: Desk) -> ShiftModel:
    model = ShiftModel(desk, "CNY")
    asyncio.run(model.open("200"))
    return model


def test_nothing_is_told_before_the_count_is_declared(shift: ShiftModel, house: House) -> None:
    house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
    shift.start_counting()
    shift.set_count(10_000, "2")
    assert (shift.counted_minor, shift.declared) == (20_000, None)
    asyncio.run(shift.declare())
    assert shift.declared is not None
    assert shift.declared.difference_minor == -5_900
    assert shift.declared.needs_approver
    with pytest.raises(QutongError) as why:
        asyncio.run(shift.close("0"))
    assert why.value.code == "APPROVAL_MISSING"


def test_a_drawer_with_money_of_a_half_paid_sale_is_not_counted(
    shift: ShiftModel, desk: Desk
) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CLEANSER)
    till.hold()
    assert shift.held == 1, "and what is on hold is told"
    till.scan(CLEANSER)
    till.give(Part(tender="cash", amount_minor=5_000))
    for act in (shift.start_counting, lambda: asyncio.run(shift.declare())):
        with pytest.raises(QutongError) as why:
            act()
        assert why.value.code == "MONEY_TAKEN"
    till.give_back()
    shift.start_counting()
    assert shift.is_counting


def test_a_slip_of_the_key_is_no_empty_drawer(shift: ShiftModel) -> None:
    shift.start_counting()
    with pytest.raises(QutongError) as why:
        asyncio.run(shift.declare())
    assert (why.value.code, shift.declared) == ("NOTHING_COUNTED", None)
    shift.set_total("0")
    asyncio.run(shift.declare())
    assert shift.declared is not None
    assert shift.declared.difference_minor == -20_000


def test_a_drawer_that_fits_is_closed_with_a_z_report(shift: ShiftModel, house: House) -> None:
    house.do(DEVICE, CLERK, "sell", lines=[CLEANSER], tenders=["cash=100"])
    shift.start_counting()
    for value, count in ((10_000, "2"), (5_000, "1"), (500, "1"), (100, "4")):
        shift.set_count(value, count)
    asyncio.run(shift.declare())
    report = asyncio.run(shift.close(""))
    assert (report.total_minor, report.cash_difference_minor) == (5_900, 0)
    assert (report.deposit_minor, report.left_minor) == (5_900, 20_000)
    assert shift.now.shift is None
    assert shift.now.proposed_minor == 20_000
    job = z_bytes(report, Words(Language.CHINESE), "观前街店", "Asia/Shanghai", {}, "80")
    assert job.startswith(INITIALISE)
    assert "交班日结".encode("gb18030") in job


def test_a_half_typed_count_survives_a_restart(shift: ShiftModel, desk: Desk) -> None:
    shift.start_counting()
    shift.set_count(10_000, "3")
    again = ShiftModel(desk, "CNY")
    assert again.is_counting
    assert again.counted_minor == 30_000


def test_a_total_is_typed_instead_of_pieces_and_is_as_blind(
    shift: ShiftModel, desk: Desk, house: House
) -> None:
    house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
    shift.start_counting()
    shift.set_count(10_000, "1")
    shift.set_total("259")
    assert shift.counted_minor == 25_900
    assert ShiftModel(desk, "CNY").counted_minor == 25_900, "kept as the pieces are"
    shift.set_total("")
    assert shift.counted_minor == 10_000, "the pieces were not forgotten"
    shift.set_total("259")
    assert shift.declared is None
    asyncio.run(shift.declare())
    report = asyncio.run(shift.close(""))
    assert (report.cash_difference_minor, report.cash, report.left_minor) == (0, (), 20_000)


def test_what_is_hardly_in_a_drawer_is_counted_last(shift: ShiftModel) -> None:
    assert shift.values[: shift.often] == (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)
    assert shift.values[shift.often :] == (200, 20, 5, 2, 1)


def test_only_whole_notes_are_counted(shift: ShiftModel) -> None:
    shift.start_counting()
    with pytest.raises(QutongError) as why:
        shift.set_count(10_000, "1.5")
    assert why.value.code == "COUNT_UNREADABLE"


def test_a_day_lists_its_sales_and_prints_one_again(desk: Desk, house: House) -> None:
    sold = house.do(DEVICE, CLERK, "sell", lines=[CLEANSER])
    model = SalesModel(desk, "SH01")
    asyncio.run(model.look())
    assert [one.number for one in model.sales] == [sold["number"]]
    words = Words(Language.CHINESE)
    again = asyncio.run(model.receipt_again(sold["uid"], words, lambda _key, usual: usual, 1))
    assert "补打".encode("gb18030") in again
    asyncio.run(model.go(-1))
    assert not model.sales
    asyncio.run(model.go(5))
    assert [one.number for one in model.sales] == [sold["number"]]
