"""The panels, tabs and empty states no other list of scenes brings to the front."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from desktop.pricing.view.price_file import PriceFilePanel
from shared.stocktake.rules import label_text
from tests.builders.dealer_days import CREAM, a_fortnight, east, office
from tests.builders.office_day import enrolled, in_the_new_year
from tests.builders.window_house import Stage
from tests.gallery import scenes_dealer, scenes_office, scenes_warehouse
from tests.gallery.scenes_warehouse import (
    BOSS,
    COUNTERS,
    DEVICE,
    boss,
    calm,
    counted,
    counting_begun,
    staff,
    stocked,
)

Scene = Callable[[Stage], Awaitable[None]]
OFFICE, EDITOR, APPROVER = "HQ.01", "hq-editor", "hq-approver"


async def _office(stage: Stage, screen: str, user: str = EDITOR) -> Any:
    await stage.sign_in(user, OFFICE, device_type="hq")
    stage.window.open(screen)
    await calm(stage)
    return stage.window.current


async def _dealer(stage: Stage, screen: str) -> Any:
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open(screen)
    await calm(stage)
    return stage.window.current


# prices


async def price_scale(stage: Stage) -> None:
    """Many prices times a ratio."""
    await scenes_office.price_draft(stage)
    await stage.keys("Escape", "F6")


async def price_diff(stage: Stage) -> None:
    """A second version beside the first: what went up, down, in and out."""
    rows = [{"product": "010101", "price": "66"}, {"product": "010102", "price": "79.5"}]
    stage.house.do(
        OFFICE, EDITOR, "price-publish", sales_org="DS", approver=APPROVER,
        reason="双十一前调价，洁面与卸妆两个品类", rows=rows,
    )  # fmt: skip
    await _office(stage, "prices")


async def price_dealing(stage: Stage) -> None:
    """Another sales organisation: ratios instead of prices."""
    await _office(stage, "prices")
    await stage.keys("Ctrl+O")
    await calm(stage)
    await stage.keys("C")
    await calm(stage)


# orders at head office


async def order_reject(stage: Stage) -> None:
    """Why an order is rejected, a key for each reason."""
    await scenes_office.order_desk(stage)
    await stage.keys("F8")


async def order_ship(stage: Stage) -> None:
    """From where an accepted order leaves, and with whom."""
    await scenes_office.order_desk(stage)
    await stage.keys("F10", "F10")
    await calm(stage)
    await stage.keys("F5")
    await calm(stage)
    screen: Any = stage.window.current
    screen.orders.view.setFocus()
    rows = screen.orders.rows.shown
    screen.orders.go_to(next(at for at, one in enumerate(rows) if one.decided_by))
    await stage.keys("Return")
    await calm(stage)
    await stage.keys("S")
    await calm(stage)


async def own_goods(stage: Stage) -> None:
    """A dealer's own product, its barcode just scanned."""
    await _dealer(stage, "goods")
    await stage.keys("Ctrl+N")
    await stage.scan("6901234567892")
    panel: Any = stage.window.overlay.top
    panel._name.setText("东方美谷 护手霜")
    await calm(stage)


async def dealer_goods(stage: Stage) -> None:
    """A dealer's goods with one of their own, the sheet of another open."""
    await _dealer(stage, "goods")
    await stage.keys("Down", "Return")
    await calm(stage)


GOODS = """商品编码,商品名称,规格,单位,条码,零售价,进价,库存
A1001,东方美谷护手霜,50g,支,6901234567892,29.90,12.50,36
A1002,茶树控油洁面乳,120g,支,6.90123E+12,39.00,15.80,24
A1003,,30ml,瓶,6901234567915,59.00,22.00,12
A1004,补水面膜（10片装）,25ml×10,盒,6901234567922,88.00,31.20,8
A1004,补水面膜（10片装）,25ml×10,盒,6901234567922,88.00,31.20,8
A1005,樱花身体乳,250ml,瓶,6901234567939,四十九,18.00,-3
合计,,,,,254.90,99.50,77
"""


async def goods_import(stage: Stage) -> None:
    """A list of goods with doubts by row."""
    screen = await _dealer(stage, "goods-import")
    await screen.model.open(GOODS.encode(), "商品资料.csv")
    await calm(stage)


async def goods_import_result(stage: Stage) -> None:
    """What became of a list of goods."""
    await goods_import(stage)
    await stage.keys("F10")
    await calm(stage)


PRICES = """货品,品名,建议零售价,A档
010101,东方美谷 氨基酸洁面乳,66.00,50
010102,东方美谷 卸妆水,八十,60
999,停产的旧款,9,8
010203,东方美谷 补水面膜,88.8,70
"""


async def price_file(stage: Stage) -> None:
    """A file of prices one column of which nobody understands."""
    screen = await _office(stage, "prices")
    await stage.keys("C")
    file = screen.model.file(screen.frame.settings)
    await file.open(PRICES.encode(), "双十一调价.csv")
    screen.frame.tasks.start(screen.frame.ask(PriceFilePanel(screen.frame, file, {})))
    await calm(stage)


async def price_file_taken(stage: Stage) -> None:
    """The same file with its columns named, in the draft."""
    await price_file(stage)
    panel: Any = stage.window.overlay.top
    await panel.model.choose("货品", "code")
    panel.model.take()
    await calm(stage)


# channel, people, kept documents, tasks


async def account_new(stage: Stage) -> None:
    """A new account under the one in front."""
    in_the_new_year(stage.house)
    screen = await _office(stage, "channel")
    screen.tree.go_to("account/P1001-FX")
    await stage.keys("N")
    await calm(stage)


async def site_new(stage: Stage) -> None:
    """A new site of an account."""
    in_the_new_year(stage.house)
    screen = await _office(stage, "channel")
    screen.tree.go_to("account/P1001-FX")
    await stage.keys("S")
    await calm(stage)


async def person_new(stage: Stage) -> None:
    """Somebody new, with nothing filled in."""
    await _office(stage, "people")
    await stage.keys("N")
    await calm(stage)


async def person_pin(stage: Stage) -> None:
    """A new PIN for somebody."""
    await _office(stage, "people")
    await stage.keys("Down", "P")
    await calm(stage)


async def device_invite(stage: Stage) -> None:
    """A device being invited."""
    enrolled(stage.house)
    await _office(stage, "people")
    await stage.keys("F6", "N")
    await calm(stage)


async def dealer_people(stage: Stage) -> None:
    """The people and devices of a dealer."""
    staff(stage)
    await _dealer(stage, "people")


async def kept_close(stage: Stage) -> None:
    """Why a kept document is closed."""
    await scenes_office.kept(stage)
    await stage.keys("C")
    await calm(stage)


async def task_close(stage: Stage) -> None:
    """What was done about a task."""
    await scenes_office.tasks(stage)
    await stage.keys("C")
    await calm(stage)


async def debts_by_age(stage: Stage) -> None:
    """What accounts owe, by age."""
    a_fortnight(stage.house)
    stage.house.time.tick(40 * 86_400_000_000)
    await _office(stage, "consolidated")
    await stage.keys("F6", "F6", "F6")
    await calm(stage)


async def sales_by_region(stage: Stage) -> None:
    """Consolidated sales by region."""
    await scenes_office.sales_of_all(stage)
    await stage.keys("F7")
    await calm(stage)


async def sales_next(stage: Stage) -> None:
    """Consolidated sales, one grouping further."""
    await scenes_office.sales_of_all(stage)
    await stage.keys("F7", "F7")
    await calm(stage)


# the dealer


async def order_cancel(stage: Stage) -> None:
    """Why an order is taken back."""
    order = east(stage.house, "order-submit", lines=[{"code": CREAM, "qty": "2箱"}])
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("orders", order["uid"])
    await calm(stage)
    await stage.keys("Delete")
    await calm(stage)


async def receiving_damage(stage: Stage) -> None:
    """How many pieces arrived damaged."""
    await scenes_dealer.receiving_count(stage)
    view: Any = stage.window.current
    view.table.view.setFocus()
    await stage.keys("F6")
    await calm(stage)


async def expense(stage: Stage) -> None:
    """Petty cash."""
    a_fortnight(stage.house)
    await _dealer(stage, "statement")
    await stage.keys("F8")
    await calm(stage)


async def statement_of_mine(stage: Stage) -> None:
    """What the dealer owes head office, with a payment and a rebate."""
    a_fortnight(stage.house)
    office(stage.house, "account-payment", account="P1001-FX", amount="5000", reference="8841")
    office(stage.house, "rebate-grant", account="P1001-FX", amount="1250", reason="三季度返利")
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("statement", "P1001-FX")
    await calm(stage)


# stock


async def reserve(stage: Stage) -> None:
    """Pieces held for somebody."""
    await scenes_warehouse.stock_list(stage)
    await stage.keys("R")
    await calm(stage)


async def holds(stage: Stage) -> None:
    """What is held now."""
    await reserve(stage)
    panel: Any = stage.window.overlay.top
    panel.whom.setText("王女士，周末来取")
    await stage.keys("F10")
    await calm(stage)
    await stage.keys("H")
    await calm(stage)


async def transfer_send(stage: Stage) -> None:
    """Goods being sent to a store."""
    stocked(stage)
    screen = await _dealer(stage, "transfers")
    await stage.keys("S")
    for code in ("010101", "010102", "010204"):
        await stage.scan(code)
    screen.model.typed("010301 1箱2瓶")
    await calm(stage)


async def stock_below(stage: Stage) -> None:
    """Only what is below zero or its minimum."""
    await scenes_warehouse.stock_list(stage)
    await stage.keys("F6")
    await calm(stage)


# counts


async def count_opening(stage: Stage) -> None:
    """The opening count of a site that was never counted."""
    staff(stage)
    await _dealer(stage, "stocktake")
    await stage.keys("N")
    await calm(stage)


async def count_spot(stage: Stage) -> None:
    """A spot count of what was scanned."""
    stocked(stage)
    await _dealer(stage, "stocktake")
    await stage.keys("N")
    await calm(stage)
    for code in ("2000101010005", "010204", "010301"):
        await stage.scan(code)
    await calm(stage)


async def count_open_sheet(stage: Stage) -> None:
    """In the middle of an open count: the counter sees the book."""
    stocked(stage)
    number = boss(stage, "count-open", scope="full", mode="open", zones=["A-01"])["number"]
    await stage.sign_in("li", DEVICE, device_type="dealer")
    stage.window.open("counting")
    await stage.scan(label_text(number, "A-01"))
    for code in ("010102", "010103", "010201"):
        await stage.scan(code)
        await stage.keys("2", "4", "Return")
    await calm(stage)


async def count_find(stage: Stage) -> None:
    """Goods found by name in the middle of a count."""
    await scenes_warehouse.counter_sheet(stage)
    await stage.keys("Return", "/", "bs")
    await calm(stage)


async def count_reveal(stage: Stage) -> None:
    """All zones sealed, nothing seen yet."""
    counted(stage)
    await _dealer(stage, "stocktake")
    await stage.keys("Return")
    await calm(stage)


async def count_recount(stage: Stage) -> None:
    """Who counts the picked differences again."""
    number = counted(stage)
    boss(stage, "count-reveal", count=number)
    await _dealer(stage, "stocktake")
    await stage.keys("Return")
    await calm(stage)
    await stage.keys("F8")
    await calm(stage)


async def count_above(stage: Stage) -> None:
    """Head office's counts, one of which waits for its signature."""
    number = counted(stage)
    boss(stage, "count-reveal", count=number)
    await _office(stage, "stocktake")


async def counter_done(stage: Stage) -> None:
    """The zones of a counter who sealed one."""
    number = counting_begun(stage)
    lines = [{"code": "010101", "qty": "9"}]
    stage.house.do(DEVICE, COUNTERS[0][0], "count-zone", count=number, zone="A-01", lines=lines)
    await stage.sign_in("li", DEVICE, device_type="dealer")
    stage.window.open("counting")
    await calm(stage)


# the story of the sync


async def _messages(stage: Stage, tab: str) -> None:
    in_the_new_year(stage.house)
    scenes_office.kept_documents(stage)
    scenes_office.some_tasks(stage)
    await stage.sign_in(EDITOR, OFFICE, device_type="hq")
    await stage.keys("F12", tab)
    await calm(stage)


# nothing there yet


async def empty_dealer(stage: Stage, screen: str) -> None:
    """A screen of a dealer who just began."""
    await _dealer(stage, screen)


async def empty_office(stage: Stage, screen: str) -> None:
    """A screen of head office before anybody sold."""
    await _office(stage, screen)


_EMPTY_DEALER = (
    "tasks", "invoice", "statement", "orders", "receiving", "promotions-here", "stock",
    "movements", "transfers", "stocktake", "counting", "stock_report", "labels", "goods-import",
)  # fmt: skip
_EMPTY_OFFICE = (
    "tasks", "order-desk", "promotions", "price-board", "consolidated", "kept", "stocktake",
    "channel-import",
)  # fmt: skip

SCENES: tuple[tuple[str, Scene], ...] = (
    ("panel-price-scale", price_scale),
    ("panel-price-diff", price_diff),
    ("panel-price-dealing", price_dealing),
    ("panel-order-reject", order_reject),
    ("panel-order-ship", order_ship),
    ("panel-own-goods", own_goods),
    ("panel-dealer-goods", dealer_goods),
    ("panel-goods-import", goods_import),
    ("panel-goods-import-result", goods_import_result),
    ("panel-price-file", price_file),
    ("panel-price-file-taken", price_file_taken),
    ("panel-account-new", account_new),
    ("panel-site-new", site_new),
    ("panel-person-new", person_new),
    ("panel-person-pin", person_pin),
    ("panel-device-invite", device_invite),
    ("panel-dealer-people", dealer_people),
    ("panel-kept-close", kept_close),
    ("panel-task-close", task_close),
    ("panel-debts-by-age", debts_by_age),
    ("panel-sales-by-region", sales_by_region),
    ("panel-sales-next", sales_next),
    ("panel-order-cancel", order_cancel),
    ("panel-receiving-damage", receiving_damage),
    ("panel-expense", expense),
    ("panel-statement-mine", statement_of_mine),
    ("panel-reserve", reserve),
    ("panel-holds", holds),
    ("panel-transfer-send", transfer_send),
    ("panel-stock-below", stock_below),
    ("panel-count-opening", count_opening),
    ("panel-count-spot", count_spot),
    ("panel-count-open-sheet", count_open_sheet),
    ("panel-count-find", count_find),
    ("panel-count-reveal", count_reveal),
    ("panel-count-recount", count_recount),
    ("panel-count-above", count_above),
    ("panel-counter-done", counter_done),
    *((f"panel-messages-{tab}", partial(_messages, tab=tab)) for tab in "1234"),
    *((f"empty-dealer-{one}", partial(empty_dealer, screen=one)) for one in _EMPTY_DEALER),
    *((f"empty-office-{one}", partial(empty_office, screen=one)) for one in _EMPTY_OFFICE),
)
