"""Counting blind: nobody who counts sees the book, and the count becomes stock by other hands."""

from typing import Any

import pytest
from sqlalchemy import select

from shared.core.errors import QutongError
from shared.stocktake.tables import zone_sheet
from tests.builders.one_house import House, on_hand

CLEANSER, WATER, CREAM = "010101", "010102", "010204"


@pytest.fixture
def staffed(house: House) -> House:
    """DL01 with two counters, a supervisor, and an opened stock of 20 and 5."""
    for user in ("li", "zhao"):
        house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=user, role="clerk",
            grants=[{"site": "DL01"}],
        )  # fmt: skip
    opening = house.do("DL01.01", "dealer-east", "count-open", scope="opening", zones=["A"])
    found = [{"code": CLEANSER, "qty": "20"}, {"code": CREAM, "qty": "5"}]
    house.do("DL01.01", "li", "count-zone", count=opening["number"], lines=found)
    for step in ("count-reveal", "count-approve", "count-post"):
        house.do("DL01.01", "dealer-east", step, count=opening["number"])
    return house


def code_of(house: House, user: str, command: str, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        house.do("DL01.01", user, command, **params)
    return why.value.code


def boss(house: House, command: str, /, **params: Any) -> Any:
    return house.do("DL01.01", "dealer-east", command, **params)


def test_an_opening_count_opens_the_site_once(staffed: House) -> None:
    assert (on_hand(staffed, "DL01", CLEANSER), on_hand(staffed, "DL01", CREAM)) == (20, 5)
    assert code_of(staffed, "dealer-east", "count-open", scope="opening") == "ALREADY_OPENED"


def test_an_opening_signed_at_the_site_leaves_nobody_a_task(staffed: House) -> None:
    # Worth 2,175 yuan, far above what a site signs of an ordinary difference.
    assert staffed.do("HQ.01", "hq-editor", "tasks", site="DL01") == []


def test_a_count_is_compared_at_each_lines_own_instant_while_goods_move(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A"], tolerance_qty="0")["number"]
    boss(staffed, "sell-invoice", customer="K7", lines=[f"2*{CLEANSER}"])
    staffed.do(
        "DL01.01", "li", "count-zone", count=count,
        lines=[{"code": CLEANSER, "qty": "18"}, {"code": CREAM, "qty": "4"}],
    )  # fmt: skip
    boss(staffed, "sell-invoice", customer="K7", lines=[CLEANSER])
    seen = boss(staffed, "count-reveal", count=count)
    by_product = {one["product"]: one for one in seen["lines"]}
    assert by_product[CLEANSER]["difference_micro"] == 0
    assert by_product[CREAM]["difference_micro"] == -1_000_000
    assert seen["value_minor"] == 19_900
    assert seen["to_recount"] == [CREAM]


def test_a_blind_counter_meets_no_book_figure_anywhere(staffed: House) -> None:
    zones = [{"zone": "A", "people": ["li"]}]
    count = boss(staffed, "count-open", zones=zones, site_limit="5000")["number"]
    shown = staffed.do("DL01.01", "li", "count-show", count=count)
    assert shown["view"]["books"] == {}
    assert "differences" not in shown
    for command in ("stock", "stock-report"):
        assert code_of(staffed, "li", command) == "BLIND_COUNT"
    assert code_of(staffed, "li", "movements", code=CREAM) == "BLIND_COUNT"
    assert code_of(staffed, "li", "count-reveal", count=count) == "NOT_PERMITTED"
    # Who has no zone, and everybody once the count is posted, sees the book again.
    assert staffed.do("DL01.01", "zhao", "stock")
    staffed.do("DL01.01", "li", "count-zone", count=count, lines=[])
    for step in ("count-reveal", "count-approve"):
        boss(staffed, step, count=count)
    boss(staffed, "count-post", count=count, reasons={"": "LOST"})
    assert staffed.do("DL01.01", "li", "stock") == []


def test_in_a_zone_of_everybody_all_who_may_not_reveal_are_blind(staffed: House) -> None:
    boss(staffed, "count-open", zones=["A"])
    assert code_of(staffed, "zhao", "stock") == "BLIND_COUNT"
    assert boss(staffed, "stock")


def test_a_recount_is_another_persons_and_two_of_three_agree(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A"], tolerance_qty="0")["number"]
    staffed.do(
        "DL01.01", "li", "count-zone", count=count,
        lines=[{"code": CLEANSER, "qty": "20"}, {"code": CREAM, "qty": "3"}],
    )  # fmt: skip
    boss(staffed, "count-reveal", count=count)
    asked = boss(staffed, "count-recount", count=count, person="zhao")
    assert asked["lines"] == [{"zone": "A", "product": CREAM}]
    again = {"count": count, "recount": True, "lines": [{"code": CREAM, "qty": "5"}]}
    assert code_of(staffed, "li", "count-zone", **again) == "SAME_COUNTER"
    mine = staffed.do("DL01.01", "zhao", "count-show", count=count)["view"]
    assert mine["zones"][0]["recount_product_ids"] == [CREAM]
    staffed.do("DL01.01", "zhao", "count-zone", **again)
    assert code_of(staffed, "dealer-east", "count-post", count=count) == "NOT_SETTLED"
    boss(staffed, "count-zone", **again)
    posted = boss(staffed, "count-post", count=count)
    assert (posted["differences"], posted["value_minor"]) == (0, 0)
    assert on_hand(staffed, "DL01", CREAM) == 5


def test_a_difference_waits_for_the_signature_its_value_needs(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A"], site_limit="500")["number"]
    staffed.do(
        "DL01.01", "li", "count-zone", count=count,
        lines=[{"code": CLEANSER, "qty": "20"}, {"code": CREAM, "qty": "1"}],
    )  # fmt: skip
    boss(staffed, "count-reveal", count=count)
    assert code_of(staffed, "dealer-east", "count-post", count=count) == "APPROVAL_MISSING"
    assert boss(staffed, "count-approve", count=count)["value_minor"] == 4 * 19_900
    # 796 yuan are beyond what the site may sign.
    assert code_of(staffed, "dealer-east", "count-post", count=count) == "APPROVAL_MISSING"
    staffed.do("HQ.01", "hq-approver", "count-approve", count=count, value="796")
    boss(staffed, "count-post", count=count, reasons={CREAM: "LOST"})
    assert on_hand(staffed, "DL01", CREAM) == 1
    shown = boss(staffed, "count-show", count=count)
    assert [one["reason"] for one in shown["differences"]] == ["", "LOST"]


def test_who_counted_does_not_reveal_and_unsealed_zones_wait(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A", "B"])["number"]
    boss(staffed, "count-zone", count=count, zone="A", lines=[])
    assert code_of(staffed, "dealer-east", "count-reveal", count=count) == "REVEALER_COUNTED"
    assert code_of(staffed, "warehouse-east", "count-reveal", count=count) == "ZONES_UNCOUNTED"
    assert code_of(staffed, "li", "count-zone", count=count, zone="C") == "ZONE_UNKNOWN"


def test_a_zone_with_names_is_theirs(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=[{"zone": "A", "people": ["zhao"]}])["number"]
    assert code_of(staffed, "li", "count-zone", count=count, lines=[]) == "NOT_YOUR_ZONE"


def test_a_case_code_counts_its_pieces_and_a_serial_counts_once(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A"])["number"]
    twice = [{"code": CREAM, "serial": "S1"}, {"code": CREAM, "serial": "S1"}]
    assert code_of(staffed, "li", "count-zone", count=count, lines=twice) == "SERIAL_TWICE"
    staffed.do("DL01.01", "li", "count-zone", count=count, lines=[{"code": "2010101010004"}])
    seen = boss(staffed, "count-reveal", count=count)
    counted = {one["product"]: one["counted_micro"] for one in seen["lines"]}
    assert counted == {CLEANSER: 24_000_000, CREAM: 0}


def test_a_spot_count_is_about_what_it_names(staffed: House) -> None:
    assert code_of(staffed, "dealer-east", "count-open", scope="spot") == "PRODUCTS_MISSING"
    count = boss(staffed, "count-open", scope="spot", codes=[CREAM])["number"]
    staffed.do("DL01.01", "li", "count-zone", count=count, lines=[{"code": CREAM, "qty": "5"}])
    seen = boss(staffed, "count-reveal", count=count)
    assert [one["product"] for one in seen["lines"]] == [CREAM]


def test_a_sealed_sheet_is_whole_when_it_reaches_head_office(staffed: House) -> None:
    count = boss(staffed, "count-open", zones=["A"])["number"]
    lines = [{"code": CREAM, "qty": "5", "at": "2025-12-01T12:00:00+08:00"}, {"code": WATER}]
    staffed.do("DL01.01", "li", "count-zone", count=count, lines=lines)
    codes = {one["code"] for one in staffed.do("HQ.01", "hq-editor", "tasks")}
    assert "SEAL_BROKEN" not in codes
    seal = select(zone_sheet.c.seal).order_by(zone_sheet.c.sealed_at_us.desc()).limit(1)
    assert len(staffed.read(lambda one: one.execute(seal).scalar_one())) == 64
