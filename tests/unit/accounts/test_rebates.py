"""Rebates lot by lot: what was granted, spent and is left (M02)."""

from collections.abc import Iterator

import pytest

from desktop.accounts.model.rebates import RebateModel
from desktop.app.dealer import office_parties
from shared.accounts.queries import rebate_minor, rebates_of
from shared.accounts.rules import Lot, lots_left
from shared.core.errors import QutongError
from tests.builders.dealer_days import CREAM, east, office
from tests.builders.one_house import House, a_house
from tests.builders.plain_desk import sit

ACCOUNT = "P1001-FX"


@pytest.fixture
def house() -> Iterator[House]:
    opened: House = a_house()
    yield opened
    opened.close()


def test_what_ends_first_is_used_first_and_what_comes_back_goes_where_it_came_from() -> None:
    lots = [Lot("2025-01-01", "", 1_000), Lot("2025-01-02", "2025-03-31", 500)]
    assert lots_left(lots, [("2025-02-01", 700)]) == [800, 0]
    assert lots_left(lots, [("2025-02-01", 700), ("2025-02-02", -300)]) == [1_000, 100]
    assert lots_left(lots, [("2025-04-01", 700)]) == [300, 500]


def test_granted_spent_and_left_are_listed_by_grant_and_add_up(house: House) -> None:
    office(house, "rebate-grant", account=ACCOUNT, amount="1250", reason="三季度返利")
    office(
        house, "rebate-grant", account=ACCOUNT, amount="600", reason="陈列", form="goods",
        valid_until="2026-03-31",
    )  # fmt: skip
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "5箱"}], rebate="860")
    office(house, "order-decide", order=order["number"])
    day = "2025-12-02"
    found = house.read(lambda one: rebates_of(one, ACCOUNT, "CNY", day))
    told = [(one.reason, one.granted_minor, one.spent_minor, one.left_minor) for one in found]
    assert sorted(told) == [("三季度返利", 125_000, 26_000, 99_000), ("陈列", 60_000, 60_000, 0)]
    assert {one.form for one in found} == {"note", "goods"}
    assert all(one.number and one.author_id == "hq-sales-east" for one in found)
    usable = house.read(lambda one: rebate_minor(one, ACCOUNT, "CNY", day))
    assert usable == sum(one.left_minor for one in found if one.is_usable) == 99_000


def test_what_lapsed_is_told_apart_from_what_may_be_used(house: House) -> None:
    office(
        house, "rebate-grant", account=ACCOUNT, amount="600", reason="陈列",
        valid_until="2025-12-31",
    )  # fmt: skip
    model = RebateModel(
        sit(house, "dealer-east", "DL01.01", device_type="dealer"), ACCOUNT, "CNY", "Asia/Shanghai"
    )
    assert (model.usable_minor, model.lapsed_minor) == (60_000, 0)
    house.time.tick(60 * 86_400_000_000)
    model.load()
    assert (model.usable_minor, model.lapsed_minor) == (0, 60_000)


def test_a_house_that_wants_a_second_person_for_a_rebate_gets_one(house: House) -> None:
    house.do("HQ.01", "hq-editor", "policy-set", name="account.rebate_approver", value="1")
    said = {"account": ACCOUNT, "amount": "100", "reason": "陈列"}
    for approver, code in (("", "APPROVAL_MISSING"), ("hq-sales-east", "SECOND_PERSON_NEEDED")):
        with pytest.raises(QutongError) as why:
            office(house, "rebate-grant", **said, approver=approver)
        assert why.value.code == code
    office(house, "rebate-grant", **said, approver="hq-approver")
    assert len(house.read(lambda one: rebates_of(one, ACCOUNT, "CNY", "2025-12-02"))) == 1


def test_a_term_that_is_over_is_refused(house: House) -> None:
    with pytest.raises(QutongError) as why:
        office(
            house, "rebate-grant", account=ACCOUNT, amount="1", reason="x",
            valid_until="2025-01-31",
        )  # fmt: skip
    assert why.value.code == "DAY_PAST"


def test_head_office_has_the_books_of_all_accounts_it_may_write_to(house: House) -> None:
    office(house, "rebate-grant", account=ACCOUNT, amount="100", reason="陈列")
    found = house.read(lambda one: office_parties(one, "hq-sales-east"))
    mine = [one for one in found if one.account_id == ACCOUNT]
    assert [(one.whose, one.balance_minor) for one in mine] == [("own", 0), ("rebate", 10_000)]
    assert len({one.account_id for one in found}) > 5
    assert house.read(lambda one: office_parties(one, "dealer-east")) == []
