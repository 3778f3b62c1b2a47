"""A discount of one line: read as people write it, kept in the sale, bound by the same rights."""

import asyncio

import msgspec
import pytest

from desktop.sales.model.discounts import read_typed_discount, shown_price_micro
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.keeping import keep
from desktop.sales.usecases.selling import Sold
from desktop.sales.view.lines import amber_reason, line_columns
from desktop.store.desk import Desk
from desktop.words.texts import Language, Words
from shared.core.errors import QutongError
from shared.sales.queries.showing import sale_story
from tests.builders.one_house import House
from tests.builders.plain_desk import sit
from tests.unit.desktop_sales.test_till_model import opening

CLEANSER, TONER, CASE = "2000101010005", "2000102010004", "2010101010004"
"""59.00, 119.00, and 24 pieces of the first."""


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


@pytest.fixture
def till(desk: Desk) -> TillModel:
    made = TillModel(desk, "CNY")
    made.scan(CLEANSER, "2")
    made.scan(TONER)
    return made


def sell(till: TillModel) -> Sold:
    sold = asyncio.run(till.sell())
    assert sold is not None
    return sold


def told(till: TillModel) -> str:
    """The key of what stands under the lines; '' = nothing."""
    return till.notice.key if till.notice is not None else ""


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("95", 950_000),
        ("95折", 950_000),
        ("9.5折", 950_000),
        ("9折", 900_000),
        ("8.8折", 880_000),
        ("88 折", 880_000),
        ("95%", 950_000),
    ],
)
def test_a_share_is_read_however_it_is_written(text: str, ratio: int) -> None:
    assert read_typed_discount(text, "CNY").pay_ratio_micro == ratio


@pytest.mark.parametrize("text", ["950%", "120折", "abc折"])
def test_more_than_the_whole_is_no_discount(text: str) -> None:
    with pytest.raises(QutongError) as why:
        read_typed_discount(text, "CNY")
    assert why.value.code == "DISCOUNT_UNREADABLE"


@pytest.mark.parametrize(
    ("text", "toner"), [("95", 11_305), ("9折", 10_710), ("-9", 11_000), ("", 11_900)]
)
def test_a_line_discount_is_of_the_line_alone_and_stands_in_the_sale(
    till: TillModel, house: House, text: str, toner: int
) -> None:
    till.set_line_discount(text)
    assert till.due.total_minor == 11_800 + toner
    sold = sell(till)
    assert sold.total_minor == 11_800 + toner
    story = house.read(lambda one: sale_story(one, sold.uid))
    assert story is not None
    first, second = story.lines
    assert (first.amount_minor, first.discount_minor) == (11_800, 0)
    assert (second.amount_minor, second.discount_minor) == (toner, 11_900 - toner)
    assert second.unit_price_micro == 119_000_000, "the price with its reasons stays (I8)"


@pytest.mark.parametrize("text", ["9折", "90折", "90%", "107.10"])
def test_a_price_is_said_as_a_price_or_as_a_share(till: TillModel, text: str) -> None:
    till.set_price(text)
    assert till.due.total_minor == 11_800 + 10_710
    till.set_price("")
    assert till.due.total_minor == 11_800 + 11_900


def test_the_price_of_a_case_is_said_as_it_is_shown(desk: Desk) -> None:
    till = TillModel(desk, "CNY")
    till.scan(CASE, "2")
    line = till.basket.line
    assert line is not None
    assert shown_price_micro(line) == 1_416_000_000
    till.set_price("1400")
    assert till.due.total_minor == 280_000
    assert shown_price_micro(till.basket.lines[0]) == 1_400_000_000
    assert sell(till).total_minor == 280_000
    till.scan(CASE)
    till.set_quantity("25支")
    till.set_price("58")
    assert till.due.total_minor == 25 * 5_800, "what is shown as pieces is said as pieces"


def test_a_share_is_of_the_list_price_however_often_it_is_typed(till: TillModel) -> None:
    till.set_line_discount("90")
    till.set_line_discount("90")
    assert till.due.total_minor == 11_800 + 10_710


def test_line_and_whole_receipt_add_up(till: TillModel) -> None:
    till.set_line_discount("-19")
    till.set_discount("-3")
    assert (till.due.total_minor, till.due.off_minor) == (21_500, 2_200)
    till.set_discount("-8")
    assert till.due.off_minor == 2_200, "together they are more than a tenth"
    till.approved("dealer-suzhou", "老板")
    assert (till.due.total_minor, till.due.off_minor) == (21_000, 2_700)


def test_a_line_discount_beyond_the_right_needs_somebody_as_the_whole_does(
    till: TillModel,
) -> None:
    assert not till.needs_approval(till.line_discounted("85"))
    till.set_line_discount("50")
    assert till.needs_approval()
    assert till.due.off_minor == 0, "it counts once somebody stands for it"
    till.approved("dealer-suzhou", "老板")
    assert not till.needs_approval()
    assert till.due.off_minor == 5_950
    till.set_price("40")
    assert till.needs_approval(), "who stood for the one did not see the other"


def test_who_stood_for_a_discount_did_not_stand_for_what_is_scanned_after_it(
    till: TillModel, desk: Desk
) -> None:
    till.set_discount("50")
    assert till.asked_minor == 11_850
    till.approved("dealer-suzhou", "老板")
    assert not till.needs_approval()
    till.scan(TONER, "20")
    assert till.needs_approval(), "twenty more at half their price"
    assert TillModel(desk, "CNY").needs_approval(), "after a restart as well"
    till.undo()
    assert not till.needs_approval()
    till.delete_line()
    assert not till.needs_approval(), "less was taken off than was asked for"
    till.scan(TONER, "20")
    till.approved("dealer-suzhou", "老板")
    assert not till.needs_approval()


def test_a_refused_discount_leaves_what_stood_before(till: TillModel, desk: Desk) -> None:
    till.set_discount("95")
    stood = till.basket
    for ask in (till.set_discount, till.set_line_discount, till.set_price):
        ask("20%")
        assert till.needs_approval()
        till.refused()
        assert told(till) == "till.not_approved"
        assert not till.needs_approval()
        assert till.basket == stood
    assert TillModel(desk, "CNY").basket == stood
    assert sell(till).total_minor == 22_515


def test_who_comes_after_finds_no_discount_nobody_stood_for(till: TillModel, desk: Desk) -> None:
    till.set_discount("50")
    after = TillModel(desk, "CNY", may_approve=True)
    assert not after.basket.has_discount
    assert sell(after).discount_minor == 0


def test_a_discount_of_the_whole_goes_with_the_last_line(till: TillModel) -> None:
    till.set_discount("50")
    till.approved("dealer-suzhou", "老板")
    till.delete_line()
    assert till.due.off_minor == 5_900, "a line is left"
    till.delete_line()
    assert not till.basket.has_discount
    assert till.basket.approver_id == ""
    till.scan(CLEANSER)
    assert till.due.total_minor == 5_900
    till.undo()
    till.undo()
    assert till.basket.approver_id == "dealer-suzhou", "a step back brings back all of it"


def test_a_kept_discount_beyond_the_right_is_refused_at_the_sale(
    till: TillModel, desk: Desk
) -> None:
    """Whatever a basket carries: who is signed in when it is paid has to have the right for it."""
    desk.do_now(keep, msgspec.structs.replace(till.basket, pay_ratio_micro=500_000))
    again = TillModel(desk, "CNY")
    assert again.needs_approval()
    with pytest.raises(QutongError) as why:
        asyncio.run(again.sell())
    assert why.value.code == "APPROVAL_MISSING"


def test_no_more_than_the_line_is_taken_off(till: TillModel) -> None:
    with pytest.raises(QutongError) as why:
        till.set_line_discount("-120")
    assert why.value.code == "DISCOUNT_TOO_LARGE"
    assert till.due.off_minor == 0


def test_what_is_told_of_a_step_goes_with_the_next(till: TillModel) -> None:
    till.undo()
    assert told(till) == "till.undone"
    till.set_discount("95")
    assert told(till) == ""
    till.delete_line()
    assert told(till) == "till.line_gone"
    till.move(-1)
    assert told(till) == ""


def test_an_amber_line_says_why(till: TillModel, desk: Desk, house: House) -> None:
    assert [amber_reason(line) for line in till.basket.lines] == ["", ""]
    till.set_price("0")
    till.approved("dealer-suzhou", "老板")
    assert amber_reason(till.basket.lines[1]) == "till.mark_free"
    opening(house, qty=1)
    again = TillModel(desk, "CNY")
    again.clear()
    again.scan(CLEANSER, "2")
    assert [amber_reason(line) for line in again.basket.lines] == ["till.mark_short"]
    column = line_columns(Words(Language.CHINESE), again)[0]
    assert column.text(again.basket.lines[0]).endswith("· 库存不足")


def test_nobody_leaves_in_the_middle_of_a_sale_without_knowing_how(till: TillModel) -> None:
    assert not till.may_leave()
    assert told(till) == "till.stays"
    sell(till)
    assert till.may_leave()


def test_suggestions_say_what_there_is(till: TillModel, house: House) -> None:
    asyncio.run(till.search("洁面"))
    assert {one.left_micro for one in till.suggested} == {None}, "nothing was counted here yet"
    opening(house, qty=7)
    sit(house, "clerk-guanqian", "SH01.01")
    asyncio.run(till.search("洁面"))
    by_id = {one.product_id: one.left_micro for one in till.suggested}
    assert by_id["010101"] == 7_000_000
