"""Goods that move without being sold: by type, between sites, and how they are looked up."""

from typing import Any

import pytest

from shared.core.errors import QutongError
from shared.stock.queries import on_hand_micro
from tests.builders.one_house import House, on_hand
from tests.unit.desktop_usecases.conftest import Do

CLEANSER, WATER = "010101", "010102"


def code_of(call: Do, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)
    return why.value.code


def a_movement(**said: Any) -> dict[str, Any]:
    return {"type": "purchase_receipt", "lines": [{"code": WATER, "qty": "1箱"}]} | said


def test_a_movement_goes_as_its_type_says(house: House, clerk: Do) -> None:
    done = clerk("move", **a_movement(party="S1"))
    assert done["number"] == "CK-SH01-01A-000001"
    assert on_hand(house, "SH01", WATER) == 24
    clerk("move", type="consumption", lines=[{"code": WATER, "qty": "2"}], reason="试用")
    assert on_hand(house, "SH01", WATER) == 22


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "PARTY_MISSING"),
        ({"party": "S1", "lines": []}, "NO_LINES"),
        ({"party": "S1", "lines": [{"code": WATER, "qty": "-1"}]}, "QUANTITY_NOT_POSITIVE"),
        ({"party": "S1", "lines": [{"code": "9999"}]}, "PRODUCT_UNKNOWN"),
        ({"type": "magic"}, "MOVEMENT_TYPE_UNKNOWN"),
        ({"type": "transfer_out", "party": "SH02"}, "MOVEMENT_TYPE_IS_TRANSFER"),
        ({"type": "consumption"}, "REASON_MISSING"),
        ({"type": "scrap", "reason": "过期"}, "APPROVAL_MISSING"),
        ({"type": "scrap", "reason": "x", "approver": "clerk-guanqian"}, "SECOND_PERSON_NEEDED"),
        ({"party": "S1", "status": "lost"}, "STATUS_UNKNOWN"),
    ],
)
def test_a_movement_lacks_nothing_its_type_needs(
    house: House, clerk: Do, said: dict[str, Any], code: str
) -> None:
    assert code_of(clerk, "move", **a_movement(**said)) == code
    assert on_hand(house, "SH01", WATER) == 0


def test_a_transfer_is_on_the_way_until_it_is_received(house: House) -> None:
    lines = [{"code": WATER, "qty": "10"}]
    sent = house.do("DL01.01", "dealer-east", "transfer-send", to="DL03", lines=lines)
    assert sent["number"] == "DC-DL01-01A-000001"
    assert on_hand(house, "DL01", WATER) == -10
    came = [{"code": WATER, "qty": "8", "damaged": "1"}]
    house.do("DL03.01", "dealer-suzhou", "transfer-receive", source="DL01", lines=came)
    assert on_hand(house, "DL03", WATER) == 8
    bad = "site/DL03/-/defective"
    assert house.read(lambda one: on_hand_micro(one, bad, WATER)) == 1_000_000
    here = ("DL01.01", "dealer-east", "transfer-send")
    assert code_of(house.do, *here, to="DL01", lines=lines) == "SAME_SITE"
    assert code_of(house.do, *here, to="DL03", lines=[]) == "NO_LINES"


def test_a_figure_is_followed_down_to_its_moves(house: House, clerk: Do) -> None:
    clerk("move", **a_movement(party="S1"))
    sold = clerk("sell", lines=[f"3*{WATER}"])
    moves = clerk("movements", code=WATER)
    assert [(one["movement_type"], one["qty_micro"]) for one in moves] == [
        ("purchase_receipt", 24_000_000),
        ("sale", 3_000_000),
    ]
    assert moves[1]["document"] == sold["uid"]
    (held,) = clerk("stock", code=WATER)
    assert (held["location"], held["qty_micro"]) == ("site/SH01/-/sellable", 21_000_000)
    (line,) = clerk("stock-report")["lines"]
    assert (line["opening_micro"], line["in_micro"], line["out_micro"], line["closing_micro"]) == (
        0, 24_000_000, 3_000_000, 21_000_000,
    )  # fmt: skip


def test_head_office_adds_a_movement_type_that_works_at_once(house: House, clerk: Do) -> None:
    tester = {
        "id": "tester_out", "name_zh": "试用装出库", "name_en": "Tester out",
        "direction": "out", "counter_location": "consumption", "needs_reason": True,
    }  # fmt: skip
    house.do("HQ.01", "hq-editor", "publish-movement-types", types=[tester])
    wanted = {"type": "tester_out", "lines": [{"code": WATER}]}
    assert code_of(clerk, "move", **wanted) == "REASON_MISSING"
    clerk("move", **wanted, reason="柜台试用")
    assert on_hand(house, "SH01", WATER) == -1
    assert code_of(clerk, "publish-movement-types", types=[tester]) == "NOT_PERMITTED"


def test_a_task_is_closed_with_what_was_found(house: House, clerk: Do) -> None:
    clerk("sell", lines=[{"code": "9999", "price": "1"}])
    (task,) = clerk("tasks", site="SH01")
    assert code_of(clerk, "task-close", task=task["id"], reason="") == "REASON_MISSING"
    clerk("task-close", task=task["id"], reason="已建档")
    assert clerk("tasks", site="SH01") == []
    assert code_of(clerk, "task-close", task=task["id"], reason="x") == "TASK_CLOSED_ALREADY"
    assert code_of(clerk, "task-close", task="none", reason="x") == "TASK_UNKNOWN"
