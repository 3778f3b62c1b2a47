"""Shifts: opened with a float, counted blind, closed with what was found; nothing is lost."""

from typing import Any

import pytest

from shared.core.errors import QutongError
from tests.builders.one_house import House, balance
from tests.unit.desktop_usecases.conftest import Do

WATER, CREAM, LIPSTICK = "010102", "010204", "010601"
HOUR_US = 3_600_000_000


def code_of(call: object, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value.code


@pytest.fixture
def boss(house: House) -> Do:
    """The owner of SH01, at the same till."""
    house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="boss", role="owner",
        grants=[{"site": "SH01"}],
    )  # fmt: skip

    def do(command: str, /, **params: Any) -> Any:
        return house.do("SH01.01", "boss", command, **params)

    return do


def tasks(clerk: Do) -> list[str]:
    return sorted(one["code"] for one in clerk("tasks") if one["code"] != "STOCK_BELOW_ZERO")


def test_a_days_figures_come_together_in_the_z_report(house: House, clerk: Do) -> None:
    opened = clerk("shift-open", float="200")
    assert balance(house, "site/SH01/safe") == -20_000
    first = clerk("sell", lines=[WATER], tenders=["cash=100"])
    clerk("sell", lines=[CREAM], discount="9.5折", tenders=["static_code=189.05"])
    both = clerk("sell", lines=[CREAM], tenders=["cash=50", "card=149"])
    clerk("return-goods", sale=first["number"], reason="x")
    clerk("expense", category="post", amount="12")
    # 200 + 89 + 50 - 89 - 12
    clerk("shift-count", cash=["100=2", "20=1", "10=1", "5=1", "1=3"], tenders=["card=149"])
    closed = clerk("shift-close", deposit="38")
    assert (closed["sales"], closed["sales_minor"]) == (3, 8_900 + 18_905 + 19_900)
    assert (closed["returns"], closed["returns_minor"]) == (1, -8_900)
    assert (closed["documents"], closed["discount_minor"]) == (4, 995)
    assert (closed["first_number"], closed["last_number"][-6:]) == (first["number"], "000004")
    assert both["number"] < closed["last_number"]
    by_tender = {
        one["tender"]: (one["expected_minor"], one["declared_minor"], one["is_declared"])
        for one in closed["tenders"]
    }
    assert by_tender == {
        "cash": (23_800, 23_800, True),
        "card": (14_900, 14_900, True),
        "static_code": (18_905, 0, False),
    }
    assert closed["moves"] == [["cash", "expense", -1_200]]
    assert closed["cash"] == [[10_000, 2], [2_000, 1], [1_000, 1], [500, 1], [100, 3]]
    assert (closed["cash_difference_minor"], closed["left_minor"]) == (0, 20_000)
    assert clerk("shift-report", shift=opened["shift_id"]) == closed
    assert balance(house, "site/SH01/tender/cash") == 20_000
    assert balance(house, "site/SH01/safe") == -20_000 + 3_800
    # The next float is what lay there.
    assert clerk("shift-open")["float_minor"] == 20_000
    assert balance(house, "site/SH01/tender/cash") == 20_000


def test_nothing_tells_a_clerk_what_the_drawer_should_hold_before_they_count(
    clerk: Do, boss: Do
) -> None:
    clerk("shift-open", float="200")
    clerk("sell", lines=[WATER])
    assert code_of(clerk, "shift-report") == "NOT_PERMITTED"
    assert code_of(clerk, "shift-close") == "NOT_DECLARED"
    assert boss("shift-report")["tenders"][0]["expected_minor"] == 28_900
    told = clerk("shift-count", cash=["100=2", "50=1", "20=1", "10=1", "5=1", "1=4"])
    assert told["tenders"][0]["expected_minor"] == 28_900
    assert told["difference_minor"] == 0


def test_a_difference_above_the_ceiling_needs_another_person(
    house: House, clerk: Do, boss: Do
) -> None:
    clerk("shift-open", float="2000")
    told = clerk("shift-count", cash=["100=19", "50=1"])
    assert (told["difference_minor"], told["needs_approver"]) == (-5_000, True)
    # It cannot be counted again to fit.
    assert code_of(clerk, "shift-count", cash=["100=20"]) == "APPROVAL_MISSING"
    assert code_of(clerk, "shift-close") == "APPROVAL_MISSING"
    assert code_of(clerk, "shift-close", approver="clerk-guanqian") == "SECOND_PERSON_NEEDED"
    closed = clerk("shift-close", approver="boss", deposit="0")
    assert (closed["cash_difference_minor"], closed["approver_id"]) == (-5_000, "boss")
    assert balance(house, "site/SH01/cash_difference") == 5_000
    assert balance(house, "site/SH01/tender/cash") == 195_000
    assert tasks(clerk) == ["SHIFT_DIFFERENCE"]


def test_a_small_difference_is_the_clerks_own(house: House, clerk: Do) -> None:
    clerk("shift-open", float="100")
    assert not clerk("shift-count", cash=["50=2", "10=2"])["needs_approver"]
    assert clerk("shift-close")["cash_difference_minor"] == 2_000
    assert balance(house, "site/SH01/cash_difference") == -2_000
    assert tasks(clerk) == []


def test_an_owner_alone_closes_the_own_shift(boss: Do) -> None:
    boss("shift-open", float="100")
    boss("shift-count", cash=[])
    boss("shift-count", cash=["50=1"])
    assert boss("shift-close")["cash_difference_minor"] == -5_000


def test_a_sale_after_midnight_belongs_to_the_shifts_day(house: House, clerk: Do) -> None:
    day = clerk("shift-open")["business_day"]
    house.time.tick(14 * HOUR_US)
    late = clerk("sell", lines=[WATER])
    clerk("expense", category="taxi", amount="1")
    back = clerk("return-goods", sale=late["number"], reason="x")
    days = {one["business_day"] for one in clerk("sales")}
    assert days == {day}
    assert {one["business_day"] for one in clerk("statement")["entries"]} == {day}
    clerk("shift-count", cash=[])
    clerk("shift-close")
    assert clerk("sell", lines=[WATER])["number"] > back["number"]
    assert {one["business_day"] for one in clerk("sales", limit=1)} != {day}


def test_between_counting_and_closing_the_drawer_rests(clerk: Do) -> None:
    sold = clerk("sell", lines=[WATER])
    clerk("shift-open")
    clerk("shift-count", cash=[])
    for command, params in (
        ("sell", {"lines": [WATER]}),
        ("return-goods", {"sale": sold["number"], "reason": "x"}),
        ("expense", {"category": "post", "amount": "1"}),
    ):
        assert code_of(clerk, command, **params) == "SHIFT_BEING_CLOSED"
    clerk("shift-close")
    clerk("sell", lines=[WATER])


def test_a_house_can_want_everything_inside_shifts(house: House, clerk: Do) -> None:
    house.do("HQ.01", "hq-editor", "policy-set", name="till.shift_required", value="1", site="SH01")
    assert code_of(clerk, "sell", lines=[WATER]) == "SHIFT_MISSING"
    clerk("shift-open")
    clerk("sell", lines=[WATER])


def test_each_drawer_has_a_shift_of_its_own(house: House, clerk: Do) -> None:
    clerk("shift-open", float="100")
    assert code_of(clerk, "shift-open") == "SHIFT_OPEN_ALREADY"
    house.do("SH01.02", "clerk-guanqian", "sell", lines=[WATER])
    other = house.do("SH01.02", "clerk-guanqian", "shift-open")
    assert other["float_minor"] == 0
    told = clerk("shift-count", cash=["100=1"])
    assert told["difference_minor"] == 0


@pytest.mark.parametrize(
    ("command", "params", "code"),
    [
        ("shift-open", {"float": "-1"}, "AMOUNT_NEGATIVE"),
        ("shift-count", {"cash": ["3=1"]}, "DENOMINATION_UNKNOWN"),
        ("shift-close", {"deposit": "1"}, "NOT_DECLARED"),
    ],
)
def test_what_cannot_be_is_refused(
    clerk: Do, command: str, params: dict[str, Any], code: str
) -> None:
    if command != "shift-open":
        assert code_of(clerk, command, **params) == "SHIFT_MISSING"
        clerk("shift-open")
    assert code_of(clerk, command, **params) == code


def test_a_deposit_is_no_more_than_was_counted_and_goes_to_a_known_place(clerk: Do) -> None:
    clerk("shift-open", float="100")
    clerk("shift-count", cash=["100=1"])
    assert code_of(clerk, "shift-close", deposit="101") == "DEPOSIT_TOO_LARGE"
    assert code_of(clerk, "shift-close", to="moon") == "DEPOSIT_PLACE_UNKNOWN"
    assert clerk("shift-close", deposit="100", to="owner")["deposit_to"] == "owner"
