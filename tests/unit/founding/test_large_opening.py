"""Opening stock of a shop too large for one document (H01, R07)."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from desktop.app.founding import found_shop, read_goods, take_in
from desktop.stocktake.usecases import taking_in
from shared.catalog.rules import own_product_id
from shared.core.rounding import MICRO
from shared.stock.queries import is_opened, on_hand_micro
from shared.stock.rules import location
from shared.stocktake.tables import count_line, stock_count, zone_sheet
from tests.builders.founded_shop import OWNER, new_client

GOODS = 5


def test_the_opening_of_a_large_shop_is_one_count_in_several_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "OPENING_LINES_MAX", 2)
    lines = "".join(f"货{one},690{one},个,2.00,1.00,{one}\n" for one in range(1, GOODS + 1))
    sheet = read_goods(f"名称,条码,单位,销售价,进货价,库存量\n{lines}".encode(), "goods.csv")
    client = new_client(tmp_path / "shop")
    try:
        founded = found_shop(client, OWNER)
        taken = take_in(client, sheet.found.items)
        assert (taken.opened, taken.opening_minor) == (GOODS, 1500)

        def look(connection: Connection) -> None:
            execute = connection.execute
            (head,) = execute(select(stock_count)).all()
            assert head.value_minor == 1500, "the count states the whole, not its last part"
            assert is_opened(connection, founded.site_id)
            assert execute(select(func.count()).select_from(zone_sheet)).scalar() == 3
            assert execute(select(func.count()).select_from(count_line)).scalar() == GOODS

        client.store.read(look)
        last = own_product_id(founded.site_id, "6905")
        place = location(founded.site_id)
        assert client.store.read(lambda one: on_hand_micro(one, place, last)) == 5 * MICRO
    finally:
        client.close()
