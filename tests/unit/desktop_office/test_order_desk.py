"""The order desk without a window: what a line gets, what that leaves of the credit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import Connection

from desktop.app.layout import LAYOUT
from desktop.ordering.model.desk import OrderDesk
from desktop.store.desk import Desk
from shared.core.errors import RuleViolation, Unavailable
from shared.ordering.queries.orders import orders
from shared.sync.holding import lose_scope
from shared.sync.scopes import site as site_scope
from tests.builders.window_house import Stage, WindowHouse, a_window_house
from tests.gallery.scenes_office import some_orders


class _Standing:
    """Only the house of a stage."""

    def __init__(self, house: WindowHouse) -> None:
        self.house = house


@pytest.fixture
def house() -> Iterator[WindowHouse]:
    made = a_window_house()
    stage: Stage = _Standing(made)  # type: ignore[assignment]
    some_orders(stage)
    made.sit_at("HQ.01", device_type="hq")
    made.author_id = "hq-sales-east"
    yield made
    made.close()


def run(house: WindowHouse, script: Callable[[OrderDesk], Awaitable[None]]) -> None:
    async def main() -> None:
        desk = Desk(house)
        try:
            await script(OrderDesk(desk))
        finally:
            desk.close()

    asyncio.run(main())


async def _first(model: OrderDesk) -> None:
    await model.refresh()
    oldest = min(model.orders, key=lambda one: one.submitted_at_us)
    await model.choose(oldest.id)


def granted(model: OrderDesk) -> list[int]:
    return [one.granted_micro // 1_000_000 for one in model.lines]


def test_cutting_to_stock_gives_no_line_more_than_there_is_and_says_why(
    house: WindowHouse,
) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        whole, free = model.granted_minor, model.free_after_minor
        assert granted(model) == [24, 12, 5]
        assert model.cut_to_stock() == 2
        assert granted(model) == [24, 8, 0]
        assert [one.reason for one in model.lines] == ["", "OUT_OF_STOCK", "OUT_OF_STOCK"]
        assert model.free_after_minor - free == whole - model.granted_minor > 0
        model.undo_all()
        assert granted(model) == [24, 12, 5]

    run(house, script)


def test_a_line_never_gets_more_than_it_asked_for_nor_less_than_nothing(
    house: WindowHouse,
) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.grant(model.lines[0], "999")
        assert granted(model)[0] == 24
        model.grant(model.lines[0], "1箱")
        assert granted(model)[0] == 24
        model.grant(model.lines[0], "3")
        assert granted(model)[0] == 3
        with pytest.raises(RuleViolation):
            model.grant(model.lines[0], "many")
        assert granted(model)[0] == 3

    run(house, script)


def test_a_reason_alone_grants_nothing_of_a_line(house: WindowHouse) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.give_reason(model.lines[1], "DISCONTINUED")
        assert granted(model) == [24, 0, 5]
        assert model.lines[1].is_cut

    run(house, script)


def test_a_cut_line_without_a_reason_is_refused(house: WindowHouse) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.grant(model.lines[0], "1")
        with pytest.raises(RuleViolation):
            await model.accept()
        assert model.can_decide

    run(house, script)


def test_a_decision_begun_on_one_order_is_dropped_with_the_next(house: WindowHouse) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.grant(model.lines[0], "1")
        chosen = model.chosen
        assert chosen is not None
        other = next(one for one in model.orders if one.id != chosen.id)
        await model.choose(other.id)
        await model.choose(chosen.id)
        assert granted(model)[0] == 24

    run(house, script)


def test_of_two_choices_under_way_the_last_one_counts(house: WindowHouse) -> None:
    async def script(model: OrderDesk) -> None:
        await model.refresh()
        first, second = model.orders[0].id, model.orders[1].id
        await asyncio.gather(model.choose(first), model.choose(second))
        assert model.chosen is not None
        assert model.chosen.id == second

    run(house, script)


def test_who_asked_first_stands_first_while_orders_wait_and_history_is_newest_first(
    house: WindowHouse,
) -> None:
    async def script(model: OrderDesk) -> None:
        await model.refresh()
        times = [one.submitted_at_us for one in model.orders]
        assert times == sorted(times)
        waited = [model.waited_us(one) for one in model.orders]
        assert all(one is not None for one in waited)
        assert waited == sorted(waited, key=lambda one: -(one or 0))
        await model.choose(model.orders[0].id)
        await model.accept()
        await model.toggle_waiting()
        times = [one.submitted_at_us for one in model.orders]
        assert len(times) == 3
        assert times == sorted(times, reverse=True)
        assert [model.waited_us(one) is None for one in model.orders] == [False, False, True]

    run(house, script)


def test_of_more_orders_than_a_list_shows_those_waiting_longest_are_kept(
    house: WindowHouse,
) -> None:
    every = house.read(lambda one: orders(one, supplier=""))
    (kept,) = house.read(lambda one: orders(one, supplier="", limit=1, oldest_first=True))
    assert kept.id == every[-1].id


def test_before_goods_leave_it_is_said_how_much_leaves_what_is_refused_and_what_lacks(
    house: WindowHouse,
) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.grant(model.lines[0], "20")
        model.give_reason(model.lines[2], "DISCONTINUED")
        model.grant(model.lines[0], "20")
        model.give_reason(model.lines[0], "OUT_OF_STOCK")
        model.grant(model.lines[0], "20")
        await model.accept()
        await model.choose(model.wanted_id)
        going = model.to_ship("HQ01")
        assert (going.lines, going.qty_micro) == (2, 32_000_000)
        assert (going.refused_lines, going.refused_micro) == (2, 9_000_000)
        # Twelve of 010102 go, eight are there.
        assert (going.short_lines, going.short_micro, going.gone_micro) == (1, 4_000_000, 0)
        await model.ship("HQ01")
        assert model.to_ship("HQ01").lines == 0
        assert model.to_ship("HQ01").gone_micro == 32_000_000

    run(house, script)


def test_a_lines_promised_day_is_read_as_people_write_it_and_refused_where_it_is_none(
    house: WindowHouse,
) -> None:
    async def script(model: OrderDesk) -> None:
        await _first(model)
        model.promise(model.lines[0], "2026-03-05")
        model.promise(model.lines[1], "+0")
        with pytest.raises(RuleViolation) as why:
            model.promise(model.lines[0], "soon")
        assert why.value.code == "DAY_UNREADABLE"
        assert model.lines[0].delivery_date == "2026-03-05"
        assert len(model.lines[1].delivery_date) == len("2026-03-05")
        model.promise(model.lines[0], "")
        assert model.lines[0].delivery_date == ""

    run(house, script)


class _Told:
    """What the server's report says, by column."""

    def __init__(self, **columns: list[object]) -> None:
        self._columns = columns

    def column(self, name: str) -> list[object]:
        return self._columns[name]


@pytest.fixture
def far_house() -> Iterator[WindowHouse]:
    """Head office's desktop holds no rows of its warehouse, as a real one does."""
    made = a_window_house()
    made.do(
        "DL01.01",
        "dealer-east",
        "order-submit",
        account="P1001-FX",
        lines=[{"code": "010101", "qty": "24"}, {"code": "010102", "qty": "12"}],
    )
    made.sit_at("HQ.01", device_type="hq")
    made.author_id = "hq-sales-east"
    made.local.change_scopes(_without_the_warehouse)
    yield made
    made.close()


def _without_the_warehouse(connection: Connection) -> None:
    lose_scope(connection, LAYOUT.schema, site_scope("HQ01"), lambda _end: True)


def test_stock_this_desktop_does_not_hold_is_asked_of_the_server(far_house: WindowHouse) -> None:
    def detail(name: str, params: dict[str, str]) -> _Told:
        assert (name, params) == ("stock_of_site", {"site_id": "HQ01"})
        return _Told(
            location=["site/HQ01/-/sellable", "site/HQ01/-/defective"],
            product_id=["010101", "010102"],
            qty_micro=[20_000_000, 9_000_000],
        )

    async def main() -> None:
        desk = Desk(far_house)
        model = OrderDesk(desk, detail)
        try:
            await _first(model)
            assert [one.stock_micro for one in model.lines] == [20_000_000, 0]
            assert model.cut_to_stock() == 2
            assert granted(model) == [20, 0]
        finally:
            desk.close()

    asyncio.run(main())


def test_what_lacks_is_what_the_site_lacks_and_the_one_that_lacks_least_comes_first(
    far_house: WindowHouse,
) -> None:
    far_house.do(
        "HQ.01",
        "hq-editor",
        "publish-channel",
        sites=[{"site_id": "HQ02", "name": "Second warehouse", "site_type": "hq",
                "sales_org_ids": ["FX"]}],
    )  # fmt: skip

    def detail(_name: str, params: dict[str, str]) -> _Told:
        second = 12_000_000 if params["site_id"] == "HQ02" else 0
        return _Told(
            location=[f"site/{params['site_id']}/-/sellable"] * 2,
            product_id=["010101", "010102"],
            qty_micro=[20_000_000, second],
        )

    async def main() -> None:
        desk = Desk(far_house)
        model = OrderDesk(desk, detail)
        try:
            await _first(model)
            assert [one.stock_micro for one in model.lines] == [40_000_000, 12_000_000]
            await model.accept()
            await model.choose(model.wanted_id)
            # Twenty-four and twelve were granted; no site holds the twenty-four.
            first, second = model.to_ship("HQ01"), model.to_ship("HQ02")
            assert (first.short_lines, first.short_micro) == (2, 16_000_000)
            assert (second.short_lines, second.short_micro) == (1, 4_000_000)
            assert model.best_site == "HQ02"
        finally:
            desk.close()

    asyncio.run(main())


def test_unknown_stock_cuts_nothing_and_is_not_shown_as_nought(far_house: WindowHouse) -> None:
    def offline(_name: str, _params: dict[str, str]) -> _Told:
        raise Unavailable("NETWORK")

    async def main() -> None:
        desk = Desk(far_house)
        model = OrderDesk(desk, offline)
        try:
            await _first(model)
            assert [one.stock_micro for one in model.lines] == [None, None]
            assert model.cut_to_stock() == 0
            assert granted(model) == [24, 12]
        finally:
            desk.close()

    asyncio.run(main())
