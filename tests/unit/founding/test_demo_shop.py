"""The shop to try things out in: filled, with a past, and never the real one (R07)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.demo_shop import DAYS, DemoTexts, demo_home, open_demo_shop
from desktop.app.founding import Founded, found_shop
from desktop.sales.usecases.selling import BasketLine, sell
from shared.catalog.queries import own_products
from shared.catalog.search import search
from shared.core.errors import Conflict
from shared.sales.tables import sale
from shared.stock.queries import holdings
from tests.builders.founded_shop import OWNER, new_client
from tests.fakes.edges import FakeClock, SeededRandomness


def open_it(home: Path, texts: DemoTexts | None = None) -> tuple[Client, Founded]:
    return open_demo_shop(
        home, LAYOUT, clock=FakeClock(), randomness=SeededRandomness(3), texts=texts
    )


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Client, Founded]]:
    client, founded = open_it(tmp_path / "渠通-demo")
    yield client, founded
    client.close()


def test_it_is_ready_to_sell_with_two_weeks_behind_it(demo: tuple[Client, Founded]) -> None:
    client, founded = demo
    ids = client.store.read(lambda one: own_products(one, founded.site_id))
    assert len(ids) == 296
    count, days, total = client.store.read(
        lambda one: one.execute(
            select(
                func.count(),
                func.count(sale.c.business_day.distinct()),
                func.sum(sale.c.total_minor),
            )
        ).one()
    )
    assert count > 5 * DAYS
    assert days >= DAYS
    assert total > 0
    assert all(
        one.qty_micro > 0 for one in client.store.read(lambda c: holdings(c, founded.site_id))
    )
    (found,) = client.store.read(lambda one: search(one, "虾片烤番茄", limit=5))
    done = client.store.write(sell, [BasketLine(product_id=found, qty_micro=1_000_000)])
    assert done.value.total_minor == 1_300
    assert done.value.number.startswith(f"XS-{founded.site_id}-01A-")


def test_opening_it_again_changes_nothing(tmp_path: Path) -> None:
    client, first = open_it(tmp_path / "demo", DemoTexts(shop="Corner", owner="Owner"))
    head = client.store.read(lambda one: one.execute(select(func.count(sale.c.id))).scalar_one())
    client.close()
    client, again = open_it(tmp_path / "demo")
    assert again == first
    assert client.store.author_id == first.user_id
    later = client.store.read(lambda one: one.execute(select(func.count(sale.c.id))).scalar_one())
    assert later == head
    client.close()


def test_it_lies_beside_the_real_data_and_never_in_it(tmp_path: Path) -> None:
    real = new_client(tmp_path / "Qutong")
    founded = found_shop(real, OWNER)
    client, demo = open_it(demo_home(tmp_path / "Qutong"))
    assert demo.site_id != founded.site_id
    assert client.home.parent == real.home.parent
    assert client.home != real.home
    client.close()
    real.close()
    with pytest.raises(Conflict, match="ALREADY_ENROLLED"):
        open_demo_shop(
            tmp_path / "Qutong", LAYOUT, clock=FakeClock(), randomness=SeededRandomness(1)
        )


def test_it_takes_less_than_three_seconds_of_work(tmp_path: Path) -> None:
    # Of this process, so that other work of the machine is no failure.
    begun = time.process_time()
    client, _ = open_it(tmp_path / "demo")
    took_s = time.process_time() - begun
    client.close()
    assert took_s < 3
