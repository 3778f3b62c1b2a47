"""Publishing promotion policies, and what their screen looks at."""

from desktop.promotions.usecases.looking import (
    Names,
    brands,
    find_goods,
    goods_of_code,
    people,
    policy_names,
    trial_goods,
)
from desktop.promotions.usecases.publishing import end_policy, publish_policy

__all__ = [
    "Names",
    "brands",
    "end_policy",
    "find_goods",
    "goods_of_code",
    "people",
    "policy_names",
    "publish_policy",
    "trial_goods",
]
