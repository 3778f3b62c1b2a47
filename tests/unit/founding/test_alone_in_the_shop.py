"""What an owner may do who is alone in the shop, and stands for alone (D09, H05, R07)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.app.client import Client
from desktop.sales.usecases.discounting import Discount
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.stocktake.usecases.counting import Tally, Zone, open_count, seal_zone
from desktop.stocktake.usecases.settling import approve_count, post_count, reveal_count
from shared.catalog.rules import own_product_id
from shared.channel.rules import founder_id
from shared.core.ids import uid_text
from shared.core.rounding import MICRO
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location
from shared.stocktake.rules import CountScope
from shared.stocktake.tables import stock_count
from tests.builders.founded_shop import CREAM, new_client, open_for_business


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    yield client
    client.close()


def test_an_owner_alone_counts_reveals_and_posts_and_the_count_says_who(shop: Client) -> None:
    identity = shop.store.identity
    assert identity is not None
    site_id = identity.site_id
    cream = own_product_id(site_id, CREAM)
    opened = shop.store.write(open_count, CountScope.SPOT, [Zone(zone_id="A")], product_ids=[cream])
    count_id = uid_text(opened.value.uid)
    shop.store.write(seal_zone, count_id, "A", [Tally(product_id=cream, qty_micro=9 * MICRO)])
    (line,) = shop.store.write(reveal_count, count_id).value
    assert line.difference_micro == -MICRO
    shop.store.write(approve_count, count_id)
    shop.store.write(post_count, count_id, reasons={cream: "LOST"})
    place = location(site_id)
    assert shop.store.read(lambda one: on_hand_micro(one, place, cream)) == 9 * MICRO
    whose = select(stock_count.c.revealed_by, stock_count.c.posted_by).where(
        stock_count.c.id == count_id
    )
    owner = founder_id(site_id)
    assert shop.store.read(lambda one: one.execute(whose).one()) == (owner, owner)


def test_an_owner_alone_gives_more_than_a_tenth_off(shop: Client) -> None:
    identity = shop.store.identity
    assert identity is not None
    line = BasketLine(product_id=own_product_id(identity.site_id, CREAM), qty_micro=MICRO)
    half = Discount(pay_ratio_micro=500_000)
    sold = shop.store.write(sell, [line], discount=half).value
    assert sold.total_minor == 9_950
