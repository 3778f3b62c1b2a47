"""The warehouse's screens with a day of real goods in them."""

from collections.abc import Awaitable, Callable
from typing import Any

from desktop.catalog.usecases import state_costs
from resources.demo import read_rows
from shared.stocktake.rules import label_text
from tests.builders.window_house import Stage

SITE, DEVICE, KEEPER, BOSS = "DL01", "DL01.01", "warehouse-east", "dealer-east"
COUNTERS = (("li", "李敏"), ("zhao", "赵强"))
PRODUCTS = 42


async def calm(stage: Stage) -> None:
    """Until what is read beside the window has arrived."""
    for _ in range(4):
        await stage.settle()


def staff(stage: Stage, *, site: str = SITE) -> None:
    """Two counters beside the people the brand has; all with a PIN."""
    for user, name in COUNTERS:
        stage.house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=name, role="clerk",
            grants=[{"site": site}], pin="2580",
        )  # fmt: skip


def stocked(stage: Stage) -> None:
    """DL01 opened with the demo's stock, and a day's trade on top."""
    staff(stage)
    rows = [row for row in read_rows("opening_stock") if row["site"] == SITE]
    if not rows:
        rows = [row for row in read_rows("opening_stock") if row["site"] == "HQ01"]
    found: dict[str, int] = {}
    for row in rows:
        found[row["product_code"]] = found.get(row["product_code"], 0) + int(row["qty"])
    lines = [{"code": code, "qty": str(qty)} for code, qty in list(found.items())[:PRODUCTS]]
    opening = boss(stage, "count-open", scope="opening", zones=["A"], mode="open")
    stage.house.do(DEVICE, "li", "count-zone", count=opening["number"], lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        boss(stage, step, count=opening["number"])
    _trade(stage, [one["code"] for one in lines])


def _trade(stage: Stage, codes: list[str]) -> None:
    for day in range(6):
        stage.house.time.tick(86_400_000_000)
        goods = codes[day : day + 5]
        boss(stage, "sell-invoice", customer="K7", lines=[f"{4 + 2 * day}*{codes[0]}", *goods])
    boss(stage, "sell-invoice", customer="K7", lines=[f"97*{codes[6]}"])
    boss(
        stage, "move", type="scrap", reason="破损", approver=KEEPER,
        lines=[{"code": codes[0], "qty": "3"}, {"code": codes[2], "qty": "1"}],
    )  # fmt: skip
    boss(stage, "move", type="gift_out", lines=[{"code": codes[1], "qty": "6"}])
    boss(
        stage, "transfer-send", to="SH01",
        lines=[{"code": codes[0], "qty": "1箱"}, {"code": codes[3], "qty": "12"}],
    )  # fmt: skip


def boss(stage: Stage, command: str, /, **params: Any) -> Any:
    """Something the site's boss did before."""
    return stage.house.do(DEVICE, BOSS, command, **params)


async def stock_list(stage: Stage) -> None:
    """The stock of a warehouse."""
    stocked(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stock")
    await calm(stage)


async def stock_card(stage: Stage) -> None:
    """A product's card."""
    await stock_list(stage)
    stage.window.open("stock", "010101")
    await calm(stage)


async def stock_report(stage: Stage) -> None:
    """进销存 of this month."""
    await stock_list(stage)
    stage.window.open("stock_report")
    await calm(stage)


async def movement_types(stage: Stage) -> None:
    """The types of movement and what was moved before."""
    stocked(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("movements")
    await calm(stage)


async def movement_entry(stage: Stage) -> None:
    """A scrap being put together."""
    await movement_types(stage)
    await stage.keys("7")
    for code in ("2000101010005", "010102", "010204"):
        await stage.scan(code)
    stage.window.current.model.typed("010301 2箱3瓶")  # type: ignore[union-attr]
    stage.window.current.model.say(reason="货架倒塌")  # type: ignore[union-attr]
    await calm(stage)


async def transfer_list(stage: Stage) -> None:
    """What is under way, and what came before its paper."""
    stocked(stage)
    boss(stage, "transfer-send", to="SH03", lines=[{"code": "010301", "qty": "24"}])
    boss(stage, "transfer-receive", source="DL02", lines=[{"code": "010302", "qty": "12"}])
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("transfers")
    await calm(stage)


async def transfer_receipt(stage: Stage) -> None:
    """Goods received with some missing and some damaged."""
    stocked(stage)
    stage.house.do(
        "DL02.01", "dealer-south", "transfer-send", to=SITE,
        lines=[{"code": c, "qty": "48"} for c in ("010101", "010204", "010302", "010303")],
    )  # fmt: skip
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("transfers")
    await calm(stage)
    screen: Any = stage.window.current
    place = screen.ways.rows.place_of(lambda one: one.to_site == SITE)
    screen.ways.go_to(place)
    await stage.keys("Return")
    await calm(stage)
    screen.model.set_damaged(screen.model.rows[1], "2")
    screen.model.set_qty(screen.model.rows[2], "45")
    await calm(stage)


ZONES = ("A-01", "A-02", "A-03", "B-01")


def counting_begun(stage: Stage) -> str:
    """A blind count of four zones; the number of it."""
    stocked(stage)
    zones = [{"zone": zone, "people": [COUNTERS[place % 2][0]]} for place, zone in enumerate(ZONES)]
    return str(
        boss(
            stage, "count-open", scope="full", mode="blind", zones=zones, tolerance_qty="0",
            tolerance_value="500",
        )["number"]
    )  # fmt: skip


async def counter_zones(stage: Stage) -> None:
    """What a counter has to do."""
    counting_begun(stage)
    await stage.sign_in("li", DEVICE, device_type="dealer")
    stage.window.open("counting")
    await calm(stage)


async def counter_sheet(stage: Stage) -> None:
    """In the middle of a blind count."""
    number = counting_begun(stage)
    await stage.sign_in("li", DEVICE, device_type="dealer")
    stage.window.open("counting")
    await stage.scan(label_text(number, "A-01"))
    for code in ("010102", "010103", "010201", "010202", "010203"):
        await stage.scan(code)
        await stage.keys("2", "4", "Return")
    await stage.scan("2010101010004")
    await stage.scan("2000101010005")
    await stage.keys("3", "7")


async def counter_stranger(stage: Stage) -> None:
    """A barcode nobody knows."""
    await counter_sheet(stage)
    await stage.keys("Return")
    await stage.scan("6901234567892")


async def counter_close(stage: Stage) -> None:
    """The question before a zone is sealed."""
    await counter_sheet(stage)
    await stage.keys("Return", "F9")
    await calm(stage)


async def new_count(stage: Stage) -> None:
    """A count being put together."""
    stocked(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("N")
    await calm(stage)
    panel: Any = stage.window.overlay.top
    panel._zones.setText("A-01..A-06")
    panel._set_zones()
    await calm(stage)


def counted(stage: Stage) -> str:
    """All zones sealed, a few lines off; the number of the count."""
    number = counting_begun(stage)
    held = stage.house.do(DEVICE, BOSS, "stock")
    goods = [one for one in held if one["qty_micro"] > 0 and one["location"].endswith("sellable")]
    off = {1: -2, 4: 3, 7: -1, 9: -12, 15: 1, 22: -4}
    for place, zone in enumerate(ZONES):
        mine = list(enumerate(goods))[place::4]
        lines = [
            {"code": one["product"], "qty": str(one["qty_micro"] // 1_000_000 + off.get(at, 0))}
            for at, one in mine
        ]
        counter = COUNTERS[place % 2][0]
        stage.house.do(DEVICE, counter, "count-zone", count=number, zone=zone, lines=lines)
        stage.house.time.tick(900_000_000)
    return number


async def count_zones(stage: Stage) -> None:
    """A count half done, as its supervisor sees it."""
    number = counting_begun(stage)
    lines = [{"code": "010101", "qty": "9"}]
    stage.house.do(DEVICE, "li", "count-zone", count=number, zone="A-01", lines=lines)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)


async def count_list(stage: Stage) -> None:
    """The counts of a site."""
    counting_begun(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)


async def count_review(stage: Stage) -> None:
    """The differences, with reasons keyed for some."""
    number = counted(stage)
    boss(stage, "sell-invoice", customer="K7", lines=["6*010302"])
    boss(stage, "count-reveal", count=number)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)
    await calm(stage)
    await stage.keys("1")
    await calm(stage)
    await stage.keys("6")
    await calm(stage)


async def count_report(stage: Stage) -> None:
    """A posted count with its figures."""
    number = counted(stage)
    boss(stage, "count-reveal", count=number)
    boss(stage, "count-approve", count=number)
    stage.house.do("HQ.01", "hq-editor", "count-approve", count=number, value="99999")
    boss(stage, "count-post", count=number, reasons={"": "lost"})
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)


async def labels(stage: Stage) -> None:
    """Labels for some goods, and how one looks."""
    await stock_list(stage)
    stage.window.open("labels", "010101 010204 010301 010302 020201")
    await calm(stage)
    screen: Any = stage.window.current
    screen.model.set_copies(screen.model.rows[1], "12")
    screen.table.go_to(1)
    await calm(stage)


async def label_job(stage: Stage) -> None:
    """Labels head office asked for with a price version, not printed yet."""
    await stock_list(stage)
    rows = [{"product": "010101", "price": "65"}, {"product": "010204", "price": "189"}]
    stage.house.do(
        "HQ.01", "hq-editor", "price-publish", sales_org="FX", approver="hq-approver",
        reason="up", rows=rows, labels=True,
    )  # fmt: skip
    stage.house.author_id = BOSS
    stage.house.sit_at(DEVICE, device_type="dealer")
    stage.window.open("labels", "changed")
    await calm(stage)
    await calm(stage)


async def goods_with_costs(stage: Stage) -> None:
    """The list of goods of a dealer who knows what some of them cost."""
    await stock_list(stage)
    costs = {"010101": 31_500_000, "010102": 48_000_000, "010204": 120_000_000}
    stage.house.write(state_costs, costs)
    stage.window.open("goods")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("stock", stock_list),
    ("stock_card", stock_card),
    ("stock_report", stock_report),
    ("labels", labels),
    ("label_job", label_job),
    ("goods_costs", goods_with_costs),
    ("movement_types", movement_types),
    ("movement_entry", movement_entry),
    ("transfer_list", transfer_list),
    ("transfer_receipt", transfer_receipt),
    ("counter_zones", counter_zones),
    ("counter_sheet", counter_sheet),
    ("counter_stranger", counter_stranger),
    ("counter_close", counter_close),
    ("count_list", count_list),
    ("count_new", new_count),
    ("count_zones", count_zones),
    ("count_review", count_review),
    ("count_report", count_report),
)
