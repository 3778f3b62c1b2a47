"""The key line at the foot of a screen: the actions that can be done now, with their keys."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.ui.actions import Action
from desktop.ui.theme import SPACE_L, SPACE_M, TARGET_TILL
from desktop.ui.widgets import button, key_cap, label, row
from desktop.words.texts import Words

_LOOK_MS = 250
"""What can be done may change without a key: an answer arrives, a list is read."""


class KeyLine(QWidget):
    """Buttons for people with a mouse, key caps for those without.

    Where the text is too large for all of them, the last ones give way to a hint at F1, which
    lists every key.
    """

    acted = Signal()
    """A button was pressed: what can be done may be something else now."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("keyline")
        self._words = words
        self.is_large = False
        """Whether the buttons are as large as a till's (44 px)."""
        self._shown: list[tuple[Action, QPushButton]] = []
        self._holders: list[QWidget] = []
        self._more: QWidget | None = None
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, 4, SPACE_L, 4)
        self._layout.setSpacing(SPACE_M)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._mind_enabled)
        self._timer.start(_LOOK_MS)

    def show_actions(self, actions: Iterable[Action]) -> None:
        """Draw these; those that are off now stay visible and greyed."""
        wanted = [one for one in actions if one.in_line]
        # A panel without keys must not move the screen behind it.
        self.setMinimumHeight(0 if wanted else self.height())
        if [_face(one) for one in wanted] != [_face(one) for one, _ in self._shown]:
            self._build(wanted)
        self._shown = [
            (action, made) for action, (_, made) in zip(wanted, self._shown, strict=True)
        ]
        self._mind_enabled()

    def _build(self, actions: list[Action]) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._shown, self._holders = [], []
        for place, action in enumerate(actions):
            pressed = button(self._words(action.text), partial(self._run, place), kind="flat")
            # The work keeps the focus: a click here must not take it from the entry line.
            pressed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            if self.is_large:
                pressed.setMinimumHeight(TARGET_TILL)
            holder = QWidget()
            inner = QHBoxLayout(holder)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(2)
            if action.keys:
                inner.addWidget(key_cap(shown_key(action.keys[0])))
            inner.addWidget(pressed)
            self._layout.addWidget(holder)
            self._holders.append(holder)
            self._shown.append((action, pressed))
        self._more = row(key_cap("F1"), label("…", "muted"))
        self._more.hide()
        self._layout.addWidget(self._more)
        self._layout.addStretch(1)
        self._fit()
        # Measured again once the look is on the new buttons: before, they seem wider.
        QTimer.singleShot(0, self, self._fit)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        # The window is not kept wide by what may give way.
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Whole buttons only, from the left."""
        if self._more is None:
            return
        widths = [one.sizeHint().width() + SPACE_M for one in self._holders]
        room = self.width() - 2 * SPACE_L
        is_short = sum(widths) > room
        room -= self._more.sizeHint().width() + SPACE_M if is_short else 0
        for holder, width in zip(self._holders, widths, strict=True):
            room -= width
            holder.setVisible(room >= -SPACE_M)
        self._more.setVisible(is_short)

    def _run(self, place: int) -> None:
        self._shown[place][0].run()
        self.acted.emit()

    def _mind_enabled(self) -> None:
        for action, made in self._shown:
            is_on = action.is_enabled()
            if made.isEnabled() != is_on:
                made.setEnabled(is_on)


def _face(action: Action) -> tuple[str, tuple[str, ...]]:
    return action.text, action.keys


_NAMES = {"Return": "Enter", "Escape": "Esc", "Up": "↑", "Down": "↓"}


def shown_key(key: str) -> str:
    """A key as it stands on a keyboard."""
    return "+".join(_NAMES.get(part, part) for part in key.split("+")) if key[1:] else key
