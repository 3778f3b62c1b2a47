"""What a shop buys itself, from whom and for how much, stays in the shop (B11)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, select

from desktop.app.client import Client
from desktop.app.founding import join
from desktop.stock.usecases import Bought, receive_purchase, take_up_supplier
from shared.access.documents import Grant, UserPublished
from shared.catalog.queries import suppliers
from shared.catalog.rules import own_product_id
from shared.catalog.tables import own_supplier, product_cost
from shared.stock.queries import costs_known, on_hand_micro, purchases
from shared.stock.rules import location
from shared.stock.tables import purchase_line, stock_move
from tests.builders.founded_shop import CREAM, new_client, open_for_business, site_of
from tests.integration.desktop.served_brand import HeadOffice, served

PIECE = 1_000_000
COST = 87_654_321
NAME, SLIP = "王记批发", "XS-0071"
ALWAYS = ("2000-01-01", "2999-12-31")
BOSS = UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),))
SECOND = UserPublished(user_id="second", name="Two", role="head_office", grants=(Grant(),))


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path / "brand") as made:
        made.publish(BOSS, SECOND)
        yield made


def _buy(shop: Client) -> None:
    supplier = shop.store.write(take_up_supplier, NAME).value
    cream = own_product_id(site_of(shop), CREAM)
    line = Bought(product_id=cream, qty_micro=5 * PIECE, unit_cost_micro=COST)
    shop.store.write(receive_purchase, [line], supplier_id=supplier, reference=SLIP)


def _told(connection: Connection) -> set[str]:
    """Tables in which the cost, the slip or the supplier stands, in rows or documents."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    secret = (NAME.encode(), SLIP.encode())
    return {
        name
        for (name,) in names.all()
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        if COST in row
        or {NAME, SLIP} & {cell for cell in row if isinstance(cell, str)}
        or any(one in cell for cell in row if isinstance(cell, bytes) for one in secret)
    }


def _rows(client: Client, table: Table) -> int:
    asked = select(func.count()).select_from(table)
    return client.store.read(lambda one: int(one.execute(asked).scalar_one()))


def test_head_offices_desk_holds_no_row_of_it_and_the_shops_other_till_holds_all(
    tmp_path: Path, brand: HeadOffice
) -> None:
    shop = new_client(tmp_path / "shop")
    open_for_business(shop)
    site_id = site_of(shop)
    _buy(shop)
    join(shop, brand.url, brand.invite())
    _buy(shop)
    assert shop.sync().kept == {}
    desk, till = new_client(tmp_path / "desk"), new_client(tmp_path / "till")
    try:
        desk.enrol(brand.url, brand.enrol_code("hq", "", "01"))
        till.enrol(brand.url, brand.enrol_code("till", site_id, "02"))
        for _ in range(2):
            for client in (desk, till, shop):
                client.sync()

        for table in (purchase_line, own_supplier, product_cost, stock_move):
            assert _rows(desk, table) == 0
        assert desk.store.read(_told) == set()

        (known,) = till.store.read(lambda one: suppliers(one, site_id))
        assert known.name == NAME
        found = till.store.read(lambda one: purchases(one, site_id, *ALWAYS))
        assert [(one.reference, one.supplier_id) for one in found] == [
            (SLIP, known.supplier_id)
        ] * 2
        cream = own_product_id(site_id, CREAM)
        assert till.store.read(lambda one: costs_known(one, site_id, "CNY")).last(cream) == COST
        place = location(site_id)
        assert till.store.read(lambda one: on_hand_micro(one, place, cream)) == 20 * PIECE
    finally:
        for client in (desk, till, shop):
            client.close()
