"""The explicit list of scenes: each brings one screen into a state worth looking at."""

from collections.abc import Awaitable, Callable

from tests.builders.window_house import Stage
from tests.gallery import (
    scenes_dealer,
    scenes_months,
    scenes_office,
    scenes_panels,
    scenes_pictures,
    scenes_promotions,
    scenes_sales,
    scenes_seldom,
    scenes_shell,
    scenes_shop,
    scenes_till_promotions,
    scenes_vouchers,
    scenes_warehouse,
)

Scene = Callable[[Stage], Awaitable[None]]
SCENES: tuple[tuple[str, Scene], ...] = (
    *scenes_shell.SCENES,
    *scenes_sales.SCENES,
    *scenes_office.SCENES,
    *scenes_months.SCENES,
    *scenes_panels.SCENES,
    *scenes_promotions.SCENES,
    *scenes_dealer.SCENES,
    *scenes_warehouse.SCENES,
    *scenes_pictures.SCENES,
    *scenes_vouchers.SCENES,
    *scenes_till_promotions.SCENES,
    *scenes_seldom.SCENES,
    *scenes_shop.SCENES,
)
