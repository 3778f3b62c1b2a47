"""What a new shop is shown to do first, and for how long."""

from pathlib import Path

from desktop.app.client import Client
from desktop.reporting.usecases.today import read_today
from desktop.sales.usecases.selling import BasketLine, sell
from shared.catalog.rules import own_product_id
from shared.core.rounding import MICRO
from tests.builders.founded_shop import CREAM, new_client, open_for_business, site_of

DAY_US = 24 * 3_600 * 1_000_000


def steps(client: Client, *, days: int = 0) -> dict[str, bool]:
    now_us = client.clock.now_us() + days * DAY_US
    asked = frozenset({"sale.make"})
    today = client.store.read(
        lambda one: read_today(
            one, client.store.identity, asked, "", now_us, "Asia/Shanghai", "CNY"  # type: ignore[arg-type]
        )
    )  # fmt: skip
    return dict(today.first_steps)


def test_what_was_left_out_stays_after_the_first_sale_and_goes_after_two_weeks(
    tmp_path: Path,
) -> None:
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    assert steps(client) == {"goods": True, "opening": True, "devices": False, "sale": False}
    assert steps(client, days=30), "a shop that never sold is still new"
    line = BasketLine(product_id=own_product_id(site_of(client), CREAM), qty_micro=MICRO)
    client.store.write(sell, [line])
    assert steps(client) == {"goods": True, "opening": True, "devices": False, "sale": True}
    assert steps(client, days=15) == {}
    client.close()
