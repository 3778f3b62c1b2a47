"""F1: the keys that act here and everywhere, and the help pages."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from desktop.shell.manual import ABOUT, HelpPage, find_pages, page_of, pages_for
from desktop.ui.actions import Action
from desktop.ui.keyline import shown_key
from desktop.ui.panel import Panel
from desktop.ui.reading import ReadingPage
from desktop.ui.theme import SPACE_L, SPACE_M, scaled
from desktop.ui.widgets import Field, button, column, key_cap, label, row

if TYPE_CHECKING:
    from desktop.shell.window import Window

WIDTH, HEIGHT, LIST = 900, 430, 210
CONVENTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("F2", "keys.f2", ("till", "invoice", "reorder", "products")),
    ("F3", "keys.f3", ("till", "invoice")),
    ("F4", "keys.f4", ("till",)),
    ("F5", "keys.f5", ("home", "tasks", "stock")),
    ("F6", "keys.f6", ("till",)),
    ("F7", "keys.f7", ("till", "invoice")),
    ("F8", "keys.f8", ("till",)),
    ("F9", "keys.f9", ("till",)),
    ("F10", "keys.f10", ("invoice", "reorder")),
    ("F11", "keys.f11", ("till",)),
    ("F12", "keys.f12", ("till",)),
    ("Ctrl+Z", "keys.undo", ("till", "invoice", "reorder")),
    ("Ctrl+O", "keys.org", ("reorder", "products")),
    ("Ctrl+O", "keys.open", ("goods", "goods-import")),
    ("Escape", "keys.escape", ()),
    ("Return", "keys.enter", ()),
    ("Ctrl+E", "keys.excel", ()),
    ("Ctrl+C", "keys.copy", ()),
    ("Ctrl+F", "keys.filter", ()),
)
"""What keys mean elsewhere: key, name, and the screens where that holds; none = every list."""

_PAGES_OF = {"shell.messages": "messages", "shell.home": "home"}
"""The pages that tell of keys that act everywhere, where it is not the first one."""


class HelpPanel(Panel):
    """Two tabs: the keys, and the pages, which are searched by typing."""

    def __init__(self, window: "Window") -> None:
        words = window.words
        super().__init__(words("shell.help"), width=WIDTH)
        self._words = words
        self._language = words.language
        self._window = window
        self._mine = pages_for(words.language, window.specs)
        self._acts = self._acts_by_page(window)
        self._shown = ""
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
        actions = window.keys.here()
        here = [(key, words(one.text)) for one in actions for key in one.keys[:1]]
        used = {key for one in actions for key in one.keys} | self._moved(window)
        # A key that does something of its own here is named here, and not as what it is elsewhere.
        common = [(one.keys[0], words(one.text)) for one in window.keys.everywhere()]
        always = [one for one in common if one[0] not in used]
        elsewhere = []
        for key, text, screens in CONVENTIONS:
            places = [one for one in screens if one in window.specs]
            if not screens and key not in used:
                always.append((key, words(text)))
            elif places and window.current_id not in places:
                elsewhere.append((key, self._told(text, places)))
        inside = QWidget()
        across = QHBoxLayout(inside)
        across.setContentsMargins(0, SPACE_M, 0, SPACE_M)
        across.setSpacing(SPACE_L)
        title = words(f"screen.{window.current_id}") if window.current_id else ""
        across.addWidget(self._column(title, here or [("", words("help.no_keys"))]), 1)
        across.addWidget(self._column(words("help.everywhere"), always), 1)
        if elsewhere:
            across.addWidget(self._column(words("help.elsewhere"), elsewhere), 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        return scroll

    def _acts_by_page(self, window: "Window") -> dict[str, list[str]]:
        """What keys do, by the page that tells of it."""
        found: dict[str, list[str]] = {}
        told = [(window.current_id, one.text) for one in window.keys.here()]
        told += [(_PAGES_OF.get(one.text, "start"), one.text) for one in window.keys.common]
        told += [
            (screen, text)
            for _key, text, screens in CONVENTIONS
            for screen in screens
            if screen in window.specs
        ]
        for name, text in told:
            found.setdefault(ABOUT.get(name, name), []).append(self._words(text))
        return found

    def _told(self, text: str, screens: list[str]) -> str:
        words = self._words
        places = words("help.and").join(words(f"screen.{one}") for one in screens)
        return words("help.key_at", what=words(text), places=places)

    @staticmethod
    def _moved(window: "Window") -> set[str]:
        """The program's keys of actions of this screen that were moved: what they usually mean
        is no longer true here."""
        if window.current is None:
            return set()
        chosen = {action for place, action in window.keymap.chosen() if place == window.current_id}
        return {one.keys[0] for one in window.current.key_actions() if one.text in chosen}

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
        self.field = Field(self._words("help.search"))
        self.field.textChanged.connect(self._search)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = column(self.field, self._scroll)
        side.setFixedWidth(scaled(LIST))
        self.page = ReadingPage()
        across.addWidget(side)
        across.addWidget(self.page, 1)
        self.topics: dict[str, QPushButton] = {}
        first = page_of(self._language, screen_id)
        self._list(self._mine)
        self._show(first if first in self._mine else self._mine[0])
        return made

    def takes_key(self, key: str) -> bool:
        """Up and down go through the topics while something is searched for."""
        names = list(self.topics)
        if self.tabs.currentIndex() == 0 or key not in ("Up", "Down") or not names:
            return False
        at = names.index(self._shown) if self._shown in names else -1
        name = names[(at + (1 if key == "Down" else -1)) % len(names)]
        self._show(next(one for one in self._mine if one.name == name))
        return True

    def _search(self, typed: str) -> None:
        found = find_pages(self._language, typed, self._mine, self._acts)
        self._list(found)
        if not found:
            self._shown = ""
            self.page.show_text(self._words("help.nothing_more", typed=typed.strip()))
        elif typed.strip() or not self._shown:
            self._show(found[0], typed.strip())
        else:
            self._mark()

    def _list(self, found: list[HelpPage]) -> None:
        self.topics = {}
        for one in found:
            made = button(one.title, partial(self._show, one), kind="rail")
            made.setCheckable(True)
            self.topics[one.name] = made
        self._scroll.setWidget(column(*self.topics.values(), None, spacing=0))

    def _show(self, page: HelpPage, typed: str = "") -> None:
        self._shown = page.name
        self.page.show_text(page.text)
        if typed:
            # The first place that has the word, where it is there as it was typed.
            self.page.find(typed)
        self._mark()

    def _mark(self) -> None:
        for name, one in self.topics.items():
            one.setChecked(name == self._shown)
            if name == self._shown:
                self._scroll.ensureWidgetVisible(one)
