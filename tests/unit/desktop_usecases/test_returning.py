"""Goods that come back give back what they cost, to the cent, however they come back."""

import pytest

from shared.core.errors import QutongError
from tests.builders.one_house import House, balance, on_hand
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
