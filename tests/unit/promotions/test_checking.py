"""What may stand in a policy: every kind needs its own things, and nonsense is named by field."""

from dataclasses import replace
from typing import Any

import pytest

from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.promotions.rules import (
    BundlePart,
    GiftPrice,
    Goods,
    Period,
    Policy,
    PolicyKind,
    Special,
    Tier,
    Use,
)
from shared.promotions.rules.checking import check_policy, may_meet
from tests.builders.sample_policies import LIMIT, OFF_300, SPECIAL, TEN_PLUS_ONE

FIRST = replace(SPECIAL, kind=PolicyKind.FIRST, first_micro=2 * MICRO)
BUNDLE = Policy(
    policy_id="set",
    name="水乳套装",
    kind=PolicyKind.BUNDLE,
    uses=(Use.TILL,),
    parts=(
        BundlePart(Goods(products=("A",)), MICRO),
        BundlePart(Goods(products=("B", "C")), MICRO),
    ),
    bundle_minor=29_900,
)


@pytest.mark.parametrize("policy", [TEN_PLUS_ONE, OFF_300, SPECIAL, FIRST, BUNDLE, LIMIT])
def test_a_policy_of_each_kind_can_stand(policy: Policy) -> None:
    check_policy(policy)


@pytest.mark.parametrize(
    ("policy", "changes", "field"),
    [
        (TEN_PLUS_ONE, {"policy_id": "a b"}, "policy_id"),
        (TEN_PLUS_ONE, {"name": ""}, "name"),
        (TEN_PLUS_ONE, {"uses": ()}, "uses"),
        (TEN_PLUS_ONE, {"who": ("level:",)}, "who"),
        (TEN_PLUS_ONE, {"who": ("level:L1 site:S",)}, "who"),
        (TEN_PLUS_ONE, {"who": ("list:other",)}, "who"),
        (TEN_PLUS_ONE, {"from_us": 10, "until_us": 10}, "until_us"),
        (TEN_PLUS_ONE, {"weekdays": (0,)}, "weekdays"),
        (TEN_PLUS_ONE, {"from_minute": 600, "until_minute": 600}, "until_minute"),
        (TEN_PLUS_ONE, {"from_minute": 1440}, "from_minute"),
        (TEN_PLUS_ONE, {"every_micro": 0}, "every_micro"),
        (TEN_PLUS_ONE, {"gift_micro": -MICRO}, "gift_micro"),
        (TEN_PLUS_ONE, {"goods": Goods()}, "gifts"),
        (TEN_PLUS_ONE, {"gifts": ("A", "A")}, "gifts"),
        (TEN_PLUS_ONE, {"gift_price": GiftPrice.SYMBOLIC}, "gift_price"),
        (OFF_300, {"tiers": ()}, "tiers"),
        (OFF_300, {"tiers": (Tier(500, 1), Tier(300, 2))}, "tiers"),
        (OFF_300, {"tiers": (Tier(300),)}, "tiers"),
        (OFF_300, {"tiers": (Tier(300, 301),)}, "tiers"),
        (OFF_300, {"tiers": (Tier(300, 10, 900_000),)}, "tiers"),
        (OFF_300, {"tiers": (Tier(300, gift_micro=MICRO),)}, "gifts"),
        (OFF_300, {"is_per_full": True}, "is_per_full"),
        (SPECIAL, {"specials": ()}, "specials"),
        (SPECIAL, {"specials": (Special("A", -1),)}, "specials"),
        (SPECIAL, {"pay_ratio_micro": MICRO}, "pay_ratio_micro"),
        (FIRST, {"first_micro": 0}, "first_micro"),
        (FIRST, {"period": Period.DAY}, "holder"),
        (BUNDLE, {"parts": BUNDLE.parts[:1]}, "parts"),
        (BUNDLE, {"bundle_minor": 0}, "bundle_minor"),
        (LIMIT, {"most": 0}, "most"),
        (LIMIT, {"most": -1}, "most"),
    ],
)
def test_what_cannot_stand_is_named_by_its_field(
    policy: Policy, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_policy(replace(policy, **changes))
    assert (refused.value.code, refused.value.params["field"]) == ("PROMOTION_BAD", field)


def test_a_policy_names_no_more_goods_than_the_engine_is_made_for() -> None:
    many = Goods(products=tuple(f"P{one}" for one in range(2_001)))
    with pytest.raises(RuleViolation) as refused:
        check_policy(replace(TEN_PLUS_ONE, goods=many))
    assert refused.value.code == "PROMOTION_GOODS_TOO_MANY"


def test_only_policies_of_different_accounts_levels_or_sites_never_meet() -> None:
    assert may_meet((), ("level:L1",))
    assert may_meet(("region:E",), ("level:L1",))
    assert may_meet(("level:L1", "level:L2"), ("level:L2",))
    assert not may_meet(("level:L1",), ("level:L2",))
    assert not may_meet(("site:A",), ("site:B",))
