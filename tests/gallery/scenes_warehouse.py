"""The warehouse's screens with a day of real goods in them."""

from collections.abc import Awaitable, Callable
from typing import Any

from resources.demo import read_rows
from tests.builders.window_house import Stage

SITE, DEVICE, KEEPER, BOSS = "DL01", "DL01.01", "warehouse-east", "dealer-east"
COUNTERS = (("li", "李敏"), ("zhao", "赵强"))
PRODUCTS = 42


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
        boss(stage, "sell-invoice", customer="K7", lines=[f"{12 + 6 * day}*{codes[0]}", *goods])
    boss(stage, "sell-invoice", customer="K7", lines=[f"9999*{codes[6]}"])
    boss(
        stage, "move", type="scrap", reason="破损", approver=KEEPER,
        lines=[{"code": codes[0], "qty": "3"}, {"code": codes[2], "qty": "1"}],
    )  # fmt: skip
    boss(stage, "move", type="gift_out", lines=[{"code": codes[1], "qty": "6"}])
    boss(
        stage, "transfer-send", to="SH01",
        lines=[{"code": codes[0], "qty": "2箱"}, {"code": codes[3], "qty": "12"}],
    )  # fmt: skip


def boss(stage: Stage, command: str, /, **params: Any) -> Any:
    """Something the site's boss did before."""
    return stage.house.do(DEVICE, BOSS, command, **params)


async def stock_list(stage: Stage) -> None:
    """The stock of a warehouse."""
    stocked(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stock")
    await stage.settle()


async def stock_card(stage: Stage) -> None:
    """A product's card."""
    await stock_list(stage)
    stage.window.open("stock", "010101")
    await stage.settle()


async def stock_report(stage: Stage) -> None:
    """进销存 of this month."""
    await stock_list(stage)
    stage.window.open("stock_report")
    await stage.settle()


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("stock", stock_list),
    ("stock_card", stock_card),
    ("stock_report", stock_report),
)
