"""A device holds the sales organisations its people are granted, and no others (A04)."""

from collections.abc import Iterator

import pytest

from shared.access.documents import Grant, UserPublished
from shared.access.queries import complete_grants, is_org_withheld, may_for_org
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.channel.queries import accounts_open_to, scopes_of_device
from tests.builders.masters import Office, an_office

BOTH = {"account:D1-S1", "account:D1-S2", "org:S1", "org:S2"}


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office()
    made.post(
        ChannelPublished(
            sales_orgs=tuple(SalesOrg(sales_org_id=one, name=one) for one in ("S1", "S2")),
            accounts=tuple(
                Account(account_id=f"D1-{one}", partner_id="D1", sales_org_id=one, name="Dealer")
                for one in ("S1", "S2")
            ),
            sites=(
                Site(
                    site_id="DL01",
                    name="Dealer",
                    site_type="warehouse",
                    account_ids=("D1-S1", "D1-S2"),
                ),
            ),
        )
    )
    for device_id, site_id, kind in (("DL01.01", "DL01", "dealer"), ("hq.01", "", "hq")):
        made.post(
            DeviceEnrolled(
                device_id=device_id,
                device_type=kind,
                site_id=site_id,
                tag="01",
                public_key=bytes(32),
            )
        )
    yield made
    made.connection.close()


def a_dealer(office: Office, *grants: Grant, role: str = "dealer", user_id: str = "wang") -> None:
    office.post(UserPublished(user_id=user_id, name="Wang", role=role, grants=grants))


def held(office: Office, device_id: str = "DL01.01") -> set[str]:
    return BOTH & set(scopes_of_device(office.connection, device_id))


def test_a_site_whose_people_are_granted_one_organisation_holds_nothing_of_the_other(
    office: Office,
) -> None:
    a_dealer(office, Grant(site_id="DL01", sales_org_id="S1"))

    assert held(office) == {"account:D1-S1", "org:S1"}


def test_a_site_holds_what_any_of_its_people_are_granted(office: Office) -> None:
    a_dealer(office, Grant(site_id="DL01", sales_org_id="S1"))
    a_dealer(office, Grant(site_id="DL01", sales_org_id="S2"), user_id="li")
    assert held(office) == BOTH

    wanted = complete_grants(office.connection, "li", [])
    a_dealer(office, *wanted, user_id="li")

    assert held(office) == {"account:D1-S1", "org:S1"}


def test_a_grant_without_organisation_is_for_all_of_the_site(office: Office) -> None:
    assert held(office) == BOTH
    a_dealer(office, Grant(site_id="DL01"))
    assert held(office) == BOTH


def test_head_offices_desks_hold_what_head_offices_people_are_granted(office: Office) -> None:
    a_dealer(office, Grant(sales_org_id="S2"), role="head_office", user_id="planner")

    assert held(office, "hq.01") == {"org:S2"}


def test_of_a_site_with_both_a_person_sees_the_granted_organisation_only(office: Office) -> None:
    a_dealer(office, Grant(site_id="DL01", sales_org_id="S1"))
    a_dealer(office, Grant(site_id="DL01"), user_id="boss")
    connection = office.connection

    mine = accounts_open_to(connection, "wang", "DL01", "order.submit")
    all_of_them = accounts_open_to(connection, "boss", "DL01", "order.submit")

    assert [one.account_id for one in mine] == ["D1-S1"]
    assert [one.account_id for one in all_of_them] == ["D1-S1", "D1-S2"]
    assert may_for_org(connection, "wang", "DL01", "order.submit", "S1")
    assert not may_for_org(connection, "wang", "DL01", "order.submit", "S2")
    assert is_org_withheld(connection, "wang", "DL01", "order.submit", "S2")
    assert not is_org_withheld(connection, "nobody", "DL01", "order.submit", "S2")
