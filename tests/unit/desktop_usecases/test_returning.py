"""Goods that come back give back what they cost, to the cent, however they come back."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.sales.usecases.coming_back import earlier_sale
from desktop.sales.usecases.returning import return_goods
from shared.core.errors import QutongError, RuleViolation
from tests.builders.one_house import House, a_house, balance, on_hand
from tests.unit.desktop_usecases.conftest import Do

CLEANSER, WATER, CREAM, MASK = "010101", "010102", "010204", "010402"


def code_of(call: Do, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)
    return why.value.code


def test_pieces_that_come_back_one_by_one_give_back_exactly_what_was_paid(
    house: House, clerk: Do
) -> None:
    sold = clerk("sell", lines=[f"3*{MASK}", WATER], discount="10", round_off="1")
    assert sold["total"] == "129.00"
    back = [
        clerk("return-goods", sale=sold["number"], lines=[{"code": MASK}], reason="1")["sale"]
        for _ in range(3)
    ]
    back.append(clerk("return-goods", sale=sold["number"], reason="2")["sale"])
    assert sum(one["total_minor"] for one in back) == -12_900
    assert balance(house, "site/SH01/tender/cash") == 0
    assert balance(house, "site/SH01/revenue") == 0
    assert (on_hand(house, "SH01", MASK), on_hand(house, "SH01", WATER)) == (0, 0)
    assert code_of(clerk, "return-goods", sale=sold["number"], reason="3") == "NOTHING_TO_RETURN"


def test_a_receipt_of_this_till_is_found_by_its_last_digits(house: House, clerk: Do) -> None:
    first, second = (clerk("sell", lines=[one])["number"] for one in (MASK, WATER))
    there = house.do("SH01.02", "clerk-guanqian", "sell", lines=[CREAM])["number"]
    assert there.endswith("-000001")
    house.sit_at("SH01.01")
    assert house.write(earlier_sale, "1").value.number == first
    assert house.write(earlier_sale, " 000002 ").value.number == second
    assert house.write(earlier_sale, there).value.number == there, (
        "another till's by the whole number"
    )
    for unknown in ("3", "0000001", "²"):
        with pytest.raises(RuleViolation):
            house.write(earlier_sale, unknown)


def test_more_than_was_sold_does_not_come_back(clerk: Do) -> None:
    sold = clerk("sell", lines=[f"2*{MASK}"])
    four = [{"code": MASK, "qty": "3"}]
    assert code_of(clerk, "return-goods", sale=sold["uid"], lines=four, reason="x") == (
        "RETURNED_TOO_MUCH"
    )
    clerk("return-goods", sale=sold["uid"], lines=[{"code": MASK, "qty": "2"}], reason="x")
    one = [{"code": MASK}]
    assert code_of(clerk, "return-goods", sale=sold["uid"], lines=one, reason="x") == (
        "RETURNED_TOO_MUCH"
    )


def test_the_same_goods_on_two_lines_come_back_line_after_line(clerk: Do) -> None:
    sold = clerk("sell", lines=[MASK, {"code": MASK, "discount": "1"}])
    first = clerk("return-goods", sale=sold["uid"], lines=[{"code": MASK}], reason="x")
    second = clerk("return-goods", sale=sold["uid"], lines=[{"code": MASK}], reason="x")
    assert (first["total"], second["total"]) == ("-16.80", "-15.80")


@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("is_cheap_first", [True, False])
def test_of_two_lines_of_a_product_the_one_that_came_back_is_gone(
    house: House, clerk: Do, first: int, is_cheap_first: bool
) -> None:
    """One of them at a discount: whichever comes back first, in all it is what was paid."""
    lines: list[object] = [MASK, {"code": MASK, "discount": "3"}]
    sold = clerk("sell", lines=lines[::-1] if is_cheap_first else lines)
    wanted = {first: 1_000_000}
    back = house.write(return_goods, sold["uid"], wanted, reason="x").value.total_minor
    assert back == (-1_380 if (first == 1) is is_cheap_first else -1_680)
    rest = clerk("return-goods", sale=sold["uid"], reason="x")["sale"]["total_minor"]
    assert back + rest == -sold["sale"]["total_minor"] == -3_060
    assert balance(house, "site/SH01/tender/cash") == balance(house, "site/SH01/revenue") == 0


def test_new_goods_of_an_exchange_are_bound_by_the_same_rights_as_a_sale(clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM])
    cheap = {"code": CREAM, "price": "1"}
    said = {"sale": sold["uid"], "reason": "换货", "instead": [cheap]}
    assert code_of(clerk, "return-goods", **said) == "APPROVAL_MISSING"


def test_money_goes_back_the_way_it_came(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM], tenders=["static_code=149", "cash=100"])
    clerk("return-goods", sale=sold["number"], reason="过敏")
    assert balance(house, "site/SH01/tender/static_code") == 0
    assert balance(house, "site/SH01/tender/cash") == 0


def test_a_refund_may_be_given_another_way_but_not_another_amount(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM], tenders=["card=199"])
    wrong = code_of(clerk, "return-goods", sale=sold["number"], tenders=["cash=-200"], reason="x")
    assert wrong == "PAID_TOO_MUCH"
    clerk("return-goods", sale=sold["number"], tenders=["cash=-199"], reason="x")
    assert balance(house, "site/SH01/tender/card") == 19_900
    assert balance(house, "site/SH01/tender/cash") == -19_900


def test_a_return_names_its_sale_its_reason_and_its_person(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[CREAM])
    assert code_of(clerk, "return-goods", sale=sold["uid"], reason=" ") == "REASON_MISSING"
    assert code_of(clerk, "return-goods", sale="XS-1", reason="x") == "SALE_UNKNOWN"
    denied = code_of(
        house.do, "SH01.01", "clerk-tianhe", "return-goods", sale=sold["uid"], reason="x"
    )
    assert denied == "NOT_PERMITTED"
    back = clerk("return-goods", sale=sold["uid"], reason="x")
    assert clerk("sale-show", sale=back["uid"])["return_of"] == sold["uid"]


def test_an_exchange_is_one_balance_at_todays_price(house: House, clerk: Do) -> None:
    sold = clerk("sell", lines=[WATER], tenders=["card=89"])
    dearer = clerk("return-goods", sale=sold["number"], reason="换货", instead=[CREAM])
    assert dearer["total"] == "110.00"
    assert balance(house, "site/SH01/tender/cash") == 11_000
    cheaper = clerk(
        "return-goods", sale=dearer["number"], reason="换货", instead=[MASK, {"code": CLEANSER}]
    )
    assert cheaper["total"] == "-123.20"
    assert (on_hand(house, "SH01", CREAM), on_hand(house, "SH01", MASK)) == (0, -1)
    assert balance(house, "site/SH01/revenue") == -(1_680 + 5_900)


@pytest.fixture(scope="module")
def busy() -> Iterator[House]:
    """One shop for many sales: what came back in full leaves no trace in its sums."""
    opened = a_house()
    yield opened
    opened.close()


_GOODS = st.lists(
    st.tuples(st.sampled_from([CLEANSER, WATER, CREAM, MASK]), st.integers(1, 4)),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line[0],
)


@settings(max_examples=25)
@given(goods=_GOODS, off_cents=st.integers(0, 150), round_off=st.sampled_from(["", "0.10", "1"]))
def test_a_sale_that_came_back_piece_by_piece_leaves_no_cent(
    busy: House, goods: list[tuple[str, int]], off_cents: int, round_off: str
) -> None:
    till = ("SH01.01", "clerk-guanqian")
    sold = busy.do(
        *till, "sell",
        lines=[f"{pieces}*{code}" for code, pieces in goods],
        discount=f"{off_cents // 100}.{off_cents % 100:02d}",
        round_off=round_off,
    )  # fmt: skip
    back = sum(
        busy.do(*till, "return-goods", sale=sold["uid"], lines=[{"code": code}], reason="x")[
            "sale"
        ]["total_minor"]
        for code, pieces in goods
        for _ in range(pieces)
    )
    assert back == -sold["sale"]["total_minor"]
    assert balance(busy, "site/SH01/revenue") == balance(busy, "site/SH01/tender/cash") == 0
