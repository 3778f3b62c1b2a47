"""What goods cost to buy, as screens and people meet it: stated, shown, and kept from others."""

from typing import Any

import pytest

from desktop.app.areas import LAYOUT
from desktop.app.taking import _set_cost, _set_price, _take_up, stock_seen
from desktop.catalog.usecases import publish_goods, state_costs
from desktop.pricing.model.goods import GoodsModel
from desktop.pricing.usecases.looking import PricedGoods
from desktop.store.desk import Desk
from shared.access.rules import Role, permissions
from shared.catalog.documents import Product
from shared.catalog.queries import costs_of
from shared.catalog.rules import margin_micro
from shared.channel.documents import ChannelPublished, SalesOrg
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.rounding import MICRO
from shared.sync import scopes
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

CLEANSER, DEALER, EDITOR = "010101", "dealer-east", "hq-editor"


def _sit(house: WindowHouse, device_id: str, device_type: str, user: str) -> None:
    house.sit_at(device_id, device_type=device_type)
    house.author_id = user


def _model(desk: Desk, site_id: str, *, knows: bool = True) -> GoodsModel:
    return GoodsModel(desk, site_id, _take_up, _set_price, _set_cost if knows else None)


async def _row(model: GoodsModel) -> PricedGoods:
    await model.refresh()
    return next(one for one in model.rows if one.goods.product_id == CLEANSER)


def test_a_cost_is_keyed_in_the_list_and_says_what_is_left_of_the_price() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _sit(house, "DL01.01", "dealer", DEALER)
        model = _model(desk, "DL01")
        assert (await _row(model)).margin_micro is None
        await model.type_cost(await _row(model), "31.5")
        row = await _row(model)
        assert (row.retail_micro, row.cost_micro) == (59 * MICRO, 31_500_000)
        assert row.margin_micro == 466_102
        unknowing = _model(desk, "DL01", knows=False)
        assert (await _row(unknowing)).cost_micro is None
        await model.type_cost(row, "")
        assert (await _row(model)).cost_micro is None

    at_desk(script)


def test_a_shops_cost_is_not_head_offices_nor_the_other_way() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _sit(house, "HQ.01", "hq", EDITOR)
        house.write(state_costs, {CLEANSER: 20 * MICRO})
        _sit(house, "DL01.01", "dealer", DEALER)
        house.write(state_costs, {CLEANSER: 31 * MICRO})

        def kept(site_id: str) -> dict[str, int]:
            return house.read(lambda one: costs_of(one, site_id, "CNY", [CLEANSER]))

        assert kept("") == {CLEANSER: 20 * MICRO}
        assert kept("DL01") == {CLEANSER: 31 * MICRO}
        assert kept("DL02") == {}

    at_desk(script)


def test_rows_of_costs_go_to_head_offices_desks_or_to_one_site_and_nowhere_else() -> None:
    table = LAYOUT.schema["product_cost"]

    def of(site_id: str) -> tuple[str, ...]:
        return tuple(table.scopes({"site_id": site_id}))

    assert of("") == (scopes.HQ,)
    assert of("DL01") == (scopes.site("DL01"),)


@pytest.mark.parametrize(
    ("role", "knows"),
    [("clerk", False), ("warehouse", False), ("dealer", True), ("owner", True),
     ("head_office", True)],
)  # fmt: skip
def test_clerks_and_warehouse_keepers_know_no_costs(role: str, knows: bool) -> None:
    assert ("cost.keep" in permissions(Role(role), ["admin"])) == knows
    assert "cost.keep" not in permissions(Role(role), ["view"])


def test_who_may_not_know_costs_states_none_and_what_is_no_cost_is_refused() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _sit(house, "SH01.01", "till", "clerk-guanqian")
        with pytest.raises(AccessDenied):
            house.write(state_costs, {CLEANSER: MICRO})
        _sit(house, "DL01.01", "dealer", DEALER)
        with pytest.raises(RuleViolation, match="PRICE_NEGATIVE"):
            house.write(state_costs, {CLEANSER: -1})

    at_desk(script)


def test_a_sheets_costs_are_kept_only_where_all_organisations_share_a_currency() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _sit(house, "HQ.01", "hq", EDITOR)
        goods: Any = [Product(code="N1", name="新品", sales_org_ids=("FX",))]
        assert house.write(publish_goods, goods, {"N1": MICRO}).value.costs == 1
        other = SalesOrg(sales_org_id="EU", name="欧洲", currency="EUR")
        house.write(lambda session: session.append(ChannelPublished(sales_orgs=(other,))))
        assert house.write(publish_goods, goods, {"N1": MICRO}).value.costs == 0
        with pytest.raises(RuleViolation, match="COST_CURRENCY_UNCLEAR"):
            house.write(state_costs, {"N1": 2 * MICRO})

    at_desk(script)


def test_a_margin_is_of_the_revenue_and_may_be_below_zero() -> None:
    assert margin_micro(10_000, 7_500) == 250_000
    assert margin_micro(10_000, 12_000) == -200_000
    assert margin_micro(0, 100) is None


def test_the_list_says_what_is_there_to_sell_but_not_to_who_counts_blind() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _sit(house, "DL01.01", "dealer", DEALER)
        lines = [{"code": CLEANSER, "qty": "24", "cost": "30.25"}]
        house.do("DL01.01", DEALER, "purchase-receive", lines=lines)
        model = GoodsModel(
            desk, "DL01", _take_up, _set_price, _set_cost,
            lambda one: stock_seen(one, "DL01", DEALER),
        )  # fmt: skip
        row = await _row(model)
        assert (row.on_hand_micro, row.cost_micro) == (24 * MICRO, 30_250_000)
        assert {one.on_hand_micro for one in model.rows} == {0, 24 * MICRO}
        house.do("DL01.01", DEALER, "count-open", zones=[{"zone": "A", "people": [DEALER]}])
        assert (await _row(model)).on_hand_micro is None
        assert (await _row(_model(desk, "DL01"))).on_hand_micro is None

    at_desk(script)
