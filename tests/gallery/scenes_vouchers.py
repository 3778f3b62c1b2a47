"""Coupons and points at the till and at head office."""

from collections.abc import Awaitable, Callable

from shared.areas import SCHEMA
from shared.sync.holding import gain_scopes
from tests.builders.window_house import Stage

DEVICE, CLERK = "SH01.01", "clerk-guanqian"
TONER, CLEANSER = "2000102010004", "2000101010005"


def _offers(stage: Stage) -> str:
    """A member with points, three batches, one coupon used; an open coupon's code."""
    house = stage.house
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member = house.do(DEVICE, CLERK, "member-new", name="林小满", phone="13800138000")["member_id"]
    house.do("HQ.01", "hq-editor", "points-rule", approver="hq-approver")
    codes = []
    for name, value, least, policy, count in (
        ("周年庆", "20", "100", "strict", 200),
        ("新客立减券", "10", "59", "lenient", 300),
        ("老客回馈", "50", "300", "strict", 40),
    ):
        made = house.do(
            "HQ.01", "hq-editor", "coupons-issue", name=name, value=value, least=least,
            policy=policy, count=count, until="2026-03-31T00:00:00+08:00", approver="hq-approver",
        )  # fmt: skip
        codes.append(made["codes"][0])
    house.do(DEVICE, CLERK, "sell", lines=[f"10*{TONER}"], customer=member)
    used = [f"coupon:{codes[1]}=10", "cash=109"]
    house.do(DEVICE, CLERK, "sell", lines=[TONER], tenders=used)
    code: str = codes[0]
    return code


async def points(stage: Stage) -> None:
    """A coupon was taken, points are chosen for the rest."""
    code = _offers(stage)
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("till")
    await stage.settle()
    await stage.keys("F3", "8000", "Return")
    for goods in (TONER, CLEANSER):
        await stage.scan(goods)
    await stage.keys("F9")
    await stage.scan(code)
    await stage.keys("P")


async def coupon(stage: Stage) -> None:
    """A code nobody issued."""
    _offers(stage)
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("till")
    await stage.settle()
    await stage.scan(TONER)
    await stage.keys("F9", "Q")
    await stage.scan("Q2222222222222222")


async def offers(stage: Stage) -> None:
    """The rule and the batches."""
    _offers(stage)
    await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
    stage.window.open("offers")
    await stage.settle()


async def batch(stage: Stage) -> None:
    """Issuing a batch."""
    await offers(stage)
    await stage.keys("N")


async def rule(stage: Stage) -> None:
    """Changing the rule."""
    await offers(stage)
    await stage.keys("P")


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("till-points", points),
    ("till-coupon", coupon),
    ("office-offers", offers),
    ("office-offers-batch", batch),
    ("office-offers-rule", rule),
)
