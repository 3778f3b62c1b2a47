"""Who may do what, by role, site and grant level."""

from collections.abc import Iterator

import pytest

from shared.access.documents import Grant, UserPublished
from shared.access.queries import (
    complete_grants,
    permissions_of,
    sales_orgs_of,
    user,
    users_of_site,
)
from shared.access.rules import ALL_PERMISSIONS, PERMISSIONS_OF, Role
from shared.areas import KINDS
from shared.sync import scopes
from tests.builders.masters import SCHEMA, Office, an_office


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office()
    yield made
    made.connection.close()


def a_user(role: str, *grants: Grant, user_id: str = "wang", **more: int) -> UserPublished:
    return UserPublished(
        user_id=user_id, name="Wang", role=role, grants=grants, until_at_us=more.get("until", 0)
    )


def test_a_clerk_sells_at_the_own_site_and_nowhere_else(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01")))

    assert "sale.make" in permissions_of(office.connection, "wang", "SH01")
    assert permissions_of(office.connection, "wang", "SH02") == frozenset()
    assert permissions_of(office.connection, "li", "SH01") == frozenset()


def test_a_clerk_publishes_no_price_and_reveals_no_count(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01")))

    may = permissions_of(office.connection, "wang", "SH01")
    assert not {"price.publish", "count.reveal", "count.approve", "access.grant"} & may


def test_a_head_office_user_acts_at_every_site_but_sells_at_none(office: Office) -> None:
    office.post(a_user("head_office", Grant()))

    may = permissions_of(office.connection, "wang", "SH01")
    assert {"price.publish", "order.decide", "access.grant"} <= may
    assert "sale.make" not in may


def test_a_clerk_with_a_grant_without_site_may_do_nothing_in_shops(office: Office) -> None:
    office.post(a_user("clerk", Grant()))

    assert permissions_of(office.connection, "wang", "SH01") == frozenset()


def test_the_owner_of_a_shop_is_clerk_keeper_and_dealer_at_once(office: Office) -> None:
    office.post(a_user("owner", Grant(site_id="SH01")))

    may = permissions_of(office.connection, "wang", "SH01")
    assert {"sale.make", "count.approve", "order.submit", "order.ship"} <= may
    assert "price.publish" not in may


def test_the_grant_level_cuts_down_what_the_role_may(office: Office) -> None:
    office.post(a_user("head_office", Grant(level="order"), user_id="editor"))
    office.post(a_user("head_office", Grant(level="view"), user_id="auditor"))

    editor = permissions_of(office.connection, "editor", "")
    assert "price.publish" in editor
    assert "price.approve" not in editor
    assert permissions_of(office.connection, "auditor", "") == {"pin.change", "report.read"}


def test_a_withdrawn_grant_gives_nothing_and_the_others_stay(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01"), Grant(site_id="SH02")))
    wanted = [Grant(site_id="SH02")]

    office.post(a_user("clerk", *complete_grants(office.connection, "wang", wanted)))

    assert permissions_of(office.connection, "wang", "SH01") == frozenset()
    assert "sale.make" in permissions_of(office.connection, "wang", "SH02")
    assert users_of_site(office.connection, "SH01") == []
    assert [one.user_id for one in users_of_site(office.connection, "SH02")] == ["wang"]


def test_a_user_whose_time_ran_out_may_do_nothing_from_that_instant_on(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01"), until=1_000))

    assert "sale.make" in permissions_of(office.connection, "wang", "SH01", at_us=999)
    assert permissions_of(office.connection, "wang", "SH01", at_us=1_000) == frozenset()


def test_a_user_set_inactive_may_do_nothing(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01")))
    office.post(
        UserPublished(
            user_id="wang",
            name="Wang",
            role="clerk",
            grants=(Grant(site_id="SH01"),),
            is_active=False,
        )
    )

    assert permissions_of(office.connection, "wang", "SH01") == frozenset()


def test_head_offices_own_programs_may_do_everything(office: Office) -> None:
    assert permissions_of(office.connection, "system", "SH01") == ALL_PERMISSIONS


def test_grants_name_the_sales_organisations_they_hold_for(office: Office) -> None:
    office.post(
        a_user(
            "dealer",
            Grant(site_id="DL01", sales_org_id="FX"),
            Grant(site_id="DL01", sales_org_id="ODM", level="view"),
        )
    )

    assert sales_orgs_of(office.connection, "wang", "DL01", "order.submit") == {"FX"}


def test_every_document_a_person_writes_needs_a_permission_that_some_role_has() -> None:
    given = frozenset[str]().union(*PERMISSIONS_OF.values())
    by_people = [kind for kind in KINDS if kind.authority.device_types != {"server"}]
    assert len(by_people) > 20
    missing = {kind.name for kind in by_people if kind.authority.permission not in given}
    # The device itself writes these, whoever is signed in or nobody.
    by_devices = {"price_versions_marked", "lease_requested", "lease_returned"}
    assert missing == {*by_devices, "shop_founded"}


def test_a_site_holds_its_own_users_and_no_others() -> None:
    row = dict(SCHEMA["user_grant"].defaults) | {"site_id": "SH01"}

    assert SCHEMA["user_grant"].scopes(row) == (scopes.HQ, scopes.site("SH01"))
    assert SCHEMA["user_account"].scopes(SCHEMA["user_account"].defaults) == (scopes.HQ,)


def test_head_office_knows_the_user_by_id(office: Office) -> None:
    office.post(a_user("clerk", Grant(site_id="SH01")))

    found = user(office.connection, "wang")
    assert found is not None
    assert found.role == "clerk"
    assert user(office.connection, "li") is None


@pytest.mark.parametrize("role", list(Role))
def test_no_role_holds_a_permission_that_does_not_exist(role: Role) -> None:
    assert PERMISSIONS_OF[role] <= ALL_PERMISSIONS


def test_a_cashier_writes_what_a_till_writes_and_nothing_else() -> None:
    may = PERMISSIONS_OF[Role.CASHIER]
    written = {
        one.name
        for one in KINDS
        if one.authority.permission in may and "till" in one.authority.device_types
    }
    assert written == {
        "sale",
        "deposit_taken",
        "shift_opened",
        "shift_declared",
        "shift_closed",
        "float_stated",
        "pin_changed",
    }
    assert may < PERMISSIONS_OF[Role.CLERK]
