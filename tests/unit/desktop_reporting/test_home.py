"""The home screen tells each person what waits for them, and nothing that is not theirs."""

import asyncio
from collections.abc import Iterator

import pytest

from desktop.reporting.model.home import Home, Tile, Viewer
from shared.access.queries import permissions_of
from tests.builders.one_house import House, a_house
from tests.builders.plain_desk import sit

HOUR_US = 3_600_000_000
FACE = "2000101010005"
SCREENS = frozenset(
    {
        "till", "sales", "shift", "orders", "receiving", "reorder", "stock", "stocktake",
        "transfers", "order-desk", "tasks", "statement",
    }
)  # fmt: skip


@pytest.fixture
def house() -> Iterator[House]:
    made: House = a_house()
    yield made
    made.close()


def home_of(house: House, user: str, device: str, device_type: str = "till") -> Home:
    desk = sit(house, user, device, device_type=device_type)
    site_id = "" if device_type == "hq" else device.partition(".")[0]
    viewer = Viewer(
        user_id=user,
        site_id=site_id,
        permissions=house.read(lambda one: permissions_of(one, user, site_id)),
        screens=SCREENS,
        zone="Asia/Shanghai",
        currency="CNY",
    )
    made = Home(desk, viewer)
    asyncio.run(made.load())
    return made


def tiles(home: Home) -> dict[str, Tile]:
    return {one.name: one for one in home.tiles}


def sell(house: House, pieces: int) -> None:
    house.do(
        "SH01.01",
        "clerk-guanqian",
        "sell",
        lines=[{"code": FACE, "qty": str(pieces)}],
        tenders=[{"tender": "cash", "amount": str(59 * pieces)}],
    )


def test_a_clerk_sees_the_day_grow_sale_by_sale(house: House) -> None:
    before = tiles(home_of(house, "clerk-guanqian", "SH01.01"))
    assert (before["amount_today"].figure, before["sales_today"].figure) == (0, 0)
    sell(house, 2)
    sell(house, 1)
    after = home_of(house, "clerk-guanqian", "SH01.01")
    assert tiles(after)["amount_today"].figure == 3 * 59_00
    assert tiles(after)["sales_today"].figure == 2
    assert sum(amount for _key, _sales, amount in after.sums) == 3 * 59_00


def test_hours_without_a_sale_stand_between_those_with_one(house: House) -> None:
    house.time.at_us += 26 * HOUR_US - house.time.at_us % (24 * HOUR_US)  # ten in Shanghai
    sell(house, 1)
    house.time.at_us += 3 * HOUR_US
    sell(house, 1)
    hours = home_of(house, "clerk-guanqian", "SH01.01").sums
    named = {key: sales for key, sales, _amount in hours}
    assert [named["10"], named["11"], named["12"], named["13"]] == [1, 0, 0, 1]
    assert [key for key, _, _ in hours] == sorted(named)


def test_a_warehouse_keeper_is_shown_no_money(house: House) -> None:
    found = tiles(home_of(house, "warehouse-east", "DL01.01", "dealer"))
    assert set(found) == {"receive", "transfers", "counts", "below_zero", "tasks"}


def test_a_dealer_sees_what_orders_ask_for(house: House) -> None:
    found = tiles(home_of(house, "dealer-east", "DL01.01", "dealer"))
    assert {"receive", "rejected", "suggested", "credit"} <= set(found)
    assert found["credit"].figure > 0


def test_no_tile_moves_when_the_suggestions_come_in_later(house: House) -> None:
    model = home_of(house, "dealer-east", "DL01.01", "dealer")
    again = Home(model._desk, model._person)
    seen: list[list[tuple[str, str]]] = []
    again.watch(lambda: seen.append([(one.name, one.kind) for one in again.tiles]))
    asyncio.run(again.load())
    first, last = seen[0], seen[-1]
    assert ("suggested", "coming") in first
    assert ("suggested", "count") in last
    assert [name for name, _ in first] == [name for name, _ in last]


def test_a_deposit_is_told_once_and_not_in_the_credit_as_well(house: House) -> None:
    before = tiles(home_of(house, "dealer-east", "DL01.01", "dealer"))
    assert before["deposit"].figure == 0
    house.do(
        "HQ.01", "hq-sales-east", "account-payment", account="P1001-FX", amount="3000",
        purpose="deposit",
    )  # fmt: skip
    found = tiles(home_of(house, "dealer-east", "DL01.01", "dealer"))
    assert found["deposit"].figure == 300_000
    assert found["credit"].figure == before["credit"].figure


def test_no_tile_moves_when_a_deposit_or_rebate_comes_or_is_used_up(house: House) -> None:
    before = [one.name for one in home_of(house, "dealer-east", "DL01.01", "dealer").tiles]
    for command, extra in (
        ("account-payment", {"purpose": "deposit"}), ("rebate-grant", {"reason": "Q3"}),
    ):  # fmt: skip
        house.do("HQ.01", "hq-sales-east", command, account="P1001-FX", amount="300", **extra)
    after = home_of(house, "dealer-east", "DL01.01", "dealer").tiles
    assert {one.figure for one in after if one.name in ("deposit", "rebate")} == {30_000}
    assert [one.name for one in after] == before


def test_head_office_is_told_since_when_the_first_order_waits(house: House) -> None:
    def waits() -> int:
        return tiles(home_of(house, "hq-editor", "HQ.01", "hq"))["to_decide"].since_us

    assert waits() == 0
    times = []
    for qty in ("6", "7"):
        house.time.at_us += HOUR_US
        house.do(
            "DL01.01", "dealer-east", "order-submit", account="P1001-FX",
            lines=[{"code": "010101", "qty": qty}],
        )  # fmt: skip
        times.append(house.time.at_us)
    assert times[0] - HOUR_US < waits() <= times[0]


def test_head_office_sees_the_orders_that_wait_for_it(house: House) -> None:
    assert tiles(home_of(house, "hq-editor", "HQ.01", "hq"))["to_decide"].figure == 0
    house.do(
        "DL01.01",
        "dealer-east",
        "order-submit",
        account="P1001-FX",
        lines=[{"code": "010101", "qty": "6"}],
    )
    found = tiles(home_of(house, "hq-editor", "HQ.01", "hq"))
    assert found["to_decide"].figure == 1
    assert "amount_today" not in found


def test_who_has_no_screen_for_a_thing_is_not_sent_there(house: House) -> None:
    home = home_of(house, "clerk-guanqian", "SH01.01")
    home._screens = frozenset({"tasks"})
    assert all(one.screen in ("", "tasks") for one in home.tiles)
