"""Nothing a till takes is outside a shift: the first money of the day opens one (I11)."""

import asyncio

import pytest

from desktop.members.usecases import register_member
from desktop.reporting.usecases.today import read_today
from desktop.sales.model.collection import CollectionModel
from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.no_receipt import NoReceiptModel
from desktop.sales.model.payment import PaymentModel
from desktop.sales.model.prepay import PrepayModel
from desktop.sales.model.returning import ReturnModel
from desktop.sales.model.shift import ShiftModel
from desktop.sales.model.till import TillModel
from desktop.store.desk import Desk
from shared.accounts.queries import ShiftView, open_shift, with_float
from shared.accounts.rules import Tender
from shared.core.errors import QutongError
from shared.sales.queries.shifts import shift_documents
from shared.sales.queries.showing import SaleStory, sale_story
from tests.builders.dealer_days import CREAM, CUSTOMER
from tests.builders.one_house import House, balance
from tests.builders.plain_desk import sit
from tests.fakes.payments import FakeProvider

CLERK, DEVICE, CLEANSER, TONER = "clerk-guanqian", "SH01.01", "2000101010005", "2000102010004"
HOUR_US = 3_600_000_000


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, CLERK, DEVICE, device_type="till")


@pytest.fixture
def till(desk: Desk) -> TillModel:
    return TillModel(desk, "CNY")


def sell(till: TillModel, code: str = CLEANSER) -> str:
    till.scan(code)
    sold = asyncio.run(till.sell())
    assert sold is not None
    return sold.uid


def running(house: House) -> ShiftView:
    found = house.read(lambda one: open_shift(one, DEVICE))
    assert found is not None
    return house.read(lambda one: with_float(one, found))


def story_of(house: House, uid: str) -> SaleStory:
    found = house.read(lambda one: sale_story(one, uid))
    assert found is not None
    return found


def told(till: TillModel) -> str:
    return till.notice.key if till.notice is not None else ""


def test_the_first_sale_opens_a_shift_and_says_so_once(till: TillModel, house: House) -> None:
    first = sell(till)
    assert told(till) == "till.shift_opened"
    assert till.notice is not None
    assert (till.notice.tone, till.notice.values["float"]) == ("waiting", "0.00")
    second = sell(till)
    assert told(till) == ""
    stories = [story_of(house, uid) for uid in (first, second)]
    assert {one.head["shift"] for one in stories} == {running(house).shift_id}


def test_a_day_without_opening_is_whole_in_the_z_report(
    till: TillModel, desk: Desk, house: House
) -> None:
    kept = sell(till)
    sell(till, TONER)
    back = ReturnModel(desk, "SH01")
    back.find(kept)
    back.mark_all()
    back.choose_reason(1)
    till.take_back(back.made())
    asyncio.run(till.sell())
    shift = ShiftModel(desk, "CNY")
    asyncio.run(shift.state_float("200"))
    shift.start_counting()
    for value, count in ((10_000, "3"), (1_000, "1"), (500, "1"), (100, "4")):
        shift.set_count(value, count)
    asyncio.run(shift.declare())
    report = asyncio.run(shift.close(""))
    day = house.read(
        lambda one: read_today(
            one, house.local.enrolled, frozenset({"sale.make"}), CLERK, desk.now_us,
            "Asia/Shanghai", "CNY",
        )
    )  # fmt: skip
    assert (report.sales, report.returns, report.total_minor) == (2, 1, 11_900)
    assert report.total_minor == sum(one.amount_minor for one in day.hours)
    assert report.sales == sum(one.sales for one in day.hours)
    assert (report.shift.float_minor, report.cash_difference_minor) == (20_000, 0)
    assert (report.deposit_minor, report.left_minor) == (11_900, 20_000)
    assert balance(house, "site/SH01/tender/cash") == 20_000


def test_a_return_without_a_receipt_opens_one(house: House) -> None:
    house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="boss", role="owner",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    bare = NoReceiptModel(sit(house, "boss", DEVICE), "CNY")
    bare.scan(CLEANSER)
    bare.choose_reason(1)
    done = asyncio.run(bare.refund(""))
    story = house.read(lambda one: sale_story(one, done.uid))
    assert story is not None
    assert bare.shift_opened is not None
    assert story.head["shift"] == bare.shift_opened.shift_id


def test_a_customers_code_opens_one_before_money_is_asked_for(
    till: TillModel, house: House
) -> None:
    till.scan(CLEANSER)
    paying = PaymentModel(till, *till.payment_options(), FakeProvider())
    assert asyncio.run(paying.take_code("134500000000000001"))
    shift_id = running(house).shift_id
    asyncio.run(till.sell())
    assert told(till) == "till.shift_opened"
    assert running(house).shift_id == shift_id


def test_a_deposit_is_of_a_shift(desk: Desk, house: House) -> None:
    member = house.write(register_member, "林小满", "13800138000").value
    model = PrepayModel(desk, member.member_id, Tender.CASH, "CNY")
    model.take("100")
    assert model.shift_opened is not None
    assert running(house).shift_id == model.shift_opened.shift_id


def test_what_the_last_shift_left_is_the_float_of_the_next(till: TillModel, house: House) -> None:
    house.do(DEVICE, CLERK, "shift-open", float="100")
    house.do(DEVICE, CLERK, "shift-count", cash=["100=1"])
    house.do(DEVICE, CLERK, "shift-close", deposit="0")
    sell(till)
    assert running(house).float_minor == 10_000
    assert balance(house, "site/SH01/safe") == -10_000, "nothing went to the safe or came from it"


def test_the_float_is_said_while_the_shift_runs_and_not_after_the_count(
    till: TillModel, desk: Desk, house: House
) -> None:
    sell(till)
    shift = ShiftModel(desk, "CNY")
    asyncio.run(shift.state_float("150"))
    asyncio.run(shift.state_float("200"))
    assert running(house).float_minor == 20_000
    assert balance(house, "site/SH01/safe") == -20_000
    assert balance(house, "site/SH01/tender/cash") == 20_000 + 5_900
    behind = house.read(lambda one: shift_documents(one, running(house).shift_id))
    assert sum(one.amount_minor for one in behind) == 25_900, "each document of it is named (T24)"
    with pytest.raises(QutongError) as why:
        asyncio.run(shift.state_float("-1"))
    assert why.value.code == "AMOUNT_NEGATIVE"
    shift.start_counting()
    shift.set_total("0")
    asyncio.run(shift.declare())
    with pytest.raises(QutongError) as why:
        asyncio.run(shift.state_float("100"))
    assert why.value.code == "SHIFT_BEING_CLOSED"


def test_a_house_that_wants_its_drawers_opened_by_people_keeps_its_rule(
    till: TillModel, house: House
) -> None:
    house.do("HQ.01", "hq-editor", "policy-set", name="till.shift_required", value="1", site="SH01")
    sit(house, CLERK, DEVICE)
    till.scan(CLEANSER)
    with pytest.raises(QutongError) as why:
        asyncio.run(till.sell())
    assert why.value.code == "SHIFT_MISSING"


def test_a_shift_somebody_forgot_is_told_and_its_sales_are_of_their_own_day(
    till: TillModel, house: House
) -> None:
    first = sell(till)
    house.time.tick(24 * HOUR_US)
    till.notice = None
    assert not till.needs_shift(), "nobody is held up"
    assert told(till) == "till.shift_old"
    second = sell(till)
    stories = [story_of(house, uid) for uid in (first, second)]
    days = [str(one.head["business_day"]) for one in stories]
    assert days[0] < days[1]
    assert len({one.head["shift"] for one in stories}) == 1


@pytest.mark.parametrize(
    ("device_type", "on_credit", "tender", "opens"),
    [
        ("till", False, Tender.CASH, True),
        ("till", False, Tender.BANK_TRANSFER, False),
        ("till", True, Tender.CASH, False),
        ("dealer", False, Tender.CASH, False),
    ],
)
def test_an_invoice_opens_one_where_cash_goes_into_a_till(
    house: House, device_type: str, on_credit: bool, tender: Tender, opens: bool
) -> None:
    desk = sit(house, "dealer-east", "DL01.05", device_type=device_type)
    model = InvoiceModel(desk, "DL01", "CNY")
    model.start()
    model.set_customer(CUSTOMER)
    model.add_code(CREAM)
    model.set_terms(on_credit=on_credit, tender=tender, salesperson_id="", note="")
    sold = asyncio.run(model.post())
    assert (model.shift_opened is not None) is opens
    assert bool(story_of(house, sold.uid).head["shift"]) is opens
    if not on_credit:
        return
    owed = CollectionModel(desk, "DL01", CUSTOMER)
    asyncio.run(owed.collect())
    assert owed.shift_opened is not None, "what is paid of it later, in cash, does"
