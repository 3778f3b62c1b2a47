"""Daily sums and what head office makes of them: groups, the period before, gaps."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.areas import REGISTRY, SCHEMA
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, Region
from shared.journal.document import Write
from shared.reporting.posting import SIMPLE, days_of, sum_day
from shared.reporting.queries.sums import By, SalesReport, period_before, sales_report
from shared.sales.documents import (
    RegisterLine,
    Sale,
    SaleLine,
    StockOutRegistered,
    TenderLine,
)
from shared.sync.replica import apply_writes, everything
from tests.builders.documents import NOON_US
from tests.builders.office import Office

PIECE = 1_000_000
DAY = "2025-12-01"
DAY_US = 24 * 3600 * 1_000_000


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    opened.found_house()
    regions = (
        Region(region_id="CN", name="China"),
        Region(region_id="E", name="East", parent_id="CN"),
        Region(region_id="S", name="South", parent_id="CN"),
    )
    accounts = tuple(
        Account(
            account_id=name,
            partner_id=f"PA{name}",
            sales_org_id="FX",
            name=name,
            level_id="L2",
            region_id=region_id,
            upstream_account_ids=("D1",),
        )
        for name, region_id in (("D2", "E"), ("D3", "S"))
    )
    opened.write(904, ChannelPublished(regions=regions, accounts=accounts), site_id="")
    yield opened
    opened.close()


def a_sale(product: str, qty: int, price: int = 5, tender: str = "cash") -> Sale:
    amount = qty * price * 100
    return Sale(
        mode="full",
        currency="CNY",
        lines=[
            SaleLine(
                product_id=product,
                qty_micro=qty * PIECE,
                unit_price_micro=price * PIECE,
                amount_minor=amount,
            )
        ],
        tenders=[TenderLine(tender=tender, amount_minor=amount)],
        total_minor=amount,
    )


def summed(office: Office, *sites: str, day: str = DAY) -> None:
    """What the server does after the pushes."""
    for site_id in sites:
        writes = list(sum_day(office.connection, site_id, day, NOON_US))
        apply_writes(office.connection, SCHEMA, writes, slot=0, owns=everything)


def report(office: Office, by: By, **more: str) -> SalesReport:
    return sales_report(office.connection, by=by, from_day=DAY, to_day=DAY, at_us=NOON_US, **more)


def figures(found: SalesReport) -> dict[str, tuple[int, int]]:
    return {one.key: (one.net_minor, one.net_micro // PIECE) for one in found.lines}


@pytest.fixture
def sold(office: Office) -> Office:
    office.write(1, a_sale("P1", 4), site_id="SH01")
    office.write(2, a_sale("P1", -1), site_id="SH01")
    office.write(3, a_sale("P2", 2, 7, "wechat"), site_id="SH02")
    summed(office, "SH01", "SH02")
    return office


def test_sales_are_grouped_by_place_goods_and_tender(sold: Office) -> None:
    assert figures(report(sold, By.SITE)) == {"SH01": (1_500, 3), "SH02": (1_400, 2)}
    assert figures(report(sold, By.REGION)) == {"E": (1_500, 3), "S": (1_400, 2)}
    assert figures(report(sold, By.ACCOUNT)) == {"D2": (1_500, 3), "D3": (1_400, 2)}
    assert figures(report(sold, By.PRODUCT)) == {"P1": (1_500, 3), "P2": (1_400, 2)}
    assert figures(report(sold, By.DAY)) == {DAY: (2_900, 5)}
    assert figures(report(sold, By.TENDER)) == {"cash": (1_500, 0), "wechat": (1_400, 0)}
    (site, _) = report(sold, By.SITE).lines
    assert (site.sales, site.returns) == (1, 1)


def test_a_region_takes_what_lies_below_it(sold: Office) -> None:
    assert figures(report(sold, By.SITE, region_id="E")) == {"SH01": (1_500, 3)}
    assert len(report(sold, By.SITE, region_id="CN").lines) == 2
    assert report(sold, By.SITE, sales_org_id="S9").lines == ()


def test_the_period_before_stands_beside(sold: Office) -> None:
    found = sales_report(
        sold.connection, by=By.SITE, from_day="2025-12-02", to_day="2025-12-02", at_us=NOON_US
    )

    assert [(one.key, one.net_minor, one.before_minor) for one in found.lines] == [
        ("SH01", 0, 1_500),
        ("SH02", 0, 1_400),
    ]


def test_the_simple_mode_counts_pieces_beside_the_full_one(sold: Office) -> None:
    lines = [RegisterLine(product_id="P1", qty_micro=6 * PIECE)]
    registered = StockOutRegistered(from_day="2025-11-28", to_day=DAY, lines=lines)
    sold.write(4, registered, site_id="SH02")
    summed(sold, "SH02")

    found = report(sold, By.MODE)
    assert {(one.key, one.currency): one.net_micro // PIECE for one in found.lines} == {
        ("full", "CNY"): 5,
        (SIMPLE, "CNY"): 6,
    }


def test_a_silent_device_is_named_beside_the_figures(sold: Office) -> None:
    device = DeviceEnrolled(
        device_id="SH02.01", device_type="till", site_id="SH02", tag="01", public_key=bytes(32)
    )
    sold.write(5, device, site_id="")
    assert report(sold, By.SITE).missing == ()

    later = sales_report(
        sold.connection, by=By.SITE, from_day=DAY, to_day=DAY, at_us=NOON_US + 3 * DAY_US
    )

    assert [(one.device_id, one.site_id, one.seen_at_us) for one in later.missing] == [
        ("SH02.01", "SH02", 0)
    ]
    contact = Write(
        "device_contact", "SH02.01", {"site_id": "SH02", "seen_at_us": NOON_US + 3 * DAY_US}
    )
    apply_writes(sold.connection, SCHEMA, [contact], slot=0, owns=everything)
    again = sales_report(
        sold.connection, by=By.SITE, from_day=DAY, to_day=DAY, at_us=NOON_US + 3 * DAY_US
    )
    assert again.missing == ()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["P1", "P2"]), st.integers(-5, 9)), max_size=8))
def test_the_sums_of_goods_tenders_and_days_agree_for_any_sales(
    sales: list[tuple[str, int]],
) -> None:
    office = Office.of(REGISTRY, SCHEMA)
    try:
        office.found_house()
        for number, (product, qty) in enumerate(sales, start=1):
            office.write(number, a_sale(product, qty), site_id="SH01")
        summed(office, "SH01")
        totals = {
            by: sum(one.net_minor for one in report(office, by).lines)
            for by in (By.SITE, By.PRODUCT, By.TENDER, By.MODE)
        }
    finally:
        office.close()

    assert set(totals.values()) == {sum(qty for _, qty in sales) * 500}


def test_the_period_before_has_as_many_days() -> None:
    assert period_before("2025-12-01", "2025-12-31") == ("2025-10-31", "2025-11-30")
    assert period_before("2025-03-01", "2025-03-01") == ("2025-02-28", "2025-02-28")


def test_only_sales_change_the_sums_of_a_day() -> None:
    sale = Write("sale", "1", {"site_id": "SH01", "business_day": DAY})
    line = Write("sale_line", "2", {"site_id": "SH01", "business_day": DAY})
    register = Write("register_line", "3", {"site_id": "SH02", "to_day": DAY})

    assert days_of([sale, line, register]) == {("SH01", DAY), ("SH02", DAY)}
