"""Regions, suppliers, price parts and the scopes a device may hold."""

from collections.abc import Iterator

import pytest

from shared.catalog.documents import AssortmentPublished
from shared.channel.documents import (
    Account,
    Category,
    ChannelPublished,
    DeviceEnrolled,
    DeviceRevoked,
    Level,
    Partner,
    Region,
    SalesOrg,
    Site,
)
from shared.channel.queries import (
    account,
    account_ids_of_site,
    accounts_of_device,
    allowed_upstreams,
    category_chain,
    check_upstream,
    customers_of,
    device_of,
    region_leaf,
    region_path,
    scopes_of_device,
    site_of,
    sites_of_account,
    sites_of_device,
)
from shared.channel.rules import with_fallbacks
from shared.core.errors import RuleViolation
from tests.builders.masters import SCHEMA, Office, an_office

TOMORROW_US = 2_000_000


def the_channel() -> ChannelPublished:
    orgs = ("FX",)
    return ChannelPublished(
        sales_orgs=(
            SalesOrg(sales_org_id="FX", name="分销"),
            SalesOrg(sales_org_id="DS", name="电商"),
        ),
        regions=(
            Region(region_id="E", name="华东", sales_org_ids=orgs),
            Region(region_id="S", name="华南", sales_org_ids=orgs),
            Region(region_id="3205", parent_id="E", name="苏州市", sales_org_ids=orgs),
        ),
        levels=(
            Level(level_id="L1", name="一级", rank=1, sales_org_ids=orgs),
            Level(level_id="L2", name="二级", rank=2, upstream_level_id="L1", sales_org_ids=orgs),
            Level(level_id="L3", name="门店", rank=3, upstream_level_id="L2", sales_org_ids=orgs),
        ),
        categories=(
            Category(category_id="SHOP", sales_org_id="DS", name="店铺"),
            Category(category_id="LIVE", sales_org_id="DS", name="直播", fallback_id="SHOP"),
        ),
        partners=(Partner(partner_id="P1", name="华东商贸"),),
        accounts=(
            Account(
                account_id="A1",
                partner_id="P1",
                sales_org_id="FX",
                name="华东",
                level_id="L1",
                region_id="3205",
                credit_limit_minor=50_000_000,
            ),
            Account(
                account_id="A2",
                partner_id="P2",
                sales_org_id="FX",
                name="苏州",
                level_id="L2",
                upstream_account_ids=("A1",),
            ),
            Account(
                account_id="D1",
                partner_id="P1",
                sales_org_id="DS",
                name="直播间",
                category_id="LIVE",
            ),
        ),
        sites=(
            Site(site_id="DL01", name="南京仓", site_type="warehouse", account_ids=("A1", "D1")),
            Site(site_id="SH01", name="观前街店", site_type="store", account_ids=("A2",)),
            Site(site_id="HQ01", name="总仓", site_type="warehouse", sales_org_ids=("FX",)),
        ),
    )


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office()
    made.post(the_channel())
    for device_id, device_type, site_id in (
        ("till", "till", "SH01"),
        ("dealer", "dealer", "DL01"),
        ("keeper", "warehouse", "HQ01"),
        ("desk", "hq", ""),
    ):
        made.post(
            DeviceEnrolled(
                device_id=device_id,
                device_type=device_type,
                site_id=site_id,
                tag="01",
                public_key=bytes(range(32)),
            )
        )
    yield made
    made.connection.close()


def test_an_account_moves_to_another_region_at_its_instant_and_not_before(office: Office) -> None:
    moved = Account(
        account_id="A1",
        partner_id="P1",
        sales_org_id="FX",
        name="华东",
        region_id="S",
        region_from_at_us=TOMORROW_US,
    )
    office.post(ChannelPublished(accounts=(moved,)))

    assert region_leaf(office.connection, "A1", TOMORROW_US - 1) == "3205"
    assert region_leaf(office.connection, "A1", TOMORROW_US) == "S"
    assert region_path(office.connection, "A1", 0) == ("3205", "E")


def test_a_region_that_hangs_elsewhere_from_tomorrow_is_where_it_was_today(office: Office) -> None:
    office.post(
        ChannelPublished(
            regions=(
                Region(region_id="3205", parent_id="S", name="苏州市", from_at_us=TOMORROW_US),
            )
        )
    )

    assert region_path(office.connection, "A1", 0) == ("3205", "E")
    assert region_path(office.connection, "A1", TOMORROW_US) == ("3205", "S")


def test_a_level_two_dealer_may_not_order_from_head_office(office: Office) -> None:
    assert allowed_upstreams(office.connection, "A2") == ("A1",)
    check_upstream(office.connection, "A2", "A1")

    with pytest.raises(RuleViolation) as refused:
        check_upstream(office.connection, "A2", "")
    assert refused.value.code == "UPSTREAM_NOT_ALLOWED"
    with pytest.raises(RuleViolation) as unknown:
        check_upstream(office.connection, "A9", "")
    assert unknown.value.code == "ACCOUNT_UNKNOWN"


def test_who_names_no_supplier_is_supplied_by_head_office(office: Office) -> None:
    assert allowed_upstreams(office.connection, "A1") == ("",)


def test_head_office_may_stand_beside_other_suppliers(office: Office) -> None:
    both = Account(
        account_id="A2",
        partner_id="P2",
        sales_org_id="FX",
        name="苏州",
        upstream_account_ids=("A1", ""),
    )
    office.post(ChannelPublished(accounts=(both,)))

    assert allowed_upstreams(office.connection, "A2") == ("A1", "")


def test_a_supplier_knows_its_customers_until_they_leave(office: Office) -> None:
    assert customers_of(office.connection, "A1") == [("A2", "苏州")]

    left = Account(
        account_id="A2",
        partner_id="P2",
        sales_org_id="FX",
        name="苏州",
        former_upstream_ids=("A1",),
    )
    office.post(ChannelPublished(accounts=(left,)))
    assert customers_of(office.connection, "A1") == []
    assert ("A2", "苏州") in customers_of(office.connection, "")


def test_a_till_holds_its_site_its_account_and_its_level_and_nothing_of_others(
    office: Office,
) -> None:
    assert scopes_of_device(office.connection, "till") == (
        "account:A2",
        "all",
        "org:FX",
        "org:FX/level:L2",
        "org:FX/level:L3",
        "site:SH01",
    )


def test_a_dealer_of_two_organisations_holds_both_and_the_prices_of_whom_it_supplies(
    office: Office,
) -> None:
    assert scopes_of_device(office.connection, "dealer") == (
        "account:A1",
        "account:D1",
        "all",
        "org:DS",
        "org:DS/category:LIVE",
        "org:DS/category:SHOP",
        "org:FX",
        "org:FX/level:L1",
        "org:FX/level:L2",
        "site:DL01",
    )


def test_an_exclusive_list_reaches_the_accounts_it_names_and_head_office(office: Office) -> None:
    office.post(
        AssortmentPublished(
            assortment_id="X",
            sales_org_id="FX",
            name="专供",
            is_exclusive=True,
            account_ids=("A1",),
        )
    )

    holders = [
        one
        for one in ("till", "dealer", "keeper", "desk")
        if "list:X" in scopes_of_device(office.connection, one)
    ]
    assert holders == ["dealer", "keeper", "desk"]

    office.post(
        AssortmentPublished(
            assortment_id="X",
            sales_org_id="FX",
            name="专供",
            is_exclusive=True,
            former_account_ids=("A1",),
        )
    )
    assert "list:X" not in scopes_of_device(office.connection, "dealer")


def test_a_desktop_of_head_office_holds_everything_shared_and_no_sites_detail(
    office: Office,
) -> None:
    held = scopes_of_device(office.connection, "desk")

    assert {"all", "hq", "org:FX", "org:DS", "org:FX/level:L3"} <= set(held)
    # Every account's rows stand in hq as well; a scope for each would be thousands.
    assert not [one for one in held if one.startswith(("site:", "account:"))]


def test_a_warehouse_of_head_office_holds_the_orders_it_ships(office: Office) -> None:
    assert "supply" in scopes_of_device(office.connection, "keeper")
    assert "supply" not in scopes_of_device(office.connection, "dealer")


def test_a_revoked_or_unknown_device_holds_nothing(office: Office) -> None:
    office.post(DeviceRevoked(device_id="till", site_id="SH01", reason="lost"))

    assert scopes_of_device(office.connection, "till") == ()
    assert sites_of_device(office.connection, "till") == ()
    assert scopes_of_device(office.connection, "nobody") == ()
    revoked = device_of(office.connection, "till")
    assert revoked is not None
    assert revoked.is_revoked
    assert revoked.public_key == bytes(range(32))


def test_every_row_of_the_channel_says_whose_device_holds_it(office: Office) -> None:
    def scopes(name: str, **values: str) -> tuple[str, ...]:
        return SCHEMA[name].scopes(dict(SCHEMA[name].defaults) | values)

    assert scopes("channel_account", account_id="A1") == ("hq", "account:A1")
    assert scopes("supply", account_id="A2", supplier_id="A1") == (
        "hq",
        "account:A2",
        "account:A1",
    )
    assert scopes("region", sales_org_ids="FX DS") == ("hq", "org:FX", "org:DS")
    assert scopes("partner", kind="dealer") == ("hq",)
    assert scopes("site", site_id="SH01") == ("hq", "site:SH01")


def test_sites_and_accounts_find_each_other(office: Office) -> None:
    assert account_ids_of_site(office.connection, "DL01") == ("A1", "D1")
    assert sites_of_account(office.connection, "D1") == ("DL01",)
    assert sites_of_account(office.connection, "A") == ()
    assert accounts_of_device(office.connection, "dealer") == ("A1", "D1")
    assert sites_of_device(office.connection, "dealer") == ("DL01",)


def test_an_account_and_a_site_are_as_head_office_published_them(office: Office) -> None:
    found, place = account(office.connection, "A1"), site_of(office.connection, "SH01")

    assert found is not None
    assert (found.credit_limit_minor, found.level_id, found.is_active) == (50_000_000, "L1", True)
    assert place is not None
    assert (place.zone, place.sales_mode) == ("Asia/Shanghai", "full")
    assert account(office.connection, "A9") is None
    assert site_of(office.connection, "X") is None


def test_a_category_falls_back_along_its_chain_and_a_ring_ends(office: Office) -> None:
    assert category_chain(office.connection, "LIVE") == ("LIVE", "SHOP")
    assert category_chain(office.connection, "") == ()
    assert with_fallbacks("A", {"A": "B", "B": "A"}) == ("A", "B")


@pytest.mark.parametrize("name", ["", "-", "SH01/x", "SH01 hq", "org:FX", "a\0b", "a\nb"])
def test_a_name_that_would_reach_into_another_site_or_account_is_not_published(
    office: Office, name: str
) -> None:
    for published in (
        ChannelPublished(sites=(Site(site_id=name, name="n", site_type="store"),)),
        ChannelPublished(
            accounts=(Account(account_id=name, partner_id="P", sales_org_id="FX", name="n"),)
        ),
    ):
        with pytest.raises(RuleViolation, match="NAME_UNUSABLE"):
            office.post(published)
