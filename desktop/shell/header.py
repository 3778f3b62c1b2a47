"""The head of the window: which screen is in front, who works where, and the search."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.frame import Person
from desktop.ui.theme import SPACE_L, SPACE_M, scaled
from desktop.ui.widgets import button, label
from desktop.words.texts import Words


class Header(QWidget):
    """``lock`` lets another person sign in, ``find`` is Ctrl+K for people with a mouse."""

    def __init__(
        self, words: Words, person: Person, *, lock: Callable[[], None], find: Callable[[], None]
    ) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(scaled(48))
        self.title = label("", "title")
        place = " · ".join(part for part in (person.site_name, person.name) if part)
        who = button(place, lock, kind="flat", icon_name="user")
        who.setToolTip(words("shell.switch_user"))
        who.setProperty("data", True)
        search = button(words("shell.search"), find, icon_name="search")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.title)
        layout.addStretch(1)
        for one in (who, search):
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(one)
