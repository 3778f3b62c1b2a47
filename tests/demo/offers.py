"""The evening's offers: policies, points, a coupon and a deposit, published, used and settled."""

from typing import Any

from tests.builders.demo_policies import demo_policies
from tests.demo.day import APPROVER, CLEANSER, CLERK, EDITOR, SOUTH, Day, Scene, yuan

MIST, TONER = "010202", "010201"
WANG, PHONE = "王芳", "13800138000"
ACCOUNT = "P1002-FX"
COUPON = {"name": "周年庆", "value": "20", "least": "100", "until": "2027-01-01T00:00:00Z"}


def head_office_offers(day: Day) -> None:
    """Five policies, a rule of points and twenty coupons: typed by one, approved by another."""
    day.clock("18:20")
    policies = demo_policies()
    alone = day.refusal("HQ.01", EDITOR, "promotion-publish", **policies[0], approver=EDITOR)
    day.found["policy.alone"] = alone
    for one in policies:
        day.do("HQ.01", EDITOR, "promotion-publish", **one, approver=APPROVER)
    day.do("HQ.01", EDITOR, "points-rule", approver=APPROVER)
    made = day.do("HQ.01", EDITOR, "coupons-issue", count=20, approver=APPROVER, **COUPON)
    day.kept["coupon"] = made["codes"][0]
    day.sync("HQ.01")
    day.stage.sync_all()
    till = day.do("SH01.1", CLERK, "promotions", use="till")
    order = day.do("DL02", SOUTH, "promotions", sales_org="FX", use="order")
    day.found["policies.in_force"] = f"{len(till)} {len(order)}"
    day.note(
        "HQ.01", EDITOR,
        f"发布促销 {len(policies)} 条、积分规则、周年庆优惠券 20 张，两人签发",
        f"{len(policies)} promotions, points, 20 coupons: signed by two",
    )  # fmt: skip
    day.note(
        "SH01.1", "",
        f"收银机已收到：{''.join(one['reads'] for one in till)}",
        f"the till knows {len(till)} of them, the dealers the others",
    )  # fmt: skip


def a_member_pays_ahead_and_buys(day: Day) -> None:
    """300 less 40 on what is not special already, points on what was paid."""
    day.clock("18:40")
    member = day.do("SH01.1", CLERK, "member-new", name=WANG, phone=PHONE)["member_id"]
    day.kept["member"] = member
    ahead = day.do("SH01.1", CLERK, "deposit-take", customer=member, amount="200")
    day.note(
        "SH01.1", CLERK, f"{WANG}入会，预存现金，凭收据各店可用",
        "Wang Fang joins and pays ahead in cash", yuan(ahead["amount_minor"]),
    )  # fmt: skip
    sold = _sell(day, [f"3*{TONER}", MIST])
    day.found["offer.first"] = sold["total"]
    day.note(
        "SH01.1", CLERK,
        "化妆水 3 瓶满 300 减 40，喷雾晚市特价 39.00；会员现金付款，积 356 分",
        "three toners less 40, a mist at the evening's 39.00; 356 points",
        sold["total"],
    )  # fmt: skip
    day.sync("SH01.1")
    day.sync("SH01.1")


def _sell(day: Day, lines: list[str], **more: Any) -> Any:
    return day.do("SH01.1", CLERK, "sell", lines=lines, customer=day.kept["member"], **more)


def points_a_coupon_and_the_deposit_pay(day: Day) -> None:
    """All three are lent to this till by head office, and spent once."""
    day.clock("18:55")
    member, code = day.kept["member"], day.kept["coupon"]
    day.do("SH01.1", CLERK, "points-ask", member=member, points=300)
    day.do("SH01.1", CLERK, "coupon-ask", code=code)
    day.do("SH01.1", CLERK, "lease-ask", customer=member, wanted=5_000)
    day.sync("SH01.1")
    day.sync("SH01.1")
    pays = [f"coupon:{code}=20", "points=3", "deposit=50", "cash=46"]
    sold = _sell(day, [TONER], tenders=pays)
    again = day.refusal(
        "SH01.1", CLERK, "sell", lines=[TONER], tenders=[f"coupon:{code}=20", "cash=99"]
    )
    day.found["coupon.again"] = again
    day.sync("SH01.1")
    day.sync("SH01.1")
    left = day.do("SH01.1", CLERK, "points", member=member)["balance"]["points"]
    day.found["points.left"] = str(left)
    day.note(
        "SH01.1", CLERK,
        f"再买化妆水：券 20、积分抵 3、预存款 50、现金 46；剩 {left} 分。同一张券再用，被挡回",
        f"a toner by coupon, points, deposit and cash; {left} points are left, the coupon is used",
        sold["total"],
    )  # fmt: skip


def a_dealer_orders_under_a_policy(day: Day) -> None:
    """Ten and one: the gifts come with the order, and head office decides the same."""
    day.clock("19:10")
    order = day.do("DL02", SOUTH, "order-submit", lines=[{"code": CLEANSER, "qty": "20"}])
    day.sync("DL02", "HQ.02")
    day.do("HQ.02", APPROVER, "order-decide", order=order["number"])
    day.sync("HQ.02")
    day.sync("DL02")
    shown = day.do("DL02", SOUTH, "order-show", order=order["number"])
    lines = [one["line"] for one in shown["lines"]]
    gifts = sum(one["accepted_micro"] for one in lines if one["is_gift"])
    day.found["offer.order"] = yuan(shown["order"]["accepted_minor"])
    day.found["offer.gifts"] = str(gifts // 1_000_000)
    day.note(
        "DL02", SOUTH,
        "订洁面乳 20 支，10+1 送 2 支；总部照准，赠品同行",
        "20 cleansers on 10+1: two gifts come with them, accepted as asked",
        yuan(shown["order"]["accepted_minor"]),
    )  # fmt: skip


SCENES: tuple[Scene, ...] = (
    head_office_offers,
    a_member_pays_ahead_and_buys,
    points_a_coupon_and_the_deposit_pay,
    a_dealer_orders_under_a_policy,
)
