"""Signing in and approving by PIN: offline, bounded, and not helped by another clock."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from desktop.access.usecases import alone, approve, people, sign_in
from desktop.store.identity import store_state
from desktop.store.tables import this_device
from shared.access.queries import people_at
from shared.core.errors import QutongError
from tests.builders.one_house import House
from tests.unit.desktop_usecases.conftest import Do

WATER, CREAM = "010102", "010204"
MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US


def code_of(call: object, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value.code


@pytest.fixture
def shop(house: House) -> House:
    """SH01 with an owner and a clerk who have PINs; the clerk stands at the till."""
    for user, role, pin in (("boss", "owner", "2468"), ("mei", "clerk", "1357")):
        house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=user, role=role,
            grants=[{"site": "SH01"}], pin=pin,
        )  # fmt: skip
    house.sit_at("SH01.01")
    house.author_id = ""
    return house


def test_the_people_of_the_site_sign_in_with_their_pin(shop: House) -> None:
    assert {"boss", "mei"} <= {one.user_id for one in people(shop)}
    found = sign_in(shop, "mei", "1357")
    assert (found.role, shop.author_id) == ("clerk", "mei")
    assert "sale.make" in found.permissions
    assert code_of(sign_in, shop, "nobody", "1357") == "PERSON_UNKNOWN"
    assert code_of(sign_in, shop, "mei", "") == "PIN_MISSING"


def test_who_has_no_pin_yet_signs_in_without(shop: House) -> None:
    assert not sign_in(shop, "clerk-guanqian").has_pin


def test_five_wrong_pins_wait_five_minutes_whatever_the_wall_clock_says(shop: House) -> None:
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(QutongError) as why:
            sign_in(shop, "mei", "9999")
        assert (why.value.code, why.value.params["left"]) == ("PIN_WRONG", left)
    assert code_of(sign_in, shop, "mei", "1357") == "PIN_WAIT"
    shop.time.at_us += DAY_US  # somebody sets the clock ahead
    assert code_of(sign_in, shop, "mei", "1357") == "PIN_WAIT"
    shop.time.at_us -= 3 * DAY_US  # and back
    shop.time.since_us = 0  # and starts the machine again
    assert code_of(sign_in, shop, "mei", "1357") == "PIN_WAIT"
    sign_in(shop, "boss", "2468")  # nobody else waits
    shop.time.since_us = 6 * MINUTE_US
    assert sign_in(shop, "mei", "1357").user_id == "mei"


def test_a_right_pin_forgives_the_wrong_ones_before_it(shop: House) -> None:
    for _ in range(3):
        for _ in range(4):
            assert code_of(sign_in, shop, "mei", "9999") == "PIN_WRONG"
        sign_in(shop, "mei", "1357")


def test_a_large_discount_asks_for_the_approvers_pin_and_keeps_both_names(
    shop: House, clerk: Do
) -> None:
    sign_in(shop, "mei", "1357")

    def sell() -> dict[str, str]:
        answer: dict[str, str] = shop.do(
            "SH01.01", "mei", "sell", lines=[CREAM], discount="30", approver="boss"
        )
        return answer

    assert code_of(sell) == "APPROVER_PIN_NEEDED"
    assert code_of(approve, shop, "boss", "1111", "sale.approve") == "PIN_WRONG"
    assert code_of(approve, shop, "mei", "1357", "sale.approve") == "SECOND_PERSON_NEEDED"
    assert code_of(approve, shop, "clerk-guanqian", "", "sale.approve") == "APPROVER_MAY_NOT"
    assert approve(shop, "boss", "2468", "sale.approve").approver_id == "boss"
    shown = clerk("sale-show", sale=sell()["number"])
    assert (shown["author_id"], shown["approver_id"]) == ("mei", "boss")
    # One check is good for one act.
    assert code_of(sell) == "APPROVER_PIN_NEEDED"


def test_an_approval_lasts_ten_minutes_and_not_over_a_new_start(shop: House) -> None:
    sign_in(shop, "mei", "1357")
    selling = {"lines": [CREAM], "discount": "30", "approver": "boss"}
    approve(shop, "boss", "2468", "sale.approve")
    shop.time.tick(11 * MINUTE_US)
    assert code_of(shop.do, "SH01.01", "mei", "sell", **selling) == "APPROVER_PIN_NEEDED"
    approve(shop, "boss", "2468", "sale.approve")
    shop.time.since_us = 0
    assert code_of(shop.do, "SH01.01", "mei", "sell", **selling) == "APPROVER_PIN_NEEDED"


def test_a_refused_sale_leaves_the_approval_for_the_next_try(shop: House) -> None:
    sign_in(shop, "mei", "1357")
    approve(shop, "boss", "2468", "sale.approve")
    selling = {"lines": [CREAM], "discount": "30", "approver": "boss"}
    assert code_of(shop.do, "SH01.01", "mei", "sell", tenders=["cash=1"], **selling) == "NOT_PAID"
    shop.do("SH01.01", "mei", "sell", **selling)


def test_a_house_that_demands_pins_takes_no_approver_without_one(shop: House) -> None:
    shop.do(
        "HQ.01", "hq-editor", "publish-user", user="aunt", name="aunt", role="owner",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    selling = {"lines": [CREAM], "discount": "30", "approver": "aunt"}
    shop.do("SH01.01", "mei", "sell", **selling)
    assert code_of(approve, shop, "aunt", "", "sale.approve") == "PIN_NOT_SET"
    shop.do("HQ.01", "hq-editor", "policy-set", name="approval.pin", value="always")
    assert code_of(shop.do, "SH01.01", "mei", "sell", **selling) == "APPROVER_PIN_NEEDED"


def test_a_person_chooses_another_pin_offline_and_head_office_can_give_a_new_one(
    shop: House,
) -> None:
    assert code_of(shop.do, "SH01.01", "mei", "pin-change", old="9999", new="8642") == "PIN_WRONG"
    assert code_of(shop.do, "SH01.01", "mei", "pin-change", old="1357", new="88") == "PIN_BAD"
    shop.do("SH01.01", "mei", "pin-change", old="1357", new="8642")
    sign_in(shop, "mei", "8642")
    assert code_of(sign_in, shop, "mei", "1357") == "PIN_WRONG"
    mei = {"user": "mei", "name": "Mei", "role": "clerk", "grants": [{"site": "SH01"}]}
    # Another name leaves the PIN alone.
    shop.do("HQ.01", "hq-editor", "publish-user", **mei)
    shop.sit_at("SH01.01")
    sign_in(shop, "mei", "8642")
    shop.do("HQ.01", "hq-editor", "publish-user", pin="7531", **mei)
    shop.sit_at("SH01.01")
    sign_in(shop, "mei", "7531")


def test_a_pin_chosen_at_one_site_is_not_the_pin_of_another(shop: House) -> None:
    shop.do(
        "HQ.01", "hq-editor", "publish-user", user="mei", name="mei", role="clerk",
        grants=[{"site": "SH01"}, {"site": "SH02"}],
    )  # fmt: skip
    before = {one.user_id: one for one in shop.read(lambda c: people_at(c, "SH02"))}["mei"]
    shop.do("SH01.01", "mei", "pin-change", old="1357", new="8642")
    after = {one.user_id: one for one in shop.read(lambda c: people_at(c, "SH02"))}["mei"]
    assert before == after
    assert after.pin_hash


def joined(shop: House, *, synced_at_us: int) -> None:
    """The device belongs to a head office it has met then."""
    shop.local.enrol(replace(shop.local.enrolled, server_url="https://hq"), shop.local._key)  # type: ignore[arg-type]
    shop.local.transact(lambda connection: store_state(connection, synced_at_us=synced_at_us))


def test_a_device_left_alone_locks_and_a_clock_set_back_does_not_help(shop: House) -> None:
    joined(shop, synced_at_us=shop.time.now_us())
    assert not alone(shop).is_locked
    shop.time.tick(29 * DAY_US)
    assert (alone(shop).days, alone(shop).is_locked) == (29, False)
    shop.time.at_us -= 20 * DAY_US
    assert alone(shop).days == 29
    shop.time.since_us += 2 * DAY_US  # the machine's own clock goes on
    assert code_of(sign_in, shop, "mei", "1357") == "DEVICE_LOCKED"
    joined(shop, synced_at_us=shop.time.now_us())
    sign_in(shop, "mei", "1357")


def test_a_shop_without_head_office_never_locks(shop: House) -> None:
    shop.local.transact(
        lambda connection: connection.execute(update(this_device).values(server_url=""))
    )
    shop.time.tick(400 * DAY_US)
    assert not alone(shop).is_locked


def test_head_office_says_after_how_many_days_a_device_locks(shop: House) -> None:
    shop.do("HQ.01", "hq-editor", "policy-set", name="lock.days_without_contact", value="3")
    shop.sit_at("SH01.01")
    joined(shop, synced_at_us=shop.time.now_us())
    shop.time.tick(3 * DAY_US)
    assert alone(shop).is_locked
    said = code_of(
        shop.do, "SH01.01", "boss", "policy-set", name="lock.days_without_contact", value="0"
    )
    assert said == "POLICY_OF_HEAD_OFFICE"


def test_only_who_may_sets_the_rules_of_the_shop(shop: House) -> None:
    setting = {"name": "till.round_off", "value": "jiao"}
    assert code_of(shop.do, "SH01.01", "mei", "policy-set", **setting) == "NOT_PERMITTED"
    shop.do("SH01.01", "boss", "policy-set", **setting)
    assert shop.do("SH01.01", "mei", "till-options")["round_off_to_minor"] == 10
    assert code_of(shop.do, "SH01.01", "mei", "setting", key="till.round_off", value="yuan") == (
        "SETTING_BAD"
    )
    assert shop.do("SH01.01", "mei", "setting", key="language", value="en")["language"] == "en"
