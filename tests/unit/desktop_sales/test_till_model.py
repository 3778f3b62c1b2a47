"""The till without a window: scans, discounts, members, hold and resume, money, exchanges."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest

from desktop.members.usecases import register_member
from desktop.pricing.usecases import set_own_price
from desktop.sales.model.payment import PaymentModel
from desktop.sales.model.returning import ReturnModel
from desktop.sales.model.till import TillModel
from desktop.sales.model.typed import counted, looks_like_code, stepped
from desktop.sales.usecases.basket import packed, unpacked
from desktop.sales.usecases.selling import Sold
from desktop.sales.view.payment_hint import given_back, hint_of
from desktop.store.desk import Desk
from desktop.store.settings import put_setting
from desktop.words.texts import Language, Words
from shared.access.rules import FIRST_TENDER
from shared.accounts.rules import Tender
from shared.core.errors import QutongError
from shared.sales.queries.showing import sale_story, sales_of
from tests.builders.demo_brand import EDITOR, prices, products
from tests.builders.one_house import House, on_hand
from tests.builders.plain_desk import sit
from tests.fakes.payments import FakeProvider

CLEANSER, TONER, CASE = "2000101010005", "2000102010004", "2010101010004"
"""59.00, 119.00, and 24 pieces of the first."""
DAY_US: Final = 86_400_000_000


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


@pytest.fixture
def till(desk: Desk) -> TillModel:
    return TillModel(desk, "CNY")


def code_of(call: Any, *args: Any) -> str:
    with pytest.raises(QutongError) as why:
        call(*args)
    return why.value.code


def sell(till: TillModel) -> Sold:
    sold = asyncio.run(till.sell())
    assert sold is not None
    return sold


def paying(till: TillModel) -> PaymentModel:
    return PaymentModel(till, *till.payment_options())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2000101010005", ("1", "2000101010005")),
        ("3*2000101010005", ("3", "2000101010005")),
        ("3*", ("3", "")),
        ("２＊bsm", ("2", "bsm")),
        ("2箱3支*010101", ("2箱3支", "010101")),
    ],
)
def test_what_is_typed_is_a_quantity_and_a_code(text: str, found: tuple[str, str]) -> None:
    assert counted(text) == found


def test_initials_are_searched_and_codes_are_taken() -> None:
    assert looks_like_code("010101")
    assert looks_like_code("V2834C")
    assert not looks_like_code("bsm")
    assert not looks_like_code("洁面")


def test_the_same_goods_twice_are_one_line(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.scan(TONER)
    till.scan(CLEANSER, "2")
    assert [(line.code, line.qty_micro) for line in till.basket.lines] == [
        ("010101", 3_000_000),
        ("010201", 1_000_000),
    ]
    assert till.due.total_minor == 3 * 5_900 + 11_900


def test_a_case_stays_a_case_and_counts_its_pieces(till: TillModel) -> None:
    till.scan(CASE)
    till.scan(CASE)
    (line,) = till.basket.lines
    assert (line.unit, line.factor_micro, line.qty_micro) == ("箱", 24_000_000, 48_000_000)
    assert till.due.total_minor == 48 * 5_900


def test_quantities_count_the_unit_that_was_scanned(till: TillModel) -> None:
    till.scan(CASE)
    till.set_quantity("2箱3支")
    assert till.basket.lines[0].qty_micro == 51_000_000
    till.set_quantity("1")
    assert till.basket.lines[0].qty_micro == 24_000_000
    assert code_of(till.set_quantity, "0") == "QUANTITY_ZERO"


def test_every_change_is_on_disk_and_comes_back_with_a_new_till(
    till: TillModel, desk: Desk
) -> None:
    till.scan(CLEANSER)
    till.scan(TONER)
    till.set_discount("9.5")
    again = TillModel(desk, "CNY")
    assert again.basket == till.basket
    assert again.due.total_minor == 16_910


def test_undo_takes_one_step_back_even_a_deletion(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.scan(TONER)
    till.delete_line()
    till.undo()
    assert [line.code for line in till.basket.lines] == ["010101", "010201"]
    till.undo()
    till.undo()
    assert not till.basket.lines
    till.undo()


def test_after_a_restart_undo_takes_the_last_line(till: TillModel, desk: Desk) -> None:
    till.scan(CLEANSER)
    till.scan(TONER)
    again = TillModel(desk, "CNY")
    again.undo()
    assert [line.code for line in again.basket.lines] == ["010101"]


def test_an_unknown_code_changes_nothing(till: TillModel) -> None:
    till.scan(CLEANSER)
    assert code_of(till.scan, "6900000000014") == "CODE_UNKNOWN"
    assert len(till.basket.lines) == 1


def test_unknown_goods_are_taken_up_and_known_from_then_on(till: TillModel) -> None:
    till.add_own("6900000000014", "手工皂", "12.50")
    till.scan("6900000000014")
    (line,) = till.basket.lines
    assert (line.name, line.qty_micro, till.due.total_minor) == ("手工皂", 2_000_000, 2_500)


def test_unknown_goods_are_sold_once_at_a_price(till: TillModel, house: House) -> None:
    till.sell_unknown("6900000000014", "8")
    sold = sell(till)
    story = house.read(lambda connection: sale_story(connection, sold.uid))
    assert story is not None
    assert (story.lines[0]["product_id"], sold.total_minor) == ("6900000000014", 800)


def test_search_suggests_goods_with_their_prices(till: TillModel) -> None:
    till.scan(TONER)
    asyncio.run(till.search("jm"))
    assert till.suggested
    chosen = till.suggested[till.suggestion]
    till.take_found(chosen, "2")
    assert till.basket.lines[-1].product_id == chosen.product_id
    assert not till.suggested


@pytest.mark.parametrize(
    ("text", "total"),
    [("95", 16_910), ("9.5", 16_910), ("9", 16_020), ("-5", 17_300), ("5元", 17_300), ("", 17_800)],
)
def test_a_discount_is_tenths_or_an_amount(till: TillModel, text: str, total: int) -> None:
    till.scan(CLEANSER)
    till.scan(TONER)
    till.set_discount(text)
    assert till.due.total_minor == total
    assert sell(till).total_minor == total


def test_a_discount_beyond_a_tenth_needs_somebody_else(till: TillModel) -> None:
    till.scan(TONER)
    till.set_discount("90")
    assert not till.needs_approval()
    till.set_discount("85")
    assert till.needs_approval()
    till.approved("dealer-suzhou", "老板")
    assert not till.needs_approval()
    till.set_discount("80")
    assert till.needs_approval()


def test_no_more_than_everything_is_taken_off(till: TillModel) -> None:
    till.scan(CLEANSER)
    assert code_of(till.set_discount, "-60") == "DISCOUNT_TOO_LARGE"
    assert code_of(till.set_discount, "abc") == "DISCOUNT_UNREADABLE"


def test_a_price_said_lower_is_a_discount_of_the_line(till: TillModel) -> None:
    till.scan(TONER)
    till.set_price("110")
    assert (till.due.total_minor, till.due.off_minor) == (11_000, 900)
    sold = sell(till)
    assert (sold.total_minor, sold.discount_minor) == (11_000, 900)


def test_rounding_off_is_the_same_on_screen_and_in_the_sale(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.set_discount("93")
    till.set_round_off(100)
    assert (till.due.total_minor, till.due.rounding_minor) == (5_400, -87)
    sold = sell(till)
    assert (sold.total_minor, sold.rounding_minor) == (5_400, -87)


def test_selling_more_than_the_books_hold_warns_and_sells(till: TillModel, house: House) -> None:
    opening(house, qty=2)
    till.scan(CLEANSER, "2")
    assert [line.is_short for line in till.basket.lines] == [False]
    till.scan(CLEANSER)
    assert [line.is_short for line in till.basket.lines] == [True]
    assert till.notice is not None
    assert till.notice.key == "till.short"
    sell(till)
    assert on_hand(house, "SH01", "010101") == -1
    codes = {one["code"] for one in house.do("SH01.01", "clerk-guanqian", "tasks")}
    assert "STOCK_BELOW_ZERO" in codes


def opening(house: House, *, qty: int) -> None:
    """The opening count of the shop: so many cleansers."""
    house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="店长", role="dealer",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    count = house.do("SH01.01", "boss", "count-open", scope="opening", zones=["A"], mode="open")
    house.do(
        "SH01.01", "clerk-guanqian", "count-zone", count=count["number"],
        lines=[{"code": "010101", "qty": str(qty)}],
    )  # fmt: skip
    for step in ("count-reveal", "count-approve", "count-post"):
        house.do("SH01.01", "boss", step, count=count["number"])
    house.sit_at("SH01.01")
    house.author_id = "clerk-guanqian"


def test_held_baskets_come_back_whole_and_one_at_a_time(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.set_discount("95")
    first = till.basket
    till.hold()
    till.scan(TONER)
    second = till.basket
    till.resume(first.uid)
    # As it was, but for its identity: what is sold now is another sale than any before.
    assert till.basket.uid != first.uid
    assert msgspec.structs.replace(till.basket, uid=first.uid) == first
    assert [one.uid for one in till.held] == [second.uid]
    assert code_of(till.resume, first.uid) == "BASKET_GONE"


def test_an_empty_basket_is_not_held(till: TillModel) -> None:
    assert code_of(till.hold) == "NO_LINES"


def test_the_same_basket_is_one_sale_however_often_it_is_paid(
    till: TillModel, desk: Desk, house: House
) -> None:
    till.scan(CLEANSER)
    twin = TillModel(desk, "CNY")
    sell(till)
    assert asyncio.run(twin.sell()) is None
    (entry,) = house.read(lambda connection: sales_of(connection, "SH01"))
    assert entry.tenders == ("cash",), "a list says how it was paid"
    assert not twin.basket.lines


def test_a_sale_that_fails_leaves_the_basket_as_it_is(till: TillModel) -> None:
    till.scan(TONER)
    till.set_discount("50")
    till.approved("clerk-wuai", "小王")
    before = till.basket
    assert code_of(asyncio.run, till.sell()) == "APPROVER_MAY_NOT"
    assert till.basket == before
    assert not till.is_busy


def test_a_member_is_named_on_the_sale(till: TillModel, house: House) -> None:
    made = house.write(register_member, "林小满", "13800138000").value
    till.scan(CLEANSER)
    found = till.member_of_card(made.code)
    assert found is not None
    till.set_member(found.member_id, found.name)
    sold = sell(till)
    story = house.read(lambda connection: sale_story(connection, sold.uid))
    assert story is not None
    assert story.head["customer_id"] == made.member_id
    assert till.member_of_card(CLEANSER) is None


def test_open_lines_follow_a_new_price_with_a_notice(till: TillModel, house: House) -> None:
    till.scan(CLEANSER)
    house.write(set_own_price, "010101", 55_000_000)
    till.check_prices()
    assert till.due.total_minor == 5_500
    assert till.notice is not None
    assert till.notice.key == "till.repriced"


def test_a_version_that_becomes_active_prices_the_open_lines(till: TillModel, house: House) -> None:
    rows = [
        one | {"price": "61"} if one.get("price") and one["product"] == "010101" else one
        for one in prices("FX")["rows"]
    ]
    midnight_us = house.time.now_us() + DAY_US
    at = datetime.fromtimestamp(midnight_us // 1_000_000, UTC).isoformat()
    changed = prices("FX") | {"rows": rows, "parent": 1, "effective_at": at}
    house.do("HQ.01", EDITOR, "price-publish", **changed)
    house.sit_at("SH01.01")
    house.author_id = "clerk-guanqian"
    till.scan(CLEANSER)
    till.check_prices()
    assert till.due.total_minor == 5_900
    house.time.tick(DAY_US)
    till.scan(TONER)
    till.check_prices()
    assert till.due.total_minor == 6_100 + 11_900
    assert till.notice is not None
    assert till.notice.values["version"] == 2
    sold = sell(till)
    story = house.read(lambda connection: sale_story(connection, sold.uid))
    assert story is not None
    assert {line["price_version"] for line in story.lines} == {2}


def test_a_members_list_prices_the_lines_and_leaving_the_member_takes_it_back(
    till: TillModel, house: House
) -> None:
    made = house.write(register_member, "林小满", "13800138000").value
    row = {"product": "010101", "dimension": "list:member", "price": "50"}
    at = datetime.fromtimestamp(house.time.now_us() // 1_000_000, UTC).isoformat()
    rows = [*prices("FX")["rows"], row]
    house.do(
        "HQ.01", EDITOR, "price-publish",
        **prices("FX") | {"rows": rows, "parent": 1, "effective_at": at},
    )  # fmt: skip
    house.sit_at("SH01.01")
    house.author_id = "clerk-guanqian"
    till.scan(CLEANSER)
    assert till.due.total_minor == 5_900
    till.set_member(made.member_id, made.name)
    assert till.due.total_minor == 5_000
    till.set_member("", "")
    assert till.due.total_minor == 5_900
    till.set_member(made.member_id, made.name)
    assert sell(till).total_minor == 5_000


# money


def test_exact_cash_is_proposed(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    assert (payment.tender, payment.amount_minor, payment.change_minor) == (Tender.CASH, 5_900, 0)
    assert payment.enter()
    assert sell(till).paid_minor == 5_900


def test_the_tender_proposed_first_is_a_rule_of_the_house(
    till: TillModel, desk: Desk, house: House
) -> None:
    house.write(lambda session: put_setting(session.connection, FIRST_TENDER, "static_code"))
    till.scan(CLEANSER)
    payment = paying(till)
    assert payment.tender is Tender.STATIC_CODE
    assert payment.enter()


def test_typing_an_amount_shows_the_change(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    for sign in "100":
        payment.type(sign)
    assert payment.change_minor == 4_100
    assert payment.enter()
    sold = sell(till)
    assert (sold.change_minor, sold.paid_minor) == (4_100, 5_900)
    assert till.basket.last is not None
    assert (till.basket.last.change_minor, till.basket.last.paid_minor) == (4_100, 10_000)
    till.scan(TONER)
    assert till.basket.last is None


def test_parts_add_up_and_other_tenders_never_overpay(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    payment.type("5")
    payment.type("0")
    assert payment.short_minor == 900
    assert not payment.enter()
    assert code_of(till.scan, TONER) == "MONEY_TAKEN"
    payment.choose(Tender.STATIC_CODE)
    payment.type("9")
    payment.type(".")
    payment.type("5")
    assert code_of(payment.enter) == "PAID_TOO_MUCH"
    assert not payment.back()
    payment.choose(Tender.STATIC_CODE)
    assert payment.enter()
    assert till.due.rest_minor == 0
    sell(till)


def test_going_back_gives_the_money_back_first(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    payment.type("5")
    payment.enter()
    payment.type("1")
    assert not payment.back()
    assert payment.typed == ""
    assert not payment.back()
    assert not till.basket.parts
    assert payment.back()


def test_what_would_be_no_amount_is_not_typed(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    for sign in "..1.234.5":
        payment.type(sign)
    assert payment.typed == "0.12"
    payment.erase()
    assert payment.typed == "0.1"


def test_rounding_off_goes_round_until_money_was_taken(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.set_discount("93")
    payment = paying(till)
    shown = []
    for _press in range(3):
        payment.next_round_off()
        shown.append(payment.rest_minor)
    assert shown == [5_480, 5_400, 5_487]
    payment.type("5")
    payment.enter()
    payment.next_round_off()
    assert till.due.rounding_minor == 0


# returns


def sold_before(till: TillModel) -> Sold:
    till.scan(CLEANSER, "2")
    till.scan(TONER)
    till.set_discount("95")
    return sell(till)


def test_marked_lines_give_back_what_they_cost(till: TillModel, desk: Desk, house: House) -> None:
    sold = sold_before(till)
    form = ReturnModel(desk, "SH01")
    assert [one.number for one in form.sales_of_today()] == [sold.number]
    form.find(sold.number)
    assert code_of(form.made) == "NOTHING_MARKED", "nothing came back yet"
    form.toggle(form.lines[0])
    assert code_of(form.made) == "REASON_MISSING"
    form.choose_reason(1)
    till.take_back(form.made())
    assert till.due.total_minor == -11_210
    payment = paying(till)
    assert payment.is_refund
    assert payment.enter()
    assert sell(till).total_minor == -11_210
    form.find(sold.number)
    assert [line.left_micro for line in form.lines] == [0, 1_000_000]


def test_scanned_goods_mark_their_line_until_none_is_left(till: TillModel, desk: Desk) -> None:
    sold = sold_before(till)
    form = ReturnModel(desk, "SH01")
    form.find(sold.number)
    assert form.scan(CLEANSER)
    assert form.scan(CLEANSER)
    assert not form.scan(CLEANSER)
    assert not form.scan("6900000000014")
    assert form.marked == {1: 2_000_000}
    assert code_of(form.set_quantity, form.lines[1], "3") == "RETURNED_TOO_MUCH"


def test_an_exchange_is_one_sale_with_one_balance(till: TillModel, desk: Desk) -> None:
    sold = sold_before(till)
    form = ReturnModel(desk, "SH01")
    form.find(sold.number)
    form.set_quantity(form.lines[0], "1")
    form.choose_reason(2)
    till.take_back(form.made())
    till.scan(TONER)
    assert till.due.total_minor == 11_900 - 5_605
    assert code_of(till.set_discount, "95") == "EXCHANGE_NO_DISCOUNT"
    payment = paying(till)
    assert payment.enter()
    assert sell(till).total_minor == 11_900 - 5_605


def test_an_exchange_survives_a_restart(till: TillModel, desk: Desk) -> None:
    sold = sold_before(till)
    form = ReturnModel(desk, "SH01")
    form.find(sold.number)
    form.mark_all()
    form.choose_reason(9)
    till.take_back(form.made())
    assert unpacked(packed(till.basket)) == till.basket
    assert TillModel(desk, "CNY").due == till.due


def going_back(till: TillModel, desk: Desk) -> None:
    """Goods of a sale made just now come back in the basket."""
    form = ReturnModel(desk, "SH01")
    form.find(sold_before(till).number)
    form.mark_all()
    form.choose_reason(9)
    till.take_back(form.made())


def test_goods_that_come_back_can_be_left_out_whenever_the_till_was_opened(
    till: TillModel, desk: Desk
) -> None:
    going_back(till, desk)
    for leave_out in (TillModel.undo, TillModel.delete_line):
        again = TillModel(desk, "CNY")
        assert (again.can_take_out(), again.due.total_minor) == (True, -22_515)
        leave_out(again)
        assert (again.can_take_out(), again.due.total_minor) == (False, 0)
        till.take_back(till.basket.came_back)
    till.hold()
    (held,) = till.held
    till.resume(held.uid)
    till.scan(TONER)
    till.delete_line()
    till.delete_line()
    assert till.basket.came_back is None
    till.scan(TONER)
    assert sell(till).total_minor == 11_900, "the next customer's goods are no exchange"


def test_who_stood_for_a_discount_did_not_stand_for_a_refund(till: TillModel, desk: Desk) -> None:
    sold = sold_before(till)
    till.scan(TONER)
    till.set_discount("50")
    till.approved("dealer-suzhou", "老板")
    form = ReturnModel(desk, "SH01")
    form.find(sold.number)
    form.mark_all()
    form.choose_reason(9)
    till.take_back(form.made())
    assert (till.basket.approver_id, till.basket.approved_minor) == ("", 0)


def test_money_that_goes_back_is_told_until_other_money_is_taken(till: TillModel) -> None:
    words = Words(Language.CHINESE)
    till.scan(CLEANSER)
    payment = paying(till)
    payment.type("5")
    payment.enter()
    assert given_back(payment, words) is None
    assert not payment.back()
    assert given_back(payment, words) == ("till.given_back", {"money": "现金 5.00"})
    assert hint_of(payment, words, "Asia/Shanghai") == "没有成交：把 现金 5.00 退给顾客"
    payment.enter()
    assert given_back(payment, words) is None


def test_goods_come_back_by_f8_and_not_by_a_negative_quantity(till: TillModel) -> None:
    """Beside goods that are sold nobody would be asked to agree to it."""
    assert code_of(till.scan, CLEANSER, "-1") == "RETURN_BY_RECEIPT"
    till.scan(CLEANSER)
    assert code_of(till.set_quantity, "-1") == "RETURN_BY_RECEIPT"
    assert till.due.total_minor == 5_900


def test_no_money_is_taken_for_a_total_that_lacks_a_price(till: TillModel, house: House) -> None:
    new = next(one for one in products() if one["code"] == "010102")
    house.do(
        "HQ.01", EDITOR, "publish-products",
        products=[new | {"code": "019999", "name": "新品", "packs": [], "barcodes": []}],
    )  # fmt: skip
    house.sit_at("SH01.01")
    till.scan(TONER)
    assert till.may_pay()
    till.scan("019999")
    till.move(-1)
    assert not till.may_pay()
    assert (till.basket.current, till.notice and till.notice.key) == (1, "till.no_price")
    till.set_price("20")
    assert till.may_pay()


def test_what_a_code_paid_is_told_to_be_given_back_at_the_wallet(till: TillModel) -> None:
    till.scan(TONER)
    payment = paying_with(till, FakeProvider())
    payment.type("1")
    assert not asyncio.run(payment.take_code(PAYMENT_CODE))
    payment.give_back()
    told = given_back(payment, Words(Language.CHINESE))
    assert told == ("till.given_back_code", {"money": "付款码 1.00"})


def test_a_draft_of_another_time_is_no_reason_to_stop() -> None:
    assert unpacked(b'{"uid":1}') is None


# the customer's code

PAYMENT_CODE = "134567890123456789"


def paying_with(till: TillModel, provider: FakeProvider | None) -> PaymentModel:
    return PaymentModel(till, *till.payment_options(), provider)


def test_without_a_provider_a_payment_code_is_no_way_to_pay(till: TillModel) -> None:
    till.scan(CLEANSER)
    payment = paying_with(till, None)
    assert not payment.is_payment_code(PAYMENT_CODE)
    assert Tender.PAYMENT_CODE not in payment.tenders


def test_a_customers_code_pays_the_rest(till: TillModel, house: House) -> None:
    till.scan(CLEANSER)
    payment = paying_with(till, FakeProvider())
    payment.type("5")
    payment.type("0")
    payment.enter()
    assert payment.is_payment_code(PAYMENT_CODE)
    assert asyncio.run(payment.take_code(PAYMENT_CODE))
    sold = sell(till)
    story = house.read(lambda connection: sale_story(connection, sold.uid))
    assert story is not None
    assert [(tender, minor) for tender, minor, _ in story.tenders] == [
        ("cash", 5_000),
        ("payment_code", 900),
    ]


def test_a_lost_answer_is_asked_for_until_it_is_known(till: TillModel) -> None:
    till.scan(CLEANSER)
    provider = FakeProvider()
    provider.lost = {"start", "query"}
    payment = paying_with(till, provider)
    assert not asyncio.run(payment.take_code(PAYMENT_CODE))
    assert payment.asked is not None
    assert not asyncio.run(payment.take_code(PAYMENT_CODE))
    provider.lost = set()
    assert asyncio.run(payment.ask_again())
    assert sum(provider.taken.values()) == 5_900


def test_a_payment_in_doubt_is_reversed_when_given_up(till: TillModel) -> None:
    till.scan(CLEANSER)
    provider = FakeProvider()
    provider.lost = {"start", "query"}
    payment = paying_with(till, provider)
    asyncio.run(payment.take_code(PAYMENT_CODE))
    assert not asyncio.run(payment.give_up())
    assert (payment.asked, provider.taken, till.basket.parts) == (None, {}, ())


def test_a_refused_code_leaves_everything_to_pay(till: TillModel) -> None:
    till.scan(CLEANSER)
    provider = FakeProvider()
    provider.refuses = True
    payment = paying_with(till, provider)
    assert code_of(asyncio.run, payment.take_code(PAYMENT_CODE)) == "PAYMENT_REFUSED"
    assert payment.rest_minor == 5_900


def test_a_refund_can_go_back_in_cash(till: TillModel, desk: Desk, house: House) -> None:
    till.scan(CLEANSER)
    payment = paying(till)
    payment.choose(Tender.STATIC_CODE)
    payment.enter()
    sold = sell(till)
    form = ReturnModel(desk, "SH01")
    form.find(sold.number)
    form.mark_all()
    form.choose_reason(1)
    till.take_back(form.made())
    payment = paying(till)
    payment.choose(Tender.CASH)
    assert payment.enter()
    back = sell(till)
    story = house.read(lambda connection: sale_story(connection, back.uid))
    assert story is not None
    assert [(tender, minor) for tender, minor, _ in story.tenders] == [("cash", -5_900)]


def test_a_step_of_a_quantity_is_a_piece_and_leaves_what_is_no_number() -> None:
    assert [stepped("1", 1), stepped("1,200", -1), stepped("1", -1)] == ["2", "1199", "1"]
    assert [stepped("2箱", 1), stepped("-2", 1)] == ["2箱", "-2"]
