"""The demo channel is one coherent business: regions, accounts, sites, users, lists and stock."""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date

from resources.demo import read_rows
from tests.real_data import real_data

Row = dict[str, str]


def by_code(name: str) -> dict[str, Row]:
    return {row["code"]: row for row in read_rows(name)}


def codes(rows: Iterable[Row], column: str) -> set[str]:
    return {row[column] for row in rows}


def visible_products(account: Row) -> set[str]:
    lists = [
        row["code"]
        for row in read_rows("assortments")
        if row["sales_org"] == account["sales_org"]
        and (row["kind"] == "general" or account["code"] in row["accounts"].split(";"))
    ]
    rows = read_rows("assortment_products")
    return {row["product_code"] for row in rows if row["assortment"] in lists}


def test_regions_carry_the_codes_of_the_real_divisions() -> None:
    for row in read_rows("regions"):
        lengths = {"area": 0, "province": 2, "city": 4}
        assert len(row["division_code"]) == lengths[row["kind"]], row
        if row["kind"] == "city":
            assert row["code"] == row["division_code"]
            assert row["code"].startswith(row["parent"])
        assert (row["parent"] == "") is (row["kind"] == "area")


def test_provinces_and_cities_are_called_as_in_the_data_set() -> None:
    official: dict[str, str] = {}
    for name in ("provinces.csv", "cities.csv"):
        with real_data("cn_divisions", name).open(encoding="utf-8", newline="") as file:
            official |= {row["code"]: row["name"] for row in csv.DictReader(file)}
    named = {row["division_code"]: row["name_zh"] for row in read_rows("regions")}
    named.pop("")
    assert named.pop("3101") == "上海" + official["3101"]
    assert {code: official[code] for code in named} == named


def test_accounts_and_sites_sit_on_leaves_of_the_region_tree() -> None:
    inner = codes(read_rows("regions"), "parent")
    for name in ("accounts", "sites", "partners"):
        assert codes(read_rows(name), "region") & inner == set()


def test_the_chain_runs_from_head_office_over_two_levels_to_stores_and_a_counter() -> None:
    accounts = by_code("accounts")
    first = [a for a in accounts.values() if a["sales_org"] == "FX" and a["level"] == "L1"]
    second = [a for a in accounts.values() if a["level"] == "L2"]
    assert len(first) == 2
    assert [a["upstream"] for a in first] == ["", ""]
    assert [accounts[a["upstream"]]["level"] for a in second] == ["L1"]
    below = {a["code"] for a in accounts.values() if a["upstream"] == second[0]["code"]}
    kinds = Counter(s["type"] for s in read_rows("sites") if s["account"] in below)
    assert kinds == {"store": 2, "counter": 1}


def test_an_account_buys_in_its_own_sales_organisation_from_a_higher_level() -> None:
    accounts = by_code("accounts")
    rank = {row["code"]: int(row["rank"]) for row in read_rows("levels")}
    org_of = {row["code"]: row["sales_org"] for row in read_rows("customer_categories")}
    for account in accounts.values():
        assert org_of[account["customer_category"]] == account["sales_org"]
        if account["upstream"]:
            supplier = accounts[account["upstream"]]
            assert supplier["sales_org"] == account["sales_org"]
            assert rank[supplier["level"]] < rank[account["level"]]


def test_every_distribution_account_has_a_ratio_for_every_brand_it_may_see() -> None:
    products = by_code("products")
    known = {(row["sales_org"], row["level"], row["brand"]) for row in read_rows("ratios")}
    for account in read_rows("accounts"):
        if account["sales_org"] == "DS":
            continue
        for code in visible_products(account):
            assert (account["sales_org"], account["level"], products[code]["brand"]) in known


def test_one_partner_holds_accounts_in_two_sales_organisations() -> None:
    counted = Counter(row["partner"] for row in read_rows("accounts"))
    assert max(counted.values()) == 2


def test_sites_have_known_types_modes_and_zone_and_the_partner_of_their_account() -> None:
    accounts = by_code("accounts")
    sites = read_rows("sites")
    assert codes(sites, "type") == {"warehouse", "store", "counter"}
    assert codes(sites, "sales_mode") == {"full", "simple"}
    assert codes(sites, "zone") == {"Asia/Shanghai"}
    for site in sites:
        if site["account"]:
            assert accounts[site["account"]]["partner"] == site["partner"]
        assert (site["mall_partner"] != "") is (site["type"] == "counter")


def test_users_cover_the_role_templates_and_are_granted_only_their_partners_sites() -> None:
    owner = {row["code"]: row["partner"] for row in read_rows("sites")}
    users = read_rows("users")
    assert codes(users, "role") == {
        "clerk", "dealer", "warehouse", "hq_editor", "hq_approver", "hq_sales",
    }  # fmt: skip
    for user in users:
        for site in filter(None, user["sites"].split(";")):
            assert owner[site] == user["partner"], user["code"]
        assert user["sites"] or user["role"] not in ("clerk", "warehouse"), user["code"]
        assert not {"password", "pin"} & set(user)


def test_every_head_office_role_is_made_from_the_head_office_template() -> None:
    for user in read_rows("users"):
        at_head_office = user["role"].startswith("hq_")
        expected = "head_office" if at_head_office else user["role"]
        assert user["role_template"] == expected, user["code"]


def test_dealers_are_granted_the_sales_organisations_of_their_accounts() -> None:
    held = {(row["partner"], row["sales_org"]) for row in read_rows("accounts")}
    for user in read_rows("users"):
        if user["role"] == "dealer":
            granted = {(user["partner"], org) for org in user["sales_orgs"].split(";")}
            assert granted == {pair for pair in held if pair[0] == user["partner"]}


def test_an_exclusive_list_names_accounts_and_its_products_are_in_no_general_list() -> None:
    kind = {row["code"]: row["kind"] for row in read_rows("assortments")}
    listed: dict[str, set[str]] = {"general": set(), "exclusive": set()}
    for row in read_rows("assortment_products"):
        listed[kind[row["assortment"]]].add(row["product_code"])
    assert listed["exclusive"]
    assert listed["exclusive"] & listed["general"] == set()
    assert listed["exclusive"] | listed["general"] == codes(read_rows("products"), "code")
    for row in read_rows("assortments"):
        assert (row["accounts"] != "") is (row["kind"] == "exclusive")


def test_every_sales_organisation_has_a_general_list() -> None:
    general = {row["sales_org"] for row in read_rows("assortments") if row["kind"] == "general"}
    assert general == codes(read_rows("sales_orgs"), "code")


def test_every_site_opens_with_whole_positive_stock_of_products_it_may_see() -> None:
    accounts, sites = by_code("accounts"), by_code("sites")
    visible = {code: visible_products(account) for code, account in accounts.items()}
    stock = read_rows("opening_stock")
    assert codes(stock, "site") == set(sites)
    for row in stock:
        assert int(row["qty"]) > 0
        account = sites[row["site"]]["account"]
        assert not account or row["product_code"] in visible[account], row


def test_lots_and_expiry_dates_are_given_for_lot_tracked_products_only() -> None:
    products = by_code("products")
    expiry_of_lot: dict[tuple[str, str], str] = {}
    for row in read_rows("opening_stock"):
        tracked = products[row["product_code"]]["lot_tracked"] == "1"
        assert (row["lot"] != "") is tracked, row
        assert (row["expiry"] != "") is tracked, row
        if tracked:
            date.fromisoformat(row["expiry"])
            known = expiry_of_lot.setdefault((row["product_code"], row["lot"]), row["expiry"])
            assert known == row["expiry"], row


def test_a_lot_expires_its_shelf_life_after_the_day_in_its_number() -> None:
    products = by_code("products")
    for row in read_rows("opening_stock"):
        if not row["lot"]:
            continue
        made = date(2000 + int(row["lot"][:2]), int(row["lot"][2:4]), int(row["lot"][4:6]))
        ends = date.fromisoformat(row["expiry"])
        months = (ends.year - made.year) * 12 + ends.month - made.month
        assert months == int(products[row["product_code"]]["shelf_life_months"]), row


def test_movement_types_cover_what_a_warehouse_does() -> None:
    types = by_code("movement_types")
    assert {
        "purchase_receipt", "sales_out", "gift_out", "transfer_out", "transfer_in",
        "consumption", "scrap", "misc_receipt",
    } <= set(types)  # fmt: skip
    flags = ("needs_reason", "needs_party", "needs_approval")
    for row in types.values():
        assert row["sign"] in ("1", "-1")
        assert {row[flag] for flag in flags} <= {"0", "1"}
        assert row["counter_location"] in {
            "opening", "supplier", "customer", "gift", "transit",
            "consumption", "scrap", "adjustment",
        }, row  # fmt: skip


def test_transfers_and_shipments_leave_and_arrive_through_the_same_place() -> None:
    types = by_code("movement_types")
    for out, into in (("transfer_out", "transfer_in"), ("shipment", "receipt")):
        assert (types[out]["sign"], types[into]["sign"]) == ("-1", "1")
        assert types[out]["counter_location"] == types[into]["counter_location"] == "transit"
