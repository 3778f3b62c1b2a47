"""Counting while it is sold, goods on the road, credit, and the cable that is mended."""

from typing import Any

from tests.demo.day import (
    BALM_REMOVER,
    BROW,
    CLEANSER,
    CLERK,
    CREAM,
    EAST,
    EVENING,
    HAND_CREAM,
    LIPSTICK,
    MANAGER,
    MASCARA,
    MASK,
    RED,
    REP,
    SUZHOU,
    WATER,
    Day,
    Scene,
    yuan,
)
from tests.demo.figures import in_transit

SALON = "梅林美容院"
"""A customer of the Suzhou dealer; nobody in the channel but a name in its books."""
SACHET = "XN01"


def an_exchange(day: Day) -> None:
    """One back, another one out, one balance."""
    day.clock("14:30")
    sold = day.do("SH01.1", CLERK, "sell", lines=[f"-1*{WATER}", BALM_REMOVER])
    day.note(
        "SH01.1", CLERK, "换货：退卸妆水 89.00，换卸妆膏 109.00，补现金",
        "an exchange: one water back, one balm out, the difference in cash", sold["total"],
    )  # fmt: skip


def own_goods(day: Day) -> None:
    """Something head office has never heard of."""
    day.clock("14:45")
    day.do("SH01.1", CLERK, "own-product", code=SACHET, name="手工香囊", unit="个")
    day.do("SH01.1", CLERK, "own-price", code=SACHET, price="38")
    day.do(
        "SH01.1", CLERK, "move", type="purchase_receipt", party="本地手作坊",
        lines=[{"code": SACHET, "qty": "20"}],
    )  # fmt: skip
    sold = day.do("SH01.1", CLERK, "sell", lines=[f"2*{SACHET}"])
    day.note(
        "SH01.1", CLERK, "自有商品“手工香囊”进货 20 个，当场卖出 2 个，现金",
        "goods of the shop's own: 20 sachets come in, two are sold", sold["total"],
    )  # fmt: skip
    day.do("SH01.1", CLERK, "expense", category="快递", amount="12")
    day.note("SH01.1", CLERK, "从钱箱付快递费", "pays a courier out of the drawer", "-12.00")


def a_blind_count(day: Day) -> None:
    """The counter sees no book; the other till sells meanwhile and cannot tell anybody."""
    day.clock("15:00")
    count = day.do(
        "SH01.1", MANAGER, "count-open", scope="spot", codes=[LIPSTICK, MASK],
        zones=[{"zone": "A", "people": [CLERK]}],
    )["number"]  # fmt: skip
    day.kept["count"] = count
    day.found["count.blind"] = day.refusal("SH01.1", CLERK, "stock")
    day.note(
        "SH01.1", MANAGER, "抽盘口红和面膜，盲盘：店员想看一眼库存，被挡回",
        "a blind count of lipsticks and masks; the clerk may not see stock",
    )  # fmt: skip
    day.clock("15:05")
    sold = day.do("SH01.2", EVENING, "sell", lines=[LIPSTICK], tenders=["static_code=129"])
    day.note(
        "SH01.2", EVENING, "盘点归盘点，口红又卖 1 支（还断着网），收款码",
        "sells a lipstick during the count, still without a network", sold["total"],
    )  # fmt: skip
    day.clock("15:10")
    found = [{"code": LIPSTICK, "qty": "11"}, {"code": MASK, "qty": "11"}]
    day.do("SH01.1", CLERK, "count-zone", count=count, zone="A", lines=found)
    day.note(
        "SH01.1", CLERK, "货架实数：口红 11、面膜 11，封表",
        "what is on the shelf: 11 lipsticks, 11 masks; the sheet is sealed",
    )  # fmt: skip


def the_count_is_posted(day: Day) -> None:
    """As far as this till knows, two lipsticks and a mask are missing."""
    day.clock("15:20")
    count = day.kept["count"]
    seen = day.do("SH01.1", MANAGER, "count-reveal", count=count)
    day.found["count.revealed"] = _differences(seen["lines"], "difference_micro")
    day.note(
        "SH01.1", MANAGER, "揭盘：口红账上 13 少 2，面膜账上 12 少 1；签字、过账",
        "reveals: 2 lipsticks and 1 mask short by this book; signed, posted",
        yuan(-seen["value_minor"]),
    )  # fmt: skip
    day.do("SH01.1", MANAGER, "count-approve", count=count)
    day.do("SH01.1", MANAGER, "count-post", count=count, reasons={"": "短少待查"})
    day.sync("SH01.1")


def _differences(lines: list[Any], name: str) -> str:
    found = {one["product" if "product" in one else "product_id"]: one[name] for one in lines}
    return " ".join(f"{found[code] // 1_000_000:+d}" for code in (LIPSTICK, MASK))


def a_transfer_overtakes_itself(day: Day) -> None:
    """The goods are quicker than the message that they left."""
    day.clock("15:35")
    day.do("MC01", MANAGER, "transfer-send", to="SH01", lines=[{"code": RED, "qty": "6"}])
    day.note(
        "MC01", MANAGER, "调拨正红口红 6 支给观前街店，单子还没上传",
        "sends 6 red lipsticks to Guanqian, but does not sync yet",
    )  # fmt: skip
    day.clock("15:50")
    day.do("SH01.1", MANAGER, "transfer-receive", source="MC01", lines=[{"code": RED, "qty": "6"}])
    day.sync("SH01.1")
    early = in_transit(day.stage.office.home, "MC01", "SH01")
    day.note(
        "SH01.1", MANAGER, f"货比单子先到，照收 6 支；总部看在途 {early}",
        f"the goods are here first and are received; in transit at HQ: {early}",
    )  # fmt: skip
    day.clock("16:00")
    day.sync("MC01")
    late = in_transit(day.stage.office.home, "MC01", "SH01")
    day.found["transit.overtaken"] = f"{early} {late}"
    day.note(
        "MC01", "", f"发货单也上传了：在途 {late}，先来后到都一样",
        f"the dispatch arrives as well: in transit {late}; order does not matter",
    )  # fmt: skip


def the_cable_is_mended(day: Day) -> None:
    """Everything the till did since noon arrives, and explains the missing lipsticks."""
    day.clock("16:10")
    assert day.stage.cable is not None
    day.stage.cable.mend()
    unsent = day.do("SH01.2", EVENING, "status")["unsent"]
    day.sync("SH01.2", "SH01.1")
    day.found["till.unsent"] = str(unsent)
    day.note(
        "SH01.2", "", f"网线接好：断网以来的 {unsent} 单一次上传，总部全收",
        f"the cable is mended: {unsent} documents go up at once, all are taken",
    )  # fmt: skip
    shown = day.do("SH01.1", MANAGER, "count-show", count=day.kept["count"])
    lines = [
        one | {"variance": one["counted_micro"] - one["book_micro"] + one["corrected_micro"]}
        for one in shown["differences"]
    ]
    day.found["count.final"] = _differences(lines, "variance")
    day.note(
        "HQ", "", "迟到的两笔销售解释了盘点：口红差异 0，面膜真少 1 盒",
        "late sales explain the count: lipsticks 0 off, a mask is missing", "-79.00",
    )  # fmt: skip
    tasks = [one for one in day.do("SH01.1", MANAGER, "tasks") if one["code"] == "STOCK_BELOW_ZERO"]
    day.found["tasks.serum"] = str(len(tasks))
    day.note(
        "HQ", "", "精华只有 4 瓶却卖出 5 瓶：销售有效，开一张待办给门店",
        "four serums, five sold: the sales stand, the store gets a task",
    )  # fmt: skip


def the_simple_register(day: Day) -> None:
    """A shop that writes down what went out, without prices."""
    day.clock("16:25")
    day.do(
        "SH02", "clerk-pingjiang", "register",
        lines=[f"5*{HAND_CREAM}", f"2*{LIPSTICK}", f"3*{BROW}", f"-1*{MASCARA}"],
    )  # fmt: skip
    day.note(
        "SH02", "clerk-pingjiang", "出库台账：护手霜 5、口红 2、眉笔 3，睫毛膏退回 1",
        "register: 5 hand creams, 2 lipsticks, 3 brow pencils, 1 mascara back",
    )  # fmt: skip


def the_dealer_receives(day: Day) -> None:
    """One short, one broken: the claim makes itself."""
    day.clock("16:40")
    found = [
        {"line": 2, "good": "26", "reason": "少一支"},
        {"line": 3, "good": "23", "damaged": "1", "reason": "瓶盖破损"},
    ]
    day.do("DL01", "warehouse-east", "order-receive", shipment=day.kept["shipment"], lines=found)
    day.sync("DL01")
    day.note(
        "DL01", "warehouse-east", "收货：洁面乳少 1 支、面霜破 1 瓶，索赔待办自动开出",
        "one cleanser short, one cream broken: the claim is made by itself",
    )  # fmt: skip


def wholesale_on_credit(day: Day) -> None:
    """The dealer's own customer buys at the level below and pays a part."""
    day.clock("17:00")
    sold = day.do(
        "DL03", SUZHOU, "sell-invoice", customer=SALON, lines=[f"1箱*{CLEANSER}", f"12*{LIPSTICK}"]
    )
    day.found["invoice.total"] = sold["total"]
    day.note(
        "DL03", SUZHOU, f"批发开单给{SALON}：洁面乳 1箱、口红 12 支，赊账",
        "invoice to Meilin salon, on credit: 24 cleansers, 12 lipsticks",
        sold["total"],
    )  # fmt: skip
    day.clock("17:30")
    day.do("DL03", SUZHOU, "collect", customer=SALON, amount="1000", tender="bank_transfer")
    owed = day.do("DL03", SUZHOU, "open-invoices", customer=SALON)["owed_minor"]
    day.note(
        "DL03", SUZHOU, f"{SALON}转账付来 1,000.00，还欠",
        "Meilin transfers 1,000.00 and still owes", yuan(owed),
    )  # fmt: skip


def dealer_to_dealer(day: Day) -> None:
    """The second level orders from the first, at the new price; the goods are on the road."""
    day.clock("17:40")
    order = day.do("DL03", SUZHOU, "order-submit", lines=[{"code": CREAM, "qty": "1箱"}])
    day.sync("DL03", "DL01")
    day.found["order.level2"] = yuan(order["total_minor"])
    day.note(
        "DL03", SUZHOU, "向华东订面霜 1箱，已是第2版：219.00 × 0.52",
        "orders a case of cream from East at version 2: 219.00 × 0.52",
        yuan(order["total_minor"]),
    )  # fmt: skip
    day.clock("17:55")
    day.do("DL01", EAST, "order-decide", order=order["number"])
    day.sync("DL01")
    lots = [{"line": 1, "qty": "24", "lot": "260314A"}]
    day.do("DL01", EAST, "order-ship", order=order["number"], lines=lots)
    day.sync("DL01", "DL03")
    day.note(
        "DL01", EAST, "全部受理并发货，今晚在路上",
        "accepts it and ships at once; it is on the road tonight",
    )  # fmt: skip


def money_arrives(day: Day) -> None:
    """Head office books what the dealer paid."""
    day.clock("18:10")
    day.do("HQ.01", REP, "account-payment", account="P1001-FX", amount="5000", reference="工行")
    day.sync("HQ.01")
    owed = day.do("HQ.01", REP, "credit", account="P1001-FX")["receivable_minor"]
    day.note(
        "HQ.01", REP, "华东经销商到账 5,000.00，还欠",
        "5,000.00 from the East dealer arrive; it still owes", yuan(owed),
    )  # fmt: skip


def closing_time(day: Day) -> None:
    """Everybody syncs, twice: what head office answered comes down as well."""
    day.clock("21:30")
    day.stage.sync_all()
    day.stage.sync_all()
    day.note(
        "HQ", "", "打烊：十台设备全部同步，关机",
        "closing time: all ten devices have synced and go to sleep",
    )  # fmt: skip


SCENES: tuple[Scene, ...] = (
    an_exchange,
    own_goods,
    a_blind_count,
    the_count_is_posted,
    a_transfer_overtakes_itself,
    the_cable_is_mended,
    the_simple_register,
    the_dealer_receives,
    wholesale_on_credit,
    dealer_to_dealer,
    money_arrives,
)
