"""Orders from the shop's wish to the goods on its shelf."""

from typing import Any

import pytest

from shared.core.errors import QutongError
from tests.builders.one_house import House, balance, on_hand

CLEANSER, WATER, CREAM, EXCLUSIVE = "010101", "010102", "010204", "020802"


def code_of(house: House, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        house.do(*args, **params)  # type: ignore[arg-type]
    return why.value.code


def east(house: House, command: str, /, **params: Any) -> Any:
    return house.do("DL01.01", "dealer-east", command, **params)


def hq(house: House, command: str, /, **params: Any) -> Any:
    return house.do("HQ.01", "hq-sales-east", command, **params)


def an_order(house: House) -> Any:
    lines = [{"code": CREAM, "qty": "1箱"}, {"code": CLEANSER, "qty": "30"}]
    return east(house, "order-submit", lines=lines)


def state(house: House, order: str) -> str:
    return str(hq(house, "order-show", order=order)["order"]["state"])


def test_an_order_is_priced_by_the_accounts_own_logic(house: House) -> None:
    order = an_order(house)
    # 90.55 × 24 + (59 × 0.455 = 26.85) × 30
    assert order["total_minor"] == 24 * 9_055 + 30 * 2_685
    assert (order["number"], order["account_id"], order["supplier"]) == (
        "DH-DL01-01A-000001",
        "P1001-FX",
        "",
    )
    assert order["credit_free_minor"] == 50_000_000
    assert not order["is_beyond_credit"]
    shown = hq(house, "order-show", order=order["number"])
    assert shown["order"]["price_logic"] == "retail_ratio"
    assert shown["lines"][0]["asked"] == "1箱"


def test_an_order_goes_from_wish_to_shelf_and_the_account_owes_it(house: House) -> None:
    order = an_order(house)
    cut = [{"line": 2, "qty": "20", "reason": "STOCK"}]
    hq(house, "order-decide", order=order["number"], lines=cut, delivery_date="2025-12-05")
    assert state(house, order["number"]) == "partial"
    sent = hq(
        house, "order-ship", order=order["number"], site="HQ01",
        lines=[{"line": 1, "qty": "1箱"}, {"line": 2, "qty": "5"}],
    )  # fmt: skip
    assert state(house, order["number"]) == "part_shipped"
    rest = hq(house, "order-ship", order=order["uid"], site="HQ01")
    assert state(house, order["number"]) == "shipped"
    assert balance(house, "partner/P1001-FX/receivable") == 24 * 9_055 + 20 * 2_685
    assert on_hand(house, "HQ01", CLEANSER) == -20

    east(house, "order-receive", shipment=sent["number"])
    found = [{"line": 1, "good": "13", "damaged": "1", "reason": "破损"}]
    east(house, "order-receive", shipment=rest["number"], lines=found)
    assert state(house, order["number"]) == "received"
    assert on_hand(house, "DL01", CLEANSER) == 5 + 13
    claims = hq(house, "tasks", site="HQ01")
    assert [one["code"] for one in claims if one["code"] == "CLAIM"] == ["CLAIM"]
    steps = [one["kind"] for one in hq(house, "order-show", order=order["uid"])["flow"]]
    assert steps == [
        "order_submitted", "order_decision_requested", "order_decided",
        "shipment_posted", "shipment_posted", "receipt_posted", "receipt_posted",
    ]  # fmt: skip


def test_what_is_not_on_the_accounts_list_is_not_ordered_and_not_explained(house: House) -> None:
    suzhou = ("DL03.01", "dealer-suzhou", "order-submit")
    assert code_of(house, *suzhou, lines=[{"code": EXCLUSIVE}]) == "NOT_IN_LIST"
    assert code_of(house, *suzhou, lines=[{"code": "nothing"}]) == "NOT_IN_LIST"
    order = east(house, "order-submit", lines=[{"code": EXCLUSIVE, "qty": "2"}])
    assert order["order_type"] == "exclusive"


def test_a_rejected_order_is_reworked_once_at_todays_prices(house: House) -> None:
    order = an_order(house)
    hq(house, "order-decide", order=order["uid"], reject="PRICE_CHECK")
    assert state(house, order["uid"]) == "rejected"
    again = east(house, "order-rework", order=order["uid"], lines=[{"code": CREAM, "qty": "12"}])
    assert again["total_minor"] == 12 * 9_055
    hq(house, "order-decide", order=again["uid"])
    assert state(house, again["uid"]) == "accepted"
    twice = east(house, "order-rework", order=order["uid"])
    shown = hq(house, "order-show", order=twice["uid"])
    assert (shown["order"]["state"], shown["order"]["code"]) == ("rejected", "PARENT_MOVED")


def test_an_order_is_taken_back_until_somebody_decides(house: House) -> None:
    order = an_order(house)
    east(house, "order-cancel", order=order["number"], reason="重复")
    assert state(house, order["number"]) == "cancelled"
    assert code_of(house, "HQ.01", "hq-sales-east", "order-decide", order=order["uid"]) == (
        "STEP_NOT_ALLOWED"
    )


def test_credit_is_told_to_the_one_who_orders_and_decides_at_head_office(house: House) -> None:
    huge = east(house, "order-submit", lines=[{"code": CREAM, "qty": "240箱"}])
    assert huge["is_beyond_credit"]
    hq(house, "order-decide", order=huge["uid"])
    shown = hq(house, "order-show", order=huge["uid"])
    assert shown["order"]["state"] == "submitted"
    assert [one["code"] for one in shown["refusals"]] == ["CREDIT"]
    free = east(house, "credit", account="P1001-FX")
    assert free["free_minor"] == free["limit_minor"] == 50_000_000


def test_a_dealer_decides_what_is_asked_of_it_and_nothing_else(house: House) -> None:
    asked = house.do(
        "DL03.01", "dealer-suzhou", "order-submit", lines=[{"code": WATER, "qty": "24"}]
    )
    assert asked["supplier"] == "P1001-FX"
    own = an_order(house)
    assert code_of(house, "DL01.01", "dealer-east", "order-decide", order=own["uid"]) == (
        "NOT_YOUR_ORDER"
    )
    stranger = code_of(house, "HQ.01", "hq-sales-east", "order-decide", order=asked["uid"])
    assert stranger == "NOT_YOUR_ORDER"
    east(house, "order-decide", order=asked["uid"])
    east(house, "order-ship", order=asked["uid"])
    house.do("DL03.01", "dealer-suzhou", "order-receive", order=asked["number"])
    assert state(house, asked["uid"]) == "received"
    assert on_hand(house, "DL03", WATER) == 24
    assert balance(house, "partner/P2001-FX/receivable") == 24 * 4_628


def test_shipping_more_than_granted_and_receiving_twice_are_stopped(house: House) -> None:
    order = an_order(house)
    hq(house, "order-decide", order=order["uid"])
    much = {"order": order["uid"], "site": "HQ01", "lines": [{"line": 1, "qty": "25"}]}
    assert code_of(house, "HQ.01", "hq-sales-east", "order-ship", **much) == "SHIPPED_TOO_MUCH"
    sent = hq(house, "order-ship", order=order["uid"], site="HQ01")
    here = ("DL01.01", "dealer-east", "order-receive")
    there = ("DL02.01", "dealer-south", "order-receive")
    assert code_of(house, *there, shipment=sent["number"]) == "NOT_YOUR_SHIPMENT"
    house.do(*here, shipment=sent["number"])
    assert code_of(house, *here, shipment=sent["number"]) == "RECEIVED_ALREADY"


def test_another_organisations_account_orders_by_its_own_logic(house: House) -> None:
    order = east(
        house, "order-submit", account="P1001-ODM", lines=[{"code": "500101", "qty": "10"}]
    )
    assert order["total_minor"] == 11_800
    assert code_of(
        house, "DL01.01", "dealer-east", "order-submit",
        account="P1002-FX", lines=[{"code": WATER}],
    ) == "NOT_YOUR_ACCOUNT"  # fmt: skip


def test_orders_are_listed_for_both_sides(house: House) -> None:
    order = an_order(house)
    for asked in ({"supplier": "-"}, {"account": "P1001-FX"}, {"states": ["submitted"]}):
        assert [one["id"] for one in hq(house, "orders", **asked)] == [order["uid"]]
    assert hq(house, "orders", states=["received"]) == []


def test_payments_and_deposits_free_credit(house: House) -> None:
    order = an_order(house)
    hq(house, "order-decide", order=order["uid"])
    hq(house, "order-ship", order=order["uid"], site="HQ01")
    house.do("HQ.01", "hq-editor", "account-payment", account="P1001-FX", amount="1000")
    house.do(
        "HQ.01", "hq-editor", "account-payment",
        account="P1001-FX", amount="500", purpose="deposit",
    )  # fmt: skip
    found = east(house, "credit", account="P1001-FX")
    assert found["receivable_minor"] == order["total_minor"] - 100_000
    assert found["deposit_minor"] == 50_000


def test_a_line_shipped_in_crumbs_is_charged_its_amount_and_no_cent_more(house: House) -> None:
    order = east(house, "order-submit", lines=[{"code": CLEANSER, "qty": "0.5"}])
    # 26.85 × 0.5 = 13.425, rounded once
    assert order["total_minor"] == 1_343
    hq(house, "order-decide", order=order["uid"])
    for _ in range(5):
        crumb = [{"line": 1, "qty": "0.1"}]
        hq(house, "order-ship", order=order["uid"], site="HQ01", lines=crumb)
    assert state(house, order["uid"]) == "shipped"
    assert balance(house, "partner/P1001-FX/receivable") == 1_343
