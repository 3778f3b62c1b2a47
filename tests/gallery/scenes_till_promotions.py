"""The till with promotions: gifts to choose, policies that compete, gifts that come back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from shared.promotions.rules import GiftPrice, PolicyKind, Tier
from tests.builders.policies import (
    MASK,
    TONER,
    WATER,
    a_policy,
    first_two,
    publish,
    ten_plus_one,
)
from tests.builders.window_house import Stage

CLERK, DEVICE = "clerk-guanqian", "SH01.01"
CLEANSER = "2000101010005"


async def _basket(stage: Stage) -> None:
    publish(
        stage.house,
        first_two(MASK, 9_900_000),
        ten_plus_one(gifts=(MASK, TONER, WATER), gift_price=GiftPrice.LIST),
        replace(ten_plus_one(WATER, every=3), policy_id="BUY3", name="买3送1"),
        a_policy(
            "MJ", PolicyKind.THRESHOLD, name="满500减80", group="618",
            tiers=(Tier(50_000, off_minor=8_000), Tier(100_000, off_minor=20_000)),
        ),
        a_policy(
            "MZ", PolicyKind.THRESHOLD, name="满500打9折", group="618",
            tiers=(Tier(50_000, pay_ratio_micro=900_000),),
        ),
    )  # fmt: skip
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("till")
    await stage.settle()
    for qty, code in (("10", CLEANSER), ("5", MASK), ("4", WATER)):
        await stage.keys(qty, "*")
        await stage.scan(code)


async def gifts(stage: Stage) -> None:
    """A gift may still be chosen; the cursor is on the second of three."""
    await _basket(stage)
    await stage.keys("Down", "Down")


async def policies(stage: Stage) -> None:
    """Two policies compete; the best is marked."""
    await gifts(stage)
    await stage.keys("Return", "F5")


async def why(stage: Stage) -> None:
    """The story of a line with a special price and a share of an amount off."""
    await _basket(stage)
    await stage.keys("Up", "F7")


async def gift_back(stage: Stage) -> None:
    """One piece comes back and with it a gift that is earned no more."""
    await gifts(stage)
    await stage.keys("Return", "F9", "Return")
    await stage.settle()
    number = stage.house.do(DEVICE, CLERK, "sales")[0]["number"]
    await stage.keys("F8")
    await stage.scan(number)
    await stage.keys("F4", "1", "Return", "1")


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("till-gifts", gifts),
    ("till-policies", policies),
    ("till-why-promoted", why),
    ("till-gift-back", gift_back),
)
