"""A dealer sells to its customers on credit and collects later (批发开单, I02)."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.core.errors import QutongError
from tests.builders.one_house import House, balance, on_hand

CLEANSER, WATER, CREAM = "010101", "010102", "010204"
OWED = "site/DL01/receivable/K7"


@pytest.fixture
def dealer(house: House) -> Callable[..., Any]:
    def do(command: str, /, **params: Any) -> Any:
        return house.do("DL01.01", "dealer-east", command, **params)

    return do


def code_of(call: Callable[..., Any], *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)
    return why.value.code


def test_an_invoice_is_priced_by_the_customers_level_and_owed_until_collected(
    house: House, dealer: Callable[..., Any]
) -> None:
    # 二级价: 199 × 0.52 = 103.48, 59 × 0.52 = 30.68
    first = dealer("sell-invoice", customer="K7", lines=[{"code": CREAM, "qty": "2箱3瓶"}])
    assert first["sale"]["total_minor"] == 51 * 10_348
    second = dealer("sell-invoice", customer="K7", lines=[f"10*{CLEANSER}"], tenders=["cash=100"])
    assert (second["sale"]["total_minor"], second["sale"]["owed_minor"]) == (30_680, 20_680)
    assert balance(house, OWED) == 51 * 10_348 + 20_680
    assert on_hand(house, "DL01", CREAM) == -51

    collected = dealer("collect", customer="K7", amount="5300", tender="bank_transfer")
    assert collected["paid_minor"] == {first["uid"]: 527_748, second["uid"]: 2_252}
    still = dealer("open-invoices", customer="K7")
    assert still["invoices"] == [{"invoice": second["uid"], "open_minor": 18_428}]
    assert still["owed_minor"] == balance(house, OWED) == 18_428
    assert balance(house, "site/DL01/tender/bank_transfer") == 530_000


def test_the_price_of_an_invoice_line_says_its_level_and_version(
    dealer: Callable[..., Any],
) -> None:
    sold = dealer("sell-invoice", customer="K7", lines=[CREAM])
    (why,) = dealer("why-price", sale=sold["number"])
    assert why["why"] == "零售 199.00 × 0.52（二级经销商，第1版）→ 103.48"
    assert why["is_recomputed"]


def test_chosen_invoices_are_paid_before_older_ones(dealer: Callable[..., Any]) -> None:
    older, newer = (dealer("sell-invoice", customer="K7", lines=[WATER]) for _ in range(2))
    paid = dealer("collect", customer="K7", amount="46.28", invoices=[newer["number"]])
    assert paid["paid_minor"] == {newer["uid"]: 4_628}
    assert dealer("open-invoices", customer="K7")["invoices"][0]["invoice"] == older["uid"]


def test_more_than_is_owed_is_not_collected(dealer: Callable[..., Any]) -> None:
    assert code_of(dealer, "collect", customer="K7", amount="1") == "NOTHING_OWED"
    dealer("sell-invoice", customer="K7", lines=[WATER])
    assert code_of(dealer, "collect", customer="K7", amount="46.29") == "MORE_THAN_OWED"
    assert code_of(dealer, "collect", customer="K7", amount="0") == "AMOUNT_NOT_POSITIVE"


def test_goods_of_an_open_invoice_come_back_without_money(
    house: House, dealer: Callable[..., Any]
) -> None:
    sold = dealer("sell-invoice", customer="K7", lines=[f"2*{WATER}"], tenders=["cash=60"])
    assert balance(house, OWED) == 9_256 - 6_000
    back = dealer("return-goods", sale=sold["number"], lines=[{"code": WATER}], reason="破损")
    # 46.28 comes back: 32.56 were still owed, the rest goes over the counter.
    assert (back["sale"]["total_minor"], back["sale"]["paid_minor"]) == (-4_628, -1_372)
    assert balance(house, OWED) == 0
    assert dealer("open-invoices", customer="K7")["invoices"] == []
    assert balance(house, "site/DL01/tender/cash") == 6_000 - 1_372


def test_a_cash_invoice_is_paid_at_once(house: House, dealer: Callable[..., Any]) -> None:
    sold = dealer("sell-invoice", customer="K7", lines=[WATER], is_cash=True)
    assert (sold["sale"]["paid_minor"], sold["sale"]["owed_minor"]) == (4_628, 0)
    assert balance(house, OWED) == 0


def test_one_customer_statement_does_not_show_another(dealer: Callable[..., Any]) -> None:
    dealer("sell-invoice", customer="K7", lines=[WATER])
    dealer("sell-invoice", customer="K70", lines=[WATER])
    found = dealer("statement", customer="K7")
    assert [one["account"] for one in found["balances"]] == [OWED]
    assert len(found["entries"]) == 1


def test_another_level_is_another_price(dealer: Callable[..., Any]) -> None:
    sold = dealer("sell-invoice", customer="K9", lines=[CREAM], level="L1")
    assert sold["total"] == "90.55"
    assert code_of(dealer, "sell-invoice", customer="K9", lines=[CREAM], level="L9") == (
        "LEVEL_UNKNOWN"
    )
    assert code_of(dealer, "sell-invoice", customer="K9", lines=[CREAM], account="X") == (
        "ACCOUNT_UNKNOWN"
    )


def test_goods_of_an_invoice_are_not_exchanged_in_one_paper(dealer: Callable[..., Any]) -> None:
    sold = dealer("sell-invoice", customer="K7", lines=[WATER])
    assert (
        code_of(dealer, "return-goods", sale=sold["uid"], reason="x", instead=[CREAM])
        == "EXCHANGE_AT_TILL_ONLY"
    )
