"""Head office's desk: revisions, price deliveries, devices, kept documents, as commands."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.store.session import Session
from shared.channel.documents import DeviceEnrolled
from shared.core.errors import QutongError
from shared.journal.tables import journal
from shared.ordering.documents import OrderSubmitted
from tests.builders.one_house import House

CREAM, CLEANSER, WATER = "010204", "010101", "010102"


def east(house: House, command: str, /, **params: Any) -> Any:
    return house.do("DL01.01", "dealer-east", command, **params)


def hq(house: House, command: str, /, **params: Any) -> Any:
    return house.do("HQ.01", "hq-sales-east", command, **params)


def editor(house: House, command: str, /, **params: Any) -> Any:
    return house.do("HQ.01", "hq-editor", command, **params)


def code_of(house: House, do: Any, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        do(house, *args, **params)
    return why.value.code


def an_accepted_order(house: House) -> str:
    lines = [{"code": CREAM, "qty": "24"}, {"code": CLEANSER, "qty": "30"}]
    number = str(east(house, "order-submit", lines=lines)["number"])
    hq(house, "order-decide", order=number)
    return number


def state(house: House, order: str) -> str:
    return str(hq(house, "order-show", order=order)["order"]["state"])


def test_a_date_and_a_substitute_are_confirmed_before_anything_ships(house: House) -> None:
    order = an_accepted_order(house)
    changes = [
        {"line": 1, "delivery_date": "2025-12-20"},
        {"line": 2, "product": WATER, "reason": "DISCONTINUED"},
    ]
    hq(house, "order-revise", order=order, lines=changes)

    assert state(house, order) == "revised"
    assert code_of(house, hq, "order-ship", order=order, site="HQ01") == "STEP_NOT_ALLOWED"
    shown = east(house, "order-revisions", order=order)["revisions"][0]
    after = {one["line_no"]: one["after"] for one in shown["differences"]}
    assert after[1]["delivery_date"] == "2025-12-20"
    # The substitute is priced by the version the order was priced by.
    assert (after[2]["product_id"], after[2]["unit_price_micro"] > 0) == (WATER, True)

    east(house, "order-confirm", order=order)
    assert state(house, order) == "partial"
    hq(house, "order-ship", order=order, site="HQ01")
    assert state(house, order) == "shipped"
    steps = [one["kind"] for one in hq(house, "order-show", order=order)["flow"]]
    assert steps.index("order_revised") < steps.index("order_revision_settled")


def test_a_refused_revision_ships_as_it_was_accepted(house: House) -> None:
    order = an_accepted_order(house)
    hq(house, "order-revise", order=order, lines=[{"line": 2, "qty": "5", "reason": "STOCK"}])
    east(house, "order-confirm", order=order, refuse=True)

    assert state(house, order) == "accepted"
    assert code_of(house, east, "order-confirm", order=order) == "STEP_NOT_ALLOWED"


def test_nobody_revises_an_order_somebody_else_supplies(house: House) -> None:
    order = an_accepted_order(house)

    refused = code_of(house, east, "order-revise", order=order, lines=[{"line": 1, "qty": "1"}])

    assert refused == "NOT_YOUR_ORDER"


def test_lines_with_days_of_their_own_are_planned_apart(house: House) -> None:
    lines = [
        {"code": CREAM, "qty": "24", "requested_date": "2025-12-10"},
        {"code": CLEANSER, "qty": "30", "requested_date": "2025-12-12"},
    ]
    order = east(house, "order-submit", lines=lines)["number"]
    hq(house, "order-decide", order=order)

    shown = hq(house, "order-revisions", order=order)

    assert [one["date"] for one in shown["planned"]] == ["2025-12-10", "2025-12-12"]
    assert shown["price_doubts"] == []


def test_a_line_wanted_whole_is_not_cut(house: House) -> None:
    lines = [{"code": CREAM, "qty": "24", "whole_only": True}]
    order = east(house, "order-submit", lines=lines)["number"]
    cut = [{"line": 1, "qty": "12", "reason": "STOCK"}]

    assert code_of(house, hq, "order-decide", order=order, lines=cut) == "PARTIAL_NOT_ALLOWED"
    hq(house, "order-decide", order=order, reject="STOCK")
    assert state(house, order) == "rejected"


def test_a_price_that_is_not_the_versions_is_shown_to_who_decides(house: House) -> None:
    number = east(house, "order-submit", lines=[{"code": CREAM, "qty": "24"}])["number"]

    def cheaper(session: Session) -> str:
        stored = session.connection.execute(
            select(journal.c.stored).where(journal.c.kind == "order_submitted")
        ).scalar_one()
        asked = LAYOUT.registry.decode(stored).body
        assert isinstance(asked, OrderSubmitted)
        replaced = msgspec.structs.replace
        line = replaced(asked.lines[0], unit_price_micro=10_000_000, amount_minor=24_000)
        return session.append(replaced(asked, lines=[line])).number

    assert hq(house, "order-revisions", order=number)["price_doubts"] == []
    house.sit_at("DL01.01", device_type="dealer")
    house.author_id = "dealer-east"
    forged = house.write(cheaper).value

    (doubt,) = hq(house, "order-revisions", order=forged)["price_doubts"]
    assert (doubt["stated_micro"], doubt["expected_micro"]) == (10_000_000, 90_550_000)
    # Nothing was changed silently: it is the person's to decide.
    assert state(house, forged) == "submitted"


def test_a_user_of_one_organisation_orders_nothing_of_another(house: House) -> None:
    grants = [{"site": "DL01", "sales_org": "EC", "level": "admin"}]
    editor(house, "publish-user", user="li", name="Li", role="dealer", grants=grants)
    lines = [{"code": CREAM, "qty": "1"}]

    with pytest.raises(QutongError, match="SALES_ORG_NOT_GRANTED"):
        house.do("DL01.01", "li", "order-submit", lines=lines)


def enrolled(house: House, device_id: str, site_id: str) -> None:
    """What the server writes when a device hands in its code."""
    body = DeviceEnrolled(
        device_id=device_id, device_type="till", site_id=site_id, tag="01", public_key=bytes(32)
    )
    now_us = house.time.now_us()
    house.local.transact(lambda one: house._write_hq(one, body, "", b"", now_us))


def board(house: House, number: int) -> dict[str, str]:
    shown = editor(house, "price-board", org="FX", number=number)
    return {one["device_id"]: one["state"] for one in shown["lines"]}


def test_a_till_tells_once_which_version_it_prices_by(house: House) -> None:
    enrolled(house, "SH01.01", "SH01")
    newest = editor(house, "price-versions", sales_org="FX")[0]["number"]
    assert board(house, newest)["SH01.01"] == "sent"

    told = house.do("SH01.01", "", "price-progress")

    number = {one["sales_org_id"]: one["number"] for one in told["reached"]}["FX"]
    assert "activated" in told["reached"][0]["stages"]
    assert house.do("SH01.01", "", "price-progress")["reached"] == []
    assert board(house, number)["SH01.01"] == "active"


def test_a_version_to_come_waits_proved_and_activates_at_its_instant(house: House) -> None:
    enrolled(house, "SH01.01", "SH01")
    house.do("SH01.01", "", "price-progress")
    before = house.do("SH01.01", "", "price-progress")
    assert before["next_at_us"] == 0
    number = publish_later(house)

    told = house.do("SH01.01", "", "price-progress")
    assert told["next_at_us"] > house.time.at_us
    assert board(house, number)["SH01.01"] == "waiting"
    house.time.at_us = told["next_at_us"]
    assert board(house, number)["SH01.01"] == "verified"
    house.do("SH01.01", "", "price-progress")
    assert board(house, number)["SH01.01"] == "active"


def publish_later(house: House) -> int:
    newest = int(editor(house, "price-versions", sales_org="FX")[0]["number"])
    editor(
        house,
        "price-publish",
        sales_org="FX",
        rows=[{"product": CREAM, "dimension": "retail", "price": "299"}],
        approver="hq-approver",
        effective_at="2026-12-01T00:00",
    )
    return newest + 1


def test_a_recalled_version_gives_the_earlier_prices_again(house: House) -> None:
    number = publish_later(house)
    editor(
        house,
        "price-recall",
        org="FX",
        number=number - 1,
        approver="hq-approver",
        reason="wrong column",
        effective="2026-12-02T00:00",
    )

    shown = editor(house, "price-versions", sales_org="FX")
    assert [shown[0]["number"], shown[0]["reason"]] == [number + 1, "wrong column"]
    for newer, changed in ((number, 1), (number + 1, 0)):
        compared = editor(house, "price-diff", sales_org="FX", older=number - 1, newer=newer)
        assert compared["changed"] == changed


def test_head_office_makes_a_code_that_stands_nowhere_and_revokes_a_device(house: House) -> None:
    enrolled(house, "SH01.01", "SH01")
    made = editor(house, "device-invite", type="till", site="SH01", tag="09")
    assert len(made["code"]) == 19

    shown = {one["device_id"]: one for one in editor(house, "devices")}
    assert shown["SH01.09"]["state"] == "invited"
    assert made["code"] not in str(shown)
    editor(house, "device-withdraw", device="SH01.09")
    editor(house, "device-revoke", device="SH01.01", reason="stolen")
    shown = {one["device_id"]: one["state"] for one in editor(house, "devices")}
    assert (shown["SH01.09"], shown["SH01.01"]) == ("expired", "revoked")
    again = {"type": "till", "site": "SH01"}
    assert code_of(house, editor, "device-invite", tag="01", **again) == "DEVICE_EXISTS"
    assert code_of(house, east, "device-invite", tag="10", **again) == "NOT_PERMITTED"
    assert code_of(house, editor, "device-revoke", device="XX", reason="x") == "DEVICE_UNKNOWN"


def test_the_list_of_people_shows_role_and_grants(house: House) -> None:
    found = {one["user_id"]: one for one in editor(house, "people")}

    assert found["dealer-east"]["role"] == "dealer"
    assert found["hq-editor"]["grants"]


def test_what_every_account_owes_stands_beside_its_limit(house: House) -> None:
    an_accepted_order(house)

    found = {one["account_id"]: one for one in editor(house, "debts")}

    assert found["P1001-FX"]["unbilled_minor"] > 0
    assert found["P1001-FX"]["free_minor"] < found["P1001-FX"]["limit_minor"]


def test_every_command_of_head_office_has_a_name_of_its_own() -> None:
    names = [one.name for one in COMMANDS]
    assert len(names) == len(set(names))
