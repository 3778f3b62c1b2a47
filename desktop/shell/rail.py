"""The rail at the left: the screens this person has here, and nothing else."""

from collections.abc import Callable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.icons import icon
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import SPACE_M, SPACE_S, scaled
from desktop.ui.widgets import label, line
from desktop.words.texts import Words

WIDTH = 168
COMPACT = 26
"""Height of a button where all of them would not fit otherwise (a dealer's, at 720 px)."""
FOOT = "settings"
"""The group that stays at the foot, however many screens there are above it."""


class Rail(QWidget):
    """One button per screen, groups apart; with more than fit, those above the foot scroll."""

    def __init__(
        self, words: Words, screens: Sequence[ScreenSpec], opened: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(scaled(WIDTH))
        self._words, self._opened = words, opened
        self.buttons: dict[str, QPushButton] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, SPACE_M, 0, SPACE_S)
        outer.setSpacing(4)
        brand = label(words("app.name"), "strong")
        brand.setContentsMargins(SPACE_S + 10, 2, 0, 4)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._groups([one for one in screens if one.group != FOOT]))
        outer.addWidget(brand)
        outer.addWidget(self._area, 1)
        foot = [one for one in screens if one.group == FOOT]
        if foot:
            outer.addWidget(line())
            outer.addWidget(self._groups(foot))

    def _groups(self, screens: Sequence[ScreenSpec]) -> QWidget:
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        layout.setSpacing(1)
        for number, (_group, specs) in enumerate(groupby(screens, key=lambda one: one.group)):
            if number:
                layout.addSpacing(3)
                layout.addWidget(line())
                layout.addSpacing(3)
            for spec in specs:
                layout.addWidget(self._button(spec))
        layout.addStretch(1)
        return made

    def _button(self, spec: ScreenSpec) -> QPushButton:
        made = QPushButton(self._words(f"screen.{spec.id}"))
        made.setProperty("kind", "rail")
        made.setIcon(icon(spec.icon))
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda _checked=False: self._opened(spec.id))
        self.buttons[spec.id] = made
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        inside = self._area.widget()
        if inside is None:
            return
        self._set_heights(0)
        # The viewport hears of its size only once it is shown; the area has it already.
        if inside.sizeHint().height() > self._area.height():
            self._set_heights(scaled(COMPACT))

    def _set_heights(self, height: int) -> None:
        for one in self.buttons.values():
            if self._area.isAncestorOf(one):
                one.setFixedHeight(height or one.sizeHint().height())

    def mark(self, screen_id: str) -> None:
        """Show which screen is in front, and bring its button into sight."""
        for name, one in self.buttons.items():
            one.setChecked(name == screen_id)
            if name == screen_id and self._area.isAncestorOf(one):
                self._area.ensureWidgetVisible(one, 0, 40)
