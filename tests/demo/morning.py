"""From the first light to the first sales: head office publishes, everybody counts and opens."""

from collections.abc import Callable
from functools import partial
from typing import Any

from resources.demo import read_rows
from tests.builders.demo_brand import Typed, publication
from tests.demo.day import (
    APPROVER,
    CLEANSER,
    CLERK,
    CREAM,
    EAST,
    EDITOR,
    EXCLUSIVE,
    MANAGER,
    REP,
    SOUTH,
    Day,
    Scene,
    pieces,
    yuan,
)
from tests.demo.stage import SEATS, together

STAFF = (
    ("manager-suzhou", "示例苏州督导", "owner", ("SH01", "SH02", "MC01")),
    ("clerk-evening", "示例观前街晚班", "clerk", ("SH01",)),
    ("chief-keeper", "示例总部仓主管", "warehouse", ("HQ01",)),
)
"""People of this day beside those of the demo data."""


def head_office_publishes(day: Day) -> None:
    """Channel, users, catalogue, lists and the first price versions, from one desk."""
    day.clock("07:30")
    day.stage.enrol(SEATS[:1])
    typed = [*publication(), *_staff()]
    for one in typed:
        day.stage["HQ.01"].ask(one.user, one.command, **one.params)
    for _ in typed:
        day.stage["HQ.01"].answer()
    day.sync("HQ.01")
    accounts, sites = len(read_rows("accounts")), len(read_rows("sites"))
    products = len(read_rows("products"))
    day.note(
        "HQ.01", EDITOR,
        f"发布渠道（{accounts} 个客户、{sites} 个网点）、产品 {products} 种、价格第1版",
        f"publishes {accounts} accounts, {sites} sites, {products} products, price version 1",
    )  # fmt: skip


def _staff() -> list[Typed]:
    return [
        Typed(
            "publish-user",
            {"user": user, "name": name, "role": role, "grants": [{"site": s} for s in sites]},
        )
        for user, name, role, sites in STAFF
    ]


def devices_enrol(day: Day) -> None:
    """Nine more clients come in by one-time codes."""
    day.clock("07:45")
    day.stage.enrol(SEATS[1:])
    day.note(
        "HQ", "",
        f"{len(SEATS)} 台设备凭一次性激活码入网，各有自己的账本和钥匙",
        f"{len(SEATS)} devices enrol by one-time codes, each with a journal of its own",
    )  # fmt: skip


OPENINGS = (
    ("HQ01", "hq-warehouse", "chief-keeper"),
    ("DL01", "warehouse-east", "dealer-east"),
    ("DL02", "warehouse-south", "dealer-south"),
    ("DL03", "warehouse-suzhou", "dealer-suzhou"),
    ("SH02", "clerk-pingjiang", MANAGER),
    ("MC01", "clerk-counter", MANAGER),
)
"""Where else it is counted, who counts, and who reveals and signs."""


def everybody_counts(day: Day) -> None:
    """The opening stock of seven sites is counted blind; others reveal, sign and post it."""
    day.clock("08:05")
    here = _opening(day, "SH01.1", "SH01", CLERK, MANAGER)
    day.note(
        "SH01.1", CLERK,
        f"期初盲盘：{here[0]} 种 {here[1]} 件；督导揭盘、签字、过账",
        f"opening count, blind: {here[0]} products, {here[1]} pieces; signed and posted",
    )  # fmt: skip
    day.clock("08:20")
    others = together(
        partial(_opening, day, place, place, who, boss) for place, who, boss in OPENINGS
    )
    total = sum(int(one[1].replace(",", "")) for one in others)
    day.note(
        "HQ", "",
        f"另外六处也盘好了期初，共 {total:,} 件；从此一件也不许无故消失",
        f"six more sites counted {total:,} pieces; no piece may just vanish now",
    )  # fmt: skip
    day.stage.sync_all()
    day.stage.sync_all()


def _opening(day: Day, client: str, site: str, who: str, boss: str) -> tuple[str, str]:
    found = [row for row in read_rows("opening_stock") if row["site"] == site]
    do: Callable[..., Any] = partial(day.do, client)
    count = do(boss, "count-open", scope="opening", zones=["A"])["number"]
    lines = [{"code": r["product_code"], "qty": r["qty"], "lot": r["lot"]} for r in found]
    do(who, "count-zone", count=count, lines=lines)
    seen = do(boss, "count-reveal", count=count)["lines"]
    for step in ("count-approve", "count-post"):
        do(boss, step, count=count)
    return str(len(seen)), pieces(sum(one["counted_micro"] for one in seen))


def first_sale(day: Day) -> None:
    """Cash, change, and why the price is what it is."""
    day.clock("09:05")
    sold = day.do(
        "SH01.1", CLERK, "sell", lines=[CREAM, f"2*{CLEANSER}"], tenders=["cash=320"]
    )  # fmt: skip
    day.kept["first sale"] = sold["number"]
    day.found["sale.first"] = sold["total"]
    day.note(
        "SH01.1", CLERK,
        f"开张！面霜 1 瓶、洁面乳 2 支，收现金 320.00，找 {sold['change']}",
        f"first sale: a cream, two cleansers, 320.00 cash, {sold['change']} change",
        sold["total"],
    )  # fmt: skip


def the_dealer_orders(day: Day) -> None:
    """2箱3支, and a box that only this dealer may see."""
    day.clock("09:20")
    order = day.do(
        "DL01", EAST, "order-submit",
        lines=[
            {"code": CLEANSER, "qty": "2箱3支"},
            {"code": CREAM, "qty": "2箱"},
            {"code": EXCLUSIVE, "qty": "10"},
        ],
    )  # fmt: skip
    day.kept["order"] = order["number"]
    day.found["order.asked"] = yuan(order["total_minor"])
    day.note(
        "DL01", EAST,
        "订货：洁面乳 2箱3支、面霜 2箱、江南礼盒（专供）10 套",
        "orders 2 cases + 3 cleansers, 2 cases of cream, 10 Jiangnan boxes",
        yuan(order["total_minor"]),
    )  # fmt: skip
    why = day.do("DL01", EAST, "price-of", code=CREAM, account="P1001-FX")["why"]
    english = day.do("DL01", EAST, "price-of", code=CREAM, account="P1001-FX", language="en")
    day.note("DL01", EAST, f"为什么这个价？{why}", f"why? {english['why']}")


def another_dealer_sees_nothing(day: Day) -> None:
    """What is exclusive to one account does not exist for another."""
    day.clock("09:25")
    seen = day.do("DL02", SOUTH, "find", text="江南礼盒")
    day.found["exclusive.seen"] = str(len(seen))
    wanted = [{"code": EXCLUSIVE, "qty": "1"}]
    day.found["exclusive.order"] = day.refusal("DL02", SOUTH, "order-submit", lines=wanted)
    day.note(
        "DL02", SOUTH,
        "查“江南礼盒”：查无此货；硬填代码订货，也不在清单里",
        "finds no Jiangnan box, and cannot order it by its code either",
    )  # fmt: skip


def two_desks_decide(day: Day) -> None:
    """Both decide the same order without knowing of each other; the first to arrive wins."""
    day.clock("09:40")
    number = day.kept["order"]
    day.sync("DL01", "HQ.01", "HQ.02")
    cut = [{"line": 2, "qty": "1箱", "reason": "留一箱备双十二"}]
    day.do("HQ.01", REP, "order-decide", order=number, lines=cut)
    day.do("HQ.02", APPROVER, "order-decide", order=number)
    day.sync("HQ.01")
    day.note(
        "HQ.01", REP,
        "受理华东订单：面霜 2箱准 1箱（留一箱备双十二），其余照准",
        "accepts in part: one case of cream of two, the rest in full",
        yuan(_order(day)["accepted_minor"]),
    )  # fmt: skip
    day.clock("09:41")
    day.sync("HQ.02")
    shown = day.do("HQ.02", APPROVER, "order-show", order=number)
    day.found["decision.late"] = " ".join(one["code"] for one in shown["refusals"])
    day.found["order.accepted"] = yuan(shown["order"]["accepted_minor"])
    day.note(
        "HQ.02", APPROVER,
        "同一张单也点了全部受理，晚了一步：先到为准",
        "accepts the same order in full, too late: the first decision counts",
    )  # fmt: skip


def _order(day: Day) -> Any:
    return day.do("HQ.01", REP, "order-show", order=day.kept["order"])["order"]


def head_office_ships(day: Day) -> None:
    """The oldest lots first; what is granted leaves, and the dealer owes it."""
    day.clock("10:10")
    picked = [
        {"line": 1, "qty": "24", "lot": "260327A"},
        {"line": 1, "qty": "27", "lot": "260803B"},
        {"line": 2, "qty": "1箱", "lot": "260314A"},
        {"line": 3, "qty": "10", "lot": "260324A"},
    ]
    sent = day.do(
        "HQ.01", REP, "order-ship", order=day.kept["order"], site="HQ01",
        lines=picked, carrier="顺丰",
    )  # fmt: skip
    day.kept["shipment"] = sent["number"]
    day.sync("HQ.01", "HQ01", "DL01")
    owed = day.do("DL01", EAST, "credit", account="P1001-FX")["receivable_minor"]
    day.note(
        "HQ.01", REP,
        "从上海仓发货 85 件，老批号先出；华东随即欠下货款",
        "ships 85 pieces, oldest lots first; the dealer owes them from now on",
        yuan(owed),
    )  # fmt: skip


def price_version_two(day: Day) -> None:
    """Typed by one person, approved by another, delivered long before it takes effect."""
    day.clock("10:30")
    version: dict[str, Any] = {
        "sales_org": "FX",
        "rows": [{"product": CREAM, "price": "219"}, {"product": "010701", "price": "22"}],
        "effective_at": "2026-12-01T14:00",
        "reason": "冬季调价",
    }
    alone = day.refusal("HQ.01", EDITOR, "price-publish", approver=EDITOR, **version)
    day.found["price.alone"] = alone
    day.do("HQ.01", EDITOR, "price-publish", approver=APPROVER, **version)
    day.sync("HQ.01")
    day.stage.sync_all()
    held = [_newest(day, seat.name) for seat in SEATS]
    day.found["price.delivered"] = f"{held.count(2)} of {len(held)}"
    day.note(
        "HQ.01", EDITOR,
        f"价格第2版：面霜 199→219，两人签发，14:00 生效；已送到 {held.count(2)} 台设备",
        "price version 2 (cream 219 from 14:00): signed by two, delivered",
    )  # fmt: skip


def _newest(day: Day, client: str) -> int:
    """The number of the newest sealed version that a client holds."""
    versions = day.do(client, EDITOR, "price-versions", sales_org="FX")
    return max((one["number"] for one in versions if one["status"] == "sealed"), default=0)


SCENES: tuple[Scene, ...] = (
    head_office_publishes,
    devices_enrol,
    everybody_counts,
    first_sale,
    the_dealer_orders,
    another_dealer_sees_nothing,
    two_desks_decide,
    head_office_ships,
    price_version_two,
)
