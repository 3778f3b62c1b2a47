"""Fields for what people key: money, quantities with packs, days, choices; parsed at once."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox

from desktop.ui.day_said import DaySaid
from desktop.ui.theme import scaled
from desktop.ui.widgets import Field
from desktop.words import formats
from desktop.words.days import day_of
from desktop.words.texts import Words
from shared.core.errors import QutongError, RuleViolation
from shared.core.money import parse_money, parse_unit_price_micro
from shared.core.quantity import Pack, format_quantity, parse_quantity


class _ValueField(Field):
    """A field over an integer: what cannot be read marks it and keeps the last good value."""

    changed = Signal()
    refused = Signal(object)
    """The QutongError of what was typed, told when the person goes on."""

    def __init__(self, name: str, read: Callable[[str], int], write: Callable[[int], str]) -> None:
        super().__init__(name=name)
        self._read = read
        self._write = write
        self._value: int | None = None
        self._error: QutongError | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._typed)
        self.editingFinished.connect(self._finished)

    @property
    def value(self) -> int | None:
        """What was keyed, in the unit of the field; None while it is empty or unreadable."""
        return None if self._error is not None else self._value

    @property
    def error(self) -> QutongError | None:
        """Why it cannot be read."""
        return self._error

    def set_value(self, value: int | None) -> None:
        """Show a value."""
        self._value, self._error = value, None
        self.setText("" if value is None else self._write(value))
        self.set_bad(False)

    def _typed(self, text: str) -> None:
        self._error = None
        try:
            self._value = self._read(text) if text.strip() else None
        except RuleViolation as error:
            self._error = error
        self.set_bad(self._error is not None)
        self.changed.emit()

    def _finished(self) -> None:
        if self._error is not None:
            self.refused.emit(self._error)
        elif self._value is not None:
            self.setText(self._write(self._value))


class MoneyField(_ValueField):
    """An amount in minor units of a currency."""

    def __init__(self, name: str, currency: str = "CNY") -> None:
        super().__init__(
            name,
            lambda text: parse_money(text, currency).minor,
            lambda minor: formats.money(minor, currency),
        )


class PriceField(_ValueField):
    """A unit price at 10⁻⁶."""

    def __init__(self, name: str) -> None:
        super().__init__(name, parse_unit_price_micro, formats.price)


class QuantityField(_ValueField):
    """A quantity in base units at 10⁻⁶, keyed as ``27`` or ``2箱3支``."""

    def __init__(self, name: str, packs: Sequence[Pack] = ()) -> None:
        super().__init__(
            name,
            lambda text: parse_quantity(text, packs),
            lambda qty_micro: format_quantity(qty_micro, packs),
        )


class DayField(Field):
    """A day: ``2026-12-01``, ``12-1``, ``+7``, ``明天``, ``Friday``; Up and Down go a day on.

    What it was understood as stands below while it is typed.

    What cannot be read stays there, marked: an empty day often means "at once", and nobody who
    typed something meant that.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        today: date,
        *,
        words: Words,
        may_be_empty: bool = False,
        is_past: bool = False,
    ) -> None:
        """``is_past``: a weekday means the last one, as in the days of a report."""
        super().__init__((today + timedelta(days=1)).isoformat(), name=name)
        self._today = today
        self._is_past = is_past
        self.said = DaySaid(self, words)
        self._may_be_empty = may_be_empty
        self._day: date | None = None if may_be_empty else today
        self.setFixedWidth(scaled(120))
        self._write()
        self.editingFinished.connect(self._read)
        self.textEdited.connect(lambda text: self.said.say(self._understood(text)))

    @property
    def day(self) -> str:
        """The day as ISO text; '' where none is asked for. What was read last, see ``checked``."""
        return self._day.isoformat() if self._day else ""

    def checked(self) -> str:
        """The day that stands there now, as ISO text; '' where none is asked for.

        Raises: RuleViolation DAY_UNREADABLE.
        """
        self._read()
        if self.property("bad") == "true":
            self.setFocus()
            raise RuleViolation("DAY_UNREADABLE", text=self.text().strip()[:40])
        return self.day

    def set_day(self, text: str) -> None:
        """Show a day."""
        self._day = date.fromisoformat(text) if text else None
        self.set_bad(False)
        self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._day = (self._day or self._today) + timedelta(days=step)
        self.set_bad(False)
        self._write()
        self.said.say(self._day)
        self.changed.emit()

    def _understood(self, text: str) -> date | None:
        return day_of(text, self._today, is_past=self._is_past)

    def _read(self) -> None:
        text = self.text().strip()
        self.said.hide()
        read = self._understood(text)
        self.set_bad(bool(text) and read is None)
        if text and read is None:
            return
        if read is not None or self._may_be_empty:
            self._day = read
            self.changed.emit()
        self._write()

    def _write(self) -> None:
        self.setText(self.day)


class Choice(QComboBox):
    """One of a few values, each with its word."""

    picked = Signal(str)

    def __init__(self, name: str, values: Sequence[tuple[str, str]], *, value: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        for stored, word in values:
            self.addItem(word, stored)
        self.set_value(value)
        self.currentIndexChanged.connect(lambda _at: self.picked.emit(self.value))

    @property
    def value(self) -> str:
        """The stored value chosen."""
        return str(self.currentData() or "")

    def offer(self, values: Sequence[tuple[str, str]], value: str) -> None:
        """Offer other values, stored and as words, without telling anybody that one was picked."""
        self.blockSignals(True)
        self.clear()
        for stored, word in values:
            self.addItem(word, stored)
        self.set_value(value)
        self.blockSignals(False)

    def set_value(self, value: str) -> None:
        """Choose a value; an unknown one changes nothing."""
        at = self.findData(value)
        if at >= 0:
            self.setCurrentIndex(at)
