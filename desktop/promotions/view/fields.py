"""Fields of a policy that write into the draft as they are typed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.promotions.model.draft import PolicyDraft
from desktop.ui.editors import Choice, DayField, MoneyField, PriceField, QuantityField
from desktop.ui.frame import Frame
from desktop.ui.theme import scaled
from desktop.ui.widgets import Field, form_row, label, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.clock import instant_of_local_iso, local_time
from shared.core.errors import RuleViolation
from shared.core.money import parse_ratio_micro
from shared.core.text import half_width

NAME_WIDTH: Final = 130
_SMALL: Final = 110
_DAY_MINUTES: Final = 24 * 60
N = TypeVar("N", QuantityField, MoneyField, PriceField)


class Binder:
    """Makes the rows of a form over one draft."""

    def __init__(self, frame: Frame, draft: PolicyDraft, currency: str) -> None:
        self.frame, self.draft, self.currency = frame, draft, currency
        self.words = frame.words

    def named(self, key: str, field: QWidget, hint: str = "") -> QWidget:
        """A field with its name before and a hint behind it."""
        if not hint:
            return form_row(self.words(key), field, width=NAME_WIDTH)
        told = label(self.words(hint), "small")
        return form_row(self.words(key), row(field, told, None), width=NAME_WIDTH)

    def text(self, key: str, name: str, hint: str = "", *, width: int = 0) -> Field:
        """A text."""
        made = Field(hint, text=str(getattr(self.draft.policy, name)), name=self.words(key))
        made.textEdited.connect(lambda text: self.draft.set(**{name: text.strip()}))
        if width:
            made.setFixedWidth(scaled(width))
        return made

    def qty(self, key: str, name: str) -> QuantityField:
        """So many pieces."""
        return self._number(QuantityField(self.words(key)), name)

    def money(self, key: str, name: str) -> MoneyField:
        """An amount."""
        return self._number(MoneyField(self.words(key), self.currency), name)

    def price(self, key: str, name: str) -> PriceField:
        """A unit price."""
        return self._number(PriceField(self.words(key)), name)

    def _number(self, made: N, name: str) -> N:
        made.set_value(getattr(self.draft.policy, name) or None)
        made.changed.connect(lambda: self.draft.set(**{name: made.value or 0}))
        made.setFixedWidth(scaled(_SMALL))
        return made

    def ratio(self, key: str, name: str) -> Field:
        """What is paid: ``85%``, ``8.5折``."""
        value = getattr(self.draft.policy, name)
        made = Field(self.words("promo.ratio_hint"), name=self.words(key))
        made.setText(formats.percent(value) if value else "")
        made.setFixedWidth(scaled(_SMALL))
        made.textEdited.connect(lambda text: self._take_ratio(made, name, text))
        return made

    def _take_ratio(self, field: Field, name: str, text: str) -> None:
        try:
            self.draft.set(**{name: parse_ratio_micro(text) if text.strip() else 0})
        except RuleViolation:
            field.set_bad(True)

    def count(self, key: str, name: str) -> Field:
        """A whole number."""
        made = Field(name=self.words(key), text=str(getattr(self.draft.policy, name)))
        made.setAlignment(Qt.AlignmentFlag.AlignRight)
        made.setFixedWidth(scaled(_SMALL))

        def take(text: str) -> None:
            is_good = text.isdigit() and len(text) < 10
            made.set_bad(bool(text) and not is_good)
            self.draft.set(**{name: int(text) if is_good else 0})

        made.textEdited.connect(take)
        return made

    def choice(self, key: str, name: str, prefix: str, values: Sequence[Any]) -> Choice:
        """One of a few words; ``values`` are the members of its enumeration."""
        words = [(one.value, self.words(f"{prefix}.{one.value}")) for one in values]
        now = getattr(self.draft.policy, name).value
        made = Choice(self.words(key), words, value=now)
        kind = type(values[0])
        made.picked.connect(lambda value: self.draft.set(**{name: kind(value)}))
        return made

    def check(self, key: str, name: str) -> QCheckBox:
        """Yes or no."""
        made = QCheckBox(self.words(key))
        made.setChecked(getattr(self.draft.policy, name))
        made.toggled.connect(lambda on: self.draft.set(**{name: on}))
        return made


class InstantFields(QWidget):
    """A day and a time of an instant; an empty day is 0."""

    def __init__(
        self,
        name: str,
        at_us: int,
        zone: str,
        today: date,
        took: Callable[[int], None],
        *,
        words: Words,
    ) -> None:
        super().__init__()
        self._zone, self._took = zone, took
        self.day = DayField(name, today, words=words, may_be_empty=True)
        self.time = Field("00:00", name=name)
        self.time.setFixedWidth(scaled(70))
        if at_us:
            there = local_time(at_us, zone)
            self.day.set_day(there.date().isoformat())
            self.time.setText(f"{there:%H:%M}")
        self.day.changed.connect(self._take)
        self.time.textEdited.connect(lambda _text: self._take())
        inside = row(self.day, self.time, None)
        layout = inside.layout()
        assert layout is not None
        self.setLayout(layout)

    def _take(self) -> None:
        if not self.day.day:
            self._took(0)
            return
        text = self.time.text().strip() or "00:00"
        try:
            self._took(instant_of_local_iso(f"{self.day.day}T{text}", self._zone))
        except RuleViolation:
            self.time.set_bad(True)


class HourField(Field):
    """A time of the day in minutes: ``18:00``, ``1830``, ``24:00``."""

    def __init__(self, name: str, minute: int, took: Callable[[int], None]) -> None:
        super().__init__("00:00", text=f"{minute // 60:02d}:{minute % 60:02d}", name=name)
        self.setFixedWidth(scaled(70))
        self._took = took
        self.textEdited.connect(self._take)

    def _take(self, text: str) -> None:
        minute = minute_of(text)
        self.set_bad(minute is None)
        if minute is not None:
            self._took(minute)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Up: 30, Qt.Key.Key_Down: -30}.get(Qt.Key(event.key()))
        minute = minute_of(self.text())
        if step is None or minute is None:
            super().keyPressEvent(event)
            return
        minute = min(max(minute + step, 0), _DAY_MINUTES)
        self.setText(f"{minute // 60:02d}:{minute % 60:02d}")
        self._took(minute)


def minute_of(text: str) -> int | None:
    """The minute of the day a text means; None when it means none."""
    digits = half_width(text.strip())
    hours, sign, minutes = digits.partition(":")
    if not sign and len(digits) in (3, 4):
        hours, minutes = digits[:-2], digits[-2:]
    if not hours.isdigit() or (minutes and not minutes.isdigit()):
        return None
    minute = int(hours) * 60 + int(minutes or "0")
    is_good = minute <= _DAY_MINUTES and int(minutes or "0") < 60
    return minute if is_good else None
