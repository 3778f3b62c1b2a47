"""The type of an order: computed from its lines and policies, never typed (D13)."""

from collections.abc import Iterable
from enum import StrEnum


class OrderType(StrEnum):
    """What an order is called by; the first that fits holds."""

    RETURN = "return"
    EXCLUSIVE = "exclusive"
    PROMOTIONAL = "promotional"
    NORMAL = "normal"


def order_type(
    quantities_micro: Iterable[int], *, has_exclusive: bool, is_promotional: bool
) -> OrderType:
    """Return > exclusive > promotional > normal (domain rule 7), from what the lines are."""
    if any(qty < 0 for qty in quantities_micro):
        return OrderType.RETURN
    if has_exclusive:
        return OrderType.EXCLUSIVE
    return OrderType.PROMOTIONAL if is_promotional else OrderType.NORMAL
