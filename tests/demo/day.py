"""What every scene is given: the stage, the book, and the findings that are proved at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.demo.book import DayBook
from tests.demo.stage import Stage

CREAM, CLEANSER, WATER, BALM_REMOVER = "010204", "010101", "010102", "010103"
SERUM, LIPSTICK, RED, SUNSCREEN = "010301", "020503", "020504", "010501"
MASK, BALM, HAND_CREAM, BROW, MASCARA = "010401", "010701", "010601", "020505", "020506"
CUSHION, GIFT_BOX, EXCLUSIVE = "020501", "020801", "020802"
TWELVE_BALMS: Final = "2020107010007"
"""The code on the inner case of twelve lip balms."""

CLERK, EVENING, MANAGER = "clerk-guanqian", "clerk-evening", "manager-suzhou"
EDITOR, APPROVER, REP = "hq-editor", "hq-approver", "hq-sales-east"
EAST, SOUTH, SUZHOU = "dealer-east", "dealer-south", "dealer-suzhou"


@dataclass(kw_only=True)
class Day:
    """The day as it goes on."""

    stage: Stage
    book: DayBook
    found: dict[str, str] = field(default_factory=dict)
    """What the scenes met, by the names that tests.demo.expected gives to what must be met."""
    at: str = "07:00"
    kept: dict[str, Any] = field(default_factory=dict)
    """Answers that later scenes need: numbers of receipts, orders, counts."""

    def clock(self, hhmm: str) -> None:
        """It is now this time of the day."""
        self.at = hhmm
        self.stage.clock.set(hhmm)

    def note(self, place: str, who: str, zh: str, en: str, amount: str = "") -> None:
        """Write into the day book what just happened."""
        self.book.entry(self.at, place, who, zh, en, amount)

    def do(self, place: str, who: str, command: str, /, **params: Any) -> Any:
        """Somebody types a command on a client."""
        return self.stage[place].do(who, command, **params)

    def refusal(self, place: str, who: str, command: str, /, **params: Any) -> str:
        """The code with which a client says no."""
        return self.stage[place].refusal(who, command, **params)

    def sync(self, *places: str) -> None:
        """These clients sync, one after the other."""
        self.stage.sync(*places)


Scene = Callable[[Day], None]


def pieces(qty_micro: int) -> str:
    """Whole pieces with separators: ``31,254``."""
    return f"{qty_micro // 1_000_000:,}"


def yuan(minor: int) -> str:
    """An amount in yuan: ``1,234.50``; a minus in front where it is below zero."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
