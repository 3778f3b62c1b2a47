"""Policies head office decides about in tests: one or two of each kind, and their publication."""

from dataclasses import replace

from shared.core.rounding import MICRO
from shared.promotions.documents import PolicyPublished
from shared.promotions.rules import Goods, Policy, PolicyKind, Special, Tier, Use

TEN_PLUS_ONE = Policy(
    policy_id="10-1",
    name="10+1",
    kind=PolicyKind.GIFT,
    uses=(Use.ORDER,),
    goods=Goods(products=("010204",)),
    every_micro=10 * MICRO,
    gift_micro=MICRO,
)
OFF_300 = Policy(
    policy_id="off-300",
    name="满300减40",
    kind=PolicyKind.THRESHOLD,
    uses=(Use.TILL, Use.ORDER),
    tiers=(Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000)),
)
SPECIAL = Policy(
    policy_id="night",
    name="夜场特价",
    kind=PolicyKind.SPECIAL,
    uses=(Use.TILL,),
    from_minute=18 * 60,
    until_minute=20 * 60,
    specials=(Special("010204", 99 * MICRO),),
)
LIMIT = Policy(
    policy_id="limit-20",
    name="每单限购20",
    kind=PolicyKind.LIMIT,
    uses=(Use.ORDER,),
    goods=Goods(products=("010204",)),
    by_quantity=True,
    most=20 * MICRO,
)


def a_publication(
    policy: Policy,
    *,
    parent_number: int = 0,
    is_ended: bool = False,
    sales_org_id: str = "FX",
    reason: str = "",
    **changes: object,
) -> PolicyPublished:
    """The request to publish a policy, with some of it changed."""
    return PolicyPublished(
        sales_org_id=sales_org_id,
        parent_number=parent_number,
        policy=replace(policy, **changes),  # type: ignore[arg-type]
        is_ended=is_ended,
        reason=reason,
    )
