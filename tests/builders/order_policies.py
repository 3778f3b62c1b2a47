"""Policies for channel orders of the demo brand: gifts, limits, a choice of two."""

from typing import Any

from shared.core.rounding import MICRO
from shared.promotions.rules import Goods, Holder, Period, Policy, PolicyKind, Tier, Use
from tests.builders.dealer_days import CLEANSER, CREAM, LOTION, SPRAY, WATER

CASE = 24 * MICRO


def an_order_policy(policy_id: str, kind: PolicyKind, name: str, **said: Any) -> Policy:
    """A policy of orders, in force from the beginning."""
    return Policy(policy_id=policy_id, name=name, kind=kind, uses=(Use.ORDER,), **said)


def cream_ten_and_one(**said: Any) -> Policy:
    """Ten pieces of cream give one lotion or one spray."""
    return an_order_policy(
        "CREAM10",
        PolicyKind.GIFT,
        "面霜 10+1",
        goods=Goods(products=(CREAM,)),
        every_micro=10 * MICRO,
        gift_micro=MICRO,
        gifts=said.pop("gifts", (LOTION,)),
        **said,
    )


def limit_of(product_id: str, pieces: int, **said: Any) -> Policy:
    """So many pieces of a product an order, or a period."""
    return an_order_policy(
        said.pop("policy_id", f"MAX-{product_id}"),
        PolicyKind.LIMIT,
        said.pop("name", f"限购 {pieces}"),
        goods=said.pop("goods", Goods(products=(product_id,))),
        by_quantity=True,
        most=pieces * MICRO,
        period=said.pop("period", Period.ORDER),
        holder=said.pop("holder", Holder.ACCOUNT),
        **said,
    )


def spend_and_save(yuan: int, off: int, **said: Any) -> Policy:
    """From so many yuan of water and cleanser so much off; competes with the gift for them."""
    return an_order_policy(
        "SAVE",
        PolicyKind.THRESHOLD,
        f"满{yuan}减{off}",
        goods=Goods(products=(WATER, CLEANSER)),
        tiers=(Tier(from_measure=yuan * 100, off_minor=off * 100),),
        **{"group": "WATER", **said},
    )


def spend_and_gift(yuan: int, **said: Any) -> Policy:
    """From so many yuan of water and cleanser a spray."""
    return an_order_policy(
        "GIFT",
        PolicyKind.THRESHOLD,
        f"满{yuan}赠喷雾",
        goods=Goods(products=(WATER, CLEANSER)),
        tiers=(Tier(from_measure=yuan * 100, gift_micro=2 * MICRO),),
        is_per_full=True,
        gifts=(SPRAY,),
        **{"group": "WATER", **said},
    )
