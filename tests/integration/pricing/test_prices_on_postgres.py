"""Head office on PostgreSQL gives the same numbers, prices and scopes as on SQLite."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

import shared.pricing.tables
from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    Product,
    ProductBarcode,
)
from shared.catalog.queries import by_barcode, listing
from shared.catalog.search import search
from shared.channel.documents import (
    Account,
    ChannelPublished,
    DeviceEnrolled,
    Level,
    Region,
    SalesOrg,
    Site,
)
from shared.channel.queries import region_path, scopes_of_device, sites_of_account
from shared.core.rounding import MICRO
from shared.pricing.queries import context_of, difference, price, version_by_number, versions
from shared.pricing.rules import PriceRow, retail_ratio
from shared.sync.tables import METADATA
from tests.builders.documents import NOON_US
from tests.builders.masters import SCHEMA, Office, an_approver, an_office
from tests.integration.postgres import new_database, running_postgres

ROWS = (
    PriceRow("010204", "", "retail", 199 * MICRO),
    PriceRow("", "CHENLU", "level:L1", ratio_micro=455_000),
)


@pytest.fixture
def on_postgres() -> Iterator[Office]:
    with running_postgres() as server, new_database(server, "masters") as address:
        engine = create_engine(address)
        with engine.connect() as connection:
            tables = [*SCHEMA.all_tables(), *shared.pricing.tables.LOCAL]
            METADATA.create_all(connection, tables=tables)
            yield Office(connection)
        engine.dispose()


def fill(office: Office) -> None:
    office.post(
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="分销"),),
            regions=(Region(region_id="E", name="华东"),),
            levels=(Level(level_id="L1", name="一级"),),
            accounts=(
                Account(
                    account_id="A_1",
                    partner_id="P1",
                    sales_org_id="FX",
                    name="A",
                    level_id="L1",
                    region_id="E",
                ),
            ),
            sites=(Site(site_id="SH01", name="店", site_type="store", account_ids=("A_1",)),),
        )
    )
    office.post(
        DeviceEnrolled(
            device_id="till", device_type="till", site_id="SH01", tag="01", public_key=bytes(32)
        )
    )
    office.post(
        CataloguePublished(
            products=(
                Product(
                    code="010204",
                    name="面霜",
                    brand="CHENLU",
                    sales_org_ids=("FX",),
                    barcodes=(ProductBarcode(barcode="036000291452"),),
                ),
            )
        )
    )
    items = (AssortmentItem(product_id="010204"),)
    office.post(AssortmentPublished(assortment_id="G", sales_org_id="FX", name="G", items=items))
    office.post(an_approver())
    office.publish_prices(ROWS, retail_ratio())
    dearer = [PriceRow("010204", "", "retail", 299 * MICRO)]
    office.publish_prices(dearer, retail_ratio(), parent_number=1, effective_at_us=NOON_US + 1)
    office.publish_prices(dearer, retail_ratio(), parent_number=1)


def answers(office: Office) -> tuple[object, ...]:
    connection = office.connection
    context = context_of(connection, "A_1", NOON_US)
    older = version_by_number(connection, "FX", 1)
    newer = version_by_number(connection, "FX", 2)
    assert older is not None
    assert newer is not None
    return (
        price(connection, context, "010204", NOON_US),
        price(connection, context, "010204", NOON_US + 1),
        [(one.number, one.status, one.code) for one in versions(connection, "FX")],
        difference(connection, context, older, newer),
        scopes_of_device(connection, "till"),
        sites_of_account(connection, "A_1"),
        region_path(connection, "A_1", NOON_US),
        by_barcode(connection, "0036000291452"),
        listing(connection, "A_1", NOON_US),
    )


@pytest.mark.slow
@pytest.mark.postgres
def test_head_office_answers_the_same_on_both_databases(on_postgres: Office) -> None:
    on_sqlite = an_office()
    for office in (on_postgres, on_sqlite):
        fill(office)

    assert answers(on_postgres) == answers(on_sqlite)
    assert search(on_postgres.connection, "0360") == []
    on_sqlite.connection.close()
