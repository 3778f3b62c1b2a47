"""Two tills, one of them without a network: the same last piece, a crash, and a price at 14:00."""

from uuid import UUID

from tests.demo.day import (
    BROW,
    CLEANSER,
    CLERK,
    CREAM,
    CUSHION,
    EVENING,
    GIFT_BOX,
    HAND_CREAM,
    LIPSTICK,
    MANAGER,
    MASK,
    SERUM,
    SUNSCREEN,
    TWELVE_BALMS,
    Day,
    Scene,
    yuan,
)
from tests.demo.stage import UNPLUGGED


def a_case_code(day: Day) -> None:
    """One scan, twelve pieces, paid by the shop's wallet code."""
    day.clock("10:50")
    sold = day.do("SH01.2", EVENING, "sell", lines=[TWELVE_BALMS], tenders=["static_code=300"])
    day.note(
        "SH01.2", EVENING,
        "扫中盒码一次 = 润唇膏 12 支，收款码到账",
        "one scan of an inner case = 12 lip balms, paid by wallet code",
        sold["total"],
    )  # fmt: skip


def nearly_sold_out(day: Day) -> None:
    """Both tills know that one serum is left."""
    day.clock("10:55")
    sold = day.do("SH01.1", CLERK, "sell", lines=[f"3*{SERUM}"], tenders=["static_code=777"])
    day.sync("SH01.1", "SH01.2")
    left = [_on_shelf(day, till) for till in ("SH01.1", "SH01.2")]
    day.found["serum.left"] = " ".join(left)
    day.note(
        "SH01.1", CLERK,
        "玻尿酸精华卖出 3 瓶；两台收银机都知道：只剩 1 瓶",
        "sells 3 serums; both tills know that just one is left",
        sold["total"],
    )  # fmt: skip


def _on_shelf(day: Day, till: str) -> str:
    held = day.do(till, MANAGER, "stock", code=SERUM)
    return str(sum(one["qty_micro"] for one in held) // 1_000_000)


FIVE = (
    ([CUSHION], "169"),
    ([LIPSTICK], "129"),
    ([MASK], "79"),
    ([HAND_CREAM], "29.90"),
    ([BROW], "59"),
)
"""Five customers in a row at the mall counter; the mall takes the money."""


def killed_and_back(day: Day) -> None:
    """kill -9 between two customers: what was done is there, what was not is done once."""
    day.clock("11:15")
    client = day.stage["MC01"]
    for number in range(5):
        _sell_to(day, number)
    for _ in range(2):
        client.answer()
    client.kill()
    client.start()
    before = len(day.do("MC01", "clerk-counter", "sales"))
    done = [_again(day, number) for number in range(5)]
    after = day.do("MC01", "clerk-counter", "sales")
    day.found["counter.sales"] = str(len(after))
    day.found["counter.kept"] = "yes" if 2 <= before == done.count("ALREADY_APPENDED") else "no"
    day.note(
        "MC01", "clerk-counter",
        f"五位顾客排队时程序被杀；重开后 {before} 单都在，五单不多不少",
        f"killed with 5 customers waiting: {before} sales were kept, all 5 are made",
        yuan(sum(one["total_minor"] for one in after)),
    )  # fmt: skip


def _sell_to(day: Day, number: int) -> None:
    lines, amount = FIVE[number]
    uid = UUID(int=(0x019AD7 << 104) | (7 << 76) | (2 << 62) | (number + 1)).hex
    day.stage["MC01"].ask("clerk-counter", "sell", lines=lines, tenders=[f"mall={amount}"], uid=uid)


def _again(day: Day, number: int) -> str:
    lines, amount = FIVE[number]
    uid = UUID(int=(0x019AD7 << 104) | (7 << 76) | (2 << 62) | (number + 1)).hex
    return day.refusal(
        "MC01", "clerk-counter", "sell", lines=lines, tenders=[f"mall={amount}"], uid=uid
    )


def the_cable_is_cut(day: Day) -> None:
    """No network: a sync says so, and selling goes on."""
    day.clock("11:30")
    assert day.stage.cable is not None
    day.stage.cable.cut()
    day.found["till.offline"] = day.refusal(UNPLUGGED, EVENING, "sync")
    day.note(
        UNPLUGGED, "",
        "网线被装修师傅剪断：连不上总部，照常营业",
        "a workman cuts the cable: no head office, but business goes on",
    )  # fmt: skip


def the_last_piece_twice(day: Day) -> None:
    """Neither till can know of the other; a fact is never refused."""
    day.clock("12:10")
    first = day.do("SH01.2", EVENING, "sell", lines=[SERUM])
    day.note(
        "SH01.2", EVENING, "最后 1 瓶精华卖出，现金",
        "sells the last serum, cash", first["total"],
    )  # fmt: skip
    day.clock("12:14")
    second = day.do("SH01.1", CLERK, "sell", lines=[SERUM], note="明日来取")
    day.note(
        "SH01.1", CLERK, "也卖出“最后 1 瓶”，顾客付现金，明日来取",
        'sells "the last serum" as well (paid in cash, to be collected)', second["total"],
    )  # fmt: skip


def selling_offline(day: Day) -> None:
    """An ordinary sale without a line."""
    day.clock("12:20")
    sold = day.do("SH01.2", EVENING, "sell", lines=[SUNSCREEN, LIPSTICK])
    day.note(
        "SH01.2", EVENING, "防晒乳 1 支、口红 1 支，现金",
        "a sunscreen and a lipstick, cash", sold["total"],
    )  # fmt: skip


def a_discount_needs_two(day: Day) -> None:
    """Fifteen per cent are beyond the clerk; the manager stands for it."""
    day.clock("12:40")
    basket = {"lines": [GIFT_BOX], "discount": "8.5折", "tenders": ["static_code=594.15"]}
    day.found["discount.alone"] = day.refusal("SH01.1", CLERK, "sell", **basket)
    sold = day.do("SH01.1", CLERK, "sell", approver=MANAGER, **basket)
    day.found["discount.total"] = sold["total"]
    day.note(
        "SH01.1", CLERK,
        "礼盒 699.00 打 8.5 折：店员权限不够，督导点头才成交",
        "15% off a gift box: too much for a clerk, the manager approves",
        sold["total"],
    )  # fmt: skip


def a_return(day: Day) -> None:
    """By the receipt, at the price paid, the way it was paid."""
    day.clock("13:20")
    back = day.do(
        "SH01.1", CLERK, "return-goods", sale=day.kept["first sale"],
        lines=[{"code": CLEANSER}], reason="买多了",
    )  # fmt: skip
    day.note(
        "SH01.1", CLERK, "凭小票退洁面乳 1 支（买多了），原路退现金",
        "takes a cleanser back by its receipt, cash returned", back["total"],
    )  # fmt: skip


def the_price_turns(day: Day) -> None:
    """The till without a network changes to version 2 by itself, at its instant."""
    day.clock("13:40")
    before = day.do("SH01.2", EVENING, "sell", lines=[CREAM])
    day.note(
        "SH01.2", EVENING, "面霜 1 瓶，按价格第1版",
        "a cream at price version 1", before["total"],
    )  # fmt: skip
    day.clock("14:05")
    after = day.do("SH01.2", EVENING, "sell", lines=[CREAM])
    day.note(
        "SH01.2", EVENING, "面霜 1 瓶，第2版已自己生效，虽然断着网",
        "a cream at version 2, in force by itself, cable or no cable", after["total"],
    )  # fmt: skip
    (line,) = day.do("SH01.2", EVENING, "why-price", sale=after["number"])
    (english,) = day.do("SH01.2", EVENING, "why-price", sale=after["number"], language="en")
    day.found["price.before"], day.found["price.after"] = before["total"], after["total"]
    day.note(
        "SH01.2", EVENING, f"小票可查：{line['why']}", f"as the receipt says: {english['why']}"
    )


SCENES: tuple[Scene, ...] = (
    a_case_code,
    nearly_sold_out,
    killed_and_back,
    the_cable_is_cut,
    the_last_piece_twice,
    selling_offline,
    a_discount_needs_two,
    a_return,
    the_price_turns,
)
