"""Head office's sheet about goods that stand: told before, and nothing it leaves out is lost."""

from functools import partial

from desktop.app.taking import take_as_catalogue
from desktop.catalog.model.goods_import import GoodsImport
from desktop.store.desk import Desk
from shared.catalog.queries import home_of, stated_products
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

CLEANSER, EXCLUSIVE = "010101", "020802"
SHEET = f"""商品编码,商品名称,品牌,零售价
{CLEANSER},洁面乳新包装,晨露,62
{EXCLUSIVE},礼盒新包装,,99
990101,全新商品,晨露,10
"""


class Memory:
    """Settings that are kept nowhere."""

    def get(self, _name: str, default: str = "") -> str:
        return default

    def put(self, _name: str, _value: str) -> None:
        return None


def test_a_sheet_tells_what_it_changes_and_keeps_what_it_does_not_say() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at("HQ.01", device_type="hq")
        house.author_id = "hq-editor"
        codes = [CLEANSER, EXCLUSIVE, "990101"]
        before = house.read(lambda one: stated_products(one, codes))
        homes = house.read(lambda one: {code: home_of(one, code) for code in codes})
        exclusive = homes[EXCLUSIVE]
        assert exclusive is not None
        assert exclusive[0], "it is exclusive"

        model = GoodsImport(
            desk, Memory(), take_as_catalogue, lambda _desk: False, is_catalogue=True
        )
        await model.open(SHEET.encode(), "goods.csv")
        assert (model.sums.goods, model.known) == (3, 2)
        told = {(one.row_number, one.code, one.text) for one, is_out in model.problems}
        assert (2, "BRAND_CHANGES", "CHENLU → 晨露") in told
        assert (2, "PRODUCT_CHANGES", f"{before[CLEANSER].name} → 洁面乳新包装") in told
        assert not [one for one in told if one[0] == 4 and one[1].endswith("_CHANGES")]

        await model.take()
        after = house.read(lambda one: stated_products(one, codes))
        assert after[CLEANSER].name == "洁面乳新包装"
        for code in (CLEANSER, EXCLUSIVE):
            assert house.read(partial(home_of, product_id=code)) == homes[code]
            for name in (
                "spec",
                "category",
                "kind",
                "tax_rate_micro",
                "base_unit",
                "is_lot_tracked",
            ):
                assert getattr(after[code], name) == getattr(before[code], name)
        assert after[EXCLUSIVE].brand == before[EXCLUSIVE].brand
        assert after["990101"].sales_org_ids

    at_desk(script)
