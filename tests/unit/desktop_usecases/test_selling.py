"""At the till: what is due, what is given back, who may give something away."""

import pytest

from shared.core.clock import parse_instant_iso
from shared.core.errors import AccessDenied, QutongError, RuleViolation
from tests.builders.one_house import House, balance, on_hand
from tests.unit.desktop_usecases.conftest import Do

CLEANSER, WATER, CREAM, MASK = "010101", "010102", "010204", "010402"
CLEANSER_SCAN, CLEANSER_CASE = "2000101010005", "2010101010004"


def money(answer: dict[str, dict[str, int]]) -> tuple[int, int, int]:
    """Total, paid and change, in fen."""
    sale = answer["sale"]
    return sale["total_minor"], sale["paid_minor"], sale["change_minor"]


def refused(call: object, *args: object, **params: object) -> QutongError:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value


def an_owner(house: House, user: str = "boss", site: str = "SH01") -> None:
    """A person who may approve at the shop."""
    house.do(
        "HQ.01", "hq-editor", "publish-user", user=user, name=user, role="owner",
        grants=[{"site": site}],
    )  # fmt: skip


def test_the_twelve_scripted_sales_come_to_the_cent(house: House, clerk: Do) -> None:
    # 1: two goods, exact cash
    assert money(clerk("sell", lines=[CLEANSER_SCAN, WATER])) == (14_800, 14_800, 0)
    # 2: one good, pays 100
    assert money(clerk("sell", lines=[CLEANSER_SCAN], tenders=["cash=100"])) == (
        5_900,
        5_900,
        4_100,
    )
    # 3: three of one good, keyed before the scan
    assert money(clerk("sell", lines=[f"3*{MASK}"])) == (5_040, 5_040, 0)
    # 4: a case code counts its 24 pieces, and a piece
    assert money(clerk("sell", lines=[CLEANSER_CASE, MASK])) == (143_280, 143_280, 0)
    # 5: the wrong good was taken back before paying
    assert money(clerk("sell", lines=[WATER])) == (8_900, 8_900, 0)
    # 6: a member
    member = clerk("sell", lines=["010701"], customer="M1024")
    assert money(member) == (2_500, 2_500, 0)
    assert member["sale"]["owed_minor"] == 0
    # 7: 收款码
    assert money(clerk("sell", lines=["010601"], tenders=["static_code=29.90"])) == (
        2_990,
        2_990,
        0,
    )
    # 8: part cash, part 收款码
    both = clerk("sell", lines=[CREAM], tenders=["cash=50", "static_code=149"])
    assert money(both) == (19_900, 19_900, 0)
    # 9: a discount within rights
    discounted = clerk("sell", lines=[CREAM], discount="9.5折")
    assert money(discounted) == (18_905, 18_905, 0)
    # 10: one basket held, another served first
    assert money(clerk("sell", lines=[WATER])) == (8_900, 8_900, 0)
    assert money(clerk("sell", lines=[CLEANSER])) == (5_900, 5_900, 0)
    # 11: a return by receipt gives the discounted price back
    back = clerk("return-goods", sale=discounted["number"], reason="不合适")
    assert money(back) == (-18_905, -18_905, 0)
    # 12: an unknown barcode becomes an own good with an own price
    clerk("own-product", name="进口牙刷", barcodes=["4006381333931"])
    clerk("own-price", code="4006381333931", price="12.50")
    assert money(clerk("sell", lines=["4006381333931"])) == (1_250, 1_250, 0)

    cash = 14_800 + 5_900 + 5_040 + 143_280 + 8_900 + 2_500 + 5_000 + 8_900 + 5_900 + 1_250
    assert balance(house, "site/SH01/tender/cash") == cash
    assert balance(house, "site/SH01/tender/static_code") == 2_990 + 14_900
    assert balance(house, "site/SH01/revenue") == -(cash + 2_990 + 14_900)
    assert "unbalanced" not in {one["memo"] for one in clerk("statement")["entries"]}
    assert on_hand(house, "SH01", CREAM) == -1


def test_the_numbers_of_a_tills_sales_have_no_gap(clerk: Do) -> None:
    numbers = [clerk("sell", lines=[WATER])["number"] for _ in range(3)]
    assert numbers == [f"XS-SH01-01A-{n:06d}" for n in (1, 2, 3)]


def test_the_same_form_sent_twice_is_one_sale(house: House, clerk: Do) -> None:
    uid = "019ad82bcae07000beb0766d1877f8c6"
    clerk("sell", lines=[WATER], uid=uid)
    assert refused(clerk, "sell", lines=[WATER], uid=uid).code == "ALREADY_APPENDED"
    assert balance(house, "site/SH01/tender/cash") == 8_900


def test_a_refused_sale_writes_nothing_and_takes_no_number(house: House, clerk: Do) -> None:
    assert refused(clerk, "sell", lines=[WATER], tenders=["cash=50"]).code == "NOT_PAID"
    assert refused(clerk, "sell", lines=[]).code == "NO_LINES"
    assert on_hand(house, "SH01", WATER) == 0
    assert clerk("sell", lines=[WATER])["number"] == "XS-SH01-01A-000001"


@pytest.mark.parametrize(
    ("tenders", "code"),
    [
        (["static_code=100"], "PAID_TOO_MUCH"),
        (["payment_code=89"], "TENDER_NEEDS_PROVIDER"),
        (["mall=89"], "TENDER_NOT_ALLOWED"),
        (["deposit=89"], "CUSTOMER_MISSING"),
        (["shells=89"], "TENDER_UNKNOWN"),
        (["cash=10", "card=89"], "PAID"),
    ],
)
def test_only_cash_gives_change_and_only_known_tenders_count(
    house: House, clerk: Do, tenders: list[str], code: str
) -> None:
    if code == "PAID":
        answer = clerk("sell", lines=[WATER], tenders=tenders)
        assert money(answer) == (8_900, 8_900, 1_000)
        assert balance(house, "site/SH01/tender/card") == 8_900
    else:
        assert refused(clerk, "sell", lines=[WATER], tenders=tenders).code == code


def test_a_mall_counter_leaves_its_money_with_the_mall(house: House) -> None:
    sold = house.do("MC01.01", "clerk-counter", "sell", lines=[WATER], tenders=["mall=89"])
    assert money(sold) == (8_900, 8_900, 0)
    assert balance(house, "site/MC01/tender/mall") == 8_900


def test_a_clerk_gives_a_tenth_and_no_more_without_somebody_who_may(
    house: House, clerk: Do
) -> None:
    assert money(clerk("sell", lines=[CREAM], discount="19.90")) == (17_910, 17_910, 0)
    more = refused(clerk, "sell", lines=[CREAM], discount="20")
    assert (more.code, more.params["discount_minor"]) == ("APPROVAL_MISSING", 2_000)
    an_owner(house)
    own = refused(clerk, "sell", lines=[CREAM], discount="20", approver="clerk-guanqian")
    assert own.code == "SECOND_PERSON_NEEDED"
    stranger = refused(clerk, "sell", lines=[CREAM], discount="20", approver="dealer-east")
    assert (type(stranger), stranger.code) == (AccessDenied, "APPROVER_MAY_NOT")
    assert money(clerk("sell", lines=[CREAM], discount="8折", approver="boss"))[0] == 15_920


def test_a_price_below_the_list_is_a_discount_that_keeps_the_reasons(clerk: Do) -> None:
    sold = clerk("sell", lines=[{"code": CREAM, "price": "190"}])
    assert sold["sale"]["discount_minor"] == 900
    (why,) = clerk("why-price", sale=sold["number"])
    assert why["price"] == "199.00"
    assert why["is_recomputed"]
    assert "第1版" in why["why"]


def test_a_basket_discount_is_shared_so_that_the_lines_add_up(clerk: Do) -> None:
    sold = clerk("sell", lines=[CLEANSER, WATER, f"3*{MASK}"], discount="10")
    shown = clerk("sale-show", sale=sold["uid"])
    assert [line["discount_minor"] for line in shown["lines"]] == [297, 449, 254]
    assert sum(line["amount_minor"] for line in shown["lines"]) == sold["sale"]["total_minor"]


def test_what_is_rounded_off_goes_to_its_own_account(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[MASK], round_off="1")
    assert (sold["total"], sold["sale"]["rounding_minor"]) == ("16.00", -80)
    (entry,) = [one for one in clerk("statement")["entries"] if one["memo"] == "rounding"]
    assert (entry["debit"], entry["amount_minor"]) == ("rounding", 80)
    assert balance(house, "site/SH01/revenue") == -1_680
    assert refused(clerk, "sell", lines=[MASK], round_off="5").code == "ROUND_OFF_TOO_LARGE"


def test_an_unknown_code_is_sold_at_the_price_the_clerk_says_and_is_a_task(
    house: House, clerk: Do
) -> None:
    assert refused(clerk, "sell", lines=["9999"]).code == "PRICE_MISSING"
    sold = clerk("sell", lines=[{"code": "9999", "price": "8.80", "name": "赠品杯"}])
    assert sold["total"] == "8.80"
    codes = [one["code"] for one in clerk("tasks", site="SH01")]
    assert codes == ["PRODUCT_UNKNOWN"]
    (line,) = clerk("sale-show", sale=sold["number"])["lines"]
    assert (line["called"], line["product_id"]) == ("赠品杯", "9999")
    clerk("return-goods", sale=sold["number"], reason="x")
    assert clerk("tasks", site="SH01") == [], "what came back is nobody's trouble any more"


def test_a_gift_leaves_the_shelf_and_costs_nothing(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM, {"code": MASK, "is_gift": True}])
    assert sold["total"] == "199.00"
    assert on_hand(house, "SH01", MASK) == -1


def test_goods_brought_along_in_an_exchange_lower_what_is_due(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM, {"code": WATER, "qty": "-1"}])
    assert money(sold) == (11_000, 11_000, 0)
    assert on_hand(house, "SH01", WATER) == 1


def test_nobody_sells_at_another_shop_or_without_the_right(house: House) -> None:
    for user in ("clerk-tianhe", "hq-editor", "nobody"):
        denied = refused(house.do, "SH01.01", user, "sell", lines=[WATER])
        assert (type(denied), denied.code) == (AccessDenied, "NOT_PERMITTED")


def test_an_unreadable_quantity_stops_the_sale_with_a_stable_code(clerk: Do) -> None:
    for qty, code in (
        ("2箱3", "QUANTITY_UNREADABLE"),
        ("2桶", "UNKNOWN_UNIT"),
        ("0", "QUANTITY_ZERO"),
    ):
        why = refused(clerk, "sell", lines=[{"code": CLEANSER, "qty": qty}])
        assert (type(why), why.code) == (RuleViolation, code)


def test_packs_and_pieces_are_one_quantity(clerk: Do) -> None:
    sold = clerk("sell", lines=[{"code": CLEANSER, "qty": "2箱3支"}])
    assert sold["sale"]["total_minor"] == 51 * 5_900


def test_petty_cash_leaves_the_drawer(house: House, clerk: Do) -> None:
    clerk("sell", lines=[CREAM])
    paid = clerk("expense", category="邮费", amount="12.50", payee="顺丰")
    assert paid["number"] == "FY-SH01-01A-000001"
    assert balance(house, "site/SH01/tender/cash") == 19_900 - 1_250
    assert balance(house, "site/SH01/expense/邮费") == 1_250
    assert refused(clerk, "expense", category="a/b", amount="1").code == "CATEGORY_BAD"
    assert refused(clerk, "expense", category="邮费", amount="-1").code == "AMOUNT_NOT_POSITIVE"


def test_the_register_needs_no_price_and_adds_repeated_scans(house: House) -> None:
    registered = house.do(
        "SH02.01", "clerk-pingjiang", "register",
        lines=[f"3*{WATER}", WATER, {"code": CREAM, "qty": "-1"}],
        start="2025-11-24", end="2025-11-30",
    )  # fmt: skip
    assert registered["number"] == "TD-SH02-01A-000001"
    assert (on_hand(house, "SH02", WATER), on_hand(house, "SH02", CREAM)) == (-4, 1)
    report = house.do(
        "SH02.01", "clerk-pingjiang", "stock-report", start="2025-11-30", end="2025-11-30"
    )
    assert [line["out_micro"] for line in report["lines"]] == [4_000_000, 0]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2025-12-02", "2025-11-30", "PERIOD_BACKWARDS"),
        ("2030-01-01", "2030-01-01", "PERIOD_IN_FUTURE"),
        ("Monday", "", "DAY_UNREADABLE"),
    ],
)
def test_a_register_of_no_possible_period_is_refused(
    house: House, start: str, end: str, code: str
) -> None:
    why = refused(
        house.do, "SH02.01", "clerk-pingjiang", "register", lines=[WATER], start=start, end=end
    )
    assert why.code == code


def test_an_unknown_parameter_is_an_error_and_not_silence(clerk: Do) -> None:
    assert refused(clerk, "sell", lines=[WATER], discont="10").code == "COMMAND_UNREADABLE"


def test_a_user_who_was_withdrawn_sells_no_more(house: House, clerk: Do) -> None:
    house.do("HQ.01", "hq-editor", "publish-user", user="clerk-guanqian", name="x", role="clerk")
    assert refused(clerk, "sell", lines=[WATER]).code == "NOT_PERMITTED"


def test_a_sale_after_midnight_belongs_to_the_shops_own_day(house: House, clerk: Do) -> None:
    # 16:30 in London is half past midnight in Shanghai.
    house.time.at_us = parse_instant_iso("2025-12-05T16:30:00Z")
    sold = clerk("sell", lines=[WATER])
    assert clerk("sale-show", sale=sold["uid"])["business_day"] == "2025-12-06"
    assert [one["number"] for one in clerk("sales", day="2025-12-06")] == [sold["number"]]
    assert clerk("stock-report")["start"] == "2025-12-06"
