"""What goods cost, in the list of goods: a dealer keys it, a clerk is not shown it (P05)."""

from pathlib import Path
from typing import Any

from shared.catalog.queries import costs_of
from tests.builders.hands import until
from tests.builders.window_house import Stage, play

CLEANSER = "010101"


async def _goods(stage: Stage, user: str, device: str, device_type: str) -> Any:
    await stage.sign_in(user, device, device_type=device_type)
    stage.window.open("goods")
    screen: Any = stage.window.current
    await until(lambda: screen.model.rows)
    await until(lambda: screen.table.current is not None)
    return screen


def test_a_cost_is_keyed_in_the_list_and_a_clerk_sees_none(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await _goods(stage, "dealer-east", "DL01.01", "dealer")
        assert screen.table.current.goods.product_id == CLEANSER
        await stage.keys("F7", "31.5", "Return")
        await until(lambda: screen.model.rows[0].cost_micro == 31_500_000)
        kept = stage.house.read(lambda one: costs_of(one, "DL01", "CNY"))
        assert kept == {CLEANSER: 31_500_000}
        assert {"cost", "margin"} <= {one.key for one in screen._columns()}
        assert [one.text() for one in screen._cost_told(screen.model.rows[0])] == [
            "进价 31.50 · 毛利率 46.6%"
        ]

        clerk = await _goods(stage, "clerk-guanqian", "SH01.01", "till")
        assert not {"cost", "margin"} & {one.key for one in clerk._columns()}
        await stage.keys("F7")
        assert all(one.cost_micro is None for one in clerk.model.rows)

    play(script, tmp_path)
