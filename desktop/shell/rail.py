"""The rail at the left: the screens this person has here, and nothing else."""

from collections.abc import Callable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.ui.icons import icon
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import SPACE_M, SPACE_S, scaled
from desktop.ui.widgets import label, line
from desktop.words.texts import Words

WIDTH = 168
MANY = 14
"""With more screens the buttons are lower, so that all of them stand in 720 lines."""


class Rail(QWidget):
    """One button per screen, groups apart."""

    def __init__(
        self, words: Words, screens: Sequence[ScreenSpec], opened: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(scaled(WIDTH))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_M, SPACE_S, SPACE_S)
        layout.setSpacing(2)
        brand = label(words("app.name"), "strong")
        brand.setContentsMargins(10, 2, 0, SPACE_S)
        layout.addWidget(brand)
        self.buttons: dict[str, QPushButton] = {}
        self._is_crowded = len(screens) > MANY
        for number, (_group, specs) in enumerate(groupby(screens, key=lambda one: one.group)):
            if number:
                layout.addSpacing(4)
                layout.addWidget(line())
                layout.addSpacing(4)
            for spec in specs:
                layout.addWidget(self._button(words, spec, opened))
        layout.addStretch(1)

    def _button(self, words: Words, spec: ScreenSpec, opened: Callable[[str], None]) -> QPushButton:
        made = QPushButton(words(f"screen.{spec.id}"))
        made.setProperty("kind", "rail")
        made.setIcon(icon(spec.icon))
        made.setCheckable(True)
        made.setProperty("is_crowded", self._is_crowded)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda _checked=False: opened(spec.id))
        self.buttons[spec.id] = made
        return made

    def mark(self, screen_id: str) -> None:
        """Show which screen is in front."""
        for name, one in self.buttons.items():
            one.setChecked(name == screen_id)
