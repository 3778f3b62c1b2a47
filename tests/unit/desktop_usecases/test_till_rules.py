"""Rules of the till: large amounts by code, refunds another way, rounding, goods taken up, 挂单."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.store.drafts import draft_of
from shared.core.errors import QutongError
from tests.builders.one_house import House
from tests.unit.desktop.test_store import open_store
from tests.unit.desktop_usecases.conftest import Do

WATER, CREAM = "010102", "010204"
PIECE = 1_000_000


def code_of(call: object, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value.code


def tasks(clerk: Do) -> list[str]:
    return sorted(one["code"] for one in clerk("tasks") if one["code"] != "STOCK_BELOW_ZERO")


def test_much_money_by_the_shops_code_sells_and_opens_one_task(house: House, clerk: Do) -> None:
    clerk("sell", lines=[f"5*{CREAM}"], tenders=["static_code=995"])
    assert tasks(clerk) == []
    clerk("sell", lines=[f"6*{CREAM}"], tenders=["static_code=1000", "cash=194"])
    assert tasks(clerk) == []
    clerk("sell", lines=[f"6*{CREAM}"], tenders=["static_code=1000.01", "cash=193.99"])
    assert tasks(clerk) == ["STATIC_CODE_OVER_CAP"]
    house.do(
        "HQ.01", "hq-editor", "policy-set", name="till.static_code_cap_minor", value="5000",
        site="SH01",
    )  # fmt: skip
    clerk("sell", lines=[WATER], tenders=["static_code=89"])
    assert tasks(clerk) == ["STATIC_CODE_OVER_CAP"] * 2


def test_money_goes_back_the_way_it_came_or_somebody_looks(house: House, clerk: Do) -> None:
    first = clerk("sell", lines=[WATER], tenders=["card=89"])
    clerk("return-goods", sale=first["number"], reason="x")
    assert tasks(clerk) == []
    second = clerk("sell", lines=[WATER], tenders=["card=89"])
    clerk("return-goods", sale=second["number"], tenders=["cash=-89"], reason="x")
    assert tasks(clerk) == ["REFUND_OTHER_TENDER"]
    house.do("HQ.01", "hq-editor", "policy-set", name="till.refund_other_tender", value="approver")
    third = clerk("sell", lines=[WATER], tenders=["card=89"])
    back = {"sale": third["number"], "tenders": ["cash=-89"], "reason": "x"}
    assert code_of(clerk, "return-goods", **back) == "APPROVAL_MISSING"
    house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="boss", role="owner",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    assert clerk("return-goods", approver="boss", **back)["sale"]["total_minor"] == -8_900


def test_the_till_is_told_how_to_round_and_which_tender_to_propose(house: House, clerk: Do) -> None:
    usual = clerk("till-options")
    assert (usual["round_off_to_minor"], usual["first_tender"]) == (0, "cash")
    assert usual["static_code_cap_minor"] == 100_000
    for name, value in (("till.round_off", "yuan"), ("till.first_tender", "static_code")):
        house.do("HQ.01", "hq-editor", "policy-set", name=name, value=value)
    now = clerk("till-options")
    assert (now["round_off_to_minor"], now["first_tender"]) == (100, "static_code")


def test_an_owner_alone_in_the_shop_is_bound_by_no_limit(house: House, clerk: Do) -> None:
    house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="boss", role="owner",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    discounted = {"lines": [CREAM], "discount": "7折"}
    assert code_of(clerk, "sell", **discounted) == "APPROVAL_MISSING"
    sold = house.do("SH01.01", "boss", "sell", **discounted)
    assert sold["sale"]["total_minor"] == 13_930


def test_an_unknown_barcode_is_taken_up_and_sold_at_once(clerk: Do) -> None:
    line = clerk("take-up", barcode="4006381333931", name="进口牙刷", price="12.50")
    assert line["qty_micro"] == PIECE
    assert clerk("sell", lines=["2*4006381333931"])["sale"]["total_minor"] == 2_500
    again = {"barcode": "4006381333931", "name": "x", "price": "1"}
    assert code_of(clerk, "take-up", **again) == "CODE_TAKEN"
    assert code_of(clerk, "take-up", barcode="690", name="x", price="0") == "PRICE_MISSING"


def test_several_baskets_wait_and_come_back_as_they_were(clerk: Do) -> None:
    first = clerk("basket-hold", lines=[f"2*{WATER}"])["basket"]
    second = clerk("basket-hold", lines=[CREAM])["basket"]
    assert [one["uid"] for one in clerk("baskets-held")] == [first, second]
    resumed = clerk("basket-resume", basket=first)
    (line,) = resumed["lines"]
    assert (line["product_id"], line["qty_micro"]) == (WATER, 2 * PIECE)
    # Under an identity of its own: what is sold now is another sale than any before.
    assert resumed["uid"] not in {first, second}
    third = clerk("basket-hold", lines=[WATER])["basket"]
    assert [one["uid"] for one in clerk("baskets-held")] == [second, third]
    # What is open is put aside for the other one.
    clerk("basket-resume", basket=second)
    assert [one["uid"] for one in clerk("baskets-held")] == [third, resumed["uid"]]


_KILLED = """
import os, sys
from pathlib import Path
from desktop.store.drafts import put_draft
from tests.unit.desktop.test_store import open_store
store = open_store(Path(sys.argv[1]))
store.write(put_draft, "cart/BRANDA", b"three lines")
os._exit(9)
"""


@pytest.mark.slow
def test_what_is_half_typed_survives_a_kill(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False)
    assert killed.returncode == 9
    store = open_store(tmp_path)
    try:
        assert store.read(lambda c: draft_of(c, "cart/BRANDA")) == b"three lines"
    finally:
        store.close()
