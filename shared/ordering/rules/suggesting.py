"""How much to order again: from what sold, what is here, what is coming, in whole packs."""

from dataclasses import dataclass
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO, divide_half_away

DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What a house wants of a reorder; both in days."""

    looked_back: int = 14
    """How long the sell-out is looked at."""
    target: int = 21
    """How long the goods are to last."""

    def __post_init__(self) -> None:
        """Raises: RuleViolation DAYS_BAD."""
        for days in (self.looked_back, self.target):
            if not 0 < days <= DAYS_MAX:
                raise RuleViolation("DAYS_BAD", most=DAYS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a product is known at a site; quantities in millionths of the base unit."""

    sold_micro: int = 0
    """Over the days looked at, less what came back."""
    on_hand_micro: int = 0
    in_transit_micro: int = 0
    """Left the supplier and was not received yet."""
    on_order_micro: int = 0
    """Asked for, and neither refused nor on its way yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """How much to order, and every figure it came from, so that a person can follow it."""

    cover: Cover
    standing: Standing
    pack_micro: int
    suggested_micro: int

    @property
    def per_day_micro(self) -> int:
        """What sells in a day, rounded for looking at."""
        return divide_half_away(max(self.standing.sold_micro, 0), self.cover.looked_back)

    @property
    def wanted_micro(self) -> int:
        """What would sell while the goods are to last, rounded for looking at."""
        sold = max(self.standing.sold_micro, 0)
        return divide_half_away(sold * self.cover.target, self.cover.looked_back)

    @property
    def missing_micro(self) -> int:
        """Wanted less what is here and coming; 0 when that is enough."""
        return max(self.wanted_micro - _at_hand(self.standing), 0)

    @property
    def is_whole_packs(self) -> bool:
        """Whether it was rounded up to packs."""
        return self.pack_micro > MICRO


def suggest(standing: Standing, cover: Cover, pack_micro: int = MICRO) -> Suggestion:
    """The quantity that makes the goods last, rounded up to whole packs (E04).

    Sell-out per day × days to cover − here − coming. Nothing is rounded before the last step. A
    book below zero counts as an empty shelf, and more returns than sales as nothing sold.
    """
    pack = max(pack_micro, 1)
    days = cover.looked_back
    sold = max(standing.sold_micro, 0)
    missing = sold * cover.target - _at_hand(standing) * days
    packs = -(-missing // (days * pack)) if missing > 0 else 0
    return Suggestion(cover=cover, standing=standing, pack_micro=pack, suggested_micro=packs * pack)


def cover_days(standing: Standing, looked_back: int) -> int | None:
    """How many whole days what is here lasts at the pace it sold; None when nothing sold."""
    if standing.sold_micro <= 0:
        return None
    return max(standing.on_hand_micro, 0) * looked_back // standing.sold_micro


def _at_hand(standing: Standing) -> int:
    coming = max(standing.in_transit_micro, 0) + max(standing.on_order_micro, 0)
    return max(standing.on_hand_micro, 0) + coming
