"""A shop on its way: joined to head office, a cashier at its till, help asked, goods that end."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from desktop.sales.usecases.selling import BasketLine, sell
from desktop.shell.beginning import Joined, Step
from shared.catalog.tables import product
from shared.core.rounding import MICRO
from shared.stock.rules import PURCHASE
from tests.builders.window_house import Stage
from tests.gallery.scenes_shell import CLERK, CLERK_AT, DEALER, DEALER_AT, calm

ENDING = """商品编码,商品名称,规格,单位,条码,零售价,进价,库存,有效期
A1001,樱花润手霜,60g,支,6901234567892,29.90,12.00,20,2025-12-05
A1002,樱花润手霜礼盒,3支装,盒,6901234567908,79.00,33.50,8,2025-12-20
A1003,茉莉洗手液,500ml,瓶,6901234567915,25.00,9.90,36,2026-01-31
A1004,茉莉沐浴露,750ml,瓶,6901234567922,39.00,16.00,12,2026-02-15
A1005,樱花身体乳,250ml,瓶,6901234567939,49.00,18.00,6,2027-06-30
"""

_OWN = select(product.c.id).where(product.c.code.like("A10%")).order_by(product.c.code)


async def joined(stage: Stage) -> None:
    """A shop of its own has joined head office: where it is now, and what went up."""
    await stage.sign_in(CLERK, CLERK_AT)
    stage.program.show_joining()
    gate = stage.program.gate
    assert gate is not None
    page: Any = gate.page
    page.model.joined = Joined(
        office="分销 · hq.example.cn",
        kinds={"shop_founded": 1, "own_products": 2, "sale": 31, "shift_closed": 4},
    )
    page.model.received = 1_248
    page.model.go(Step.JOINED)
    gate.resize(*stage.size)
    await calm(stage)


async def cashier(stage: Stage) -> None:
    """The till of somebody who may only sell, with the one other page they have."""
    stage.house.do(
        "HQ.01", "hq-editor", "publish-user", user="mei", name="小梅", role="cashier",
        grants=[{"site": "SH01"}],
    )  # fmt: skip
    await stage.sign_in("mei", CLERK_AT)
    await stage.scan("2000101010005")
    await stage.scan("2000102010004")
    await calm(stage)


async def cashier_shift(stage: Stage) -> None:
    """What stands around the till of a cashier: two pages and the settings."""
    await cashier(stage)
    stage.window.open("shift")
    await calm(stage)


async def _asked(stage: Stage, typed: str) -> None:
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("home")
    await stage.keys("F1", "2")
    panel: Any = stage.window.overlay.top
    panel.field.setText(typed)
    await calm(stage)


async def help_found(stage: Stage) -> None:
    """Help finds what people call a thing by another word."""
    await _asked(stage, stage.program.words("screen.shift"))


async def help_nothing(stage: Stage) -> None:
    """Help says that it found nothing, and what to try."""
    await _asked(stage, "xyzzy")


async def _with_own_goods(stage: Stage) -> None:
    await stage.sign_in(DEALER, DEALER_AT, device_type="dealer")
    stage.window.open("goods-import")
    screen: Any = stage.window.current
    await screen.model.open(ENDING.encode(), "有效期.csv")
    await calm(stage)
    await stage.keys("F10")
    await calm(stage)


async def buying(stage: Stage) -> None:
    """Goods bought from a supplier of the shop's own, with costs and expiry."""
    await _with_own_goods(stage)
    stage.window.open("movements", PURCHASE)
    await calm(stage)
    await stage.keys("hairui", "Return", "HR-1107", "Return")
    for line in ("A1001 24 11.80 2028-05", "A1003 12 9.90", "A1005 6"):
        await stage.keys(line, "Return")
    await calm(stage)


async def purchases(stage: Stage) -> None:
    """What was bought, by supplier and slip."""
    await buying(stage)
    await stage.keys("F10")
    await calm(stage)
    await stage.keys("F7")
    await calm(stage)


async def purchase_taken_back(stage: Stage) -> None:
    """A receipt that was typed in haste, taken back."""
    await purchases(stage)
    await stage.keys("F8")
    await calm(stage)
    await stage.keys("F8")
    await calm(stage)
    await stage.keys("HR-1107", "F10")
    await calm(stage)


async def purchase_to_take_back(stage: Stage) -> None:
    """A receipt before it is taken back."""
    await purchases(stage)
    await stage.keys("F8")
    await calm(stage)


async def sold_goods(stage: Stage) -> None:
    """What sold, by product, with its margin."""
    await _with_own_goods(stage)
    ids = stage.house.read(lambda one: one.execute(_OWN).scalars().all())
    for number, product_id in enumerate(ids, 1):
        line = BasketLine(product_id=product_id, qty_micro=(7 - number) * MICRO)
        await stage.program.desk.do(sell, [line])
    stage.window.open("sold-goods")
    await calm(stage)


async def ending(stage: Stage) -> None:
    """Stock that ends soon, the first to end first (F9)."""
    await _with_own_goods(stage)
    stage.window.open("stock")
    await calm(stage)
    await stage.keys("F9")
    await calm(stage)


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("shop-joined", joined),
    ("shop-cashier", cashier),
    ("shop-cashier-shift", cashier_shift),
    ("shop-help-found", help_found),
    ("shop-help-nothing", help_nothing),
    ("shop-ending", ending),
    ("shop-buying", buying),
    ("shop-purchases", purchases),
    ("shop-purchase-to-take-back", purchase_to_take_back),
    ("shop-purchase-taken-back", purchase_taken_back),
    ("shop-sold-goods", sold_goods),
)
