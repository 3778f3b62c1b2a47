"""The bar at the bottom, which never lies: saved here, waiting to send, prices, stock, sync."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.runtime.keys import later
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled, tokens_now
from desktop.ui.widgets import label, set_tone
from desktop.words import formats
from desktop.words.texts import Words

SAYS_MS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the bar says; instants in microseconds UTC, 0 = never."""

    now_us: int
    zone: str = formats.DEFAULT_ZONE
    unsent: int = 0
    unsent_since_us: int = 0
    kept: int = 0
    price_version: int = 0
    synced_at_us: int = 0
    has_office: bool = True
    """False for a shop of its own that has joined nobody."""
    is_syncing: bool = False
    trouble: str = ""
    """Code of what stopped the last sync; '' when it went through."""
    open_tasks: int = 0
    alarm: str = ""
    """Code of the worst thing this device has to tell by itself; '' when there is nothing."""
    is_recovering: bool = False
    """Head office said it is being given back what it lost: its figures are not whole yet."""

    rows_here: int = 0
    """Of what is being fetched, how much is here; with ``rows_all`` 0 nothing large is."""
    rows_all: int = 0
    is_held: bool = False
    """A person said that nothing more is to be fetched for now."""

    @property
    def percent(self) -> int:
        """How much of what is being fetched is here, in whole percent."""
        return self.rows_here * 100 // self.rows_all if self.rows_all else 100

    @property
    def is_forgotten(self) -> bool:
        """Whether head office, restored to an earlier day, does not know this device."""
        return self.trouble == "DEVICE_NOT_KNOWN"

    @property
    def tone(self) -> Tone:
        """Green: all sent. Amber: waiting. Red: needs a person."""
        if self.alarm in _BAD_ALARMS:
            return Tone.BAD
        if not self.has_office:
            # Nothing is owed to anybody: what is here is all there is.
            return Tone.GOOD
        if self.kept or (self.trouble and self.trouble != "NETWORK"):
            return Tone.BAD
        is_waiting = self.unsent or self.alarm or self.is_recovering
        return Tone.WAITING if is_waiting else Tone.GOOD


_BAD_ALARMS = frozenset({"DISK_LOW", "JOURNAL_LOST"})
ALARMS = {
    "DISK_LOW": "disk_low",
    "JOURNAL_LOST": "damaged",
    "JOURNAL_DAMAGED": "damaged",
    "SPOOL_DAMAGED": "damaged",
    "SPOOL_DIFFERS": "damaged",
    "DEVICE_FORKED": "forked",
    "DIGEST_MISMATCH": "differed",
    "CLOCK_SUSPECT": "clock",
    "UNSENT_LONG": "unsent_long",
}
"""What each alarm is called in the texts: ``bar.`` beside the light, ``news.`` in sentences."""


def light_text(words: Words, standing: Standing) -> str:
    """Beside the light exactly one of three things: a problem, what waits since when, all sent.

    A shop of its own sends to nobody and is told so.
    """
    if problem := _problem_text(words, standing):
        return problem
    if not standing.has_office:
        return words("bar.alone")
    return _waiting_text(words, standing) or words("bar.all_sent")


def _problem_text(words: Words, standing: Standing) -> str:
    """The worst thing that is wrong; '' = nothing."""
    if standing.alarm in _BAD_ALARMS:
        return words(f"bar.{ALARMS[standing.alarm]}")
    if not standing.has_office:
        return ""
    if standing.kept:
        return words("bar.kept", n=standing.kept)
    if standing.is_recovering:
        return words("bar.recovering")
    if standing.trouble and standing.trouble != "NETWORK":
        return words("bar.trouble")
    is_told_so = standing.alarm == "UNSENT_LONG" and standing.unsent
    if standing.alarm in ALARMS and not is_told_so:
        return words(f"bar.{ALARMS[standing.alarm]}")
    return ""


def _waiting_text(words: Words, standing: Standing) -> str:
    """How many documents head office lacks, and since when; '' = none, or nobody lacks them."""
    if not standing.unsent or not standing.has_office:
        return ""
    since = formats.short_instant(standing.unsent_since_us, standing.now_us, standing.zone)
    if since:
        return words("bar.unsent_since", n=standing.unsent, since=since)
    return words("bar.unsent", n=standing.unsent)


def saved_text(words: Words, standing: Standing) -> str:
    """The sentences at the left; what waits stands here where a problem has its place."""
    parts = [words("bar.saved")]
    waiting = _waiting_text(words, standing)
    if waiting and _problem_text(words, standing):
        parts.append(waiting)
    if doing := doing_text(words, standing):
        parts.append(doing)
    if standing.price_version:
        parts.append(words("bar.prices", version=standing.price_version))
    if standing.synced_at_us:
        at = formats.short_instant(standing.synced_at_us, standing.now_us, standing.zone)
        parts.append(words("bar.as_of", at=at))
    return " · ".join(parts)


def doing_text(words: Words, standing: Standing) -> str:
    """What goes on with head office just now; '' = nothing worth a word."""
    if not standing.has_office:
        return ""
    if standing.rows_all:
        key = "bar.held" if standing.is_held else "bar.fetching"
        if standing.trouble == "NETWORK":
            key = "bar.fetch_broken"
        return words(key, percent=standing.percent)
    if standing.is_held:
        return words("bar.held_all")
    if standing.trouble == "NETWORK":
        return words("bar.offline")
    return "" if standing.synced_at_us else words("bar.never")


class StatusBar(QWidget):
    """The bar. Pressed to see messages and the story of syncs."""

    pressed = Signal()
    tasks_pressed = Signal()
    """Pressed on the number of open tasks."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(scaled(32))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._words = words
        self.standing: Standing | None = None
        self.saved = label("", "small")
        self.last = label("", "small")
        self.light = QLabel("●")
        self.light_name = label("", "small")
        self.tasks = label("", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.saved)
        layout.addStretch(1)
        layout.addWidget(self.last)
        layout.addStretch(1)
        layout.addWidget(self.tasks)
        layout.addWidget(self.light)
        layout.addWidget(self.light_name)

    def show_standing(self, standing: Standing) -> None:
        """Say where this device stands."""
        self.standing = standing
        tasks = self._words("bar.tasks", n=standing.open_tasks) if standing.open_tasks else ""
        self.tasks.setText(tasks)
        self.saved.setText(saved_text(self._words, standing))
        self.light_name.setText(light_text(self._words, standing))
        self.light.setStyleSheet(f"color: {tokens_now().tone(standing.tone)};")
        self.light.setAccessibleName(self.light_name.text())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        is_on_tasks = self.tasks.text() and self.tasks.geometry().contains(at)
        (self.tasks_pressed if is_on_tasks else self.pressed).emit()

    def say(self, text: str, tone: Tone) -> None:
        """A sentence in the middle."""
        self.last.setText(text)
        set_tone(self.last, tone)

    def say_a_while(self, text: str, tone: Tone) -> None:
        """A sentence that goes by itself, unless another was said meanwhile."""
        self.say(text, tone)
        later(SAYS_MS, lambda: self._unsay(text), self)

    def _unsay(self, text: str) -> None:
        if self.last.text() == text:
            self.say("", Tone.PLAIN)
