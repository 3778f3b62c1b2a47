"""What goods cost to buy stays where it was stated: head office's desks, or one shop (P05)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.catalog.usecases import create_own_product, publish_goods, state_costs
from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import Product
from shared.catalog.queries import costs_of, product
from shared.catalog.tables import product_cost
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served

CREAM, COST = "010204", 31_250_000
PEOPLE = (
    UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
    UserPublished(user_id="second", name="Two", role="head_office", grants=(Grant(),)),
    UserPublished(
        user_id="wang", name="Wang", role="owner", grants=(Grant(site_id="SH01"),)
    ),
    UserPublished(user_id="li", name="Li", role="dealer", grants=(Grant(site_id="SH05"),)),
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        made.publish(*PEOPLE)
        yield made


def enrolled(home: Path, office: HeadOffice, kind: str, site_id: str, who: str) -> Client:
    client = Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=MemoryKeyStore(),
        ballast_bytes=4096,
    )
    client.enrol(office.url, office.enrol_code(kind, site_id, home.name[-2:]))
    client.sync()
    client.store.author_id = who
    return client


def _costs(client: Client) -> dict[str, int]:
    return client.store.read(
        lambda one: {
            row.product_id: row.unit_cost_micro for row in one.execute(select(product_cost))
        }
    )


def _tells(client: Client) -> set[str]:
    """Tables of the device's database in which the cost, or a document of costs, stands."""

    def look(one: Connection) -> set[str]:
        names = one.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name
            for (name,) in names.all()
            for row in one.exec_driver_sql(f'SELECT * FROM "{name}"')
            if COST in row or any(b"product_costs" in cell for cell in row if type(cell) is bytes)
        }

    return client.store.read(look)


def test_no_dealer_and_no_store_holds_a_cost_of_head_offices_and_a_shops_is_its_own(
    tmp_path: Path, office: HeadOffice
) -> None:
    desk = enrolled(tmp_path / "desk01", office, "hq", "", "boss")
    till = enrolled(tmp_path / "till01", office, "till", "SH01", "wang")
    dealer = enrolled(tmp_path / "dealer01", office, "dealer", "SH05", "li")
    every = (desk, till, dealer)
    try:
        cream = Product(code=CREAM, name="晨露保湿面霜", sales_org_ids=("FX",))
        assert desk.store.write(publish_goods, [cream], {CREAM: COST}).value.costs == 1
        own = till.store.write(create_own_product, "", "茶", barcodes=["6921168509256"]).value
        till.store.write(state_costs, {own: COST + 1})
        for _ in range(2):
            for client in every:
                client.sync()

        assert desk.store.read(lambda one: costs_of(one, "", "CNY")) == {CREAM: COST}
        assert _costs(desk) == {CREAM: COST}
        assert _costs(till) == {own: COST + 1}
        assert _costs(dealer) == {}
        for client in (till, dealer):
            assert client.store.read(lambda one: product(one, CREAM)) is not None
        assert _tells(desk) >= {"product_cost", "journal"}
        assert _tells(dealer) == set()
        assert "product_cost" not in _tells(till)
    finally:
        for client in every:
            client.close()
