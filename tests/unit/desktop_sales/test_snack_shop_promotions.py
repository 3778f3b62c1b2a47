"""The goods of a real snack shop, taken up as the import screen does, sold under policies of head
office (D06, D09); a shop of its own has nobody to publish any."""

import asyncio
from pathlib import Path
from typing import Final

from desktop.app.client import Client
from desktop.app.founding import found_shop, read_goods_file
from desktop.app.taking import take_as_own
from desktop.channel.usecases import place_of
from desktop.pricing.usecases import Buyer
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.promoting import promotions_for
from shared.access.queries import permissions_of
from shared.catalog.importing import ProductRow
from shared.catalog.rules import own_product_id
from shared.core.rounding import MICRO
from shared.promotions.rules import PolicyKind, Tier
from shared.sales.queries import sale_with_lines
from tests.builders.founded_shop import OWNER, new_client, site_of
from tests.builders.one_house import House
from tests.builders.plain_desk import sit
from tests.builders.policies import a_policy, publish, ten_plus_one
from tests.real_data import real_data
from tests.unit.desktop_sales.test_promotions import CLERK, is_replayed, sell

SITE: Final = "SH01"


def the_goods() -> list[ProductRow]:
    found = read_goods_file(real_data("pos_exports_cn", "snack_shop_pos_export.xlsx")).found.items
    assert len(found) == 302
    return list(found)


def test_a_snack_shop_s_goods_earn_gifts_and_money_off_and_give_them_back(house: House) -> None:
    rows = the_goods()
    desk = sit(house, CLERK, "SH01.01", device_type="till")
    taken = asyncio.run(take_as_own(desk, rows, False))
    assert taken.products == 302
    priced = sorted(
        (row for row in rows if row.retail_micro and row.product.barcodes),
        key=lambda row: (row.retail_micro or 0, row.product.code),
    )
    cheap, dear = priced[len(priced) // 2], priced[-1]
    main = own_product_id(SITE, cheap.product.code)
    tiers = (Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000))
    publish(
        house,
        ten_plus_one(main),
        a_policy("MJ", PolicyKind.THRESHOLD, name="满减", tiers=tiers),
    )
    till = TillModel(desk, "CNY")
    till.scan(cheap.product.barcodes[0].barcode, "25")
    assert [(one.product_id, one.qty_micro) for one in till.deal.gifts] == [(main, 2 * MICRO)]
    till.set_quantity("9")
    assert not till.deal.gifts
    till.set_quantity("25")

    each_minor = (dear.retail_micro or 0) // 10_000
    cheap_minor = (cheap.retail_micro or 0) // 10_000
    pieces = -(-(50_000 - 25 * cheap_minor) // each_minor)
    till.scan(dear.product.barcodes[0].barcode, str(pieces))
    gross = 25 * cheap_minor + pieces * each_minor
    assert gross >= 50_000
    assert (till.due.list_minor, till.due.total_minor) == (gross, gross - 8_000)
    sold = sell(till)
    assert is_replayed(house, sold)
    found = house.read(lambda one: sale_with_lines(one, sold.uid))
    assert found is not None
    lines = found[1]
    assert sum(line["promotion_minor"] for line in lines if line["kind"] == "goods") == 8_000
    share = next(line["promotion_minor"] for line in lines if line["product_id"] != main)
    back = house.do(
        "SH01.01", CLERK, "return-goods", sale=sold.number, reason="x",
        lines=[{"code": dear.product.barcodes[0].barcode, "qty": str(pieces)}],
    )  # fmt: skip
    assert back["sale"]["total_minor"] == -(pieces * each_minor - share)


def test_a_founded_shop_has_nobody_to_publish_policies(tmp_path: Path) -> None:
    client: Client = new_client(tmp_path / "shop")
    found_shop(client, OWNER)
    try:
        may = client.store.read(
            lambda one: permissions_of(one, client.store.author_id, site_of(client))
        )
        assert "sale.make" in may
        assert may.isdisjoint({"promotion.publish", "promotion.approve"})
        opened = client.store.write(
            lambda session: promotions_for(session, place_of(session), Buyer(), [])
        ).value
        assert opened.policies == ()
    finally:
        client.close()
