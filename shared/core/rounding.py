"""Dividing and sharing whole numbers so that no cent appears or vanishes."""

from collections.abc import Sequence
from typing import Final

from shared.core.errors import RuleViolation

MICRO: Final = 1_000_000
"""One whole unit of every `_micro` integer: quantities, unit prices, ratios, tax rates."""


def divide_half_away(numerator: int, denominator: int) -> int:
    """The nearest integer; exactly half goes away from zero, so a return mirrors its sale.

    Raises: ZeroDivisionError when the denominator is 0.
    """
    size, size_of_divisor = abs(numerator), abs(denominator)
    quotient = (2 * size + size_of_divisor) // (2 * size_of_divisor)
    return _signed(quotient, numerator, denominator)


def share_by_largest_remainder(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share a total over weights so that the parts, in the order of the weights, add up exactly.

    Each part is the proportional one cut to an integer; what is left over goes one unit each to
    the largest remainders, the earlier position first. A negative total is the mirror of the
    positive one; a zero weight receives nothing. Total and parts are in the same unit, any unit.

    Raises: RuleViolation WEIGHT_NEGATIVE, or NOTHING_TO_SHARE_OVER when a total other than 0
    meets no weight above 0.
    """
    if any(weight < 0 for weight in weights):
        raise RuleViolation("WEIGHT_NEGATIVE")
    whole = sum(weights)
    if whole == 0:
        if total != 0:
            raise RuleViolation("NOTHING_TO_SHARE_OVER", total=total)
        return (0,) * len(weights)
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(size * weights[at] % whole))
    for at in by_remainder[: size - sum(parts)]:
        parts[at] += 1
    return tuple(parts) if total >= 0 else tuple(-part for part in parts)


def _signed(size: int, numerator: int, denominator: int) -> int:
    return size if (numerator < 0) == (denominator < 0) else -size
