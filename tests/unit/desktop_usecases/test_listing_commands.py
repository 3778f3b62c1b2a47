"""The two lists a program without a window asks for: what was bought, and what was sold."""

import pytest

from desktop.catalog.usecases import state_costs
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.rounding import MICRO
from tests.builders.one_house import House

DEVICE, DEALER, KEEPER = "DL01.01", "dealer-east", "warehouse-east"
CLEANSER, CREAM = "010101", "010204"


def _bought(house: House) -> None:
    lines = [{"code": CLEANSER, "qty": "10", "cost": "3"}, {"code": CREAM, "qty": "2"}]
    house.do(DEVICE, DEALER, "purchase-receive", lines=lines, reference="A-1")


def test_purchases_tell_what_came_and_what_it_cost_to_who_may_know(house: House) -> None:
    _bought(house)
    answer = house.do(DEVICE, DEALER, "purchases", lines=True)
    (one,) = answer["purchases"]
    assert (one["reference"], one["lines"], one["units_micro"]) == ("A-1", 2, 12 * MICRO)
    assert (one["amount_minor"], one["without_cost"]) == (3_000, 1)
    assert [(row["code"], row["unit_cost_micro"]) for row in one["goods"]] == [
        (CLEANSER, 3 * MICRO),
        (CREAM, None),
    ]
    assert house.do(DEVICE, DEALER, "purchases", end="2025-11-01")["purchases"] == []


def test_a_warehouse_keeper_sees_the_pieces_of_a_purchase_and_no_money(house: House) -> None:
    _bought(house)
    (one,) = house.do(DEVICE, KEEPER, "purchases", lines=True)["purchases"]
    assert one["units_micro"] == 12 * MICRO
    assert "amount_minor" not in one
    assert all("unit_cost_micro" not in row for row in one["goods"])


def test_purchases_of_an_unknown_supplier_are_refused(house: House) -> None:
    with pytest.raises(RuleViolation) as why:
        house.do(DEVICE, DEALER, "purchases", supplier="NOPE")
    assert why.value.code == "SUPPLIER_UNKNOWN"


def test_sold_goods_add_up_and_tell_the_margin_to_who_may_know_costs(house: House) -> None:
    house.sit_at(DEVICE, device_type="dealer")
    house.author_id = DEALER
    house.write(state_costs, {CLEANSER: 20 * MICRO})
    for code, qty, amount in ((CLEANSER, "3", "177"), (CREAM, "1", "199")):
        house.do(
            DEVICE, DEALER, "sell", lines=[{"code": code, "qty": qty}],
            tenders=[{"tender": "cash", "amount": amount}],
        )  # fmt: skip
    answer = house.do(DEVICE, DEALER, "sold-goods")
    assert (answer["qty_micro"], answer["amount_minor"]) == (4 * MICRO, 17_700 + 19_900)
    rows = {one["code"]: one for one in answer["goods"]}
    assert (rows[CLEANSER]["margin_minor"], rows[CLEANSER]["lines_without_cost"]) == (11_700, 0)
    assert (rows[CREAM]["margin_minor"], rows[CREAM]["lines_without_cost"]) == (None, 1)
    other = house.do(DEVICE, DEALER, "sold-goods", brand=rows[CLEANSER]["brand"] + "x")
    assert (other["goods"], other["amount_minor"]) == ([], 0)


def test_a_clerk_sees_what_was_sold_and_no_margin_and_a_keeper_nothing(house: House) -> None:
    house.do(
        "SH01.01", "clerk-guanqian", "sell", lines=[{"code": CLEANSER, "qty": "1"}],
        tenders=[{"tender": "cash", "amount": "59"}],
    )  # fmt: skip
    (row,) = house.do("SH01.01", "clerk-guanqian", "sold-goods")["goods"]
    assert row["amount_minor"] == 5_900
    assert "margin_minor" not in row
    with pytest.raises(AccessDenied):
        house.do(DEVICE, KEEPER, "sold-goods")
