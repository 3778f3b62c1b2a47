"""What a table shows: columns as data, and each kind of value as text and as sort key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from desktop.ui.theme import Tone
from desktop.words import formats


class Kind(StrEnum):
    """Kinds of value; they decide text, alignment, sorting and what Excel gets."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    """A document's number: as people read it in the cell, whole in tips, copies and exports."""
    MONEY = "money"
    """Integer minor units of the column's currency."""
    PRICE = "price"
    """Unit price at 10⁻⁶."""
    QTY = "qty"
    """Quantity in base units at 10⁻⁶."""
    RATIO = "ratio"
    """Ratio at 10⁻⁶, shown in percent."""
    COUNT = "count"
    DAY = "day"
    INSTANT = "instant"
    """Microseconds UTC, shown on the wall clock of the column's zone."""
    CHECK = "check"


NUMBERS = frozenset({Kind.MONEY, Kind.PRICE, Kind.QTY, Kind.RATIO, Kind.COUNT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column over rows of one type."""

    key: str
    """Stable name: remembered widths and exports go by it."""
    title: str
    """The finished heading in the language of the screen."""
    get: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    width: int = 120
    stretches: bool = False
    currency: str = "CNY"
    zone: str = formats.DEFAULT_ZONE
    has_total: bool = False
    edit: Callable[[Any, str], None] | None = field(default=None)
    """Takes what was typed; raises a QutongError that the cell then shows."""
    tone: Callable[[Any], Tone | None] | None = field(default=None)
    is_number: bool = False
    """Text that reads as a figure and stands at the right, too."""
    also: Callable[[Any], str] | None = field(default=None)
    """What the filter finds a row by beside the text: the pinyin initials of a name (B06)."""
    is_shown: bool = True
    """Whether it is there before the person chose columns."""

    def text(self, row: Any) -> str:
        """What the cell shows."""
        return text_of(self, self.get(row))

    def whole_text(self, row: Any) -> str:
        """What its tip says and what is copied: as the cell, and numbers of documents whole."""
        if self.kind is Kind.NUMBER:
            return str(self.get(row) or "")
        return self.text(row)


def found_by(column: Column, row: Any) -> str:
    """What the filter looks through in a cell."""
    text = column.whole_text(row)
    if column.kind is Kind.NUMBER:
        text = f"{text}\n{column.text(row)}"
    return text if column.also is None else f"{text}\n{column.also(row)}"


def text_of(column: Column, value: Any) -> str:
    """A value as a column shows it; nothing for None."""
    if value is None:
        return ""
    match column.kind:
        case Kind.MONEY:
            return formats.money(value, column.currency)
        case Kind.PRICE:
            return formats.price(value)
        case Kind.QTY:
            return formats.qty(value)
        case Kind.RATIO:
            return formats.percent(value)
        case Kind.COUNT:
            return f"{value:,}"
        case Kind.INSTANT:
            return formats.instant(value, column.zone)
        case Kind.CHECK:
            return "✓" if value else ""
        case Kind.NUMBER:
            return formats.short_number(str(value))
        case _:
            return str(value)


def sort_key(column: Column, row: Any) -> tuple[bool, Any]:
    """Rows without a value come last."""
    value = column.get(row)
    return value is None, value if value is not None else 0
