"""F1: the keys that act here and everywhere, and the help pages."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from desktop.shell.manual import HelpPage, find_pages, page_of
from desktop.ui.actions import Action
from desktop.ui.keyline import shown_key
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, scaled
from desktop.ui.widgets import Field, button, key_cap, label, row

if TYPE_CHECKING:
    from desktop.shell.window import Window

WIDTH, HEIGHT, LIST = 900, 430, 210
CONVENTIONS = (
    ("F2", "keys.f2"),
    ("F3", "keys.f3"),
    ("F4", "keys.f4"),
    ("F5", "keys.f5"),
    ("F6", "keys.f6"),
    ("F7", "keys.f7"),
    ("F8", "keys.f8"),
    ("F9", "keys.f9"),
    ("F10", "keys.f10"),
    ("F11", "keys.f11"),
    ("Escape", "keys.escape"),
    ("Return", "keys.enter"),
    ("Ctrl+Z", "keys.undo"),
    ("Ctrl+O", "keys.org"),
    ("Ctrl+E", "keys.excel"),
    ("Ctrl+C", "keys.copy"),
    ("Ctrl+V", "keys.paste"),
    ("Ctrl+F", "keys.filter"),
)
"""What keys mean on every screen that has a use for them."""


class HelpPanel(Panel):
    """Two tabs: the keys, and the pages, which are searched by typing."""

    def __init__(self, window: "Window") -> None:
        words = window.words
        super().__init__(words("shell.help"), width=WIDTH)
        self._words = words
        self._language = words.language
        self._window = window
        self.tabs = QTabWidget()
        self.tabs.setFixedHeight(HEIGHT)
        self.tabs.addTab(self._keys(window), words("help.keys"))
        self.tabs.addTab(self._pages(window.current_id), words("help.pages"))
        self.body.addWidget(self.tabs)
        self._close = button(words("news.close"), self.back, kind="primary")
        change = button(words("keys.change_some"), self._to_choosing)
        self.body.addWidget(row(change, None, self._close))

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="help.keys", keys=("1",), run=lambda: self.tabs.setCurrentIndex(0)),
            Action(text="help.pages", keys=("2", "F2"), run=self._to_pages),
            Action(text="keys.change_some", keys=("F4",), run=self._to_choosing),
        )

    def first_focus(self) -> QWidget | None:
        return self._close

    def _to_choosing(self) -> None:
        window, here = self._window, self._window.current_id
        self.close_with(lambda: window.open("keys", "" if here == "keys" else here))

    def _to_pages(self) -> None:
        self.tabs.setCurrentIndex(1)
        self.field.setFocus()

    # keys

    def _keys(self, window: "Window") -> QWidget:
        words = self._words
        here = [(key, words(one.text)) for one in window.screen_actions() for key in one.keys[:1]]
        moved = {own for one in window.keymap.chosen() for own in self._own_keys(window, one)}
        always = [(one.keys[0], words(one.text)) for one in window.common_actions()]
        always += [(key, words(text)) for key, text in CONVENTIONS if key not in moved]
        inside = QWidget()
        across = QHBoxLayout(inside)
        across.setContentsMargins(0, SPACE_M, 0, SPACE_M)
        across.setSpacing(SPACE_L)
        title = words(f"screen.{window.current_id}") if window.current_id else ""
        across.addWidget(self._column(title, here or [("", words("help.no_keys"))]), 1)
        half = (len(always) + 1) // 2
        across.addWidget(self._column(words("help.everywhere"), always[:half]), 1)
        across.addWidget(self._column("", always[half:]), 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        return scroll

    @staticmethod
    def _own_keys(window: "Window", chosen: tuple[str, str]) -> list[str]:
        """The program's key of an action of this screen that was moved: what it usually means is
        no longer true here."""
        place, action = chosen
        if place != window.current_id or window.current is None:
            return []
        return [one.keys[0] for one in window.current.key_actions() if one.text == action]

    def _column(self, title: str, keys: Iterable[tuple[str, str]]) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(6)
        grid.addWidget(label(title, "strong"), 0, 0, 1, 2)
        place = 0
        for place, (key, text) in enumerate(keys, 1):
            if key:
                grid.addWidget(key_cap(shown_key(key)), place, 0, Qt.AlignmentFlag.AlignLeft)
            told = label(text)
            told.setWordWrap(True)
            grid.addWidget(told, place, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(place + 1, 1)
        return made

    # pages

    def _pages(self, screen_id: str) -> QWidget:
        made = QWidget()
        across = QHBoxLayout(made)
        across.setContentsMargins(0, SPACE_M, 0, 0)
        across.setSpacing(SPACE_L)
        side = QWidget()
        side.setFixedWidth(scaled(LIST))
        down = QVBoxLayout(side)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(SPACE_S)
        self.field = Field(self._words("help.search"))
        self.field.textChanged.connect(self._search)
        down.addWidget(self.field)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        down.addLayout(self._list)
        down.addStretch(1)
        self.page = QTextBrowser()
        self.page.setOpenExternalLinks(False)
        self.page.setOpenLinks(False)
        across.addWidget(side)
        across.addWidget(self.page, 1)
        self._search("")
        self._show(page_of(self._language, screen_id))
        return made

    def _search(self, typed: str) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        found = find_pages(self._language, typed)
        for one in found:
            made = button(one.title, partial(self._show, one), kind="rail")
            self._list.addWidget(made)
        if typed and found:
            self._show(found[0])

    def _show(self, page: HelpPage) -> None:
        self.page.setMarkdown(page.text)
