"""A locked device: what happened, what to do, and what head office lacks (P10)."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.access.usecases.locking import Lock
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, button, column, key_cap, label, row
from desktop.words import formats
from desktop.words.texts import Words

WIDTH = 560


class LockedPage(QWidget):
    """A page of the gate; F5 tries to meet head office, where that may open it."""

    def __init__(
        self, words: Words, lock: Lock, place: str, spool: Path, meet: Callable[[], None]
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.lock = lock
        self._meet = meet
        title = "locked.revoked" if lock.is_for_good else "locked.alone"
        head = column(label(place, "muted"), label(words(title), "big"), spacing=2)
        parts: list[QWidget | int | None] = [head]
        banner = Banner()
        parts.append(banner)
        parts += [_told(one) for one in _sentences(words, lock)]
        if lock.unsent:
            unsent = label(words("locked.unsent", n=lock.unsent), "strong")
            unsent.setWordWrap(True)
            parts.append(unsent)
            if lock.is_for_good:
                parts += [_told(words("locked.spool")), _file(spool)]
        else:
            parts.append(label(words("locked.all_sent"), "strong"))
        if not lock.is_for_good:
            go_on = button(words("locked.meet"), meet, kind="primary")
            parts.append(row(None, key_cap("F5"), go_on, spacing=SPACE_M))
        whole = column(*parts, spacing=SPACE_L)
        whole.setFixedWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(whole)
        # Said when it has its place: shown before, it would be a window of its own.
        banner.say(words("locked.nobody"), Tone.BAD)

    def press(self, key: str) -> bool:
        """F5 meets head office; nothing else does anything here."""
        if key == "F5" and not self.lock.is_for_good:
            self._meet()
            return True
        return False


def _file(spool: Path) -> QWidget:
    made = label(str(spool), "small")
    made.setProperty("data", True)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _sentences(words: Words, lock: Lock) -> list[str]:
    if lock.is_for_good:
        at = formats.instant(lock.revoked_at_us, formats.DEFAULT_ZONE)
        return [words("locked.revoked_told", at=at), words("locked.revoked_do")]
    told = words("locked.alone_told", days=lock.days, allowed=lock.allowed_days)
    return [told, words("locked.alone_do")]


def _told(text: str) -> QWidget:
    made = label(text)
    made.setWordWrap(True)
    return made
